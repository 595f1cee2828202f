"""What can go wrong around the store.

StoreError
├── NotForProduction    the embedded server while DEBUG is off
├── NoBinaries          no PostgreSQL wheel for this platform
├── DidNotStart         the embedded server gave up; the end of its log is shown
└── Unsuitable          an outside server that is too old, or lacks an extension or a right
"""


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
        super().__init__(
            f"The embedded PostgreSQL did not start. The end of its log:\n{log}\n"
            "If its data is damaged beyond repair, `make reset` begins anew."
        )


class Unsuitable(StoreError):
    """An outside server that cannot hold Earmark's data."""
