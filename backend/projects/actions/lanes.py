"""Lanes of jobs: which job is next, and how long a lane rests whose jobs fail."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from backend.projects.jobs import bounds
from backend.projects.models import Job, RestingLane

SUSPECT_FROM = 2
"""Losses of the store after which a job is worked at only while no other such job is, so that who did it shows."""
CANDIDATES = 32
"""How many jobs of no lane are looked at: as many may be claimed in the same moment, and one more is free."""
LONGEST_REST_S = 300
KEEP_WAITING = timedelta(days=3)
"""How long jobs wait for their turn in a lane that rests; then they are given up."""
FORGET_AFTER = timedelta(days=7)

_MAY_BE_TAKEN = """
    done_at is null and died_at is null and due_at <= %(now)s
    and (leased_until is null or leased_until < %(now)s)
    and (losses_count < %(suspect_from)s or not exists (
        select from projects_job where losses_count >= %(suspect_from)s
        and done_at is null and died_at is null and leased_until >= %(now)s))
"""

_LANES = """
recursive lanes as (
    (select project_id, kind, lane from projects_job
     where done_at is null and died_at is null and lane <> '' order by project_id, kind, lane limit 1)
    union all
    select next.* from lanes, lateral (
        select project_id, kind, lane from projects_job
        where done_at is null and died_at is null and lane <> ''
          and (project_id, kind, lane) > (lanes.project_id, lanes.kind, lanes.lane)
        order by project_id, kind, lane limit 1) as next
)
"""
"""Each lane that has jobs waiting, by one look into the index, however many jobs those are."""

_TAKE = f"""
with {_LANES}, under_way as (
    select project_id, kind, lane, rests_until is not null as is_tried
    from projects_job left join projects_restinglane using (project_id, kind, lane)
    where done_at is null and died_at is null and leased_until >= %(now)s and length(lane) > 0
), full_up as (
    select project_id, kind from under_way
    join unnest(%(kinds)s::text[], %(most)s::int[]) as bounded (kind, most_at_once) using (kind)
    group by project_id, kind, most_at_once having count(*) >= most_at_once
), free as (
    select project_id, kind, lane from lanes left join projects_restinglane using (project_id, kind, lane)
    where (project_id, kind, lane) not in (select project_id, kind, lane from under_way)
      and (project_id, kind) not in (select project_id, kind from full_up)
      and (rests_until is null or rests_until <= %(now)s
           and (project_id, kind) not in (select project_id, kind from under_way where is_tried))
), candidates as (
    select head.id from free, lateral (
        select id from projects_job
        where (project_id, kind, lane) = (free.project_id, free.kind, free.lane) and lane <> '' and {_MAY_BE_TAKEN}
        order by due_at, id limit 1) as head
    union all
    (select id from projects_job where lane = '' and {_MAY_BE_TAKEN}
     order by is_urgent desc, due_at, id limit %(candidates)s)
)
update projects_job set attempts_count = attempts_count + 1, leased_until = %(now)s
where id = (
    select id from projects_job where id = any(array(select id from candidates)) and {_MAY_BE_TAKEN}
    order by is_urgent desc, due_at, id limit 1 for update skip locked
)
returning id
"""  # noqa: S608  made of constants
"""What is under way is asked by `length(lane)`: by `lane <> ''` a planner that knows of no lanes yet, as before the
first burst, would take the index of what waits and walk past all of it."""

_REST = """
insert into projects_restinglane as resting (project_id, kind, lane, failures_count, rests_until)
values (%(project)s, %(kind)s, %(lane)s, 1, %(now)s + interval '2 s')
on conflict (project_id, kind, lane) do update set failures_count = least(resting.failures_count + 1, 1000),
    rests_until = %(now)s + make_interval(secs => least(2 ^ least(resting.failures_count + 1, 10), %(longest)s))
"""

_GIVE_UP = """
update projects_job as job set died_at = %(now)s, failure = 'LaneRests' from projects_restinglane as resting
where (job.project_id, job.kind, job.lane) = (resting.project_id, resting.kind, resting.lane) and job.lane <> ''
  and done_at is null and died_at is null and due_at < %(before)s and (leased_until is null or leased_until < %(now)s)
"""


def take_next(*, now: datetime) -> int | None:
    """Count an attempt at the next job that may be worked at and return its id, in the caller's transaction.

    Of a lane one job is under way at the same time; of one project's lanes as many as its kind says, and of those that
    rested after a failure one. So who is slow or dead delays nobody else of the project for long.
    """
    bounded = bounds()
    told: dict[str, Any] = {"kinds": list(bounded), "most": list(bounded.values()), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, told | {"suspect_from": SUSPECT_FROM, "candidates": CANDIDATES})
        row = cursor.fetchone()
    return row[0] if row else None


def let_rest(job: Job, *, now: datetime) -> None:
    """Let the lane of a job that failed rest, twice as long as after the failure before."""
    if job.lane:
        told: dict[str, Any] = {
            "project": job.project_id,
            "kind": job.kind,
            "lane": job.lane,
            "now": now,
            "longest": LONGEST_REST_S,
        }
        with connection.cursor() as cursor:
            cursor.execute(_REST, told)


def end_rest(job: Job) -> None:
    """Let the lane of a job that was done go on as others do."""
    if job.lane:
        RestingLane.objects.filter(project=job.project_id, kind=job.kind, lane=job.lane).delete()


def cut_rest_short(*, project_id: int, kind: str, lanes: set[str], now: datetime) -> None:
    """Let lanes that rest be tried at once."""
    RestingLane.objects.filter(project=project_id, kind=kind, lane__in=lanes).update(rests_until=now)


def give_up_what_waited(*, now: datetime) -> None:
    """Give up jobs that waited for days in lanes that rest, and forget lanes that nothing waits in any more."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP, {"now": now, "before": now - KEEP_WAITING})
    RestingLane.objects.filter(rests_until__lt=now - FORGET_AFTER).delete()
