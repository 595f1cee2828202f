"""Erase a person, step by step: their rows go at once, labels are settled anew, and datasets are frozen anew."""

from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from backend.annotators.actions.people import end_sessions, pseudonym_digest, subject_digest
from backend.annotators.models import Annotator, Tombstone
from backend.desk.actions.outdated import ask_anew, await_frozen, touched_since, versions_that_hold
from backend.desk.models import DeskLink, Erasure
from backend.judgements.actions.spots import lock_spots
from backend.judgements.models import Exposure, Judgement
from backend.learning.actions.forget import FORGET_PEOPLE
from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.projects.actions.webhooks import announce, forget_deliveries
from backend.projects.models import Job
from backend.quality.actions.settle import label_facts, settle_unit
from backend.quality.models import ConsensusLabel
from backend.questions.actions.items import lock_items
from backend.questions.models import Unit
from backend.questions.relocated import without_told
from backend.questions.spots import spot_key

ERASE = "desk.erase"
ERASED = "annotator.erased"
UNITS_AT_ONCE = 50
State = Erasure.State


def begin_erasure(*, annotator: Annotator, now: datetime) -> Erasure:
    """Take nothing more of a person from here on, end their sessions, and let the worker erase them.

    Asked again, the first erasure stands, and goes on where it was given up. Of the person only digests stay, by which
    late events of theirs are refused.
    """
    project_id = annotator.project_id
    lock_items(project_id=project_id)  # no import that names them is under way
    tombstone, _ = Tombstone.objects.get_or_create(
        project_id=project_id,
        subject_digest=subject_digest(project_id=project_id, subject=annotator.subject),
        defaults={"erased_at": now},
    )
    end_sessions(annotator=annotator)
    erasure, _ = Erasure.objects.get_or_create(
        project_id=project_id,
        tombstone=tombstone,
        defaults={
            "annotator_key": annotator.pk,
            "pseudonym_digest": pseudonym_digest(project_id=project_id, pseudonym=annotator.pseudonym),
            "asked_at": now,
        },
    )
    see_to(erasure=erasure)
    return erasure


def see_to(*, erasure: Erasure) -> None:
    """Ask for the next step of an erasure that is not done, unless a job waits for it; one given up goes on."""
    waiting = Job.objects.waiting().in_no_lane().filter(project=erasure.project_id, kind=ERASE)
    waiting = waiting.filter(arguments={"erasure_id": erasure.pk})
    if erasure.state != State.DONE and not waiting.exists():
        enqueue(project=erasure.project_id, kind=ERASE, erasure_id=erasure.pk)


def erase_annotator(*, annotator: Annotator, now: datetime) -> Erasure:
    """Erase a person here and now, all steps in the caller's transaction."""
    erasure = begin_erasure(annotator=annotator, now=now)
    while continue_erasure(erasure_id=erasure.pk, now=now):
        pass
    erasure.refresh_from_db()
    return erasure


def continue_erasure(*, erasure_id: int, now: datetime) -> bool:
    """Do the next step of an erasure in the caller's transaction, and return whether there is another.

    Gone with the first are what the person was shown and answered, what they were asked, labels that they alone named,
    links to the desk made for them, their name as the author of items, and what hosts were told of these; spots that
    they alone marked, and their boundary of those that others marked too.
    """
    erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
    if erasure.state == State.ASKED:
        _remove(erasure, now)
    elif erasure.state == State.SETTLING:
        _settle(erasure, now)
    return erasure.state != State.DONE


def _remove(erasure: Erasure, now: datetime) -> None:
    project_id = erasure.project_id
    annotator = Annotator.objects.get(pk=erasure.annotator_key or 0)
    answered = Judgement.objects.of(project_id).filter(annotator=annotator)
    shown = Exposure.objects.of(project_id).filter(annotator=annotator)
    asked = answered.values_list("question").union(shown.values_list("question"))
    erasure.question_keys = sorted(key for (key,) in asked)
    held = versions_that_hold(pseudonym=annotator.pseudonym, project_id=project_id, question_ids=erasure.question_keys)
    erasure.versions = [version.pk for version in held]
    lock_spots(answered.exclude(unit__anchor=None).values_list("unit__question", "unit__item"))  # none is met that goes
    Annotator.objects.select_for_update().get(pk=annotator.pk)  # no answer of theirs comes between
    units = sorted(set(answered.values_list("unit", flat=True)))
    told = _told_of(units)
    _forget_what_staff_did(annotator)
    with connection.cursor() as cursor:
        cursor.execute("select earmark_erase_annotator(%s)", [annotator.pk])
    left = Unit.objects.of(project_id).filter(pk__in=units).select_related("question").order_by("pk")
    for unit in left.exclude(anchor=None):
        _as_others_marked(unit)
    erasure.units_left = list(left.values_list("pk", flat=True))
    erasure.units_count = len(erasure.units_left)
    stays = set(erasure.units_left)
    gone = [facts for pk, facts in told.items() if pk not in stays]
    moved = [facts for pk, facts in told.items() if pk in stays and facts["unit"]["anchor"]]
    forget_deliveries(project_id=project_id, gone=gone, moved=moved)
    erasure.annotator_key, erasure.state = None, State.SETTLING
    erasure.save()


def _told_of(units: list[int]) -> dict[int, dict[str, Any]]:
    """Return what hosts were told units by, where a person's own words or boundary may be in it."""
    labels = ConsensusLabel.objects.filter(unit__in=units).select_related("question", "unit__item", "unit__other")
    return {label.unit_id: label_facts(label) for label in labels if label.unit.anchor or label.unit.label}


def _forget_what_staff_did(annotator: Annotator) -> None:
    """Forget what the admin's own history calls the person and the links that were made for them."""
    links = DeskLink.objects.of(annotator.project_id).filter(subject=annotator.subject)
    keys = [str(pk) for pk in links.values_list("pk", flat=True)]
    for model, pks in ((DeskLink, keys), (Annotator, [str(annotator.pk)])):
        kind = ContentType.objects.get_for_model(model)
        LogEntry.objects.filter(content_type=kind, object_id__in=pks).delete()


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


def _settle(erasure: Erasure, now: datetime) -> None:
    """Settle some of the units anew; after the last, freeze anew and find what the person taught."""
    left = erasure.to_settle
    some = left[:UNITS_AT_ONCE]
    is_last = len(left) == len(some)
    if is_last:
        await_frozen(erasure=erasure)  # while no unit is locked: it may take long
    there = Unit.objects.of(erasure.project_id).filter(pk__in=some).order_by("pk")
    for unit_id in there.values_list("pk", flat=True):
        settle_unit(unit_id=unit_id, now=now)
    erasure.settled_to = some[-1] if some else erasure.settled_to
    if not is_last:
        erasure.save(update_fields=["settled_to"])  # the list of units may be long: it is written once
        return
    erasure.units_left = []
    versions = touched_since(erasure=erasure)
    erasure.versions = [version.pk for version in versions]
    ask_anew(versions=versions, now=now)
    enqueue_once(project=erasure.project_id, kind=FORGET_PEOPLE)
    erasure.state, erasure.done_at = State.DONE, now
    erasure.save()
    named = [{"dataset": version.dataset.slug, "number": version.number} for version in versions]
    announce(project_id=erasure.project_id, kind=ERASED, data={"erasure": erasure.pk, "versions": named}, now=now)
