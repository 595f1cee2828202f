from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.annotators.actions.people import hide_question, spend_call, subject_digest
from backend.annotators.models import HiddenQuestion, Tombstone
from backend.api.models import WidgetFile
from backend.assignments.actions.prompts import set_caps
from backend.assignments.caps import Caps
from backend.config.store import OWNER
from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.datasets.models import ErasedSince
from backend.desk.actions.erase import begin_erasure
from backend.desk.actions.fill import fill_queue
from backend.desk.actions.links import make_link
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.actions.tell import answer_as_expert
from backend.judgements.events import Judge, Seen, Undo
from backend.judgements.models import Judgement, LedgerEvent, Withdrawal
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_signing_key
from backend.projects.actions.webhooks import add_webhook
from backend.projects.ids import uuid7
from backend.projects.models import Project
from backend.projects.tenancy import failing_alone, open_project, tenancy
from backend.quality.models import LabelChange, RuleRecord
from backend.questions.actions.ask import ask_question
from backend.questions.actions.items import NewItem, register_items
from backend.questions.actions.labels import label_of
from backend.questions.actions.place import place_element
from backend.questions.actions.units import set_gold
from backend.questions.models import ContentReturn, Item, ItemSnapshot, Unit
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.known import suggester_row
from backend.suggestions.models import (
    EmbeddingVersion,
    ItemVector,
    Promotion,
    RemoteSuggester,
    RuleAccuracy,
    TrainedVersion,
    WeighedFields,
)

EXEMPT = {"projects_apikey", "projects_weborigin", "projects_staffmember", "projects_job", "projects_restinglane"}

pytestmark = pytest.mark.django_db(transaction=True)

UNPROTECTED = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'project_id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and not (c.relrowsecurity and c.relforcerowsecurity
    and exists (select 1 from pg_policies p where p.tablename = c.relname and p.qual like '%app.project%'))
"""


def query(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_no_tenant_table_lacks_a_forced_policy():
    assert {name for (name,) in query(UNPROTECTED)} == EXEMPT
    protected = query("select count(distinct tablename) from pg_policies where policyname = 'of_the_open_project'")
    assert protected[0][0] >= 27


def test_the_app_owns_nothing_and_may_not_pass_by():
    assert query("select current_user")[0][0] == "earmark_app"
    assert query("select rolsuper or rolbypassrls from pg_roles where rolname = current_user") == [(False,)]
    assert query("select count(*) from pg_tables where tableowner = 'earmark_app'") == [(0,)]


def test_without_an_open_door_nothing_is_seen(make_world):
    make_world()
    assert open_project() is None
    assert Item.objects.count() == 0


def test_one_project_never_sees_or_changes_anothers_rows(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with tenancy(mine.project):
        assert set(Item.objects.values_list("project", flat=True)) == {mine.project.pk}
        assert Item.objects.filter(pk=theirs.items["1"].pk).update(title="taken") == 0
        assert Item.objects.filter(pk=theirs.items["1"].pk).delete()[0] == 0
    with tenancy(theirs.project):
        assert Item.objects.get(key="1").title == "Archive function does not work"


def test_a_row_cannot_be_written_into_another_project(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy(mine.project):
        mine.question.pk = None
        mine.question.slug = "smuggled"
        mine.question.project = theirs.project
        mine.question.save(force_insert=True)


def test_doors_nest_and_close(make_world):
    mine, theirs = make_world("mine"), make_world("theirs")
    with tenancy(mine.project):
        with tenancy(theirs.project):
            assert open_project() == theirs.project.pk
        assert open_project() == mine.project.pk
    assert open_project() is None


def test_a_door_is_closed_after_an_error(make_world):
    mine = make_world()
    with pytest.raises(ZeroDivisionError), tenancy(mine.project):
        1 / 0  # noqa: B018
    assert open_project() is None
    with tenancy(mine.project):
        assert Item.objects.count() == 5


def test_what_fails_alone_is_undone_and_what_asks_nothing_makes_no_savepoint(make_world):
    mine = make_world("mine")
    with tenancy(mine.project):
        with pytest.raises(ZeroDivisionError), failing_alone():
            register_items(project_id=mine.project.pk, items=[NewItem("new", "New")], now=mine.now)
            raise ZeroDivisionError
        assert not Item.objects.filter(key="new").exists()
        with CaptureQueriesContext(connection) as asked, failing_alone():
            pass
        assert len(asked) == 0


@pytest.mark.parametrize("broken", [False, True])
def test_what_fails_alone_may_begin_with_writing_many(make_world, broken):
    mine = make_world("mine")
    hidden = [HiddenQuestion(project=mine.project, annotator=each, question_slug="x") for each in mine.people]
    with tenancy(mine.project):
        with pytest.raises(IntegrityError if broken else ZeroDivisionError), failing_alone():
            HiddenQuestion.objects.bulk_create(hidden + hidden[:1] * broken)  # within a transaction of its own making
            raise ZeroDivisionError
        assert not HiddenQuestion.objects.exists()
        with failing_alone():
            HiddenQuestion.objects.bulk_create(hidden)
    with tenancy(mine.project):
        assert HiddenQuestion.objects.count() == len(hidden)


@pytest.mark.parametrize("model", [Judgement, Withdrawal, LedgerEvent, ItemSnapshot, ContentReturn, LabelChange])
def test_what_was_recorded_cannot_be_changed_or_deleted(make_world, model):
    mine = make_world()
    table = model._meta.db_table
    for verb in (f"update {table} set project_id = project_id", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"), tenancy(mine.project), transaction.atomic():
            query(verb)


def test_projects_themselves_are_found_before_a_door_is_open(make_world):
    make_world()
    assert Project.objects.count() == 1


PROTECTED = """
select c.relname from pg_class c join pg_policy p on p.polrelid = c.oid
where c.relnamespace = 'public'::regnamespace and p.polname = 'of_the_open_project' order by 1
"""

POLICIES = """
select tablename, policyname, roles::text, permissive, cmd, qual = with_check, qual
from pg_policies where schemaname = 'public'
"""

OF_THE_OPEN_PROJECT = "(project_id = (NULLIF(current_setting('app.project'::text, true), ''::text))::bigint)"


def test_each_protected_table_has_the_policy_of_the_open_project_and_one_for_the_owner():
    found = query(POLICIES)
    tables = [name for (name,) in query(PROTECTED)]
    assert {row[1:] for row in found} == {
        ("of_the_open_project", "{public}", "PERMISSIVE", "ALL", True, OF_THE_OPEN_PROJECT),
        ("all_rows_for_the_owner", "{earmark_owner}", "PERMISSIVE", "ALL", True, "true"),
    }
    assert sorted(row[0] for row in found) == sorted(tables * 2)


def test_every_table_of_ours_names_its_project_but_for_the_widgets_own_files():
    without = (Project, WidgetFile)
    ours = [model for model in apps.get_models() if model.__module__.startswith("backend.") and model not in without]
    assert [model.__name__ for model in ours if "project_id" not in {f.attname for f in model._meta.fields}] == []


def filled(world):
    """Leave a row in every tenant's table of a project."""
    project, (person, other, *_), now = world.project, world.people, world.now
    with tenancy(project):
        add_webhook(project=project, url="http://127.0.0.1:9/none", secret="s" * 32)
        suggester = suggester_row(project.pk, "host-rules", "1", is_pushed=True)
        guess = NewSuggestion(world.question, world.items["5"], world.items["4"], 0.4, ["said so"], suggester)
        push_suggestions(project_id=project.pk, suggestions=[guess], now=now)
        facts = {"project": project, "version": "1", "width": 2}
        version = EmbeddingVersion.objects.create(name="model", started_at=now, **facts)
        facts |= {"version": version, "item": world.items["5"]}
        ItemVector.objects.create(text_hash="0", vector="[1,0]", **facts)
        RemoteSuggester.objects.create(project=project, name="theirs", url="https://host.example/", secret=b"s")
        WeighedFields.objects.create(project=project, facts={}, checksum="0", items_count=6, weighed_at=now)
        about = {"project": project, "question": world.question}
        trained = TrainedVersion.objects.create(
            number=1, dataset="dups", dataset_number=1, dataset_checksum="0", asked_at=now, **about
        )
        Promotion.objects.create(move=Promotion.Move.PROMOTED, after=trained, by="ann", moved_at=now, **about)
        counts = dict.fromkeys(("asked", "voted", "overlap", "conflict", "judged", "right", "failed", "late"), 1)
        told = {f"{name}_count": count for name, count in counts.items()}
        RuleRecord.objects.create(rule_set="ours", rule="same_error", version="1", analysed_at=now, **told, **about)
        RuleAccuracy.objects.create(
            rule_set="ours", rule="same_error", version="1", right_count=1, judged_count=1, **about
        )
        exposure = show_suggestions(
            annotator=person, question=world.question, item=world.items["5"], channel="widget", now=now
        )
        first = exposure.slots.get(rank=1).candidate.key
        undone, mark = (
            Judge(uuid7(now=now), exposure.pk, 0, 10, first, "pair", value, now + timedelta(seconds=later))
            for later, value in enumerate(("related", "duplicate"), start=-2)
        )
        undo = Undo(uuid7(now=now), exposure.pk, 0, 20, undone.id)
        refused = Seen(uuid7(now=now), exposure.pk, 0, 30, "nobody")
        record_events(annotator=person, events=[undone, undo, mark, refused], now=now)
        hide_question(annotator=other, question_slug=world.question.slug)
        spend_call(annotator=person, now=now)
        topics = ask_question(project_id=project.pk, slug="topics", kind="tags", allows_new_labels=True)
        label_of(question=topics, given="Mail", now=now, named_by=person)
        Tombstone.objects.create(project=project, subject_digest=subject_digest(project_id=project.pk, subject="x"))
        unit = Unit.objects.get()
        answer_as_expert(annotator=other, unit=unit, item=world.items["5"], value="duplicate", now=now)
        set_gold(unit=unit, value="duplicate", set_by="ann", now=now)
        for title in ("Mail", "Post", "Mail"):
            register_items(project_id=project.pk, items=[NewItem("back", title)], now=now)
        set_caps(project_id=project.pk, caps=Caps())
        place_element(question=world.question, selector="article", item_key="/t/{item}")
        fill_queue(question=world.question, now=now, count=1)
        make_link(
            question=world.question,
            annotator_kind="colleague",
            expires_at=now + timedelta(days=1),
            created_by="ann",
            now=now,
        )
    add_signing_key(project=project, kid="k1", material=b"k" * 32)
    drain_jobs()
    with tenancy(project):
        dataset = register_dataset(project_id=project.pk, slug="dups", question=world.question)
        version = ask_for_version(dataset=dataset, asked_by="ann", now=now)
        begin_erasure(annotator=world.people[-1], now=now)
    drain_jobs()
    with tenancy(project):
        ErasedSince.objects.create(project=project, version_id=version.pk, found_at=now)
    return world


def test_no_row_of_any_table_is_seen_or_touched_from_another_project_or_without_a_door(make_world):
    theirs, mine = filled(make_world("theirs")), make_world("mine")
    tables = [name for (name,) in query(PROTECTED)]
    with tenancy(theirs.project):
        empty = [table for table in tables if query(f"select count(*) from {table}") == [(0,)]]
    assert empty == [], "a new table: let `filled` leave a row in it"
    for table in tables:
        assert query(f"select count(*) from {table}") == [(0,)], table
        with tenancy(mine.project):
            of_theirs = f"where project_id = {theirs.project.pk}"
            assert query(f"select count(*) from {table} {of_theirs}") == [(0,)], table
            assert changed_by(f"update {table} set project_id = {mine.project.pk} {of_theirs}") == 0
            assert changed_by(f"delete from {table} {of_theirs}") == 0


def changed_by(sql: str) -> int:
    """Return how many rows a statement changed; one that is not permitted changes none."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)
    except ProgrammingError as error:
        assert "permission denied" in str(error)
        return 0


def test_a_door_that_was_used_before_lets_nothing_through_when_it_is_closed(make_world):
    """After one transaction PostgreSQL keeps the setting as an empty text, not as NULL."""
    mine = make_world()
    with tenancy(mine.project):
        assert Item.objects.count() == 5
    assert query("select coalesce(current_setting('app.project', true), '')") == [("",)]
    assert query("select count(*) from questions_item") == [(0,)]


def test_the_owner_sees_the_rows_of_all_projects_as_migrations_must(make_world, settings):
    for slug in ("mine", "theirs"):
        make_world(slug)
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(OWNER)) as owner:
        assert owner.execute("select count(distinct project_id) from questions_item").fetchone() == (2,)
