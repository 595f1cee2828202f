import errno
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg_pool import PoolTimeout

from backend.projects import jobs as registry
from backend.projects.actions import jobs
from backend.projects.actions.jobs import claim_job, do_job, drain_jobs, enqueue, enqueue_once, sweep_jobs, try_again
from backend.projects.errors import LeaseLost, UnknownJobKind
from backend.projects.jobs import Errand
from backend.projects.models import Job, Project, RestingLane
from backend.projects.nudge import send_nudges_by
from backend.projects.tenancy import open_project, tenancy
from backend.questions.actions.units import unit_of_pair

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project():
    return Project.objects.create(slug="forum", name="Forum")


@pytest.fixture
def handled(monkeypatch):
    """Register a kind of job for one test; the list fills with what was done."""
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    done: list[int] = []

    def work(*, project_id, now, number, **_):
        if number < 0:
            raise RuntimeError("always")
        Project.objects.filter(pk=project_id).update(name=f"done {number}")
        done.append(number)

    registry.handles("test.work", work)
    return done


def eventually(found: Callable[[], object], *, within_s: float = 30) -> None:
    give_up_at = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.01)


def make_due() -> None:
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1), leased_until=None)
    RestingLane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))


def is_rest(until: datetime, seconds: float, *, since: datetime) -> bool:
    """Return whether something rests for so many seconds, from a moment between `since` and now."""
    return since <= until - timedelta(seconds=seconds) <= timezone.now()


def test_a_job_is_done_once(project, handled):
    enqueue(project=project, kind="test.work", number=1)
    assert (drain_jobs(), drain_jobs(), handled) == (1, 0, [1])
    assert Job.objects.get().done_at is not None


def test_a_job_that_always_fails_dies_after_eight_attempts_and_others_go_on(project, handled):
    enqueue(project=project, kind="test.work", number=-1)
    enqueue(project=project, kind="test.work", number=2)
    for _ in range(12):
        make_due()
        drain_jobs()
    bad = Job.objects.get(arguments__number=-1)
    assert (bad.attempts_count, bad.died_at is not None, bad.failure) == (8, True, "RuntimeError")
    assert handled == [2]


def test_a_failed_job_waits_longer_each_time(project, handled):
    enqueue(project=project, kind="test.work", number=-1)
    for wait_s in (2, 4, 8):
        make_due()
        began = timezone.now()
        drain_jobs()
        assert is_rest(Job.objects.get().due_at, wait_s, since=began)


def test_a_claim_that_was_killed_is_taken_again_when_its_lease_has_run_out(project, handled):
    enqueue(project=project, kind="test.work", number=3)
    now = timezone.now()
    assert claim_job(now=now) is not None
    assert claim_job(now=now) is None
    later = now + timedelta(seconds=registry.LEASE_S + 1)
    again = claim_job(now=later)
    assert again is not None and again.attempts_count == 2


def test_eight_kills_in_a_row_kill_the_job_too(project, handled):
    enqueue(project=project, kind="test.work", number=3)
    now = timezone.now()
    for number in range(9):
        job = claim_job(now=now + timedelta(seconds=number * (registry.LEASE_S + 1)))
    assert job.died_at is not None


def test_who_lost_the_lease_changes_nothing(project, handled):
    enqueue(project=project, kind="test.work", number=4)
    now = timezone.now()
    slow = claim_job(now=now)
    quick = claim_job(now=now + timedelta(seconds=registry.LEASE_S + 1))
    with pytest.raises(LeaseLost):
        do_job(slow, now=now)
    project.refresh_from_db()
    assert project.name == "Forum"
    do_job(quick, now=now)
    project.refresh_from_db()
    assert project.name == "done 4"


def test_a_kind_that_nobody_handles_is_refused_when_it_is_asked_for(project):
    with pytest.raises(UnknownJobKind):
        enqueue(project=project, kind="test.unknown")


@pytest.fixture
def kind(handled):
    """Register handlers of one's own for the kind test.own."""

    def register(handler, **options):
        registry.handles("test.own", handler, **options)
        return "test.own"

    return register


def test_the_pause_doubles_up_to_the_last_attempt(project, handled):
    job = enqueue(project=project, kind="test.work", number=-1)
    Job.objects.filter(pk=job.pk).update(attempts_count=6)
    for pause in (128, 256):
        make_due()
        began = timezone.now()
        drain_jobs(seconds=0)
        job.refresh_from_db()
        assert is_rest(job.due_at, pause, since=began)


def test_what_a_failed_attempt_wrote_is_undone(project, kind):
    def writes_and_fails(*, project_id, **_):
        Project.objects.filter(pk=project_id).update(name="half done")
        raise RuntimeError

    enqueue(project=project, kind=kind(writes_and_fails))
    assert drain_jobs() == 0
    project.refresh_from_db()
    assert (project.name, Job.objects.get().attempts_count) == ("Forum", 1)


def test_a_job_works_within_the_door_of_its_own_project(project, kind):
    doors = []
    enqueue(project=project, kind=kind(lambda **_: doors.append(open_project())))
    drain_jobs()
    assert doors == [project.pk]
    assert open_project() is None


def test_the_sweep_finds_what_no_nudge_announced(project, handled):
    Job.objects.create(project=project, kind="test.work", arguments={"number": 5})
    assert (sweep_jobs(), handled) == (1, [5])


def test_the_sweep_forgets_what_was_done_more_than_a_week_ago_and_nothing_else(project, handled):
    now = timezone.now()
    long_ago, lately = now - timedelta(days=8), now - timedelta(days=6)
    for state in ({"done_at": long_ago}, {"done_at": lately}, {"died_at": long_ago}):
        Job.objects.create(project=project, kind="test.work", arguments={"number": 1}, **state)
    sweep_jobs()
    assert Job.objects.filter(done_at=long_ago).count() == 0
    assert Job.objects.filter(done_at=lately).count() == Job.objects.dead().count() == 1


def test_the_sweep_does_not_walk_past_what_was_done_lately_however_much_that_is(project, handled):
    lately = timezone.now() - timedelta(days=1)
    Job.objects.bulk_create([Job(project=project, kind="test.work", done_at=lately) for _ in range(3000)])
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as superuser:
        superuser.execute("analyze projects_job")
    forgotten = Job.objects.filter(done_at__lt=timezone.now() - timedelta(days=7))
    assert "jobs_done" in forgotten.explain()


def test_a_job_that_is_not_due_is_left_alone(project, handled):
    job = enqueue(project=project, kind="test.work", number=1)
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() + timedelta(seconds=30))
    assert (drain_jobs(), handled) == (0, [])


def test_a_fact_that_is_rolled_back_asks_for_no_work_and_nudges_nobody(project, handled):
    nudged = threading.Event()
    send_nudges_by(nudged.set)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(project=project, kind="test.work", number=1)
        raise ZeroDivisionError
    assert Job.objects.count() == 0 and not nudged.wait(0.3)
    with transaction.atomic():
        enqueue(project=project, kind="test.work", number=1)
        assert not nudged.wait(0.3)
    assert nudged.wait(30)


def test_two_workers_share_the_jobs_and_do_each_once(project, handled):
    for number in range(40):
        enqueue(project=project, kind="test.work", number=number)

    def work() -> None:
        try:
            drain_jobs()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(handled) == list(range(40))
    assert Job.objects.filter(attempts_count=1).exclude(done_at=None).count() == 40


def test_who_is_told_of_a_death_is_told_once_and_why(project, kind):
    told = []

    def fails(**_):
        raise KeyError

    enqueue(project=project, kind=kind(fails, on_death=lambda *, failure, **_: told.append(failure)))
    for _ in range(10):
        make_due()
        drain_jobs()
    assert told == ["KeyError"]


def test_a_claim_that_nobody_renews_is_soon_free_however_long_its_kind_may_take(project, kind):
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=900))
    now = timezone.now()
    assert claim_job(now=now) is not None
    assert claim_job(now=now + timedelta(seconds=jobs.CLAIM_S - 1)) is None
    assert claim_job(now=now + timedelta(seconds=jobs.CLAIM_S + 1)) is not None


def test_a_claim_is_renewed_while_the_work_goes_on_and_not_after(project, kind, monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_S", 0.02)
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=900))
    long_ago = timezone.now() - timedelta(seconds=jobs.CLAIM_S - 1)
    job = claim_job(now=timezone.now())
    Job.objects.update(leased_until=long_ago)
    with jobs.holding(job):
        eventually(lambda: Job.objects.get().leased_until > timezone.now() + timedelta(seconds=jobs.CLAIM_S - 5))
        assert claim_job(now=timezone.now()) is None
    eventually(lambda: not [each for each in threading.enumerate() if each.name == "renew-claim"])
    Job.objects.update(leased_until=long_ago)
    time.sleep(0.1)
    assert Job.objects.get().leased_until == long_ago


def test_a_claim_that_another_has_now_is_not_renewed(project, kind, monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_S", 0.02)
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=900))
    first = claim_job(now=timezone.now())
    claim_job(now=timezone.now() + timedelta(seconds=jobs.CLAIM_S + 1))
    taken_until = Job.objects.get().leased_until
    with jobs.holding(first):
        eventually(lambda: not [each for each in threading.enumerate() if each.name == "renew-claim"])
    assert Job.objects.get().leased_until == taken_until


def test_work_that_takes_longer_than_its_kind_may_is_free_for_another(project, kind, monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_S", 0.02)
    monkeypatch.setattr(jobs, "CLAIM_S", 0.1)
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=0.3))
    job = claim_job(now=timezone.now())
    with jobs.holding(job):
        eventually(lambda: claim_job(now=timezone.now()))


def test_a_job_that_finds_a_row_locked_waits_for_it_however_long(project, kind):
    def wants_the_row(*, project_id, **_):
        Project.objects.select_for_update(nowait=True).get(pk=project_id)

    enqueue(project=project, kind=kind(wants_the_row))
    with psycopg.connect(settings.EARMARK_PLACE.conninfo()) as other:
        other.execute("select 1 from projects_project where id = %s for no key update", [project.pk])
        for _ in range(12):
            make_due()
            began = timezone.now()
            assert drain_jobs() == 0
        waiting = Job.objects.get()
        assert (waiting.attempts_count, waiting.died_at, waiting.failure) == (0, None, "OperationalError")
        assert is_rest(waiting.due_at, jobs.WAIT_S, since=began)
    make_due()
    assert drain_jobs() == 1


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (OSError(errno.ENOSPC, "no space left"), True),
        (OSError(errno.EACCES, "not ours"), False),
        (ValueError(), False),
    ],
)
def test_a_full_disk_passes_and_what_is_wrong_with_the_work_itself_does_not(project, kind, error, waits):
    def fails(**_):
        raise error

    enqueue(project=project, kind=kind(fails))
    for _ in range(9):
        make_due()
        drain_jobs()
    assert (Job.objects.get().died_at is None) == waits


def ends_its_connection(**_) -> None:
    """Work whose statement ends its own backend, as one does that the system kills for its memory."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")


def test_a_job_that_always_loses_the_store_is_given_up_with_a_reason_and_others_go_on(project, handled, kind):
    told = []
    registry.handles("test.own", ends_its_connection, on_death=lambda *, failure, **_: told.append(failure))
    enqueue(project=project, kind="test.own")
    for number, wait_s in enumerate([10, 20, 40, 80, 160, 300, 300, None, None, None]):
        enqueue(project=project, kind="test.work", number=number)
        make_due()
        began = timezone.now()
        drain_jobs()
        bad = Job.objects.get(kind="test.own")
        assert wait_s is None or is_rest(bad.due_at, wait_s, since=began)
    assert (bad.losses_count, bad.died_at is not None, bad.failure, told) == (8, True, "StoreLost", ["StoreLost"])
    assert handled == list(range(10))


def test_a_job_that_lost_the_store_once_is_done_at_its_next_try(project, kind):
    tries = []

    def loses_it_once(**_):
        tries.append(1)
        if len(tries) == 1:
            ends_its_connection()

    enqueue(project=project, kind=kind(loses_it_once))
    drain_jobs()
    lost = Job.objects.get()
    assert (lost.attempts_count, lost.losses_count, lost.died_at) == (0, 1, None)
    make_due()
    assert drain_jobs() == 1


def test_a_job_that_brings_the_whole_server_down_is_given_up_and_others_go_on(project, handled, kind):
    def crashes(**_):
        with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as other:
            other.execute("checkpoint")  # the tests' server writes behind its commits, which a crash would take
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            os.kill(cursor.fetchone()[0], signal.SIGKILL)
            cursor.execute("select 1")

    job = enqueue(project=project, kind=kind(crashes))
    Job.objects.filter(pk=job.pk).update(losses_count=jobs.MAX_LOSSES - 2)
    for number in range(3):
        eventually(store_answers, within_s=20)
        enqueue(project=project, kind="test.work", number=number)
        make_due()
        drain_jobs()
    eventually(store_answers, within_s=20)
    job.refresh_from_db()
    assert (job.died_at is not None, job.failure, handled) == (True, "StoreLost", [0, 1, 2])


def test_a_job_that_met_the_end_of_the_store_is_put_back_though_that_is_not_over(project, kind, monkeypatch):
    put_back, tries = jobs._put_back, []

    def not_yet(job, **told):
        tries.append(job.pk)
        if len(tries) < 3:
            with connection.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")
        put_back(job, **told)

    def meets_the_end(**_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(jobs, "_put_back", not_yet)
    enqueue(project=project, kind=kind(meets_the_end))
    assert drain_jobs() == 0
    put = Job.objects.get()
    assert (len(tries), put.losses_count, put.attempts_count, put.leased_until) == (3, 1, 0, None)


def test_a_job_that_cannot_be_put_back_for_long_is_left_to_its_claim(project, kind, monkeypatch):
    def never(job, **_):
        raise OperationalError("the store is away")

    def meets_the_end(**_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(jobs, "_put_back", never)
    monkeypatch.setattr(jobs, "STORE_BACK_S", 0.3)
    enqueue(project=project, kind=kind(meets_the_end))
    with pytest.raises(OperationalError, match="the store is away"):
        drain_jobs()
    assert Job.objects.get().leased_until is not None


def store_answers() -> bool:
    try:
        Project.objects.exists()
    except (OperationalError, InterfaceError):
        connection.close()
        return False
    return True


def test_work_that_asks_for_more_than_the_store_may_use_is_given_up_too(project, kind):
    def asks_for_too_much(**_):
        with connection.cursor() as cursor:
            cursor.execute("do $$ begin raise exception using errcode = '53200', message = 'out of memory'; end $$")

    enqueue(project=project, kind=kind(asks_for_too_much))
    for _ in range(9):
        make_due()
        drain_jobs()
    dead = Job.objects.get()
    assert (dead.died_at is not None, dead.failure) == (True, "StoreOutOfMemory")


def test_of_jobs_in_whose_midst_the_store_was_lost_again_and_again_one_is_worked_at_at_a_time(project, handled):
    for number, losses in enumerate((2, 3, 1, 0)):
        job = enqueue(project=project, kind="test.work", number=number)
        Job.objects.filter(pk=job.pk).update(losses_count=losses)
    now = timezone.now()
    claimed = [claim_job(now=now) for _ in range(4)]
    assert [job and job.arguments["number"] for job in claimed] == [0, 2, 3, None]
    do_job(claimed[0], now=now)
    assert claim_job(now=now).arguments == {"number": 1}


def test_a_pool_that_has_no_connection_to_give_is_nobodys_doing(project, kind):
    def waits_in_vain(**_):
        raise OperationalError from PoolTimeout("none came free")

    enqueue(project=project, kind=kind(waits_in_vain))
    for _ in range(9):
        make_due()
        drain_jobs()
    waiting = Job.objects.get()
    assert (waiting.losses_count, waiting.died_at, waiting.failure) == (0, None, "OperationalError")


def test_a_job_that_was_killed_each_time_says_so(project, handled):
    enqueue(project=project, kind="test.work", number=3)
    Job.objects.update(attempts_count=8)
    claim_job(now=timezone.now())
    assert Job.objects.get().failure == "Killed"


def test_work_that_is_too_long_for_a_statement_dies_as_other_work_does(project, kind):
    def too_long(**_):
        with connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = '10ms'")
            cursor.execute("select pg_sleep(1)")

    enqueue(project=project, kind=kind(too_long))
    for _ in range(9):
        make_due()
        drain_jobs()
    assert Job.objects.get().failure == "OperationalError" and Job.objects.get().died_at is not None


def test_what_is_urgent_comes_before_all_that_waited_longer(project, handled, kind):
    for number in (1, 2):
        enqueue(project=project, kind="test.work", number=number)
    urgent = kind(lambda **_: handled.append("urgent"), is_urgent=True)
    enqueue(project=project, kind=urgent)
    drain_jobs()
    assert handled == ["urgent", 1, 2]


def test_work_asked_for_once_is_urgent_if_its_kind_is(project, kind):
    with transaction.atomic():
        enqueue_once(project=project, kind=kind(lambda **_: None, is_urgent=True))
    assert Job.objects.get().is_urgent


def test_a_claim_is_not_renewed_any_more_once_the_work_is_over(project, kind, monkeypatch):
    monkeypatch.setattr(jobs, "RENEW_S", 0.02)
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=900))
    job, is_slow = claim_job(now=timezone.now()), threading.Event()

    def slow_now():
        is_slow.set()
        time.sleep(0.01)
        return timezone.now()

    monkeypatch.setattr(jobs, "timezone", SimpleNamespace(now=slow_now))
    with jobs.holding(job):
        assert is_slow.wait(30)
    assert not [each for each in threading.enumerate() if each.name == "renew-claim"]


def test_an_errand_calls_out_while_no_transaction_is_open(project, kind):
    seen = []

    def call(number):
        seen.append((number, connection.in_atomic_block, open_project()))
        return number + 1

    errand = Errand(read=lambda **_: 7, call=call, write=lambda *, answer, **_: seen.append((answer, open_project())))
    enqueue(project=project, kind=kind(errand))
    assert drain_jobs() == 1
    assert seen == [(7, False, None), (8, project.pk)]


def test_an_errand_with_nothing_left_to_do_calls_nobody(project, kind):
    def never(*_, **__):
        raise AssertionError

    enqueue(project=project, kind=kind(Errand(read=lambda **_: None, call=never, write=never)))
    assert drain_jobs() == 1


def test_an_errand_whose_lease_ran_out_while_it_called_writes_nothing(project, kind):
    def taken_by_another(_):
        assert claim_job(now=timezone.now() + timedelta(seconds=registry.LEASE_S + 1)) is not None

    def write(*, project_id, **_):
        Project.objects.filter(pk=project_id).update(name="written")

    enqueue(project=project, kind=kind(Errand(read=lambda **_: 1, call=taken_by_another, write=write)))
    with pytest.raises(LeaseLost):
        do_job(claim_job(now=timezone.now()), now=timezone.now())
    project.refresh_from_db()
    assert (project.name, Job.objects.get().done_at) == ("Forum", None)


def test_a_job_that_names_a_row_of_another_project_changes_nothing_there(make_world):
    from backend.quality import work
    from backend.quality.models import ConsensusLabel

    mine, theirs = make_world("mine"), make_world("theirs")
    with tenancy(theirs.project):
        unit = unit_of_pair(question=theirs.question, first=theirs.items["1"], second=theirs.items["2"])
    enqueue(project=mine.project, kind=work.SETTLE, unit_id=unit.pk)
    assert drain_jobs() == 1, "to it the unit is not there, as one that is gone"
    with tenancy(theirs.project):
        assert ConsensusLabel.objects.count() == 0


def test_what_two_try_again_at_once_is_not_taken_from_who_works_at_it(project, handled):
    now = timezone.now()
    job = Job.objects.create(project=project, kind="test.work", died_at=now, attempts_count=8)
    assert try_again(jobs=[job], now=now) == 1
    claimed = claim_job(now=now)
    assert try_again(jobs=[job], now=now) == 0
    assert Job.objects.get().attempts_count == claimed.attempts_count == 1
