"""UUID version 7 (RFC 9562): ids that sort by the time they were made, within a process without a tie."""

import os
import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def _unlock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # a thread that held it is not forked along, and would never give it back
    os.register_at_fork(after_in_child=_unlock)


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7, greater than all that this process made; its first 48 bits are Unix milliseconds.

    Where the clock stands still or goes back, the last id is counted on by a random step.
    """
    global _last
    fresh = time.time_ns() // 1_000_000 << 74 | secrets.randbits(74)
    with _lock:
        _last = max(fresh, _last + 1 + secrets.randbits(32))
        head, tail = _last >> 62, _last & (1 << 62) - 1
    return uuid.UUID(int=head >> 12 << 80 | 0x7 << 76 | (head & 0xFFF) << 64 | 0b10 << 62 | tail)
