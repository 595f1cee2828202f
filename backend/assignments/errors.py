"""What can go wrong around assignments and prompts.

AssignmentError
├── CapsImpossible      a prompt policy whose numbers cannot be
└── LeaseOver           an answer came after its lease, when others had taken the unit's places
"""

from datetime import datetime


class AssignmentError(Exception):
    """Something cannot be assigned or asked."""


class CapsImpossible(AssignmentError):
    """A prompt policy whose numbers cannot be."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"These caps cannot be. {reason}")
        self.reason = reason


class LeaseOver(AssignmentError):
    """An answer came after its lease, when others had taken the unit's places: it is one more than was wanted."""

    def __init__(self, *, lease_until: datetime | None) -> None:
        super().__init__(f"This unit was kept until {lease_until}; others have answered it since.")
        self.lease_until = lease_until
