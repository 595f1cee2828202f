"""Who is shown what: the names that a host gives, looked up in one statement."""

from datetime import datetime

from backend.annotators.actions.people import (
    annotators_by_subject,
    is_reserved,
    meet_annotator,
    subject_digest,
    tombstones,
)
from backend.annotators.models import Annotator
from backend.judgements.errors import UnknownItem, UnknownQuestion
from backend.projects.composed import SideBySide
from backend.questions.models import Item, Question
from backend.questions.named import items_by_key, questions_by_slug

_named = SideBySide(
    questions=questions_by_slug, items=items_by_key, annotators=annotators_by_subject, tombstones=tombstones
)


def named_by_host(
    *, project_id: int, question: str, item: str, subject: str, kind: str, now: datetime
) -> tuple[Question, Item, Annotator]:
    """Return the question, the item and the person that a host names; a person is made on first sight.

    Raises UnknownQuestion, UnknownItem, AnnotatorErased, SubjectReserved.
    """
    digest = subject_digest(project_id=project_id, subject=subject)
    found = _named.found(project=project_id, slug=question, key=item, subject=subject, digest=digest)
    if not found["questions"]:
        raise UnknownQuestion(slug=question)
    if not found["items"]:
        raise UnknownItem(key=item)
    if found["annotators"] and not found["tombstones"] and not is_reserved(subject):
        [annotator] = found["annotators"]
    else:
        annotator = meet_annotator(project_id=project_id, subject=subject, kind=kind, now=now)
    return found["questions"][0], found["items"][0], annotator
