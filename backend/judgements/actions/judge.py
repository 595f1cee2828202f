"""Write down one answer that a person gave at a shown list: its unit, and how it came about."""

from datetime import datetime
from typing import Any

from backend.annotators.models import Annotator
from backend.judgements.actions.meet import Looks
from backend.judgements.actions.spots import spot_meant
from backend.judgements.events import Judge
from backend.judgements.models import Exposure, Judgement, Slot
from backend.questions.actions.labels import NEW_LABELS_A_DAY, label_of, shown_label
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.errors import ValueNotAllowed
from backend.questions.models import Item, Unit
from backend.questions.units import FITS, SPOTS, Kind, allows


def judge(
    *,
    annotator: Annotator,
    exposure: Exposure,
    slot: Slot | None,
    event: Judge,
    digest: str,
    now: datetime,
    looks: Looks,
) -> Judgement:
    """Write an answer to one slot of a list, or beside them all, and return its row.

    The text of a spot is looked through for what else stands in it, while the batch has time for that.
    Raises ValueNotAllowed for a value or a tag that the question does not have, and TooManyNewLabels; of a spot
    AnchorUnusable, UnknownSpot and TooManySpots. The caller holds the annotator's row lock, of a spot `lock_spots`
    too, and lets the answer stand.
    """
    question = exposure.question
    if not allows(question.kind, event.value, question.labels):
        raise ValueNotAllowed(value=event.value, question=question.slug)
    anchor = None
    if question.kind in SPOTS:
        unit, anchor = spot_meant(annotator=annotator, exposure=exposure, slot=slot, event=event, looks=looks)
    else:
        unit = _unit_of(annotator, event, exposure, slot, now)
    return Judgement.objects.create(
        project_id=annotator.project_id,
        id=event.id,
        question=question,
        unit=unit,
        annotator=annotator,
        item=exposure.item,
        exposure=exposure,
        slot=slot,
        value=event.value,
        anchor=anchor,
        note=event.note.strip(),
        via=event.via,
        at_ms=event.at_ms,
        has_conflict_of_interest=has_conflict(annotator, unit),
        judged_at=min(event.judged_at, now),
        received_at=now,
        payload_digest=digest,
        **_how_asked(annotator, exposure, slot, unit, event),
        **hashes_of(unit, read_at=exposure.shown_at),
    )


def _unit_of(annotator: Annotator, event: Judge, exposure: Exposure, slot: Slot | None, now: datetime) -> Unit:
    question, item = exposure.question, exposure.item
    if question.kind == Kind.CHOICE:
        return unit_of_item(question=question, item=item)
    if question.kind == Kind.TAGS:
        label = _label_of(annotator, event, exposure, slot, now)
        return unit_of_tag(question=question, item=item, label=label)
    if slot is None or slot.candidate is None:
        raise ValueNotAllowed(value=event.value, question=question.slug)
    return unit_of_pair(question=question, first=item, second=slot.candidate)


def _label_of(annotator: Annotator, event: Judge, exposure: Exposure, slot: Slot | None, now: datetime) -> str:
    """Return the tag that is meant; who says that it fits names it, and a new one that was not shown has its limit."""
    question = exposure.question
    if slot is None:
        given = event.candidate or ""
        return label_of(question=question, given=given, now=now, named_by=annotator, most_new=NEW_LABELS_A_DAY)
    if event.value == FITS:
        return label_of(question=question, given=slot.label, now=now, named_by=annotator)
    return shown_label(question=question, label=slot.label)


def _how_asked(annotator: Annotator, exposure: Exposure, slot: Slot | None, unit: Unit, event: Judge) -> dict[str, Any]:
    """Return how an answer came about: assigned at the desk, drawn by the server, or of the person's own accord.

    Only what was asked is assigned or drawn: the assignment's own unit; a candidate of the list; of a
    choice, whichever label. Who changes an answer that they had been asked for still answers what the
    server chose, so that a change of mind takes no vote away, and aims none.
    """
    assignment = exposure.assignment
    if assignment and assignment.unit_id == unit.pk:
        return {"origin": Judgement.Origin.ASSIGNED, "assignment": assignment}
    was_named = slot is not None or exposure.question.kind == Kind.CHOICE
    if exposure.was_asked and assignment is None and was_named:
        return {"origin": Judgement.Origin.DRAWN, "draw_probability": exposure.ask_probability}
    changed = _changed(annotator, unit, event)
    if changed and changed.origin in (Judgement.Origin.ASSIGNED, Judgement.Origin.DRAWN):
        return {
            "origin": changed.origin,
            "assignment": changed.assignment,
            "draw_probability": changed.draw_probability,
        }
    return {"origin": Judgement.Origin.SPONTANEOUS}


def _changed(annotator: Annotator, unit: Unit, event: Judge) -> Judgement | None:
    """Return this person's answer that stood when they gave this one, if any."""
    said = Judgement.objects.of(annotator.project_id).filter(annotator=annotator, unit=unit)
    earlier = said.standing().filter(judged_at__lte=event.judged_at)
    return earlier.select_related("assignment").order_by("-judged_at", "-id").first()


def has_conflict(annotator: Annotator, unit: Unit) -> bool:
    """Return whether the annotator wrote an item of the unit: such marks are stored and not counted."""
    items: list[Item] = [unit.item, *([unit.other] if unit.other else [])]
    return any(item.is_by(annotator) for item in items)


def hashes_of(unit: Unit, *, read_at: datetime) -> dict[str, str]:
    """Return the content hashes that a judgement of this unit keeps: those of what was read at `read_at`."""
    return {"item_hash": unit.item.hash_at(read_at), "other_hash": unit.other.hash_at(read_at) if unit.other else ""}
