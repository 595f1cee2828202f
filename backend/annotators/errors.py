"""What can go wrong around annotators.

AnnotatorError
├── AnnotatorErased     the person asked to be forgotten
├── SubjectReserved     a subject that only our own staff and the desk's browsers may have
└── TooManyCalls        the allowance for this minute is used up
"""

from datetime import datetime


class AnnotatorError(Exception):
    """Something about an annotator is not as it must be."""


class AnnotatorErased(AnnotatorError):
    """The person asked to be forgotten; nothing of theirs is taken any more."""


class SubjectReserved(AnnotatorError):
    """The subject begins as those of our own staff, or of browsers at the desk, do."""


class TooManyCalls(AnnotatorError):
    """The annotator's allowance for this minute is used up."""

    def __init__(self, *, limit: int, retry_at: datetime) -> None:
        super().__init__(f"More than {limit} calls in a minute; try again at {retry_at.isoformat()}.")
        self.limit = limit
        self.retry_at = retry_at
