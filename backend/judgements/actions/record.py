"""Record what people do with a shown list: each event once, in any order, under one lock a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.annotators.actions.people import hide_question
from backend.annotators.models import Annotator
from backend.assignments.actions.prompts import answer_prompt, dismiss_prompt, prompt_of
from backend.judgements.actions.outcomes import update_outcomes
from backend.judgements.actions.stand import stand_again
from backend.judgements.errors import SessionRevoked
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
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item, Unit
from backend.questions.units import allows

OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=10)


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
    judged: dict[UUID, Unit] = field(default_factory=dict)


def record_events(
    *, annotator: Annotator, events: Sequence[Event], now: datetime, epoch: int | None = None
) -> list[Verdict]:
    """Record a batch and return one verdict an event, in their order.

    An event told before is `dup`; told before with another content it is `bad: conflict` and the
    first stands. An answer about what was never shown to this person is refused. Bad events take
    nothing from the good ones. Raises SessionRevoked where `epoch` is not the annotator's any more.
    The caller holds the project's door; the annotator's row is locked until the transaction ends.
    """
    annotator = Annotator.objects.select_for_update().get(pk=annotator.pk)
    if epoch is not None and epoch != annotator.epoch:
        raise SessionRevoked("The sessions of this annotator were ended; sign in anew.")
    batch = _gather(annotator, events, now)
    verdicts = [_take(batch, event) for event in events]
    _keep_refusals(batch, verdicts)
    stand_again(annotator=annotator, units=batch.units.values())
    update_outcomes(exposure_ids=batch.touched)
    Annotator.objects.filter(pk=annotator.pk).update(last_seen_at=now)
    return [_with_company(batch, verdict) for verdict in verdicts]


def _gather(annotator: Annotator, events: Sequence[Event], now: datetime) -> _Batch:
    project = annotator.project_id
    exposures = Exposure.objects.filter(
        project=project, annotator=annotator, pk__in={event.exposure for event in events}
    ).select_related("question", "item", "within")
    found = {exposure.pk: exposure for exposure in exposures}
    slots = Slot.objects.filter(project=project, exposure__in=found).select_related("candidate")
    told = LedgerEvent.objects.filter(pk__in={event.id for event in events})
    return _Batch(
        annotator=annotator,
        now=now,
        exposures=found,
        slots={(slot.exposure_id, slot.candidate.key): slot for slot in slots},
        known=dict(told.values_list("pk", "payload_digest")),
    )


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
            seq=event.seq,
            at_ms=event.at_ms,
            payload_digest=digest,
            received_at=batch.now,
        )
    return refusal


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
    if getattr(event, "candidate", None) is not None and _slot_of(batch, event) is None:
        return "unknown_candidate"
    return None


def _slot_of(batch: _Batch, event: Event) -> Slot | None:
    candidate = getattr(event, "candidate", None)
    return batch.slots.get((event.exposure, candidate)) if candidate is not None else None


def _apply(batch: _Batch, event: Event, exposure: Exposure, slot: Slot | None, digest: str) -> str | None:
    match event:
        case Judge() if slot is not None:
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


def _judge(batch: _Batch, event: Judge, exposure: Exposure, slot: Slot, digest: str) -> str | None:
    question = exposure.question
    if event.answer_kind != question.kind or not allows(question.kind, event.value, question.labels):
        return "unknown_value"
    unit = unit_of_pair(question=question, first=exposure.item, second=slot.candidate)
    Judgement.objects.create(
        project_id=batch.annotator.project_id,
        id=event.id,
        question=question,
        unit=unit,
        annotator=batch.annotator,
        item=exposure.item,
        slot=slot,
        value=event.value,
        origin=Judgement.Origin.DRAWN if exposure.was_asked else Judgement.Origin.SPONTANEOUS,
        draw_probability=exposure.ask_probability if exposure.was_asked else None,
        via=event.via,
        at_ms=event.at_ms,
        has_conflict_of_interest=has_conflict(batch.annotator, exposure.item, slot.candidate),
        judged_at=min(event.judged_at, batch.now),
        received_at=batch.now,
        payload_digest=digest,
        **hashes_of(unit),
    )
    batch.units[unit.pk] = unit
    batch.judged[event.id] = unit
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
    if judgement:
        batch.units[judgement.unit_id] = judgement.unit
        if judgement.slot:
            batch.touched.add(judgement.slot.exposure_id)
    return None


def has_conflict(annotator: Annotator, *items: Item) -> bool:
    """Return whether the annotator wrote one of the items: such marks are stored and not counted."""
    return any(item.author and item.author == annotator.subject for item in items)


def hashes_of(unit: Unit) -> dict[str, str]:
    """Return the content hashes that a judgement of this unit keeps."""
    return {"item_hash": unit.item.content_hash, "other_hash": unit.other.content_hash if unit.other else ""}


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


def keep_losses(*, annotator: Annotator, lost_count: int) -> None:
    """Keep how many events the page reported lost before they could leave."""
    RefusedEvent.objects.create(
        project_id=annotator.project_id, annotator=annotator, code="lost_by_client", events_count=lost_count
    )


def _with_company(batch: _Batch, verdict: Verdict) -> Verdict:
    unit = batch.judged.get(verdict.id)
    if unit is None or verdict.status != OK:
        return verdict
    value = Judgement.objects.values_list("value", flat=True).get(pk=verdict.id)
    others = (
        Judgement.objects.of(batch.annotator.project_id)
        .live()
        .filter(unit=unit, value=value)
        .exclude(annotator=batch.annotator)
        .count()
    )
    return Verdict(verdict.id, OK, others_count=others, state=_state_soon(batch, verdict.id))


def _state_soon(batch: _Batch, judgement_id: UUID) -> str:
    """Return what a mark does by itself; what it settles is told once it is settled."""
    judgement = Judgement.objects.select_related("question").get(pk=judgement_id)
    is_confirm = judgement.question.settling_policy == "confirm"
    return "proposed" if is_confirm and judgement.origin == Judgement.Origin.SPONTANEOUS else "open"
