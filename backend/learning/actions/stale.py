"""Fail the versions that nobody trains any more."""

from datetime import datetime

from django.db.models import Min

from backend.learning.actions.train import FAIL_STALE, STALE_AFTER, TRAIN
from backend.projects.actions.jobs import enqueue_once
from backend.projects.models import Job
from backend.suggestions.models import TrainedVersion

State = TrainedVersion.State


def fail_stale(*, project_id: int, now: datetime) -> None:
    """Fail what was asked for long ago and has no job that waits, and look again when the next may be stale."""
    jobs = Job.objects.waiting().in_no_lane().filter(project=project_id, kind=TRAIN)
    under_way = [arguments["trained_id"] for arguments in jobs.values_list("arguments", flat=True)]
    left = TrainedVersion.objects.of(project_id).filter(state=State.TRAINING).exclude(pk__in=under_way)
    left.filter(asked_at__lte=now - STALE_AFTER).update(
        state=State.FAILED, failure="The process that trained it ended before it was done; train again."
    )
    oldest = left.aggregate(oldest=Min("asked_at"))["oldest"]
    if oldest is not None:
        enqueue_once(project=project_id, kind=FAIL_STALE, due_at=oldest + STALE_AFTER)
