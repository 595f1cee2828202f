"""What is done with suggestions: push."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.questions.models import Item, Question
from backend.suggestions.models import Suggester, Suggestion


@dataclass(frozen=True)
class NewSuggestion:
    """A guess as the host pushes it: `candidate` is another item, or a label of a tags or choice question."""

    question: Question
    item: Item
    candidate: Item | str
    score: float
    reasons: Sequence[str]
    suggester: Suggester

    @property
    def named(self) -> tuple[Item | None, str]:
        """Return the candidate as its two columns: an item and no label, or no item and a label."""
        return (None, self.candidate) if isinstance(self.candidate, str) else (self.candidate, "")


def push_suggestions(*, project_id: int, suggestions: Sequence[NewSuggestion], now: datetime) -> None:
    """Write guesses; one made before by the same suggester gets the new score. Of two alike the last stands."""
    rows = {(g.question.pk, g.item.pk, g.named, g.suggester.pk): g for g in suggestions}
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                project_id=project_id,
                question=guess.question,
                item=guess.item,
                candidate=guess.named[0],
                label=guess.named[1],
                suggester=guess.suggester,
                score=guess.score,
                reasons=list(guess.reasons),
                pushed_at=now,
            )
            for guess in rows.values()
        ],
        update_conflicts=True,
        unique_fields=["project", "question", "item", "candidate", "label", "suggester"],
        update_fields=["score", "reasons", "pushed_at"],
    )
