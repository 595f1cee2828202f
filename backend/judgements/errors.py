"""What can go wrong when something is shown or answered.

JudgementError
├── SessionRevoked       the annotator's sessions were ended
├── UnknownItem          no such item in this project
├── UnknownQuestion      no such question in this project, or it is not asked any more
├── UnknownSpot          a spot that was not shown to the person who answers it
├── TooManySpots         a person marked as many spots in one item as one may
├── JudgedAtNoTime       an answer said to have been given when it cannot have been
├── NotShowable          a list that cannot be logged as shown
└── ListIdTaken          another list was logged under this id
"""


class JudgementError(Exception):
    """Something cannot be shown or recorded."""


class SessionRevoked(JudgementError):
    """The annotator's sessions were ended; a new identity is needed."""


class UnknownItem(JudgementError):
    """No such item in this project."""

    def __init__(self, *, key: str) -> None:
        super().__init__(f"No item {key!r} is registered in this project.")
        self.key = key


class UnknownQuestion(JudgementError):
    """No such question in this project, or it is not asked any more."""

    def __init__(self, *, slug: str) -> None:
        super().__init__(f"No question {slug!r} is asked in this project.")
        self.slug = slug


class UnknownSpot(JudgementError):
    """A spot that was not shown to the person who answers it."""

    def __init__(self, *, candidate: str) -> None:
        super().__init__(f"No spot {candidate!r} was shown there; leave the candidate out for what is newly marked.")
        self.candidate = candidate


class TooManySpots(JudgementError):
    """A person marked as many spots in one item as one may by themselves."""

    def __init__(self, *, most: int, item: str) -> None:
        super().__init__(f"One person marks at most {most} spots by themselves in {item!r}; take some back first.")
        self.most = most
        self.item = item


class JudgedAtNoTime(JudgementError):
    """An answer is said to have been given when it cannot have been; `code` says why not."""

    def __init__(self, *, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class NotShowable(JudgementError):
    """A list that cannot be logged as shown."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ListIdTaken(JudgementError):
    """Another list was logged under this id; the first stands."""

    def __init__(self) -> None:
        super().__init__("Another list was logged under this id, and stands; make a new UUIDv7 for this one.")
