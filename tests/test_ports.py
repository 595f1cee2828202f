"""A port that was found free is free when a server takes it: no caller gets it meanwhile."""

import socket
from pathlib import Path

import pytest

from tests import ports
from tests.ports import free_port

LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not LENT.exists(), reason="only Linux says which ports it lends")
def test_a_free_port_is_none_that_the_system_lends() -> None:
    first, last = map(int, LENT.read_text().split())
    assert not first <= free_port() <= last


def test_a_port_that_somebody_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    free = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(ports.random, "sample", lambda ports, count: [taken.getsockname()[1], free])
        assert free_port() == free
