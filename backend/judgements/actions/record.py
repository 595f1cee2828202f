"""Record what people do with a shown list: each event once, in any order, under one lock a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Left, Right
from earmark.errors import AnchorUnusable

from backend.annotators.actions.people import hide_question
from backend.annotators.models import Annotator
from backend.assignments.actions.prompts import answer_prompt, dismiss_prompt, prompt_of
from backend.assignments.actions.queue import answer_assignment
from backend.assignments.errors import LeaseOver
from backend.judgements.actions.judge import judge
from backend.judgements.actions.meet import Looks
from backend.judgements.actions.outcomes import update_outcomes
from backend.judgements.actions.spots import lock_spots, spots_judged
from backend.judgements.actions.stand import answer_assignments, stand_again
from backend.judgements.errors import SessionRevoked, TooManySpots, UnknownSpot
from backend.judgements.events import (
    BAD,
    DUPLICATE_EVENT,
    OK,
    Dismiss,
    Event,
    Expand,
    Hide,
    Judge,
    Seen,
    Skip,
    Undo,
    Verdict,
)  # fmt: skip
from backend.judgements.models import Exposure, Judgement, LedgerEvent, RefusedEvent, Slot, Withdrawal
from backend.projects.ids import time_of
from backend.questions.errors import TooManyNewLabels, ValueNotAllowed
from backend.questions.models import Unit
from backend.questions.units import SPOTS, Kind, fold_label

OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=10)
LOST = "lost_by_client"
ID_SIGNS = 32


@dataclass
class _Batch:
    """What a batch of one person's events is checked against, and what it touches."""

    annotator: Annotator
    now: datetime
    exposures: dict[UUID, Exposure]
    slots: dict[tuple[UUID, str], Slot]
    known: dict[UUID, str]
    units: dict[int, Unit] = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)
    assignments: set[int] = field(default_factory=set)
    looks: Looks = field(default_factory=Looks)


def record_events(
    *, annotator: Annotator, events: Sequence[Event], now: datetime, epoch: int | None = None
) -> list[Verdict]:
    """Record a batch and return one verdict an event, in their order.

    An event told before is `dup`; told before with another content it is `bad: conflict` and the
    first stands. An answer about a list never shown to this person, or an item not in it, is refused;
    a tag they may name themselves, within the question's labels, and a limited number of new ones a day
    (`too_many_new_labels`). A spot that lies nowhere is `malformed`, one whose words the item's text has not is
    `text_not_found`, as all are in a batch after MOST_SEARCHED signs of text were searched in vain, and one that was
    not shown `unknown_candidate`; of those that one marks by oneself an item takes the question's `most_spots`
    (`too_many_spots`). After as many signs that were looked through for the like of what was marked,
    further marks are kept without. An answer at the desk after its lease is
    refused where others took the places (`lease_over`). Bad events take nothing from the good
    ones. Raises SessionRevoked where `epoch` is not the annotator's any more, or they are erased. The caller holds the
    project's door; the spots of the items and the annotator's row are locked until the transaction ends.
    """
    lists = _lists_of(annotator, events)
    lock_spots(spots_judged(lists, events))
    held = Annotator.objects.select_for_update().filter(pk=annotator.pk).first()
    if held is None or epoch not in (None, held.epoch):
        raise SessionRevoked("The sessions of this annotator were ended; sign in anew.")
    annotator = held
    batch = _gather(annotator, events, lists, now)
    verdicts = [_take(batch, event) for event in events]
    _keep_refusals(batch, verdicts)
    stand_again(annotator=annotator, units=batch.units.values())
    answer_assignments(assignment_ids=batch.assignments, now=now)
    update_outcomes(exposure_ids=batch.touched)
    Annotator.objects.filter(pk=annotator.pk).update(last_seen_at=now)
    return verdicts


def _gather(annotator: Annotator, events: Sequence[Event], found: dict[UUID, Exposure], now: datetime) -> _Batch:
    project = annotator.project_id
    slots = Slot.objects.filter(project=project, exposure__in=found).select_related("candidate")
    told = LedgerEvent.objects.filter(pk__in={event.id for event in events})
    return _Batch(
        annotator=annotator,
        now=now,
        exposures=found,
        slots={(slot.exposure_id, _key(found[slot.exposure_id], slot.candidate_key)): slot for slot in slots},
        known=dict(told.values_list("pk", "payload_digest")),
    )


def _lists_of(annotator: Annotator, events: Sequence[Event]) -> dict[UUID, Exposure]:
    exposures = Exposure.objects.of(annotator.project_id).filter(
        annotator=annotator, pk__in={event.exposure for event in events}
    )
    wanted = exposures.select_related("question", "item", "assignment__unit", "within")
    return {exposure.pk: exposure for exposure in wanted}


def _key(exposure: Exposure, candidate: str) -> str:
    """Return the key by which a candidate of a list is found: an item's own, or a label in any capitals."""
    return candidate if exposure.question.kind == Kind.PAIR else fold_label(candidate)


def _take(batch: _Batch, event: Event) -> Verdict:
    digest = event.digest()
    if event.id in batch.known:
        if batch.known[event.id] == digest:
            return Verdict(event.id, DUPLICATE_EVENT)
        return Verdict(event.id, BAD, "conflict")
    refusal = _refusal(batch, event)
    if refusal:
        return Verdict(event.id, BAD, refusal)
    try:
        with transaction.atomic():
            refusal = _write(batch, event, digest)
    except IntegrityError:
        refusal = "conflict"
        batch.looks.forget()  # a unit that was made went with the savepoint
    except LeaseOver:
        refusal = "lease_over"
        batch.looks.forget()
    if refusal:
        return Verdict(event.id, BAD, refusal)
    batch.known[event.id] = digest
    batch.touched.add(event.exposure)
    return Verdict(event.id, OK)


def _write(batch: _Batch, event: Event, digest: str) -> str | None:
    exposure = batch.exposures[event.exposure]
    slot = _slot_of(batch, event)
    refusal = _apply(batch, event, exposure, slot, digest)
    if refusal is None:
        _tell_prompt(batch, event, exposure)
        LedgerEvent.objects.create(
            project_id=batch.annotator.project_id,
            id=event.id,
            annotator=batch.annotator,
            exposure=exposure,
            kind=event.kind,
            candidate=slot.candidate if slot else None,
            label=slot.label if slot else _spot_named(event, exposure),
            seq=event.seq,
            at_ms=event.at_ms,
            payload_digest=digest,
            received_at=batch.now,
        )
    return refusal


def _spot_named(event: Event, exposure: Exposure) -> str:
    """Return the spot that an answer is about which was shown without a slot."""
    is_about_one = isinstance(event, Judge) and exposure.question.kind in SPOTS
    return getattr(event, "candidate", None) or "" if is_about_one else ""


def _refusal(batch: _Batch, event: Event) -> str | None:
    if event.id.version != 7:
        return "malformed"
    made_at = time_of(event.id)
    if made_at < batch.now - OLDEST:
        return "too_old"
    if made_at > batch.now + AHEAD:
        return "from_the_future"
    if event.exposure not in batch.exposures:
        return "unknown_exposure"
    question = batch.exposures[event.exposure].question
    if isinstance(event, Judge) and event.answer_kind != question.kind:
        return "unknown_value"
    needs_slot = isinstance(event, Judge) and question.kind == Kind.PAIR
    names_one = not isinstance(event, Judge) and getattr(event, "candidate", None) is not None
    if (needs_slot or names_one) and _slot_of(batch, event) is None:
        return "unknown_candidate"
    return None


def _slot_of(batch: _Batch, event: Event) -> Slot | None:
    """Return the slot that an event is about, if any.

    A tag that the person named has none. Of a choice it is the slot of the label chosen, else the only
    one there is: another answer corrects it.
    """
    exposure = batch.exposures[event.exposure]
    if isinstance(event, Judge) and exposure.question.kind == Kind.CHOICE:
        chosen = batch.slots.get((exposure.pk, _key(exposure, event.value)))
        others = [slot for (shown, _), slot in batch.slots.items() if shown == exposure.pk]
        return chosen or (others[0] if len(others) == 1 else None)
    candidate = getattr(event, "candidate", None)
    return batch.slots.get((exposure.pk, _key(exposure, candidate))) if candidate is not None else None


def _apply(batch: _Batch, event: Event, exposure: Exposure, slot: Slot | None, digest: str) -> str | None:
    match event:
        case Judge():
            return _judge(batch, event, exposure, slot, digest)
        case Undo():
            return _undo(batch, event)
        case Seen() | Expand() | Skip() if slot is not None:
            _see(slot, event)
        case Skip():
            for key, other in batch.slots.items():
                if key[0] == exposure.pk:
                    _see(other, event)
        case Dismiss():
            Exposure.objects.filter(pk=exposure.pk).update(dismissed_at=batch.now)
        case Hide():
            hide_question(annotator=batch.annotator, question_slug=exposure.question.slug)
    return None


def _tell_prompt(batch: _Batch, event: Event, exposure: Exposure) -> None:
    """Write down what became of the prompt that a list was; an answer found by searching from it answers it too."""
    asked = (exposure.within or exposure) if isinstance(event, Judge) else exposure
    if not asked.was_asked or asked.channel != Exposure.Channel.WIDGET:
        return
    prompt = prompt_of(annotator=batch.annotator, question=asked.question, item=asked.item, shown_at=asked.shown_at)
    if prompt and isinstance(event, Judge):
        answer_prompt(prompt=prompt, now=batch.now)
    elif prompt and isinstance(event, Dismiss | Hide):
        dismiss_prompt(prompt=prompt, now=batch.now)


def _see(slot: Slot, event: Event) -> None:
    seen_ms = getattr(event, "seen_ms", None)
    slot.seen_at_ms = event.at_ms if slot.seen_at_ms is None else min(slot.seen_at_ms, event.at_ms)
    if seen_ms is not None:
        slot.seen_ms = max(slot.seen_ms or 0, seen_ms)
    slot.save(update_fields=["seen_at_ms", "seen_ms"])


def _judge(batch: _Batch, event: Judge, exposure: Exposure, slot: Slot | None, digest: str) -> str | None:
    try:
        said = judge(
            annotator=batch.annotator, exposure=exposure, slot=slot, event=event, digest=digest, now=batch.now,
            looks=batch.looks,
        )  # fmt: skip
    except ValueNotAllowed:
        return "unknown_value"
    except TooManyNewLabels:
        return "too_many_new_labels"
    except AnchorUnusable as error:
        return error.code if error.code == "text_not_found" else "malformed"
    except UnknownSpot:
        return "unknown_candidate"
    except TooManySpots:
        return "too_many_spots"
    if said.assignment:
        answer_assignment(assignment=said.assignment, now=batch.now)
    batch.looks.hear(said)
    batch.units[said.unit_id] = said.unit
    batch.assignments |= {said.assignment_id} if said.assignment_id else set()
    return None


def _undo(batch: _Batch, event: Undo) -> str | None:
    judgement = Judgement.objects.select_related("unit", "slot").filter(pk=event.judgement).first()
    if judgement and judgement.annotator_id != batch.annotator.pk:
        return "unknown_judgement"
    Withdrawal.objects.create(
        project_id=batch.annotator.project_id,
        id=event.id,
        judgement_key=event.judgement,
        annotator=batch.annotator,
        withdrawn_at=batch.now,
    )
    batch.looks.own.clear()
    if judgement:
        batch.units[judgement.unit_id] = judgement.unit
        batch.touched |= {judgement.shown_in_id} if judgement.shown_in_id else set()
        batch.assignments |= {judgement.assignment_id} if judgement.assignment_id else set()
    return None


def _keep_refusals(batch: _Batch, verdicts: Iterable[Verdict]) -> None:
    RefusedEvent.objects.bulk_create(
        RefusedEvent(
            project_id=batch.annotator.project_id,
            event_key=str(verdict.id),
            annotator=batch.annotator,
            code=verdict.code or "",
        )
        for verdict in verdicts
        if verdict.status == BAD
    )


def keep_losses(*, annotator: Annotator, lost_count: int, sent_with: Sequence[str]) -> None:
    """Keep how many events the page reported lost before they could leave, each once.

    A page reports its losses beside the events `sent_with`, and forgets both with the receipt: while the first or the
    last of those comes again, perhaps in a smaller batch, the count comes again too, and the greatest counts. The
    caller holds the annotator's row lock.
    """
    ids = [each.replace("-", "") for each in sent_with]
    own = RefusedEvent.objects.of(annotator.project_id).filter(annotator=annotator, code=LOST)
    ends = own.annotate(first=Left("event_key", ID_SIGNS), last=Right("event_key", ID_SIGNS))
    told = ends.filter(Q(first__in=ids) | Q(last__in=ids)).order_by("pk").last() or RefusedEvent(
        project_id=annotator.project_id, annotator=annotator, code=LOST, events_count=0
    )
    told.event_key = ids[0] + ids[-1] if ids else ""
    told.events_count = max(told.events_count, lost_count)
    told.save()
