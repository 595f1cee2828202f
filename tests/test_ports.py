"""A port that was found free is free when a server takes it: no caller gets it meanwhile."""

import socket
from pathlib import Path

import pytest

from tests import ports
from tests.ports import free_port

LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_usual() -> bool:
    """Return whether this system says which ports it lends, and lends those that Linux does unless told otherwise."""
    return LENT.exists() and int(LENT.read_text().split()[0]) >= 32_768


@pytest.mark.skipif(not is_usual(), reason="this system lends other ports than Linux does by itself")
def test_a_free_port_is_none_that_the_system_lends() -> None:
    first, last = map(int, LENT.read_text().split())
    assert not first <= free_port() <= last


def test_a_port_that_somebody_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(ports.DRAWS, "sample", lambda ports, count: [taken.getsockname()[1], free])
        assert free_port() == free
