"""Settle the label of a unit from the judgements that stand now."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from backend.assignments.models import Assignment
from backend.judgements.models import Judgement
from backend.projects.actions.webhooks import announce
from backend.quality.actions.clusters import rebuild_clusters
from backend.quality.consensus import SETTLED, Belief, Mark, Policy, people_wanted, settle
from backend.quality.models import ConsensusLabel, LabelChange
from backend.questions.models import Question, Unit
from backend.questions.units import DUPLICATE, values_of


def policy_of(question: Question) -> Policy:
    """Return the settling policy of a question with its numbers."""
    return Policy(question.settling_policy, question.overlap, question.minimum, question.maximum)


def marks_of(unit: Unit) -> list[Mark]:
    """Return each person's present answer to a unit; those of blocked people and of authors do not count."""
    live = Judgement.objects.of(unit.project_id).live().filter(unit=unit).select_related("annotator")
    return [mark_of(judgement) for judgement in live.order_by("judged_at", "id")]


def mark_of(judgement: Judgement, *, always_counts: bool = False) -> Mark:
    """Return a judgement as a mark; a blocked person's and an author's own count only where `always_counts`."""
    return Mark(
        value=judgement.value,
        origin=judgement.origin,
        annotator_kind=judgement.annotator.kind,
        counts=always_counts or (not judgement.annotator.is_blocked and not judgement.has_conflict_of_interest),
    )


def settle_unit(*, unit_id: int, now: datetime) -> ConsensusLabel:
    """Recompute what is believed of a unit; a change is kept as a step of its history and announced.

    Locks the unit, so that two workers settle it one after the other and no answer to it is
    committed between what they read.
    """
    Unit.objects.select_for_update().get(pk=unit_id)
    unit = Unit.objects.select_related("question", "item", "other").get(pk=unit_id)
    question = unit.question
    asked_count = Assignment.objects.of(unit.project_id).filter(unit=unit, answered_at__isnull=False).count()
    marks = marks_of(unit)
    belief = settle(marks, policy_of(question), values_count=len(values_of(question.kind, question.labels)))
    _want(unit, people_wanted(marks, policy_of(question), asked_count=asked_count))
    label = ConsensusLabel.objects.filter(unit=unit).first()
    if label is None:
        label = ConsensusLabel(project_id=unit.project_id, question=question, unit=unit, computed_at=now)
    before = (label.state, label.value, label.probability, label.evidence)
    _believe(label, belief, answers_count=len(marks), now=now)
    if label.pk is None or before != (label.state, label.value, label.probability, label.evidence):
        _keep_change(label, before_state=before[0], before_value=before[1], now=now)
    else:
        label.save(update_fields=["computed_at"])
    return label


def _want(unit: Unit, people_count: int) -> None:
    if unit.people_wanted_count != people_count:
        Unit.objects.filter(pk=unit.pk).update(people_wanted_count=people_count)


def _believe(label: ConsensusLabel, belief: Belief, *, answers_count: int, now: datetime) -> None:
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
    """Return whether nobody who holds the settled value said it of the items as they are now."""
    unit = label.unit
    if label.state != SETTLED:
        return False
    now_hashes = {"item_hash": unit.item.content_hash, "other_hash": unit.other.content_hash if unit.other else ""}
    fresh = Judgement.objects.of(unit.project_id).live().filter(unit=unit, value=label.value, **now_hashes)
    return not fresh.exists()


def mark_stale(*, project_id: int, item_ids: Collection[int]) -> None:
    """Write down which settled labels about these items have become stale, or are so no longer."""
    touching = Q(unit__item__in=item_ids) | Q(unit__other__in=item_ids)
    labels = ConsensusLabel.objects.of(project_id).settled().filter(touching)
    for label in labels.select_related("unit__item", "unit__other"):
        ConsensusLabel.objects.filter(pk=label.pk).update(is_stale=is_stale(label))


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
        "unit": {"kind": label.question.kind, "items": items, "label": unit.label or None},
        "value": label.value or None,
        "state": label.state,
        "probability": label.probability,
        "revision": label.revision,
    }


def _priority(label: ConsensusLabel) -> float:
    """Return how much another answer is wanted: most where people disagree, then where one proposed."""
    wanted = {
        ConsensusLabel.State.CONTESTED: 1.0,
        ConsensusLabel.State.PROPOSED: 0.8,
        ConsensusLabel.State.OPEN: 0.5,
    }
    return wanted.get(ConsensusLabel.State(label.state), 0.0)


def _items_of(unit: Unit) -> set[int]:
    return {unit.item_id} | ({unit.other_id} if unit.other_id else set())
