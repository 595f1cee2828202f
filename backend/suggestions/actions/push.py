"""What the host guesses: push suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from backend.questions.models import Item, Question
from backend.suggestions.catalogue import is_ours
from backend.suggestions.errors import NameIsOurs
from backend.suggestions.known import suggester_row
from backend.suggestions.models import Suggester, Suggestion

_PUSH_LABEL = """
insert into suggestions_suggestion
    (project_id, question_id, item_id, label, anchor, suggester_id, score, reasons, pushed_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (project_id, question_id, item_id, label, suggester_id) where candidate_id is null
do update set score = excluded.score, reasons = excluded.reasons, anchor = excluded.anchor,
    pushed_at = excluded.pushed_at
"""


@dataclass(frozen=True)
class NewSuggestion:
    """A guess as the host pushes it: `candidate` is another item, a label, or a spot's id, which lies at `anchor`."""

    question: Question
    item: Item
    candidate: Item | str
    score: float
    reasons: Sequence[str]
    suggester: Suggester
    anchor: dict[str, Any] | None = None

    @property
    def named(self) -> tuple[Item | None, str]:
        """Return the candidate as its two columns: an item and no label, or no item and a label."""
        return (None, self.candidate) if isinstance(self.candidate, str) else (self.candidate, "")


def pushing_suggester(*, project_id: int, name: str, version: str) -> Suggester:
    """Return the row of a suggester of the host that pushes, made on first sight; raises NameIsOurs."""
    if is_ours(name):
        raise NameIsOurs(name=name)
    return suggester_row(project_id, name, version, is_pushed=True)


def push_suggestions(*, project_id: int, suggestions: Sequence[NewSuggestion], now: datetime) -> None:
    """Write guesses; one made before by the same suggester gets the new score. Of two alike the last stands."""
    rows = {(g.question.pk, g.item.pk, g.named, g.suggester.pk): g for g in suggestions}
    _push_items(project_id, [guess for guess in rows.values() if guess.named[0]], now)
    _push_labels(project_id, [guess for guess in rows.values() if not guess.named[0]], now)


def _push_items(project_id: int, guesses: Sequence[NewSuggestion], now: datetime) -> None:
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                project_id=project_id,
                question=guess.question,
                item=guess.item,
                candidate=guess.named[0],
                suggester=guess.suggester,
                score=guess.score,
                reasons=list(guess.reasons),
                pushed_at=now,
            )
            for guess in guesses
        ],
        update_conflicts=True,
        unique_fields=["project", "question", "item", "candidate", "suggester"],
        update_fields=["score", "reasons", "pushed_at"],
    )


def _push_labels(project_id: int, guesses: Sequence[NewSuggestion], now: datetime) -> None:
    """Write guesses of labels; Django cannot name a conditional constraint in ON CONFLICT."""
    rows: list[tuple[Any, ...]] = [
        (
            project_id, g.question.pk, g.item.pk, g.named[1], g.anchor and Jsonb(g.anchor), g.suggester.pk, g.score,
            Jsonb(list(g.reasons)), now,
        )
        for g in guesses
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_PUSH_LABEL, rows)
