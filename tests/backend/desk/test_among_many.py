"""The desk stays quick where a question has many units, and a project many items."""

from functools import partial

import psycopg
from django.conf import settings
from django.db import connection

from backend.assignments.actions.queue import answer_assignment, take_next
from backend.desk.actions.fill import fill_queue
from backend.desk.progress import progress_of
from backend.projects.tenancy import tenancy


def plans_of(work, word):
    """Do some work and return the plans of its statements that hold a word."""
    plans = []

    def explain(execute, sql, params, many, context):
        if word in sql and not sql.startswith("explain"):
            with connection.cursor() as cursor:
                cursor.execute(f"explain (analyze, format json) {sql}", params)
                plans.append(cursor.fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        work()
    return plans


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def rows_read(plan, table):
    found = [node for node in nodes(plan) if node.get("Relation Name") == table]
    assert all(node["Node Type"] != "Seq Scan" for node in found), plan
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in found)


def gather_statistics(*tables):
    """Do what autovacuum does in its own time; only the owner may."""
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as owner:
        for table in tables:
            owner.execute(f"analyze {table}")


def take_and_answer(desk, person):
    assignment = take_next(annotator=desk.people[person], question=desk.question, now=desk.now)
    answer_assignment(assignment=assignment, now=desk.now)


def test_the_queue_reads_few_of_a_hundred_thousand_units(make_world, transactional_db):
    desk = make_world("many", settling_policy="confirm", overlap=2)
    with tenancy(desk.project), connection.cursor() as cursor:
        cursor.execute(
            "insert into questions_unit (project_id, question_id, key, item_id, other_id, label, answers_count,"
            " priority, settled_value) select %s, %s, 'made-' || n, %s, %s, '', 0, n %% 7 / 10.0,"
            " case when n %% 3 = 0 then 'different' else '' end from generate_series(1, 100000) n",
            [desk.project.pk, desk.question.pk, desk.items["5"].pk, desk.items["1"].pk],
        )
        cursor.execute(
            "insert into assignments_assignment (project_id, unit_id, annotator_id, assigned_at, answered_at)"
            " select project_id, id, %s, now(), now() from questions_unit where priority < .1 limit 2000",
            [desk.people[5].pk],
        )
    gather_statistics("questions_unit", "assignments_assignment", "questions_item")
    with tenancy(desk.project):
        for person in (0, 1, 0, 5):
            plans = plans_of(partial(take_and_answer, desk, person), "SKIP LOCKED")
            assert len(plans) >= 2
            assert all(rows_read(plan, "questions_unit") < 50 for plan in plans)


def test_how_far_one_has_come_reads_few_of_a_hundred_thousand_units(make_world, transactional_db):
    desk = make_world("many", settling_policy="confirm", overlap=2)
    with tenancy(desk.project), connection.cursor() as cursor:
        cursor.execute(
            "insert into questions_unit (project_id, question_id, key, item_id, other_id, label, answers_count,"
            " priority, settled_value) select %s, %s, 'made-' || n, %s, %s, '', 0, n %% 7 / 10.0, ''"
            " from generate_series(1, 100000) n",
            [desk.project.pk, desk.question.pk, desk.items["5"].pk, desk.items["1"].pk],
        )
        cursor.execute(
            "insert into assignments_assignment (project_id, unit_id, annotator_id, assigned_at, answered_at)"
            " select project_id, id, %s, now(), now() from questions_unit where priority < .1 limit 500",
            [desk.people[5].pk],
        )
    gather_statistics("questions_unit", "assignments_assignment", "questions_item")
    with tenancy(desk.project):
        for person, answered in ((0, 0), (5, 500)):
            look = partial(progress_of, annotator=desk.people[person], question=desk.question, now=desk.now)
            assert look() == {"answered_count": answered, "left_count": 1000}
            plans = plans_of(look, "questions_unit")
            assert len(plans) >= 2
            assert sum(rows_read(plan, "questions_unit") for plan in plans) < 6000


def test_how_far_one_has_come_with_tags_reads_few_of_a_hundred_thousand_units(make_world, transactional_db):
    """Which tags can still be answered is nothing that the planner has statistics of."""
    desk = make_world("many", kind="tags", labels=["calm", "angry"], settling_policy="confirm", overlap=2)
    with tenancy(desk.project), connection.cursor() as cursor:
        cursor.execute(
            "insert into questions_unit (project_id, question_id, key, item_id, label, answers_count, priority,"
            " settled_value) select %s, %s, n || case n %% 10 when 0 then ':gone' else ':calm' end, %s,"
            " case n %% 10 when 0 then 'gone' else 'calm' end, 0, n %% 7 / 10.0, '' from generate_series(1, 100000) n",
            [desk.project.pk, desk.question.pk, desk.items["5"].pk],
        )
    gather_statistics("questions_unit", "assignments_assignment", "questions_item")
    with tenancy(desk.project):
        look = partial(progress_of, annotator=desk.people[0], question=desk.question, now=desk.now)
        assert look() == {"answered_count": 0, "left_count": 1000}
        assert sum(rows_read(plan, "questions_unit") for plan in plans_of(look, "questions_unit")) < 6000


def test_filling_reads_few_of_fifty_thousand_items(make_world, transactional_db):
    desk = make_world("many", kind="choice", labels=["calm", "angry"])
    with tenancy(desk.project), connection.cursor() as cursor:
        cursor.execute(
            "insert into questions_item (project_id, key, kind, title, body, url, author, metadata, created_at,"
            " content_hash, change_seq, registered_at, updated_at) select %s, 'made-' || n, '', '', '', '', '', '{}',"
            " now() - n * interval '1 minute', '', nextval('questions_item_change_seq'), now(), now()"
            " from generate_series(1, 50000) n",
            [desk.project.pk],
        )
        cursor.execute(
            "insert into assignments_considereditem (project_id, question_id, item_id, considered_at)"
            " select project_id, %s, id, now() from questions_item where id %% 2 = 0",
            [desk.question.pk],
        )
    gather_statistics("questions_item", "assignments_considereditem")
    with tenancy(desk.project):
        (plan,) = plans_of(
            lambda: fill_queue(question=desk.question, now=desk.now), 'FROM "assignments_considereditem" U0'
        )
        assert rows_read(plan, "questions_item") < 100
        assert rows_read(plan, "assignments_considereditem") < 100
