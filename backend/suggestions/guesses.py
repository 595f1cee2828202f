"""What is guessed for an item: a candidate with its score, its suggester and its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from backend.questions.models import Item
from backend.questions.relocated import Anchor
from backend.questions.spots import candidate_id
from backend.suggestions.models import Suggester


@dataclass(frozen=True)
class Guess:
    """A candidate, another item, a label or a spot, with its score in [0, 1], its suggester, and its reasons.

    Made by `of_item`, `of_label` or `of_spot`. Of a label `candidate_id` is None and `candidate_key` the label
    itself, of a spot where it lies and its label; the score is None where no software guessed it.
    """

    candidate_id: int | None
    candidate_key: str
    score: float | None = None
    suggester: Suggester | None = None
    reasons: Sequence[str] = field(default_factory=tuple)
    anchor: Anchor | None = None

    @classmethod
    def of_item(cls, item: Item, score: float | None = None, **known: Any) -> Self:
        """Return a guess of another item."""
        return cls(item.pk, item.key, score, **known)

    @classmethod
    def of_label(cls, label: str, score: float | None = None, **known: Any) -> Self:
        """Return a guess of a label."""
        return cls(None, label, score, **known)

    @classmethod
    def of_spot(cls, anchor: Anchor, label: str, score: float | None = None, **known: Any) -> Self:
        """Return a guess of a spot; without a label where none is shown."""
        return cls(None, candidate_id(anchor, label), score, anchor=anchor, **known)

    @property
    def label(self) -> str:
        """Return the label guessed, of a spot its candidate id; empty where the candidate is an item."""
        return self.candidate_key if self.candidate_id is None else ""

    @property
    def suggester_label(self) -> str:
        """Return the suggester's name and version."""
        return str(self.suggester) if self.suggester else ""

    def as_facts(self) -> dict[str, Any]:
        """Return what the ledger keeps of the pool this guess was in."""
        return {"candidate": self.candidate_key, "score": self.score, "suggester": self.suggester_label}
