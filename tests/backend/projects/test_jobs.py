from datetime import timedelta

import pytest
from django.utils import timezone

from backend.projects import jobs as registry
from backend.projects.actions.jobs import claim_job, do_job, drain_jobs, enqueue
from backend.projects.errors import LeaseLost, UnknownJobKind
from backend.projects.models import Job, Project

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
