"""Fill a question's queue with units that software guesses, once nothing else is left to ask."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from backend.assignments.models import ConsideredItem
from backend.judgements.actions.meet import meet
from backend.judgements.actions.spots import lock_spots
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.models import Item, Question, Unit
from backend.questions.spots import label_in
from backend.questions.units import SPOTS
from backend.suggestions.guesses import Guess
from backend.suggestions.retrieval import guesses_for

PRIORITY = 0.2
"""Less than anything that a person said something about."""

TAGS_AN_ITEM = 2
SPOTS_AN_ITEM = 10

_LOCK = "select pg_advisory_xact_lock(hashtextextended('earmark desk', %s))"


def lock_filling(*, question: Question) -> None:
    """Wait until nobody else fills this question's queue, and let nobody until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [question.pk])


def fill_queue(*, question: Question, now: datetime, count: int = 20) -> int:
    """Look at the next items, newest first, and make the units to ask about; return how many items were looked at.

    Each item that the question can be asked about is looked at once for it: of a pair its best guess is asked
    about, of tags its two best, of a choice the item itself, of spots its ten best. The caller holds `lock_filling`.
    """
    considered = ConsideredItem.objects.of(question.project_id).filter(question=question, item=OuterRef("pk"))
    fresh = Item.objects.of(question.project_id).present().for_question(question).exclude(Exists(considered))
    items = list(fresh.newest_first()[:count])
    if question.kind in SPOTS:
        lock_spots((question.pk, item.pk) for item in items)
    wanted = [unit.pk for item in items for unit in _units_of(question, item)]
    Unit.objects.of(question.project_id).filter(pk__in=wanted, priority=0, settled_value="").update(priority=PRIORITY)
    ConsideredItem.objects.bulk_create(
        ConsideredItem(project_id=question.project_id, question=question, item=item, considered_at=now)
        for item in items
    )
    return len(items)


def _units_of(question: Question, item: Item) -> Iterable[Unit]:
    if question.kind == Question.Kind.CHOICE:
        return [unit_of_item(question=question, item=item)]
    guesses = guesses_for(question=question, item=item)
    if question.kind in SPOTS:
        return _spots(question, item, guesses[:SPOTS_AN_ITEM])
    if question.kind == Question.Kind.TAGS:
        labels = [guess.label for guess in guesses[:TAGS_AN_ITEM] if guess.label]
        return [unit_of_tag(question=question, item=item, label=label) for label in labels]
    others = Item.objects.filter(project=question.project_id, pk__in=[guess.candidate_id for guess in guesses[:1]])
    return [unit_of_pair(question=question, first=item, second=other) for other in others]


def _spots(question: Question, item: Item, guesses: Sequence[Guess]) -> list[Unit]:
    """Return the units of guessed spots; what people marked there already is met."""
    return [
        meet(question=question, item=item, anchor=dict(guess.anchor), label=label_in(guess.label))
        for guess in guesses
        if guess.anchor
    ]
