"""The other side of the sum: what is stored, and what the raw rows say that should be."""

import time
from collections import Counter
from typing import Any

from account import CONFLICT, Account
from django.db import connection, transaction
from django.db.models import Sum

from backend.judgements.actions.outcomes import update_outcomes
from backend.judgements.models import Exposure, Judgement, LedgerEvent, LiveJudgement, RefusedEvent, Slot
from backend.projects.models import Job, Project
from backend.projects.tenancy import tenancy
from backend.quality.actions.bounds import belief_of
from backend.quality.models import ConsensusLabel
from backend.questions.models import Unit

DRAINED_S = 180.0
STANDING = """
select distinct on (annotator_id, unit_id) j.id, j.unit_id, j.annotator_id
from judgements_judgement j
where project_id = %s and not exists (
    select from judgements_withdrawal w where w.judgement_key = j.id and w.annotator_id = j.annotator_id
)
order by annotator_id, unit_id, judged_at desc, id desc
"""
LOST = "lost_by_client"


def drained() -> float:
    """Wait until no job waits that is due, and return for how long, in seconds; raises TimeoutError."""
    began = time.monotonic()
    while (
        Job.objects.filter(done_at=None, died_at=None, kind__startswith="quality.").exclude(due_at__gt=_soon()).exists()
    ):
        if time.monotonic() - began > DRAINED_S:
            raise TimeoutError("jobs still wait after three minutes")
        time.sleep(0.5)
    return time.monotonic() - began


def _soon() -> Any:
    from datetime import timedelta

    from django.utils import timezone

    return timezone.now() + timedelta(minutes=10)


def compared(slug: str, account: Account) -> tuple[dict[str, int], list[str]]:
    """Return the figures of the sum, and in words whatever does not hold."""
    project = Project.objects.get(slug=slug)
    with tenancy(project):
        figures, faults = _events(account)
        faults += _live(project.pk) + _labels() + _outcomes()
        dead = Job.objects.filter(project=project).exclude(died_at=None).count()
    if dead:
        faults.append(f"{dead} jobs were given up")
    return figures, faults + [f"{count} × {what}" for what, count in account.faults.items()]


def _events(account: Account) -> tuple[dict[str, int], list[str]]:
    stored = {str(key) for key in LedgerEvent.objects.values_list("pk", flat=True)}
    times = Counter(LedgerEvent.objects.values_list("exposure", "seq"))
    refused = {key for key, codes in account.refused.items() if codes != {CONFLICT}} - stored
    lost = RefusedEvent.objects.filter(code=LOST).aggregate(lost=Sum("events_count"))["lost"] or 0
    told = account.deliveries
    figures = {
        "events made": len(account.made) + account.lost_count,
        "stored": len(stored),
        "refused": len(refused),
        "reported lost": lost,
        "sent": sum(told.values()),
        "answered ok": told["ok"],
        "duplicates": told["dup"],
        "answered bad": told["bad"],
        "turned away": told["turned away"],
        "unanswered": told["unanswered"],
    }
    untold = stored - set(account.taken)
    wrong = {
        "made is not stored + refused + lost": figures["events made"] - len(stored) - len(refused) - lost,
        "losses are not those that were told": lost - account.lost_count,
        "stored more than once": sum(count > 1 for count in times.values()),
        "taken as new more than once": sum(count > 1 for count in account.taken.values()),
        "acknowledged and not stored": len(account.acknowledged - stored),
        "stored and never sent": len(stored - account.made),
        "stored, and never acknowledged": len(stored - account.acknowledged),
        "stored, refused, and no conflict": sum(
            key in stored and bool(codes - {CONFLICT}) for key, codes in account.refused.items()
        ),
        "stored by more deliveries than were not heard": max(0, len(untold) - told["unanswered"]),
    }
    return figures, [f"{what}: {count}" for what, count in wrong.items() if count]


def _live(project_id: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [project_id])
        standing = {(unit, person): key for key, unit, person in cursor.fetchall()}
    live = {(row.unit_id, row.annotator_id): row.judgement_id for row in LiveJudgement.objects.all()}
    wrong = sum(standing.get(at) != live.get(at) for at in standing.keys() | live.keys())
    return [f"live judgements that are not those of the raw rows: {wrong}"] if wrong else []


def _labels() -> list[str]:
    labels = {label.unit_id: label for label in ConsensusLabel.objects.all()}
    wrong = []
    for unit in Unit.objects.select_related("question", "item", "other").filter(judgements__isnull=False).distinct():
        with connection.cursor() as cursor:
            cursor.execute(
                STANDING.replace("project_id = %s", "project_id = %s and unit_id = %s"), [unit.project_id, unit.pk]
            )
            keys = [row[0] for row in cursor.fetchall()]
        said = Judgement.objects.filter(pk__in=keys).select_related("annotator").order_by("judged_at", "id")
        belief, label = belief_of(unit, list(said)).belief, labels.get(unit.pk)
        if label is None or (label.state, label.value, label.probability, label.evidence["counts"]) != (
            belief.state, belief.value, belief.probability, belief.votes,
        ):  # fmt: skip
            wrong.append(unit.pk)
    return [f"labels that the raw rows do not give: {len(wrong)}, first of unit {wrong[0]}"] if wrong else []


def _outcomes() -> list[str]:
    before = dict(Slot.objects.values_list("pk", "outcome"))
    with transaction.atomic():
        update_outcomes(exposure_ids=Exposure.objects.values_list("pk", flat=True))
        after = dict(Slot.objects.values_list("pk", "outcome"))
        transaction.set_rollback(True)
    wrong = sum(before[key] != after[key] for key in before)
    return [f"outcomes of slots that the raw rows do not give: {wrong}"] if wrong else []
