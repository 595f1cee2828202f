"""What can go wrong around assignments.

AssignmentError
└── LeaseOver       an answer came after its lease, when others had taken the unit's places
"""

from datetime import datetime


class AssignmentError(Exception):
    """Something about an assignment is not as it must be."""


class LeaseOver(AssignmentError):
    """An answer came after its lease, when others had taken the unit's places: it is one more than was wanted."""

    def __init__(self, *, lease_until: datetime | None) -> None:
        super().__init__(f"This unit was kept until {lease_until}; others have answered it since.")
        self.lease_until = lease_until
