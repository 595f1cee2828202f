"""Find or make the unit an answer is about, and set what is known of it."""

from datetime import datetime
from typing import Any

from backend.questions.errors import NotAPair, ValueNotAllowed
from backend.questions.models import GoldAnswer, Item, Question, Unit
from backend.questions.relocated import without_told
from backend.questions.signals import gold_set
from backend.questions.spots import spot_key
from backend.questions.units import allows, choice_key, pair_key, tag_key


def unit_of_pair(*, question: Question, first: Item, second: Item) -> Unit:
    """Return the unit {first, second} of a question, made where it is new; raises NotAPair."""
    if first.pk == second.pk:
        raise NotAPair(item=first.key)
    low, high = sorted((first, second), key=lambda item: item.pk)
    return _unit(question, pair_key(low.pk, high.pk), item=low, other=high)


def unit_of_tag(*, question: Question, item: Item, label: str) -> Unit:
    """Return the unit (item, tag) of a question, made where it is new; capitals make no other one."""
    return _unit(question, tag_key(item.pk, label), item=item, label=label)


def unit_of_item(*, question: Question, item: Item) -> Unit:
    """Return the unit of a question that has one answer an item, made where it is new."""
    return _unit(question, choice_key(item.pk), item=item)


def unit_of_spot(*, question: Question, item: Item, anchor: dict[str, Any]) -> Unit:
    """Return the unit of exactly this place in an item, made where it is new; see `judgements` for whom it meets."""
    return _unit(question, spot_key(item.pk, anchor), item=item, anchor=without_told(anchor))


def _unit(question: Question, key: str, **facts: Any) -> Unit:
    known = Unit.objects.filter(project=question.project_id, question=question, key=key).first()
    if known:
        return known
    unit, _ = Unit.objects.get_or_create(
        project_id=question.project_id,
        question=question,
        key=key,
        defaults=facts,
    )
    return unit


def set_gold(*, unit: Unit, value: str, set_by: str, now: datetime) -> GoldAnswer:
    """Set the answer we are sure of; those who answered the unit are vetted anew. Raises ValueNotAllowed."""
    question = unit.question
    if not allows(question.kind, value, question.labels) or value == "unsure":
        raise ValueNotAllowed(value=value, question=question.slug)
    gold, _ = GoldAnswer.objects.update_or_create(
        unit=unit, project_id=unit.project_id, defaults={"value": value, "set_by": set_by, "set_at": now}
    )
    gold_set.send(GoldAnswer, project_id=unit.project_id, unit_id=unit.pk)
    return gold


def unset_gold(*, unit: Unit) -> None:
    """Take a gold answer away; those who answered the unit are vetted anew."""
    GoldAnswer.objects.filter(project=unit.project_id, unit=unit).delete()
    gold_set.send(GoldAnswer, project_id=unit.project_id, unit_id=unit.pk)
