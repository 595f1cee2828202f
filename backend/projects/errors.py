"""What can go wrong around projects.

ProjectError
├── KeyTooShort          a signing key under 32 bytes
├── KeyUnusable          what was given as a public key is none that verifies identities
├── UnknownJobKind       a job row whose handler no app registered
├── LeaseLost            a job took longer than its lease and another worker has it now
├── AddressRefused       a webhook address that leads inside
├── WebOriginUnusable    what was given as a web origin is none
└── TransactionLost      the database went away in the midst of one
"""

from django.db import OperationalError


class ProjectError(Exception):
    """Something about a project is not as it must be."""


class KeyTooShort(ProjectError):
    """A signing key has fewer bytes than HS256 needs."""

    def __init__(self, *, length: int, least: int) -> None:
        super().__init__(f"A signing key needs at least {least} bytes; this one has {length}.")
        self.length = length
        self.least = least


class KeyUnusable(ProjectError):
    """What was given as a public key is none, or none that verifies identities."""


class UnknownJobKind(ProjectError):
    """No app registered a handler for this kind of job."""

    def __init__(self, *, kind: str) -> None:
        super().__init__(f"No handler is registered for jobs of kind {kind!r}.")
        self.kind = kind


class LeaseLost(ProjectError):
    """Another worker claimed the job before this one was done; this one's work is rolled back."""

    def __init__(self, *, job_id: int) -> None:
        super().__init__(f"The lease of job {job_id} ran out before its work was done.")
        self.job_id = job_id


class AddressRefused(ProjectError):
    """A webhook's address leads to a place that we never call."""

    def __init__(self, *, url: str, reason: str, to_do: str = "") -> None:
        super().__init__(f"{url} is not called: {reason}.")
        self.url = url
        self.reason = reason
        self.in_words = f"This address is not called: {reason}.{to_do and ' '}{to_do}"


class WebOriginUnusable(ProjectError):
    """What is given as a web origin is none: scheme, host and port."""

    def __init__(self, *, written: str, to_do: str) -> None:
        super().__init__(f"{written!r} is no web origin, such as http://localhost:5173. {to_do}")


class TransactionLost(ProjectError, OperationalError):
    """The database went away, and with it all that the transaction did; nothing may go on in it."""

    def __init__(self) -> None:
        super().__init__("The connection to the database was lost in the midst of a transaction.")
