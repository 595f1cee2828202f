"""What can go wrong around assignments and prompts.

AssignmentError
└── CapsImpossible      a prompt policy whose numbers cannot be
"""


class AssignmentError(Exception):
    """Something cannot be assigned or asked."""


class CapsImpossible(AssignmentError):
    """A prompt policy whose numbers cannot be."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"These caps cannot be. {reason}")
        self.reason = reason
