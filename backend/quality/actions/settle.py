"""Settle the label of a unit from the judgements that stand now."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from backend.assignments.models import Assignment
from backend.judgements.models import Judgement
from backend.projects.actions.webhooks import announce
from backend.quality.actions.bounds import Bounded, are_words_gone, belief_of, first_anchor, mark_of, policy_of
from backend.quality.actions.clusters import rebuild_clusters
from backend.quality.boundaries import MOST_KEPT
from backend.quality.consensus import SETTLED, Policy, people_wanted
from backend.quality.models import ConsensusLabel, LabelChange
from backend.questions.models import Question, Unit
from backend.questions.units import DUPLICATE


def answers_to(unit: Unit) -> list[Judgement]:
    """Return each person's present answer to a unit, in the order they were given."""
    live = Judgement.objects.of(unit.project_id).live().filter(unit=unit).select_related("annotator")
    return list(live.order_by("judged_at", "id"))


def settle_unit(*, unit_id: int, now: datetime) -> ConsensusLabel:
    """Recompute what is believed of a unit; a change is kept as a step of its history and announced.

    Locks the unit, so that two workers settle it one after the other and no answer to it is
    committed between what they read.
    """
    Unit.objects.select_for_update().get(pk=unit_id)
    unit = Unit.objects.select_related("question", "item", "other").get(pk=unit_id)
    question = unit.question
    asked_count = Assignment.objects.of(unit.project_id).filter(unit=unit, answered_at__isnull=False).count()
    said = answers_to(unit)
    bounded = belief_of(unit, said)
    more = _people_wanted(bounded, said, policy_of(question), asked_count)
    _want(unit, asked_count if are_words_gone(unit) else more)
    label = ConsensusLabel.objects.filter(unit=unit).first()
    if label is None:
        label = ConsensusLabel(project_id=unit.project_id, question=question, computed_at=now)
    label.unit = unit
    before = (label.state, label.value, label.probability, label.evidence)
    _believe(label, bounded, answers_count=len(said), now=now)
    _keep_boundary(unit, bounded)
    if label.pk is None or before != (label.state, label.value, label.probability, label.evidence):
        _keep_change(label, before_state=before[0], before_value=before[1], now=now)
    else:
        label.is_stale = is_stale(label)
        label.save(update_fields=["computed_at", "policy", "is_stale"])
    return label


def _people_wanted(bounded: Bounded, said: Sequence[Judgement], policy: Policy, asked_count: int) -> int:
    """Return how many people in all are wanted at the desk; where boundaries differ, one more than were asked."""
    marks = [mark_of(judgement) for judgement in said]
    wanted = people_wanted(marks, policy, asked_count=asked_count)
    is_open = bool(bounded.differing) and max(asked_count, bounded.belief.votes_count) < policy.maximum
    return max(wanted, asked_count + 1) if is_open else wanted


def _keep_boundary(unit: Unit, bounded: Bounded) -> None:
    """Write the believed boundary of a spot, while none is the first one, and those that people differ about."""
    before = unit.anchor, unit.boundaries
    unit.anchor, unit.boundaries = bounded.boundary or first_anchor(unit), list(bounded.differing) or None
    if before != (unit.anchor, unit.boundaries):
        Unit.objects.filter(pk=unit.pk).update(anchor=unit.anchor, boundaries=unit.boundaries)


def _want(unit: Unit, people_count: int) -> None:
    if unit.people_wanted_count != people_count:
        Unit.objects.filter(pk=unit.pk).update(people_wanted_count=people_count)


def _believe(label: ConsensusLabel, bounded: Bounded, *, answers_count: int, now: datetime) -> None:
    belief = bounded.belief
    was_settled = label.state == SETTLED and label.value == belief.value
    label.state = belief.state
    label.value = belief.value
    label.probability = belief.probability
    label.policy = label.question.settling_policy
    label.evidence = {
        "counts": belief.votes,
        "votes_count": belief.votes_count,
        "answers_count": answers_count,
        "marks": belief.marks,
    }
    if bounded.said:
        said = [{"place": list(each.place), "votes_count": each.votes_count} for each in bounded.said[:MOST_KEPT]]
        label.evidence["boundaries"] = said
    if belief.state != SETTLED:
        label.settled_at = None
    elif not was_settled:
        label.settled_at = now
    label.computed_at = now


def _keep_change(label: ConsensusLabel, *, before_state: str, before_value: str, now: datetime) -> None:
    label.revision += 1
    label.is_stale = is_stale(label)
    label.save()
    LabelChange.objects.create(
        project_id=label.project_id,
        label=label,
        revision=label.revision,
        state=label.state,
        value=label.value,
        probability=label.probability,
        evidence=label.evidence,
        changed_at=now,
    )
    believed = label.value if label.state == SETTLED else ""
    answers_count = label.evidence["answers_count"]
    Unit.objects.filter(pk=label.unit_id).update(
        settled_value=believed, answers_count=answers_count, priority=_priority(label)
    )
    is_pair = label.question.kind == Question.Kind.PAIR
    if is_pair and DUPLICATE in (believed, before_value if before_state == SETTLED else ""):
        rebuild_clusters(question=label.question, item_ids=_items_of(label.unit), now=now)
    announce(
        project_id=label.project_id,
        kind=_kind_of_change(before_state, label.state),
        data=label_facts(label),
        now=now,
    )


def is_stale(label: ConsensusLabel) -> bool:
    """Return whether nobody who holds the settled value, and counts, said it of the items as they are now."""
    unit = label.unit
    if label.state != SETTLED:
        return False
    now_hashes = {"item_hash": unit.item.content_hash, "other_hash": unit.other.content_hash if unit.other else ""}
    fresh = Judgement.objects.of(unit.project_id).counting().filter(unit=unit, value=label.value, **now_hashes)
    return not fresh.exists()


def mark_stale(*, project_id: int, item_ids: Collection[int]) -> None:
    """Write down which settled labels about these items have become stale, or are so no longer; all together."""
    touching = Q(unit__item__in=item_ids) | Q(unit__other__in=item_ids)
    labels = ConsensusLabel.objects.of(project_id).settled().filter(touching)
    wrong = labels.annotate(is_said=Exists(_said_as_it_is_now(project_id))).filter(is_stale=F("is_said"))
    found = dict(wrong.values_list("pk", "is_said"))
    for is_said in (True, False):
        some = [pk for pk, told in found.items() if told == is_said]
        ConsensusLabel.objects.filter(pk__in=some).update(is_stale=not is_said)


def _said_as_it_is_now(project_id: int) -> QuerySet[Judgement]:
    """Return, of a label, the live answers that count and say its value of the items as they are now."""
    return (
        Judgement.objects.of(project_id)
        .counting()
        .filter(
            unit=OuterRef("unit"),
            value=OuterRef("value"),
            item_hash=OuterRef("unit__item__content_hash"),
            other_hash=Coalesce(OuterRef("unit__other__content_hash"), Value("")),
        )
    )


def _kind_of_change(before: str, after: str) -> str:
    if after == SETTLED:
        return "label.settled"
    return "label.unsettled" if before == SETTLED else "label.changed"


def label_facts(label: ConsensusLabel) -> dict[str, Any]:
    """Return what the host is told of a label."""
    unit = label.unit
    items = [unit.item.key] + ([unit.other.key] if unit.other else [])
    return {
        "question": label.question.slug,
        "unit": {"kind": label.question.kind, "items": items, "label": unit.label or None, "anchor": unit.anchor},
        "value": label.value or None,
        "state": label.state,
        "probability": label.probability,
        "revision": label.revision,
    }


def _priority(label: ConsensusLabel) -> float:
    """Return how much another answer is wanted: most where people disagree or differ, then where one proposed."""
    if label.unit.boundaries:
        return 1.0
    wanted = {
        ConsensusLabel.State.CONTESTED: 1.0,
        ConsensusLabel.State.PROPOSED: 0.8,
        ConsensusLabel.State.OPEN: 0.5,
    }
    return wanted.get(ConsensusLabel.State(label.state), 0.0)


def _items_of(unit: Unit) -> set[int]:
    return {unit.item_id} | ({unit.other_id} if unit.other_id else set())
