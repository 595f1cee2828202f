"""Record judgements that answered no list of ours: imported ones, the host's own, and the staff's."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.annotators.errors import AnnotatorErased
from backend.annotators.models import Annotator
from backend.assignments.models import Assignment
from backend.judgements.actions.judge import has_conflict, hashes_of
from backend.judgements.actions.meet import Looks
from backend.judgements.actions.record import AHEAD
from backend.judgements.actions.stand import stand_again
from backend.judgements.errors import JudgedAtNoTime
from backend.judgements.events import BAD, DUPLICATE_EVENT, OK, Verdict
from backend.judgements.models import Judgement
from backend.projects.ids import uuid7
from backend.questions.errors import ValueNotAllowed
from backend.questions.models import Item, Unit
from backend.questions.spots import place_of
from backend.questions.units import allows

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Before it nobody answered anything here; a clock that says so is not set."""


def record_judgement(
    *,
    judgement_id: UUID,
    annotator: Annotator,
    unit: Unit,
    item: Item,
    value: str,
    origin: str,
    judged_at: datetime,
    now: datetime,
    assignment: Assignment | None = None,
    anchor: dict[str, Any] | None = None,
    looks: Looks | None = None,
) -> Verdict:
    """Record one answer to a unit; sent again it is `dup`, with another content `bad: conflict`.

    `anchor` is the boundary that the person gives a spot; without it, it is the unit's. `looks` is of the batch that
    it came in. A clock up to AHEAD before ours counts as ours.
    Raises ValueNotAllowed, AnnotatorErased, and JudgedAtNoTime for a time further ahead or before EARLIEST.
    """
    question = unit.question
    if not allows(question.kind, value, question.labels):
        raise ValueNotAllowed(value=value, question=question.slug)
    held = Annotator.objects.select_for_update().filter(pk=annotator.pk).first()
    if held is None:
        raise AnnotatorErased("This person asked to be forgotten.")
    annotator = held
    anchor = anchor or unit.anchor
    digest = f"{unit.pk}:{annotator.pk}:{value}:{origin}" + (f":{place_of(anchor)}" if anchor else "")
    told = Judgement.objects.filter(pk=judgement_id).values_list("payload_digest", flat=True).first()
    if told is not None:
        return Verdict(judgement_id, DUPLICATE_EVENT) if told == digest else Verdict(judgement_id, BAD, "conflict")
    _check_time(judged_at, now)
    try:
        with transaction.atomic():
            said = Judgement.objects.create(
                project_id=annotator.project_id,
                id=judgement_id,
                question=question,
                unit=unit,
                annotator=annotator,
                item=item,
                assignment=assignment,
                value=value,
                anchor=anchor,
                origin=origin,
                has_conflict_of_interest=has_conflict(annotator, unit),
                judged_at=min(judged_at, now),
                received_at=now,
                payload_digest=digest,
                **hashes_of(unit, read_at=judged_at),
            )
    except IntegrityError:
        return Verdict(judgement_id, BAD, "conflict")
    if looks:
        looks.hear(said)
    stand_again(annotator=annotator, units=[unit])
    return Verdict(judgement_id, OK)


def _check_time(judged_at: datetime, now: datetime) -> None:
    if judged_at > now + AHEAD:
        raise JudgedAtNoTime(
            code="from_the_future",
            reason="`judged_at` is ahead of our clock: nobody said it yet. Send the time with its zone.",
        )
    if judged_at < EARLIEST:
        raise JudgedAtNoTime(
            code="too_early",
            reason=f"`judged_at` is before {EARLIEST:%Y}, as of a clock that was not set; leave it out where unknown.",
        )


def answer_as_expert(*, annotator: Annotator, unit: Unit, item: Item, value: str, now: datetime) -> Verdict:
    """Record what a member of the staff said on an item's story page, as an assignment answered at once."""
    assignment, _ = Assignment.objects.get_or_create(
        project_id=unit.project_id, unit=unit, annotator=annotator, defaults={"answered_at": now}
    )
    Assignment.objects.filter(pk=assignment.pk).update(answered_at=now)
    return record_judgement(
        judgement_id=uuid7(now=now),
        annotator=annotator,
        unit=unit,
        item=item,
        value=value,
        origin=Judgement.Origin.ASSIGNED,
        judged_at=now,
        now=now,
        assignment=assignment,
    )
