"""Meet, block, hide, opt out: what is done with one annotator."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F

from backend.annotators.errors import AnnotatorErased, SubjectReserved, TooManyCalls
from backend.annotators.models import Annotator, HiddenQuestion, Tombstone
from backend.annotators.signals import annotator_blocked
from backend.projects.composed import Composed, Given

CALLS_PER_MINUTE = 240
STAFF_PREFIX = "earmark-staff:"
DESK_PREFIX = "desk:"

tombstones = Composed(
    lambda: Tombstone.objects.of(Given("project")).filter(subject_digest=Given("digest")).values_list("pk")
)
hidden_questions = Composed(
    lambda: (
        HiddenQuestion.objects.of(Given("project"))
        .filter(annotator=Given("annotator"), question_slug=Given("slug"))
        .values_list("pk")
    )
)
annotators_by_subject = Composed(lambda: Annotator.objects.of(Given("project")).filter(subject=Given("subject")))

_SPEND = """
insert into annotators_allowance as a (project_id, annotator_id, minute_at, calls_count)
values (%(project)s, %(annotator)s, %(minute)s, 1)
on conflict (project_id, annotator_id) do update set
    calls_count = case when a.minute_at = excluded.minute_at then a.calls_count + 1 else 1 end,
    minute_at = excluded.minute_at
returning calls_count
"""


def meet_annotator(*, project_id: int, subject: str, kind: str = Annotator.Kind.CUSTOMER, now: datetime) -> Annotator:
    """Return the annotator with this subject, made on first sight; raises AnnotatorErased, SubjectReserved.

    The kind is kept from first sight: a later caller cannot turn a customer into an expert.
    """
    if is_reserved(subject):
        raise SubjectReserved(f"Subjects that begin with {STAFF_PREFIX!r} or {DESK_PREFIX!r} are our own.")
    return _meet(project_id, subject, kind, now)


def is_reserved(subject: str) -> bool:
    """Return whether a subject is one of our own, which no host may name."""
    return subject.startswith((STAFF_PREFIX, DESK_PREFIX))


def meet_staff(*, project_id: int, user_id: int, now: datetime) -> Annotator:
    """Return the annotator that a member of the staff is: an expert."""
    return _meet(project_id, f"{STAFF_PREFIX}{user_id}", Annotator.Kind.EXPERT, now)


def meet_at_desk(*, project_id: int, person: UUID, kind: str, now: datetime) -> Annotator:
    """Return the annotator that one browser is at the project's desk, whichever link it came by.

    The kind is kept from first sight. Raises AnnotatorErased.
    """
    return _meet(project_id, f"{DESK_PREFIX}{person}", kind, now)


def known_at_desk(*, project_id: int, person: UUID) -> Annotator | None:
    """Return the annotator that one browser is at the desk, None where it was not met; raises AnnotatorErased."""
    subject = f"{DESK_PREFIX}{person}"
    _refuse_erased(project_id, subject)
    return Annotator.objects.of(project_id).filter(subject=subject).first()


def _refuse_erased(project_id: int, subject: str) -> None:
    digest = subject_digest(project_id=project_id, subject=subject)
    if tombstones.columns(project=project_id, digest=digest):
        raise AnnotatorErased("This person asked to be forgotten.")


def _meet(project_id: int, subject: str, kind: str, now: datetime) -> Annotator:
    _refuse_erased(project_id, subject)
    known = annotators_by_subject.first(project=project_id, subject=subject)
    if known:
        return known
    made, is_new = Annotator.objects.get_or_create(
        project_id=project_id, subject=subject, defaults={"kind": kind, "last_seen_at": now}
    )
    if is_new:
        _refuse_erased(project_id, subject)  # asked for, and done, since we looked
    return made


def subject_digest(*, project_id: int, subject: str) -> str:
    """Return the digest under which an erased person is still recognised."""
    return hashlib.sha256(f"{project_id}:{subject}".encode()).hexdigest()


def pseudonym_digest(*, project_id: int, pseudonym: str) -> str:
    """Return the digest under which the pseudonym of an erased person is still recognised."""
    return subject_digest(project_id=project_id, subject=f"pseudonym:{pseudonym}")


def erased_among(*, project_id: int, subjects: Collection[str]) -> set[str]:
    """Return those of some subjects that are of erased people."""
    digests = {subject_digest(project_id=project_id, subject=each): each for each in subjects}
    buried = Tombstone.objects.filter(project=project_id, subject_digest__in=digests)
    return {digests[digest] for digest in buried.values_list("subject_digest", flat=True)}


def spend_call(*, annotator: Annotator, now: datetime, limit: int = CALLS_PER_MINUTE) -> None:
    """Count one call of this minute; raises TooManyCalls past the limit. Atomic across processes."""
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, {"project": annotator.project_id, "annotator": annotator.pk, "minute": minute})
        if cursor.fetchone()[0] > limit:
            raise TooManyCalls(limit=limit, retry_at=minute + timedelta(minutes=1))


def block_annotator(*, annotator: Annotator, now: datetime) -> Annotator:
    """Let this person's marks count no more; they are stored still, and no answer tells."""
    return _set_blocked(annotator, now)


def unblock_annotator(*, annotator: Annotator) -> Annotator:
    """Let this person's marks count again."""
    return _set_blocked(annotator, None)


def _set_blocked(annotator: Annotator, blocked_at: datetime | None) -> Annotator:
    annotator.blocked_at = blocked_at
    annotator.save(update_fields=["blocked_at"])
    annotator_blocked.send(Annotator, project_id=annotator.project_id, annotator_id=annotator.pk)
    return annotator


def end_sessions(*, annotator: Annotator) -> None:
    """Make every session token of this person worthless at once."""
    Annotator.objects.filter(pk=annotator.pk).update(epoch=F("epoch") + 1)


def hides_question(*, annotator: Annotator, question_slug: str) -> bool:
    """Return whether this person wants the question no more."""
    return bool(hidden_questions.columns(project=annotator.project_id, annotator=annotator.pk, slug=question_slug))


def hide_question(*, annotator: Annotator, question_slug: str) -> None:
    """Show this person the question no more."""
    HiddenQuestion.objects.get_or_create(
        project_id=annotator.project_id, annotator=annotator, question_slug=question_slug
    )


def opt_out(*, annotator: Annotator, now: datetime) -> Annotator:
    """Show this person nothing from here on; done again, the first time stays. What is on its way is still taken."""
    Annotator.objects.filter(pk=annotator.pk, opted_out_at=None).update(opted_out_at=now)
    annotator.refresh_from_db(fields=["opted_out_at"])
    return annotator


def opt_in(*, annotator: Annotator) -> Annotator:
    """Let this person be shown things again."""
    annotator.opted_out_at = None
    annotator.save(update_fields=["opted_out_at"])
    return annotator
