"""Erase a person: everything that is theirs goes in one transaction, and what they taught is looked for."""

from datetime import datetime

from django.db import connection

from backend.annotators.actions.people import subject_digest
from backend.annotators.models import Annotator, Tombstone
from backend.judgements.models import Judgement
from backend.learning.actions.forget import FORGET_PEOPLE
from backend.projects.actions.jobs import enqueue_once
from backend.quality.actions.settle import settle_unit
from backend.questions.actions.items import lock_items
from backend.questions.models import Unit


def erase_annotator(*, annotator: Annotator, now: datetime) -> Tombstone:
    """Forget a person for good; only a digest stays, by which late events of theirs are refused.

    Gone with them are what they were shown and answered, what they were asked, labels that they alone named, links to
    the desk made for them, and their name as the author of items. Labels they had a part in are settled anew before
    this returns. Trained versions that their answers taught are looked for by the worker.
    """
    project_id = annotator.project_id
    lock_items(project_id=project_id)  # no import that names them comes between
    Annotator.objects.select_for_update().get(pk=annotator.pk)  # no answer of theirs comes between
    answered = Judgement.objects.of(project_id).filter(annotator=annotator)
    units = sorted(set(answered.values_list("unit", flat=True)))
    digest = subject_digest(project_id=project_id, subject=annotator.subject)
    tombstone, _ = Tombstone.objects.get_or_create(
        project_id=project_id, subject_digest=digest, defaults={"erased_at": now}
    )
    with connection.cursor() as cursor:
        cursor.execute("select earmark_erase_annotator(%s)", [annotator.pk])
    for unit_id in Unit.objects.of(project_id).filter(pk__in=units).order_by("pk").values_list("pk", flat=True):
        settle_unit(unit_id=unit_id, now=now)
    enqueue_once(project=project_id, kind=FORGET_PEOPLE)
    return tombstone
