"""UUID version 7 (RFC 9562): ids that sort by the time they were made."""

import secrets
import time
import uuid
from datetime import UTC, datetime

LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, in seconds since 1970; 48 bits of milliseconds reach further than a datetime."""


def uuid7(*, now: datetime | None = None) -> uuid.UUID:
    """Return a new UUIDv7 whose first 48 bits are `now` (default: the clock) in milliseconds."""
    milliseconds = int((now.timestamp() if now else time.time()) * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def time_of(uuid7: uuid.UUID) -> datetime:
    """Return the UTC time that a UUIDv7 carries, to the millisecond; past the year 9999 its last second."""
    return datetime.fromtimestamp(min((uuid7.int >> 80) / 1000, LAST_SECOND), tz=UTC)
