"""Spans whose words are gone from their text: nobody is asked about them at the desk, until the words are back."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from backend.quality.actions.bounds import are_words_gone
from backend.quality.actions.settle import settle_unit
from backend.quality.models import ConsensusLabel
from backend.questions.models import Question, Unit

ANSWERED = Count("assignments", filter=Q(assignments__answered_at__isnull=False))


def items_with_spans(*, project_id: int, item_ids: Collection[int]) -> list[int]:
    """Return those of these items in which a span is not settled."""
    spans = _open_spans(project_id, item_ids)
    return list(spans.order_by("item").values_list("item", flat=True).distinct())


def spans_to_look_at(*, project_id: int, item_id: int) -> list[int]:
    """Return the spans in an item that are asked about with their words gone, or not with these there."""
    spans = _open_spans(project_id, [item_id])
    found = spans.select_related("item").annotate(asked_count=ANSWERED).order_by("pk")
    return [unit.pk for unit in found if are_words_gone(unit) == _is_wanted(unit, unit.asked_count)]


def _open_spans(project_id: int, item_ids: Collection[int]) -> QuerySet[Unit]:
    return Unit.objects.of(project_id).filter(item__in=item_ids, question__kind=Question.Kind.SPAN, settled_value="")


def _is_wanted(unit: Unit, asked_count: int) -> bool:
    return unit.people_wanted_count is None or unit.people_wanted_count > asked_count


def want_anew(*, unit_id: int, now: datetime) -> None:
    """Want as many people for a span as it is now: none while its words are gone; done with one that is no more."""
    unit = Unit.objects.select_related("item").filter(pk=unit_id).first()
    if unit is None:
        return
    if ConsensusLabel.objects.of(unit.project_id).filter(unit=unit).exists():
        settle_unit(unit_id=unit_id, now=now)
    else:
        Unit.objects.filter(pk=unit_id).update(people_wanted_count=0 if are_words_gone(unit) else None)
