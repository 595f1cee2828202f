"""The durable queue: enqueue with the fact, claim, do, and drain."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from backend.projects.actions.lanes import cut_rest_short, end_rest, give_up_what_waited, let_rest, take_next
from backend.projects.away import AWAY, own_doing, will_pass
from backend.projects.errors import LeaseLost
from backend.projects.jobs import Errand, handler_of, is_urgent, lease_of, mourner_of
from backend.projects.models import Job, Project
from backend.projects.nudge import nudge
from backend.projects.tenancy import tenancy

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
DRAIN_S = 4.0
CLAIM_S = 30
"""How long a claim holds that nobody renews: a job of a worker that was killed is taken again after this."""
RENEW_S = 5.0
LET_GO_S = 5.0
LOOK_FOR_THE_STORE_S = 0.2
STORE_BACK_S = 15.0
"""How long it is tried to put back a job that met the end of the store; then its claim has to run out."""
WAIT_S = 10
LONGEST_WAIT_S = 300
MAX_LOSSES = 8
KEEP_DONE_DAYS = 7


def enqueue(*, project: Project | int, kind: str, lane: str = "", **arguments: Any) -> Job:
    """Write a job row in the caller's transaction; the nudge leaves once that has committed.

    Jobs of one `lane` are worked at one by one, and wait while it rests after a failure.
    """
    handler_of(kind)
    project_id = project if isinstance(project, int) else project.pk
    job = Job.objects.create(
        project_id=project_id, kind=kind, lane=lane, arguments=arguments, is_urgent=is_urgent(kind)
    )
    transaction.on_commit(nudge, robust=True)
    return job


def enqueue_once(*, project: Project | int, kind: str, due_at: datetime | None = None) -> None:
    """Write a job row without arguments, unless one waits that is due as early and nobody has claimed.

    That one is locked until the caller's transaction ends, so that no worker takes it before the fact is there.
    """
    handler_of(kind)
    project_id = project if isinstance(project, int) else project.pk
    waiting = Job.objects.waiting().in_no_lane().filter(project=project_id, kind=kind)
    waiting = waiting.filter(arguments={}, leased_until=None)
    by_then = Q(due_at__lte=due_at) if due_at else Q(due_at__lte=Now())
    if waiting.filter(by_then).select_for_update(skip_locked=True).first() is None:
        due = {"due_at": due_at} if due_at else {}
        Job.objects.create(project_id=project_id, kind=kind, arguments={}, is_urgent=is_urgent(kind), **due)
    transaction.on_commit(nudge, robust=True)


def claim_job(*, now: datetime) -> Job | None:
    """Claim the next waiting job in a transaction of its own, or return None.

    Counts the attempt and takes a lease, which `holding` renews; a job claimed more than eight times is given up here.
    """
    with transaction.atomic():
        taken = take_next(now=now)
        if taken is None:
            return None
        job = Job.objects.get(pk=taken)
        job.leased_until = now + timedelta(seconds=min(lease_of(job.kind), CLAIM_S))
        if job.attempts_count > MAX_ATTEMPTS:
            job.died_at, job.failure = now, job.failure or "Killed"
        job.save(update_fields=["leased_until", "died_at", "failure"])
    if job.died_at is not None:
        _mourn(job, failure=job.failure, now=now)
    return job


def do_job(job: Job, *, now: datetime) -> None:
    """Do a claimed job; the work and the mark that it is done share one transaction."""
    handler = handler_of(job.kind)
    arguments = dict(job.arguments)
    if isinstance(handler, Errand):
        with tenancy(job.project_id):
            errand = handler.read(project_id=job.project_id, now=now, **arguments)
        answer = _called(job, handler, errand, now=now) if errand is not None else None
        with tenancy(job.project_id):
            if errand is not None:
                handler.write(project_id=job.project_id, now=now, answer=answer, **arguments)
                end_rest(job)  # where nobody was called nothing is known of the lane
            _mark_done(job, now=now)
        return
    with tenancy(job.project_id):
        handler(project_id=job.project_id, now=now, **arguments)
        _mark_done(job, now=now)
        end_rest(job)


def _called(job: Job, errand: Errand, told: Any, *, now: datetime) -> Any:
    """Return what a call returned; where it failed, let that be written down, and raise what it raised."""
    try:
        return errand.call(told)
    except Exception as error:
        if errand.fail is not None:
            with tenancy(job.project_id):
                errand.fail(project_id=job.project_id, now=now, error=error, **job.arguments)
        raise


def _mark_done(job: Job, *, now: datetime) -> None:
    mine = Job.objects.filter(pk=job.pk, attempts_count=job.attempts_count, done_at=None)
    if not mine.update(done_at=now, leased_until=None):
        raise LeaseLost(job_id=job.pk)


@contextmanager
def holding(job: Job) -> Iterator[None]:
    """Renew the claim on a job while its work goes on, for as long as its kind may take."""
    if lease_of(job.kind) <= CLAIM_S:
        yield
        return
    is_over = threading.Event()
    renewing = threading.Thread(target=_renew, args=[job, is_over], name="renew-claim", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        is_over.set()
        renewing.join(LET_GO_S)  # a claim that is renewed after the job was put back would hold it up


def _renew(job: Job, is_over: threading.Event) -> None:
    give_up_at = time.monotonic() + lease_of(job.kind) - CLAIM_S
    mine = Job.objects.filter(pk=job.pk, attempts_count=job.attempts_count, done_at=None)
    while not is_over.wait(RENEW_S) and time.monotonic() < give_up_at:
        try:
            if not mine.update(leased_until=timezone.now() + timedelta(seconds=CLAIM_S)):
                return
        except AWAY as error:
            logger.warning("The claim on job %s was not renewed: %s", job.pk, type(error).__name__)
        finally:
            connection.close()


def _put_back(job: Job, *, error: Exception, now: datetime) -> None:
    """Let a job be tried again later; one that fails for what it is dies after eight attempts.

    So does one that lost the store eight times, which it may itself bring down; its pauses grow. Where it was the job
    itself that failed, its lane rests.
    """
    mine = Job.objects.filter(pk=job.pk, attempts_count=job.attempts_count, done_at=None)
    passes, loss = will_pass(error), own_doing(error)
    losses = job.losses_count + bool(loss)
    failure = loss or type(error).__name__
    if passes:
        wait_s, is_last = WAIT_S * 2 ** max(losses - 1, 0) if loss else WAIT_S, bool(loss) and losses >= MAX_LOSSES
    else:
        wait_s, is_last = 2**job.attempts_count, job.attempts_count >= MAX_ATTEMPTS
    with transaction.atomic():  # nobody takes the next of its lane in between
        is_mine = mine.update(
            attempts_count=F("attempts_count") - (1 if passes else 0),
            losses_count=losses,
            leased_until=None,
            due_at=now + timedelta(seconds=min(wait_s, LONGEST_WAIT_S)),
            died_at=now if is_last else None,
            failure=failure,
        )
        if is_mine and not passes:
            let_rest(job, now=now)
    if is_last:
        _mourn(job, failure=failure, now=now)


def _mourn(job: Job, *, failure: str, now: datetime) -> None:
    """Let the app that asked for a job know that it was given up."""
    mourn = mourner_of(job.kind)
    if mourn is not None:
        with tenancy(job.project_id):
            mourn(project_id=job.project_id, now=now, failure=failure, **job.arguments)


def drain_jobs(*, seconds: float | None = None) -> int:
    """Do waiting jobs for at most `seconds` (or DRAIN_S), then nudge if some are left; returns how many were done.

    A job that fails goes back with a growing pause and dies after eight attempts; others go on. One that met a store
    that is away, full or busy waits until that is over, however long; one in whose midst the store was lost eight
    times is given up, too.
    """
    stop_at = time.monotonic() + (DRAIN_S if seconds is None else seconds)
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
        with holding(job):
            do_job(job, now=timezone.now())
    except Exception as error:
        logger.warning("Job %s (%s) failed: %s", job.pk, job.kind, type(error).__name__)
        logger.debug("Job %s", job.pk, exc_info=True)
        _put_back_once_it_answers(job, error=error)
        return 0
    return 1


def _put_back_once_it_answers(job: Job, *, error: Exception) -> None:
    """Put a job back, again and again for a while: a server that just went down may take others' connections along."""
    give_up_at = time.monotonic() + STORE_BACK_S
    while True:
        try:
            return _put_back(job, error=error, now=timezone.now())
        except AWAY:
            connection.close()
            if time.monotonic() > give_up_at:
                raise
            time.sleep(LOOK_FOR_THE_STORE_S)


def try_again(*, jobs: Iterable[Job], now: datetime) -> int:
    """Let jobs that were given up be tried eight times more from now on; returns how many there are.

    A job whose app let somebody know that it was given up stays so: what it was for is asked for anew.
    """
    dead = {job.pk: job for job in jobs if job.died_at is not None and mourner_of(job.kind) is None}
    for project_id, kind in {(job.project_id, job.kind) for job in dead.values() if job.lane}:
        lanes = {job.lane for job in dead.values() if (job.project_id, job.kind) == (project_id, kind)}
        cut_rest_short(project_id=project_id, kind=kind, lanes=lanes, now=now)
    back = {"attempts_count": 0, "losses_count": 0, "died_at": None, "leased_until": None, "due_at": now}
    count = Job.objects.dead().filter(pk__in=dead, done_at=None).update(**back)  # somebody else may just have done so
    transaction.on_commit(nudge, robust=True)
    return count


def sweep_jobs() -> int:
    """Drain what no nudge announced, give up what waits in vain, and forget jobs done more than a week ago."""
    done = drain_jobs()
    now = timezone.now()
    give_up_what_waited(now=now)
    old = now - timedelta(days=KEEP_DONE_DAYS)
    Job.objects.filter(Q(done_at__lt=old)).delete()
    return done
