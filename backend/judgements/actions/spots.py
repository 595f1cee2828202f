"""Which unit an answer about a spot is about: one that was shown, or what others marked there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from earmark.errors import AnchorUnusable

from backend.annotators.models import Annotator
from backend.judgements.actions.meet import Looks, meet, standing_of, text_asked
from backend.judgements.errors import UnknownSpot
from backend.judgements.events import Judge
from backend.judgements.models import Exposure, Judgement, Slot
from backend.questions.models import Item, Question, Unit
from backend.questions.relocated import Anchor, anchors_now, snapshot
from backend.questions.spots import (
    Numbers,
    candidate_id,
    label_in,
    numbers_of,
    picture_of,
    resolve,
    spot_key,
    text_of,
)
from backend.questions.units import SPOTS
from backend.suggestions.guesses import Guess

_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, %s))"


def lock_spots(places: Iterable[tuple[int, int]]) -> None:
    """Wait until nobody else marks spots of these (question, item), and let nobody until the transaction ends.

    Always in one order, and before any annotator is locked, so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        for question, item in sorted(set(places)):
            cursor.execute(_LOCK, [f"earmark spots {item}", question])


def kept_anchor(*, question: Question, item: Item, anchor: Anchor, looks: Looks) -> dict[str, Any]:
    """Return what was told of a place as it is kept of this item; raises AnchorUnusable.

    Words of another text than the item's are `text_not_found` once the batch has searched enough in vain; the text is
    looked through for what else stands in it while the batch has looked through less.
    """
    text, picture = text_asked(question, item), picture_of(item.metadata)
    if not looks.may_search and is_of_another_text(item, anchor):
        raise AnchorUnusable("text_not_found", "This batch searched enough in vain; send what is left in another.")
    try:
        kept = resolve(anchor, kind=question.kind, text=text, picture=picture, is_looked_through=looks.may_look_through)
    except AnchorUnusable as error:
        looks.searched_count += len(text) if error.code == "text_not_found" else 0
        raise
    looks.looked_through_count += len(text)
    return kept


def is_of_another_text(item: Item, anchor: Anchor | None) -> bool:
    """Return whether an anchor names words of another text than the item has now, which are searched for."""
    told = (anchor or {}).get("snapshot")
    return told is not None and told != snapshot(text_of(item.body, item.metadata))


def spot_meant(
    *, annotator: Annotator, exposure: Exposure, slot: Slot | None, event: Judge, looks: Looks
) -> tuple[Unit, dict[str, Any]]:
    """Return the unit that an answer is about, and the boundary it gives, as it is kept.

    At the desk an answer to the list is about what was asked. Else it is about the spot of the slot, as an earlier
    answer to it was, or the spot that was shown to this person as their own or as settled; what they marked by
    themselves meets what is there. Raises AnchorUnusable, UnknownSpot for a candidate that was not shown, and
    TooManySpots for one that they mark by themselves beyond as many as they may. The caller holds `lock_spots`.
    """
    question, item = exposure.question, exposure.item
    told = event.anchor or {}
    anchor = kept_anchor(question=question, item=item, anchor=told, looks=looks)
    if slot is not None and slot.anchor is not None:
        known = exposure.assignment or slot.judgements.filter(annotator=annotator).select_related("unit").first()
        if known:
            return known.unit, anchor
        is_there = spot_key(item.pk, anchor) == spot_key(item.pk, slot.anchor)
        place, label = anchor if is_there else slot.anchor, label_in(slot.label)
        met = meet(question=question, item=item, anchor=place, label=label, annotator=annotator, looks=looks)
        return met, anchor
    if event.candidate is not None:
        return _shown_before(annotator, question, item, event.candidate), anchor
    met = meet(
        question=question,
        item=item,
        anchor=anchor,
        label=event.value,
        annotator=annotator,
        is_limited=True,
        looks=looks,
    )
    return met, anchor


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


def spot_told(
    *,
    question: Question,
    item: Item,
    annotator: Annotator,
    anchor: dict[str, Any],
    label: str,
    judgement_id: UUID | None,
    looks: Looks,
) -> Unit:
    """Return the unit that an answer outside of any list is about: sent again, the one that it was about before.

    Raises TooManySpots where the person marked as many in the item as they may.
    """
    told = Judgement.objects.of(question.project_id).on(question).filter(unit__item=item).select_related("unit__item")
    known = told.filter(pk=judgement_id).first() if judgement_id else None
    if known:
        return known.unit
    return meet(
        question=question, item=item, anchor=anchor, label=label, annotator=annotator, is_limited=True, looks=looks
    )


def spots_in_doubt(*, question: Question, item: Item) -> list[tuple[Guess, list[Anchor]]]:
    """Return the spots of an item whose boundary people differ about, with the label that most say, and with those."""
    units = list(question.units.filter(item=item, settled_value="").exclude(boundaries=None).order_by("key"))
    text = text_asked(question, item)
    standing = standing_of(units)
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
