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
from backend.questions.relocated import without_told
from backend.questions.spots import spot_key


def erase_annotator(*, annotator: Annotator, now: datetime) -> Tombstone:
    """Forget a person for good; only a digest stays, by which late events of theirs are refused.

    Gone with them are what they were shown and answered, what they were asked, labels that they alone named, links to
    the desk made for them, and their name as the author of items; spots that they alone marked, and their boundary of
    those that others marked too. Labels they had a part in are settled anew before this returns. Trained versions that
    their answers taught are looked for by the worker.
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
    for unit in Unit.objects.of(project_id).filter(pk__in=units).exclude(anchor=None).order_by("pk"):
        _as_others_marked(unit)
    for unit_id in Unit.objects.of(project_id).filter(pk__in=units).order_by("pk").values_list("pk", flat=True):
        settle_unit(unit_id=unit_id, now=now)
    enqueue_once(project=project_id, kind=FORGET_PEOPLE)
    return tombstone


def _as_others_marked(unit: Unit) -> None:
    """Let a spot lie where the first of those who are left said, and be known by that place unless another spot is."""
    left = Judgement.objects.of(unit.project_id).filter(unit=unit).exclude(anchor=None).order_by("judged_at", "id")
    first = left.values_list("anchor", flat=True).first()
    if first is None:
        return
    key = spot_key(unit.item_id, first)
    is_taken = unit.question.units.filter(key=key).exclude(pk=unit.pk).exists()
    unit.anchor, unit.key = without_told(first), unit.key if is_taken else key
    unit.save(update_fields=["anchor", "key"])
