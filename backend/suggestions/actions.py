"""What is done with suggestions: push."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.questions.models import Item, Question
from backend.suggestions.models import Suggester, Suggestion


@dataclass(frozen=True)
class NewSuggestion:
    """A guess as the host pushes it."""

    question: Question
    item: Item
    candidate: Item
    score: float
    reasons: Sequence[str]
    suggester: Suggester


def push_suggestions(*, project_id: int, suggestions: Sequence[NewSuggestion], now: datetime) -> None:
    """Write guesses; one made before by the same suggester gets the new score. Of two alike the last stands."""
    rows = {(g.question.pk, g.item.pk, g.candidate.pk, g.suggester.pk): g for g in suggestions}
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                project_id=project_id,
                question=guess.question,
                item=guess.item,
                candidate=guess.candidate,
                suggester=guess.suggester,
                score=guess.score,
                reasons=list(guess.reasons),
                pushed_at=now,
            )
            for guess in rows.values()
        ],
        update_conflicts=True,
        unique_fields=["project", "question", "item", "candidate", "suggester"],
        update_fields=["score", "reasons", "pushed_at"],
    )
