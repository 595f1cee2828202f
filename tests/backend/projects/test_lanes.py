import json
from datetime import timedelta
from importlib import import_module

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from backend.projects import jobs as registry
from backend.projects.actions import jobs as actions
from backend.projects.actions import lanes
from backend.projects.actions.jobs import claim_job, do_job, drain_jobs, enqueue, sweep_jobs, try_again
from backend.projects.actions.webhooks import DELIVER, add_webhook, announce
from backend.projects.models import Job, Project, RestingLane
from backend.projects.tenancy import tenancy
from tests.backend.projects.test_jobs import is_rest

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def project():
    return Project.objects.create(slug="forum", name="Forum")


@pytest.fixture
def other():
    return Project.objects.create(slug="shop", name="Shop")


@pytest.fixture
def dead(monkeypatch):
    """Register the kind test.call, two lanes of a project at once; the lanes in this set fail."""
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    monkeypatch.setattr(registry, "_bounds", dict(registry._bounds))
    failing: set[str] = set()

    def work(*, to, **_):
        if to in failing:
            raise RuntimeError

    registry.handles("test.call", work, most_at_once=2)
    registry.handles("test.work", lambda **_: None)
    return failing


def call(project, to):
    return enqueue(project=project, kind="test.call", lane=to, to=to)


def claimed(count, *, now):
    """Claim some jobs and return where they lead, None where there is nothing to claim."""
    taken = [claim_job(now=now) for _ in range(count)]
    return [job and (job.lane or job.kind) for job in taken]


def test_of_a_lane_one_job_is_under_way_and_of_a_project_as_many_lanes_as_its_kind_says(project, other, dead):
    for to in ("a", "a", "b", "c"):
        call(project, to)
    enqueue(project=project, kind="test.work")
    call(other, "a")
    now = timezone.now() + SOON
    assert claimed(5, now=now) == ["a", "b", "test.work", "a", None]
    do_job(Job.objects.filter(project=project, lane="a").earliest("id"), now=now)
    assert claimed(2, now=now) == ["a", None]
    assert claimed(1, now=now + timedelta(seconds=registry.LEASE_S + 1)) != [None], "that of a worker that died"


def test_who_is_alive_is_not_behind_who_is_dead(project, dead):
    dead |= {"x", "y", "z"}
    for to in ("x", "y", "z"):
        call(project, to)
    assert drain_jobs() == 0
    for to in ("x", "y", "z", "alive", "alive"):
        call(project, to)
    now = timezone.now() + HOUR
    assert claimed(3, now=now) == ["x", "alive", None], "of those that failed one is tried at a time"
    do_job(Job.objects.filter(lane="alive").earliest("id"), now=now)
    assert claimed(2, now=now) == ["alive", None]


def test_while_a_lane_rests_none_of_its_jobs_is_tried_and_each_failure_doubles_that(project, dead):
    dead.add("x")
    for _ in range(12):
        call(project, "x")
    for rest_s in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        began = timezone.now()
        assert drain_jobs() == 0
        assert is_rest(RestingLane.objects.get().rests_until, rest_s, since=began)
        RestingLane.objects.update(rests_until=timezone.now() - SOON)
    assert Job.objects.filter(attempts_count=1).count() == 10, "each has its turn"


def test_a_lane_goes_on_at_once_when_one_of_its_jobs_was_done(project, dead):
    dead.add("x")
    for _ in range(4):
        call(project, "x")
    drain_jobs()
    dead.clear()
    assert drain_jobs() == 0
    RestingLane.objects.update(rests_until=timezone.now() - SOON)
    assert (drain_jobs(), RestingLane.objects.count()) == (3, 0)


def test_a_job_for_which_nobody_was_called_tells_nothing_of_its_lane(project, dead):
    dead.add("x")
    for _ in range(2):
        call(project, "x")
    drain_jobs()
    RestingLane.objects.update(rests_until=timezone.now() - SOON)
    registry.handles("test.call", registry.Errand(read=lambda **_: None, call=dead.add, write=dead.add))
    assert (drain_jobs(), RestingLane.objects.get().failures_count) == (1, 1)


def test_a_job_is_not_put_back_before_its_lane_rests(project, dead, monkeypatch):
    def interrupted(*_, **__):
        raise RuntimeError("in between")

    dead.add("x")
    call(project, "x")
    monkeypatch.setattr(actions, "let_rest", interrupted)
    with pytest.raises(RuntimeError, match="in between"):
        drain_jobs()
    assert Job.objects.get().leased_until > timezone.now()


def test_what_is_tried_again_by_hand_does_not_wait_until_its_lane_has_rested(project, dead):
    dead.add("x")
    call(project, "x")
    drain_jobs()
    Job.objects.update(died_at=timezone.now(), attempts_count=8)
    dead.clear()
    assert try_again(jobs=Job.objects.all(), now=timezone.now()) == 1
    assert drain_jobs() == 1


def test_what_waited_for_three_days_in_a_lane_that_rests_is_given_up_and_nothing_else(project, dead):
    now = timezone.now()
    dead.add("x")
    call(project, "x")
    drain_jobs()
    RestingLane.objects.update(rests_until=now + HOUR)
    for to, waited in (("x", timedelta(days=4)), ("x", timedelta(days=2)), ("y", timedelta(days=4))):
        Job.objects.filter(pk=call(project, to).pk).update(due_at=now - waited)
    registry.handles("test.call", lambda **_: None, most_at_once=0)
    sweep_jobs()
    given_up = Job.objects.dead().get()
    assert (given_up.lane, given_up.failure, given_up.due_at) == ("x", "LaneRests", now - timedelta(days=4))


def test_a_lane_that_nothing_waits_in_is_forgotten(project, dead):
    dead.add("x")
    call(project, "x")
    drain_jobs()
    sweep_jobs()
    assert RestingLane.objects.count() == 1
    Job.objects.all().delete()
    RestingLane.objects.update(rests_until=timezone.now() - timedelta(days=8))
    sweep_jobs()
    assert RestingLane.objects.count() == 0


def rows_passed_by(plan):
    """Return how many rows the parts of a plan looked at and left, at the most."""
    return max([plan.get("Rows Removed by Filter", 0), *(rows_passed_by(each) for each in plan.get("Plans", []))])


def test_a_claim_does_not_walk_past_what_is_held(project, other, dead):
    """Nor where the planner knows of no lanes yet, as before the first burst."""
    now = timezone.now()
    Job.objects.bulk_create([Job(project=other, kind="test.work", done_at=now) for _ in range(50)])
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as superuser:
        superuser.execute("analyze projects_job")
    waiting = [Job(project=project, kind="test.call", lane="x", due_at=now - HOUR) for _ in range(3000)]
    Job.objects.bulk_create(waiting)
    assert claimed(1, now=now) == ["x"]
    enqueue(project=other, kind="test.work")
    told = {
        "kinds": ["test.call"],
        "most": [2],
        "now": timezone.now() + SOON,
        "suspect_from": 2,
        "candidates": lanes.CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute("explain (analyze, format json) " + lanes._TAKE, told)
        ((plans,),) = cursor.fetchall()
    plan = json.loads(plans) if isinstance(plans, str) else plans
    assert rows_passed_by(plan[0]["Plan"]) < 10
    assert Job.objects.get(kind="test.work", done_at=None).attempts_count == 1


def test_messages_that_waited_before_there_were_lanes_stand_in_that_of_their_address(project):
    with tenancy(project):
        webhook = add_webhook(project=project, url="https://forum.example.org/hook", secret="whsec_" + "s" * 30)
        announce(project_id=project.pk, kind="label.settled", data={}, now=timezone.now())
    assert Job.objects.get().lane == str(webhook.pk)
    given_up = Job.objects.create(project=project, kind=DELIVER, arguments=Job.objects.get().arguments)
    Job.objects.filter(pk=given_up.pk).update(died_at=timezone.now())  # somebody may let it be tried again
    Job.objects.update(lane="")
    Job.objects.create(project=project, kind="test.work")
    migration = import_module("backend.projects.migrations.0007_waiting_messages_in_lanes")
    with tenancy(project), connection.cursor() as cursor:
        cursor.execute(migration._PUT)
    assert sorted(Job.objects.values_list("kind", "lane")) == [
        (DELIVER, str(webhook.pk)),
        (DELIVER, str(webhook.pk)),
        ("test.work", ""),
    ]


def test_messages_lead_to_two_addresses_of_a_project_at_once_at_the_most():
    assert registry.bounds()[DELIVER] == 2
