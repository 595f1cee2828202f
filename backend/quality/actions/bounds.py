"""What is believed of a unit from the answers that stand, with the boundary where the unit is a spot."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from earmark.anchors import Region

from backend.annotators.models import Annotator
from backend.judgements.models import Judgement
from backend.quality.boundaries import MOST_TOLD, Boundary, believed, boundaries_of
from backend.quality.consensus import OPEN, SETTLED, Belief, Mark, Policy, is_vote, settle
from backend.questions.models import Question, Unit
from backend.questions.relocated import Anchor, anchors_now, without_told
from backend.questions.spots import anchor_now, is_span, numbers_of, spot_key, text_of
from backend.questions.units import NONE, SPOTS, values_of


@dataclass(frozen=True)
class Bounded:
    """What is believed of a unit, and of a spot its boundary: the believed one, or those that people differ about."""

    belief: Belief
    boundary: dict[str, Any] | None = None
    differing: Sequence[dict[str, Any]] = ()
    said: Sequence[Boundary] = field(default_factory=tuple)


def policy_of(question: Question) -> Policy:
    """Return the settling policy of a question with its numbers."""
    return Policy(question.settling_policy, question.overlap, question.minimum, question.maximum)


def mark_of(judgement: Judgement, *, always_counts: bool = False) -> Mark:
    """Return a judgement as a mark; a blocked person's and an author's own count only where `always_counts`."""
    return Mark(
        value=judgement.value,
        origin=judgement.origin,
        annotator_kind=judgement.annotator.kind,
        counts=always_counts or (not judgement.annotator.is_blocked and not judgement.has_conflict_of_interest),
    )


def belief_of(unit: Unit, said: Sequence[Judgement], *, told_to: Annotator | None = None) -> Bounded:
    """Return what to believe of a unit from each person's present answer; to one person their own always counts.

    A spot whose value would settle while nobody's boundary is believed yet stays open.
    """
    question, policy = unit.question, policy_of(unit.question)
    own = told_to.pk if told_to else None
    marks = [mark_of(judgement, always_counts=judgement.annotator_id == own) for judgement in said]
    belief = settle(marks, policy, values_count=len(values_of(question.kind, question.labels)))
    if question.kind not in SPOTS or belief.state != SETTLED or belief.value == NONE:
        return Bounded(belief)
    votes = [
        judgement.anchor
        for judgement, mark in zip(said, marks, strict=True)
        if is_vote(mark, policy.name) and mark.value == belief.value and judgement.anchor
    ]
    return _bounded(belief, _where_they_lie(unit, votes), policy.overlap)


def _where_they_lie(unit: Unit, anchors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return boundaries as they lie in the text as it is now; as they were said, where all of their words are gone."""
    if len({anchor.get("snapshot") for anchor in anchors}) <= 1:
        return [without_told(anchor) for anchor in anchors]
    text = text_of(unit.item.body, unit.item.metadata)
    found = [now for now in anchors_now(anchors, text) if now]
    return found or [without_told(anchor) for anchor in anchors]


def _bounded(belief: Belief, anchors: Sequence[dict[str, Any]], overlap_wanted: int) -> Bounded:
    said = boundaries_of([numbers_of(anchor) for anchor in anchors])
    if not said:
        return Bounded(belief)
    place = believed(said, overlap_wanted=overlap_wanted)
    if place is not None:
        return Bounded(belief, boundary=_anchor_at(place, anchors), said=said)
    differing = [_anchor_at(each.place, anchors) for each in said[:MOST_TOLD]]
    return Bounded(replace(belief, state=OPEN), differing=differing, said=said)


def are_words_gone(unit: Unit) -> bool:
    """Return whether a unit is a span whose words its item's text has no more, so that nobody can judge it."""
    if not unit.anchor or not is_span(unit.anchor):
        return False
    return anchor_now(unit.anchor, text_of(unit.item.body, unit.item.metadata)) is None


def first_anchor(unit: Unit) -> Anchor | None:
    """Return where a spot was marked first, which its key names; where nothing tells that any more, where it lies."""
    lies: Anchor | None = unit.anchor
    if lies is None or spot_key(unit.item_id, lies) == unit.key:
        return lies
    if not is_span(lies):
        return {**lies, "region": str(Region(*map(float, unit.key.partition(":")[2].split(","))))}
    said = Judgement.objects.of(unit.project_id).filter(unit=unit).order_by("received_at", "id")
    told = said.values_list("anchor", "slot__anchor")
    first = (each for anchors in told for each in anchors if each and spot_key(unit.item_id, each) == unit.key)
    return without_told(found) if (found := next(first, None)) else lies


def _anchor_at(place: Sequence[float], anchors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the anchor of a boundary; a box that nobody drew so has the picture's size from those that were drawn."""
    if is_span(anchors[0]):
        return next(anchor for anchor in anchors if numbers_of(anchor) == tuple(place))
    return anchors[0] | {"region": str(Region(*place))}
