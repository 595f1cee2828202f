"""The durable queue: enqueue with the fact, claim, do, and drain."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from backend.projects.errors import LeaseLost
from backend.projects.jobs import Errand, handler_of, lease_of, mourner_of
from backend.projects.models import Job, Project
from backend.projects.nudge import nudge
from backend.projects.tenancy import tenancy

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
DRAIN_S = 4.0
KEEP_DONE_DAYS = 7

_CLAIM = """
update projects_job set attempts_count = attempts_count + 1, leased_until = %(now)s
where id = (
    select id from projects_job
    where done_at is null and died_at is null and due_at <= %(now)s
      and (leased_until is null or leased_until < %(now)s)
    order by due_at, id for update skip locked limit 1
)
returning id
"""


def enqueue(*, project: Project | int, kind: str, **arguments: Any) -> Job:
    """Write a job row in the caller's transaction; the nudge leaves once that has committed."""
    handler_of(kind)
    project_id = project if isinstance(project, int) else project.pk
    job = Job.objects.create(project_id=project_id, kind=kind, arguments=arguments)
    transaction.on_commit(nudge, robust=True)
    return job


def enqueue_once(*, project: Project | int, kind: str, due_at: datetime | None = None) -> None:
    """Write a job row without arguments, unless one waits that is due as early and nobody has claimed.

    That one is locked until the caller's transaction ends, so that no worker takes it before the fact is there.
    """
    handler_of(kind)
    project_id = project if isinstance(project, int) else project.pk
    waiting = Job.objects.waiting().filter(project=project_id, kind=kind, arguments={}, leased_until=None)
    by_then = Q(due_at__lte=due_at) if due_at else Q(due_at__lte=Now())
    if waiting.filter(by_then).select_for_update(skip_locked=True).first() is None:
        due = {"due_at": due_at} if due_at else {}
        Job.objects.create(project_id=project_id, kind=kind, arguments={}, **due)
    transaction.on_commit(nudge, robust=True)


def claim_job(*, now: datetime) -> Job | None:
    """Claim the next waiting job in a transaction of its own, or return None.

    Counts the attempt and takes a lease; a job claimed more than eight times is given up here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now})
        row = cursor.fetchone()
        if row is None:
            return None
        job = Job.objects.get(pk=row[0])
        job.leased_until = now + timedelta(seconds=lease_of(job.kind))
        job.died_at = now if job.attempts_count > MAX_ATTEMPTS else None
        job.save(update_fields=["leased_until", "died_at"])
    if job.died_at is not None:
        _mourn(job, failure=job.failure or "Killed", now=now)
    return job


def do_job(job: Job, *, now: datetime) -> None:
    """Do a claimed job; the work and the mark that it is done share one transaction."""
    handler = handler_of(job.kind)
    arguments = dict(job.arguments)
    if isinstance(handler, Errand):
        with tenancy(job.project_id):
            errand = handler.read(project_id=job.project_id, now=now, **arguments)
        answer = handler.call(errand) if errand is not None else None
        with tenancy(job.project_id):
            if errand is not None:
                handler.write(project_id=job.project_id, now=now, answer=answer, **arguments)
            _mark_done(job, now=now)
        return
    with tenancy(job.project_id):
        handler(project_id=job.project_id, now=now, **arguments)
        _mark_done(job, now=now)


def _mark_done(job: Job, *, now: datetime) -> None:
    mine = Job.objects.filter(pk=job.pk, attempts_count=job.attempts_count, done_at=None)
    if not mine.update(done_at=now, leased_until=None):
        raise LeaseLost(job_id=job.pk)


def _put_back(job: Job, *, error: Exception, now: datetime) -> None:
    wait = timedelta(seconds=min(2**job.attempts_count, 300))
    is_last = job.attempts_count >= MAX_ATTEMPTS
    Job.objects.filter(pk=job.pk, attempts_count=job.attempts_count, done_at=None).update(
        leased_until=None,
        due_at=now + wait,
        died_at=now if is_last else None,
        failure=type(error).__name__,
    )
    if is_last:
        _mourn(job, failure=type(error).__name__, now=now)


def _mourn(job: Job, *, failure: str, now: datetime) -> None:
    """Let the app that asked for a job know that it was given up."""
    mourn = mourner_of(job.kind)
    if mourn is not None:
        with tenancy(job.project_id):
            mourn(project_id=job.project_id, now=now, failure=failure, **job.arguments)


def drain_jobs(*, seconds: float = DRAIN_S) -> int:
    """Do waiting jobs for at most `seconds`, then nudge if some are left; returns how many were done.

    A job that fails goes back with a growing pause and dies after eight attempts; others go on.
    """
    stop_at = time.monotonic() + seconds
    done = 0
    while job := claim_job(now=timezone.now()):
        if job.died_at is None:
            done += _try_job(job)
        if time.monotonic() > stop_at:
            nudge()
            break
    return done


def _try_job(job: Job) -> int:
    try:
        do_job(job, now=timezone.now())
    except Exception as error:
        logger.warning("Job %s (%s) failed: %s", job.pk, job.kind, type(error).__name__)
        logger.debug("Job %s", job.pk, exc_info=True)
        _put_back(job, error=error, now=timezone.now())
        return 0
    return 1


def sweep_jobs() -> int:
    """Drain what no nudge announced, and forget jobs done more than a week ago."""
    done = drain_jobs()
    old = timezone.now() - timedelta(days=KEEP_DONE_DAYS)
    Job.objects.filter(Q(done_at__lt=old)).delete()
    return done
