"""Which unit an answer about a spot is about: what people mark by themselves meets what others marked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from backend.annotators.models import Annotator
from backend.judgements.errors import UnknownSpot
from backend.judgements.events import Judge
from backend.judgements.models import Exposure, Judgement, Slot
from backend.questions.actions.units import unit_of_spot
from backend.questions.models import Item, Question, Unit
from backend.questions.relocated import Anchor, anchors_now, snapshot
from backend.questions.spots import (
    SAME_SPOT,
    Numbers,
    anchor_now,
    candidate_id,
    label_in,
    numbers_of,
    overlap,
    picture_of,
    resolve,
    spot_key,
    text_of,
)
from backend.questions.units import NONE, SPOTS, UNSURE
from backend.suggestions.retrieval import Guess

_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, %s))"
NO_LABELS = (NONE, UNSURE)


def lock_spots(places: Iterable[tuple[int, int]]) -> None:
    """Wait until nobody else marks spots of these (question, item), and let nobody until the transaction ends.

    Always in one order, and before any annotator is locked, so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        for question, item in sorted(set(places)):
            cursor.execute(_LOCK, [f"earmark spots {item}", question])


def kept_anchor(*, question: Question, item: Item, anchor: Anchor, is_looked_through: bool = True) -> dict[str, Any]:
    """Return what was told of a place as it is kept of this item; raises AnchorUnusable."""
    text, picture = text_asked(question, item), picture_of(item.metadata)
    return resolve(anchor, kind=question.kind, text=text, picture=picture, is_looked_through=is_looked_through)


def text_asked(question: Question, item: Item) -> str:
    """Return the text that a question's spots lie in, empty where they lie in a picture."""
    return text_of(item.body, item.metadata) if question.kind == Question.Kind.SPAN else ""


def is_of_another_text(item: Item, anchor: Anchor | None) -> bool:
    """Return whether an anchor names words of another text than the item has now, which are searched for."""
    told = (anchor or {}).get("snapshot")
    return told is not None and told != snapshot(text_of(item.body, item.metadata))


def spot_meant(
    *, annotator: Annotator, exposure: Exposure, slot: Slot | None, event: Judge, is_looked_through: bool = True
) -> tuple[Unit, dict[str, Any]]:
    """Return the unit that an answer is about, and the boundary it gives, as it is kept.

    At the desk an answer to the list is about what was asked. Else it is about the spot of the slot, as an earlier
    answer to it was, or the spot that was shown to this person as their own or as settled; what they marked by
    themselves meets what is there. Raises
    AnchorUnusable, and UnknownSpot for a candidate that was not shown. The caller holds `lock_spots`.
    """
    question, item = exposure.question, exposure.item
    told = event.anchor or {}
    anchor = kept_anchor(question=question, item=item, anchor=told, is_looked_through=is_looked_through)
    if slot is not None and slot.anchor is not None:
        known = exposure.assignment or slot.judgements.filter(annotator=annotator).select_related("unit").first()
        if known:
            return known.unit, anchor
        is_there = spot_key(item.pk, anchor) == spot_key(item.pk, slot.anchor)
        place, label = anchor if is_there else slot.anchor, label_in(slot.label)
        return meet(question=question, item=item, anchor=place, label=label, annotator=annotator), anchor
    if event.candidate is not None:
        return _shown_before(annotator, question, item, event.candidate), anchor
    return meet(question=question, item=item, anchor=anchor, label=event.value, annotator=annotator), anchor


def _shown_before(annotator: Annotator, question: Question, item: Item, candidate: str) -> Unit:
    """Return the unit of a spot that this person was shown without a slot: their own, or one that is settled."""
    own = Judgement.objects.of(question.project_id).on(question).filter(annotator=annotator, unit__item=item)
    for said in own.select_related("unit", "slot").order_by("-judged_at", "-id"):
        if candidate in _names_of(said):
            return said.unit
    for unit in question.units.filter(item=item).exclude(settled_value="").order_by("pk"):
        if unit.anchor and candidate_id(unit.anchor, unit.settled_value) == candidate:
            return unit
    raise UnknownSpot(candidate=candidate)


def _names_of(said: Judgement) -> list[str]:
    """Return the candidate ids under which a person may have been shown an answer of theirs."""
    anchors = [said.anchor, (said.anchor or {}).get("told")]
    return [candidate_id(anchor, said.value) for anchor in anchors if anchor] + ([said.slot.label] if said.slot else [])


@dataclass
class _Standing:
    """What stands of a unit: how often each label was said, and where each person says that it lies."""

    labels: Counter[str] = field(default_factory=Counter)
    places: dict[int, Numbers] = field(default_factory=dict)

    @property
    def leading(self) -> str:
        """Return the label that is said most, of two the first in the alphabet; empty where none is."""
        return min(self.labels, key=lambda label: (-self.labels[label], label), default="")

    def leads(self, label: str) -> bool:
        """Return whether a label is said most of the unit; of one without any label, each is."""
        most = max(self.labels.values(), default=0)
        return label in NO_LABELS or self.labels[label] == most


def meet(
    *, question: Question, item: Item, anchor: dict[str, Any], label: str, annotator: Annotator | None = None
) -> Unit:
    """Return the unit of what was marked or guessed in an item.

    It is the unit of exactly this place; else the one of greatest overlap, at least SAME_SPOT, of which this label is
    said most, and of which this person does not say another place; of two as close the one with the lower key. Else a
    new one. The caller holds `lock_spots`.
    """
    text = text_asked(question, item)
    here = numbers_of(anchor_now(anchor, text) or anchor)
    lies = {unit: numbers_of(now) for unit, now in units_now(question, item, text)}
    own = annotator.pk if annotator else 0
    standing = _standing(lies, text, own=own)
    exact = [unit for unit in lies if unit.key == spot_key(item.pk, anchor)]
    exact += [unit for unit, there in lies.items() if there == here]
    exact += [unit for unit in lies if standing[unit.pk].places.get(own) == here]
    if exact:
        return exact[0]
    near = [
        (-overlap(here, there), unit.key, unit)
        for unit, there in lies.items()
        if overlap(here, there) >= SAME_SPOT and standing[unit.pk].leads(label) and own not in standing[unit.pk].places
    ]
    if near:
        return min(near, key=lambda each: each[:2])[2]
    return unit_of_spot(question=question, item=item, anchor=anchor)


def spot_told(
    *,
    question: Question,
    item: Item,
    annotator: Annotator,
    anchor: dict[str, Any],
    label: str,
    judgement_id: UUID | None,
) -> Unit:
    """Return the unit that an answer outside of any list is about: sent again, the one that it was about before."""
    told = Judgement.objects.of(question.project_id).on(question).filter(unit__item=item).select_related("unit__item")
    known = told.filter(pk=judgement_id).first() if judgement_id else None
    return known.unit if known else meet(question=question, item=item, anchor=anchor, label=label, annotator=annotator)


def units_now(question: Question, item: Item, text: str) -> list[tuple[Unit, dict[str, Any]]]:
    """Return the known spots of an item, each with where it lies in the text as it is now; none that is gone."""
    known = list(question.units.filter(item=item).order_by("key"))
    lies = anchors_now((unit.anchor for unit in known), text)
    return [(unit, now) for unit, now in zip(known, lies, strict=True) if now]


def _standing(units: Collection[Unit], text: str, *, own: int = 0) -> Mapping[int, _Standing]:
    """Return what stands of units; of the person `own` also what they said in this batch, which is not live yet."""
    found: dict[int, _Standing] = defaultdict(_Standing)
    project = {unit.project_id for unit in units}
    told = Judgement.objects.filter(project__in=project, unit__in=units)
    told = told.select_related("annotator").order_by("judged_at", "id")
    theirs = {said.unit_id: said for said in told.standing().filter(annotator=own)} if own else {}
    answers = [*told.live().exclude(annotator=own), *theirs.values()]
    lies = anchors_now((said.anchor for said in answers), text)
    for said, now in zip(answers, lies, strict=True):
        standing = found[said.unit_id]
        if said.value not in NO_LABELS and not said.annotator.is_blocked:
            standing.labels[said.value] += 1
        if said.anchor:
            standing.places[said.annotator_id] = numbers_of(now or said.anchor)
    return found


def spots_in_doubt(*, question: Question, item: Item) -> list[tuple[Guess, list[Anchor]]]:
    """Return the spots of an item whose boundary people differ about, with the label that most say, and with those."""
    units = list(question.units.filter(item=item, settled_value="").exclude(boundaries=None).order_by("key"))
    text = text_asked(question, item)
    standing = _standing(units, text)
    lies = anchors_now((unit.anchor for unit in units), text)
    return [
        (Guess.of_spot(now, label), unit.boundaries or [])
        for unit, now in zip(units, lies, strict=True)
        if now and (label := standing[unit.pk].leading)
    ]


def places_answered(*, annotator: Annotator, question: Question, item: Item) -> list[Numbers]:
    """Return where this person said anything of an item, and where the units lie that they said it of."""
    text = text_asked(question, item)
    live = Judgement.objects.of(question.project_id).on(question).live().filter(annotator=annotator, unit__item=item)
    anchors: Sequence[Anchor] = [
        anchor for said in live.select_related("unit") for anchor in (said.anchor, said.unit.anchor) if anchor
    ]
    return [numbers_of(now or anchor) for anchor, now in zip(anchors, anchors_now(anchors, text), strict=True)]


def spots_judged(exposures: Mapping[Any, Exposure], events: Iterable[Any]) -> set[tuple[int, int]]:
    """Return the (question, item) of which a batch marks spots."""
    lists = [exposures[event.exposure] for event in events if isinstance(event, Judge) and event.exposure in exposures]
    return {(shown.question_id, shown.item_id) for shown in lists if shown.question.kind in SPOTS}
