"""What can go wrong around the store.

StoreError
├── NotForProduction    the embedded server while DEBUG is off
├── NoBinaries          no PostgreSQL wheel for this platform
├── DidNotStart         the embedded server gave up; the end of its log is shown
├── NoAccount           no account that PostgreSQL could run under
├── HomeClosed          EARMARK_HOME cannot be written
├── OutOfReach          its data lie where its account may not go any more
├── InUse               somebody still uses it
└── Unsuitable          an outside server that is too old, does not answer, or lacks an extension or a right
"""

import errno
from pathlib import Path

FULL = "No space left on device"


class StoreError(Exception):
    """The store is not as it must be; the message says what to do."""


class NotForProduction(StoreError):
    """The embedded server is for development and tests only."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL is not meant for production. Set EARMARK_DATABASE_URL to a"
            " PostgreSQL 16 or newer with pgvector, or set EARMARK_DEBUG=1 to develop."
        )


class NoBinaries(StoreError):
    """No PostgreSQL wheel for this platform."""

    def __init__(self) -> None:
        super().__init__(
            "There is no embedded PostgreSQL for this platform (for example Alpine Linux). Set"
            " EARMARK_DATABASE_URL to a PostgreSQL 16 or newer with pgvector."
        )


class DidNotStart(StoreError):
    """The embedded server gave up."""

    def __init__(self, *, log: str) -> None:
        advice = "If its data is damaged beyond repair, `make reset` begins anew."
        if FULL in log:
            advice = "The disk is full: make room there, or choose another folder with EARMARK_HOME."
        told = log if log.endswith(advice) else f"{log}\n{advice}"  # the supervisor's own log ends with it
        super().__init__(f"The embedded PostgreSQL did not start. The end of its log:\n{told}")


class NoAccount(StoreError):
    """PostgreSQL wants a named account that is not root's."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL needs a user with a name: your own, or for root `postgres` or `nobody`."
            " Run as such a user, or set EARMARK_DATABASE_URL."
        )


class HomeClosed(StoreError):
    """The home is closed to who runs Earmark, is full, or can be no folder."""

    def __init__(self, *, home: Path, cause: OSError) -> None:
        what = f"{home} cannot be used ({cause.strerror}). Choose"
        if isinstance(cause, PermissionError):
            what = f"{home} may not be written by this user. Choose"
        elif cause.errno in (errno.ENOSPC, errno.EDQUOT):
            what = f"The disk of {home} is full. Make room there, or choose"
        super().__init__(f"{what} another folder with EARMARK_HOME.")


class OutOfReach(StoreError):
    """The data lie in a folder that has been closed to the server's account."""

    def __init__(self, *, folder: Path, user: str) -> None:
        super().__init__(
            f"The data lie in {folder}, where the user {user!r} that PostgreSQL runs as may not go any more."
            " Let that user enter the folders above it (chmod o+x), or choose another EARMARK_HOME."
        )


class InUse(StoreError):
    """The embedded server cannot be stopped or removed now."""

    def __init__(self, *, home: Path) -> None:
        super().__init__(
            f"The database in {home} is still in use. End what uses it (`make demo`: Ctrl-C) and try again."
        )


class Unsuitable(StoreError):
    """An outside server that cannot hold Earmark's data."""
