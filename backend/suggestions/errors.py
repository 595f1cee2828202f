"""What can go wrong with suggestions, each named by the fact.

SuggestionError
└── EmbeddingUnderWay
"""

from datetime import datetime


class SuggestionError(Exception):
    """Anything that suggestions refuse."""


class EmbeddingUnderWay(SuggestionError):
    """Another worker holds the next batch of this project's items."""

    def __init__(self, *, until: datetime) -> None:
        super().__init__(f"Another worker embeds items of this project, until {until:%H:%M:%S} at the latest.")
        self.until = until
