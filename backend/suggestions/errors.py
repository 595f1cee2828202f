"""What can go wrong with suggestions, each named by the fact.

SuggestionError
├── EmbeddingUnderWay
├── NameIsOurs
├── RemoteFailed
│   └── RemoteLeftAlone
├── SuggesterEnded
├── SuggesterLate
└── SuggesterRests
"""

from datetime import datetime


class SuggestionError(Exception):
    """Anything that suggestions refuse."""


class EmbeddingUnderWay(SuggestionError):
    """Another worker holds the next batch of this project's items."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(f"Another worker embeds items of this project, until {until:%H:%M:%S} at the latest.")
        self.until = until


class NameIsOurs(SuggestionError):
    """A suggester of the host is named as one that comes along with Earmark, or as rules installed here."""

    def __init__(self, *, name: str) -> None:
        super().__init__(f"{name!r} is the name of a suggester that runs here; push under a name of your own.")
        self.name = name


class RemoteFailed(SuggestionError):
    """A suggester that runs at the host gave no answer that can be used; `str()` says why, in words."""


class RemoteLeftAlone(RemoteFailed):
    """A suggester that runs at the host was not asked at all."""


class SuggesterEnded(SuggestionError):
    """A suggester of another package raised what ends a program."""

    def __init__(self, *, ended_by: str) -> None:
        super().__init__(f"It raised {ended_by}, which would have ended the process.")


class SuggesterLate(SuggestionError):
    """A suggester of another package did not return in time."""

    def __init__(self, *, longest_s: float) -> None:
        super().__init__(f"It did not return within {longest_s:g} s.")


class SuggesterRests(SuggestionError):
    """A suggester of another package is not asked now, since it was late several times."""
