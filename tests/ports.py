"""Ports for servers that tests start."""

import random
import socket
from contextlib import suppress

#: Below those that systems lend to whoever calls somebody, from 32768 or 49152 on.
NEVER_LENT = range(20_000, 32_768)
#: Of the system's, as tests seed what they draw from, and processes beside each other would draw the same ports.
DRAWS = random.SystemRandom()


def free_port() -> int:
    """Return a port that nobody has, and that goes to no caller before a server takes it."""
    for port in DRAWS.sample(NEVER_LENT, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports are all taken")
