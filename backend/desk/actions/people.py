"""Whom a server means: a person by the host's opaque id, or by the pseudonym that lists tell."""

from datetime import datetime

from django.db import IntegrityError, transaction

from backend.annotators.actions.people import STAFF_PREFIX, meet_annotator, pseudonym_digest, subject_digest
from backend.annotators.errors import AnnotatorErased, SubjectReserved
from backend.annotators.models import Annotator, Tombstone
from backend.desk.actions.erase import begin_erasure, see_to
from backend.desk.errors import UnknownPerson
from backend.desk.models import Erasure


def person_known(*, project_id: int, subject: str | None, pseudonym: str | None) -> Annotator:
    """Return the person of this subject or pseudonym; raises UnknownPerson."""
    named = {"subject": subject} if subject is not None else {"pseudonym": pseudonym}
    found = Annotator.objects.of(project_id).filter(**named).first()
    if found is None:
        raise UnknownPerson("Nobody of this project goes by that name.")
    return found


def erase_person(*, project_id: int, subject: str | None, pseudonym: str | None, now: datetime) -> Erasure:
    """Begin to erase a person, or return the erasure that began before.

    A subject that was never met is refused from now on all the same, and is nobody's author any more. Raises
    UnknownPerson for a pseudonym of nobody, SubjectReserved for members of the staff.
    """
    begun = erasure_of(project_id=project_id, subject=subject, pseudonym=pseudonym)
    if begun is not None:
        see_to(erasure=begun)
        return begun
    if subject is None:
        person = person_known(project_id=project_id, subject=None, pseudonym=pseudonym)
        if person.subject.startswith(STAFF_PREFIX):
            raise SubjectReserved("Members of the staff answer for the project; whoever runs Earmark removes them.")
        return begin_erasure(annotator=person, now=now)
    try:
        with transaction.atomic():
            return begin_erasure(annotator=meet_annotator(project_id=project_id, subject=subject, now=now), now=now)
    except (AnnotatorErased, IntegrityError):  # another call began it meanwhile
        begun = erasure_of(project_id=project_id, subject=subject, pseudonym=None)
        if begun is None:
            raise
        return begun


def erasure_of(*, project_id: int, subject: str | None, pseudonym: str | None) -> Erasure | None:
    """Return the erasure of a person, that of one who was erased before there were any as done; None of others."""
    erasures = Erasure.objects.of(project_id).select_related("tombstone")
    if subject is None:
        digest = pseudonym_digest(project_id=project_id, pseudonym=pseudonym or "")
        return erasures.filter(pseudonym_digest=digest).first()
    digest = subject_digest(project_id=project_id, subject=subject)
    buried = Tombstone.objects.of(project_id).filter(subject_digest=digest).first()
    if buried is None:
        return None
    done = {"state": Erasure.State.DONE, "asked_at": buried.erased_at, "done_at": buried.erased_at}
    return Erasure.objects.get_or_create(project_id=project_id, tombstone=buried, defaults=done)[0]
