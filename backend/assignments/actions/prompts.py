"""Prompt people, within caps: whether to ask in a page, and what became of being asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, connection, transaction

from backend.annotators.actions.people import hides_question
from backend.annotators.models import Annotator
from backend.assignments.caps import VISIT_GAP, Asked, Caps, Stay, capped_until, free_at, rests_until
from backend.assignments.errors import CapsImpossible
from backend.assignments.models import CAPS_POSSIBLE, Prompt, PromptPolicy, Visit
from backend.questions.models import Item, Question

_CONTINUE = """
insert into assignments_visit as v (project_id, annotator_id, started_at, last_at)
values (%(project)s, %(annotator)s, %(now)s, %(now)s)
on conflict (project_id, annotator_id) do update set
    started_at = case when v.last_at < %(gone_since)s then excluded.last_at else v.started_at end,
    last_at = greatest(v.last_at, excluded.last_at)
returning started_at, last_at
"""


class Reason(StrEnum):
    """Why a person is asked at a place, or is not."""

    ASKED = "asked"
    OPTED_OUT = "opted_out"
    HIDDEN = "hidden"
    RESTING = "resting"
    DISMISSED = "dismissed"
    CAPPED = "capped"
    DRAWN_OUT = "drawn_out"


@dataclass(frozen=True)
class Asking:
    """Whether a person is asked at a place, the probability with which that was drawn, and why."""

    is_asked: bool
    probability: float
    reason: Reason


def may_prompt(
    *, annotator: Annotator, question: Question, item: Item, chance: float, draw: float, now: datetime
) -> Asking:
    """Decide whether to ask this person here, and count the prompt if so.

    `chance` is the question's probability of asking and `draw` a number in [0, 1); the probability
    returned is `chance` where nothing forbids asking, else 0. A place that was asked in this visit stays
    asked and counts once, unless it was closed. The caller holds the project's door: the row of the
    visit is locked until its transaction ends, so that of two tabs at once only one gets the last prompt.
    """
    refusal = _wish_of(annotator, question)
    if refusal:
        return Asking(False, 0.0, refusal)
    stay = continue_visit(annotator=annotator, now=now)
    here = Prompt.objects.to(annotator).at(question, item).filter(visit_started_at=stay.started_at).first()
    refusal = _forbidden(annotator, here, stay, now)
    if refusal:
        return Asking(False, 0.0, refusal)
    if here is None:
        if draw >= chance:
            return Asking(False, chance, Reason.DRAWN_OUT)
        Prompt.objects.create(
            project_id=annotator.project_id,
            annotator=annotator,
            question=question,
            item=item,
            visit_started_at=stay.started_at,
            asked_at=now,
        )
    return Asking(True, chance, Reason.ASKED)


def continue_visit(*, annotator: Annotator, now: datetime) -> Stay:
    """Return the annotator's present visit, begun anew where the last call is more than 30 minutes ago.

    Locks the visit's row until the transaction ends.
    """
    with connection.cursor() as cursor:
        who = {"project": annotator.project_id, "annotator": annotator.pk}
        cursor.execute(_CONTINUE, who | {"now": now, "gone_since": now - VISIT_GAP})
        return Stay(*cursor.fetchone())


def next_ask_at(*, annotator: Annotator, now: datetime) -> datetime | None:
    """Return the earliest time at which a prompt may come to this person, or None if that is now."""
    visit = Visit.objects.of(annotator.project_id).filter(annotator=annotator).first()
    stay = Stay(visit.started_at, visit.last_at) if visit else None
    caps = caps_of(annotator.project_id)
    return free_at(_asked(annotator, caps, now), caps, stay, now)


def caps_of(project_id: int) -> Caps:
    """Return the project's caps: those of its policy, or the defaults where it has none."""
    policy = PromptPolicy.objects.of(project_id).first()
    return policy.caps if policy else Caps()


def set_caps(*, project_id: int, caps: Caps) -> PromptPolicy:
    """Give a project caps of its own; raises CapsImpossible."""
    try:
        with transaction.atomic():
            policy, _ = PromptPolicy.objects.update_or_create(project_id=project_id, defaults=vars(caps))
    except IntegrityError:
        raise CapsImpossible(reason=CAPS_POSSIBLE) from None
    return policy


def prompt_of(*, annotator: Annotator, question: Question, item: Item, shown_at: datetime) -> Prompt | None:
    """Return the prompt that a list shown then was part of: the latest at its place until that time."""
    there = Prompt.objects.to(annotator).at(question, item).filter(asked_at__lte=shown_at)
    return there.order_by("-asked_at").first()


def answer_prompt(*, prompt: Prompt, now: datetime) -> None:
    """Write down that the person answered; the first time stays."""
    if prompt.answered_at is None:
        prompt.answered_at = now
        prompt.save(update_fields=["answered_at"])


def dismiss_prompt(*, prompt: Prompt, now: datetime) -> None:
    """Write down that the person closed the list or hid its question; the first time stays."""
    if prompt.dismissed_at is None:
        prompt.dismissed_at = now
        prompt.save(update_fields=["dismissed_at"])


def _wish_of(annotator: Annotator, question: Question) -> Reason | None:
    if annotator.opted_out_at:
        return Reason.OPTED_OUT
    return Reason.HIDDEN if hides_question(annotator=annotator, question_slug=question.slug) else None


def _forbidden(annotator: Annotator, here: Prompt | None, stay: Stay, now: datetime) -> Reason | None:
    caps = caps_of(annotator.project_id)
    asked = _asked(annotator, caps, now)
    if rests_until(asked, caps, now):
        return Reason.RESTING
    if here:
        return Reason.DISMISSED if here.dismissed_at else None
    return Reason.CAPPED if capped_until(asked, caps, stay, now) else None


def _asked(annotator: Annotator, caps: Caps, now: datetime) -> list[Asked]:
    known = Prompt.objects.to(annotator).filter(asked_at__gt=now - caps.memory)
    return [Asked(*row) for row in known.values_list("asked_at", "visit_started_at", "answered_at", "dismissed_at")]
