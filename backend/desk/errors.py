"""What can go wrong at the desk.

DeskError
├── LinkInvalid              not a link of ours, or one to another question
├── LinkExpired              its time is over
├── LinkRevoked              the staff took it back
├── LinkIncomplete           a link for anyone was opened without saying which browser it is
├── LinkFull                 a link for anyone has let in as many new people as it may
├── TooManyNewcomers         more new people came by a link in a minute than are taken
├── TooManyAtOnce            more calls by a link are under way than a process works at
├── KnownAsAnotherKind       a link would make of somebody what they are not
└── UnknownPerson            nobody of the project goes by that name
"""

from datetime import datetime


class DeskError(Exception):
    """Something about the desk is not as it must be."""


class LinkInvalid(DeskError):
    """Not a link of ours, or one to another question."""


class LinkExpired(DeskError):
    """The link's time is over."""

    def __init__(self, *, expires_at: datetime) -> None:
        super().__init__(f"This link was good until {expires_at.isoformat()}; ask for a new one.")
        self.expires_at = expires_at


class LinkRevoked(DeskError):
    """The staff took the link back."""


class LinkIncomplete(DeskError):
    """A link for anyone was opened without saying which browser it is."""


class LinkFull(DeskError):
    """The link has let in as many new people as it may; those it let in go on."""

    def __init__(self, *, most_people: int) -> None:
        super().__init__(
            f"This link lets in {most_people} people, and they have come; ask whoever sent it for a new one."
        )
        self.most_people = most_people


class TooManyNewcomers(DeskError):
    """More new people came by a link in this minute than are taken."""

    def __init__(self, *, limit: int, retry_at: datetime) -> None:
        super().__init__(f"More than {limit} new people in a minute; try again at {retry_at.isoformat()}.")
        self.limit = limit
        self.retry_at = retry_at


class TooManyAtOnce(DeskError):
    """More calls by this link are under way than one link may hold of a process."""

    def __init__(self, *, retry_at: datetime) -> None:
        super().__init__("Many are at this desk just now; nothing was taken. Try again in a second.")
        self.retry_at = retry_at


class KnownAsAnotherKind(DeskError):
    """The person is known as another kind of annotator, which is kept from first sight."""

    def __init__(self, *, subject: str, known_as: str, wanted: str) -> None:
        super().__init__(f"{subject} is known as {known_as}, and a link for {wanted} would not change that.")
        self.subject = subject
        self.known_as = known_as
        self.wanted = wanted


class UnknownPerson(DeskError):
    """Nobody of this project goes by that name."""
