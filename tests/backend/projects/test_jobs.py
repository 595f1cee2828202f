import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backend.projects import jobs as registry
from backend.projects.actions.jobs import claim_job, do_job, drain_jobs, enqueue, sweep_jobs
from backend.projects.errors import LeaseLost, UnknownJobKind
from backend.projects.jobs import Errand
from backend.projects.models import Job, Project
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


def make_due() -> None:
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1), leased_until=None)


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
    waits = []
    for _ in range(3):
        make_due()
        drain_jobs()
        waits.append((Job.objects.get().due_at - timezone.now()).total_seconds())
    assert [round(wait) for wait in waits] == [2, 4, 8]


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
        drain_jobs(seconds=0)
        job.refresh_from_db()
        assert round((job.due_at - timezone.now()).total_seconds()) == pause


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
    assert nudged.wait(2)


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


def test_a_kind_may_hold_its_claim_for_longer(project, kind):
    enqueue(project=project, kind=kind(lambda **_: None, lease_s=900))
    now = timezone.now()
    assert claim_job(now=now) is not None
    assert claim_job(now=now + timedelta(seconds=899)) is None
    assert claim_job(now=now + timedelta(seconds=901)) is not None


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
