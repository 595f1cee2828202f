import threading
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connections, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from backend.projects.while_serving import (
    AddCheckMeanwhile,
    AddFieldMeanwhile,
    AddIndexMeanwhile,
    AddUniqueMeanwhile,
    AllowNullMeanwhile,
    RemoveIndexMeanwhile,
    build_index_anew,
    update_in_batches,
)  # fmt: skip

GROWING = {
    "annotator", "question", "item", "itemsnapshot", "contentreturn", "unit", "suggestion", "assignment", "exposure", "slot",
    "ledgerevent", "judgement", "withdrawal", "livejudgement", "refusedevent", "consensuslabel", "job",
}  # fmt: skip


def changes_of_tables_that_grow():
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        if migration.__module__.startswith("backend.") and not name.startswith("0001"):
            for operation in migration.operations:
                if getattr(operation, "model_name", "").lower() in GROWING:
                    yield f"{app} {name}: {operation.describe()}", operation


def makes_others_wait(operation):
    if type(operation) is AddIndexConcurrently:
        return True  # cut short, it leaves an index that is in the way of the next try
    if type(operation) in (migrations.RemoveIndex, RemoveIndexConcurrently):
        return True  # the first waits with the table locked, the second gives up at the first long transaction
    if type(operation) in (migrations.AddIndex, migrations.AddConstraint, migrations.AddField):
        return True
    if type(operation) is migrations.AlterField:
        return not isinstance(operation.field, models.CharField)  # of these only the choices changed
    if not isinstance(operation, AddFieldMeanwhile):
        return False
    field = operation.field
    has_value = field.null or isinstance(field.db_default, str | int | bool | float | dict | list)
    return field.db_index or field.unique or not has_value


def test_no_migration_makes_requests_wait_for_a_look_at_every_row():
    assert [what for what, operation in changes_of_tables_that_grow() if makes_others_wait(operation)] == []


def test_the_check_above_knows_what_makes_others_wait():
    plain = models.Index(fields=["key"], name="plain")
    assert makes_others_wait(migrations.AddIndex("item", plain))
    assert makes_others_wait(AddFieldMeanwhile("item", "owner", models.ForeignKey("x.Y", models.CASCADE, null=True)))
    assert makes_others_wait(AddFieldMeanwhile("item", "size", models.IntegerField()))
    assert makes_others_wait(migrations.AddField("item", "size", models.IntegerField(db_default=0)))
    assert makes_others_wait(migrations.AlterField("item", "owner", models.ForeignKey("x.Y", models.CASCADE)))
    assert not makes_others_wait(AddFieldMeanwhile("item", "size", models.IntegerField(db_default=0)))
    assert makes_others_wait(AddIndexConcurrently("item", plain))
    assert not makes_others_wait(AddIndexMeanwhile("item", plain))
    assert makes_others_wait(migrations.RemoveIndex("item", "plain"))
    assert makes_others_wait(RemoveIndexConcurrently("item", "plain"))
    assert not makes_others_wait(RemoveIndexMeanwhile("item", "plain"))
    assert len(list(changes_of_tables_that_grow())) > 10


@pytest.fixture
def notes(store, transactional_db):
    """A table `notes` of the owner's, with ids 1 to 12; gone afterwards."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("create table tests_note (id uuid primary key, word text not null, length int)")
        for number in range(1, 13):
            cursor.execute("insert into tests_note values (%s, %s, null)", [UUID(int=number), "a" * (number % 3)])
    yield owner
    with owner.cursor() as cursor:
        cursor.execute("drop table tests_note")
    owner.close()


def state_of_notes():
    state = ProjectState()
    fields = {
        "id": models.UUIDField(primary_key=True),
        "word": models.TextField(),
        "length": models.IntegerField(null=True),
    }
    migrations.CreateModel("Note", list(fields.items())).state_forwards("tests", state)
    return state


def apply(owner, operation):
    before, after = state_of_notes(), state_of_notes()
    if isinstance(operation, RemoveIndexMeanwhile):
        before.models["tests", "note"].options["indexes"] = [models.Index(fields=["word"], name=operation.name)]
        after = before.clone()
    operation.state_forwards("tests", after)
    with owner.schema_editor(atomic=False) as editor:
        operation.database_forwards("tests", editor, before, after)


def value_of(owner, query):
    with owner.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


VALID = "select indisvalid from pg_index where indexrelid = 'notes_by_word'::regclass"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_index_is_built_once_however_often_its_migration_runs(notes):
    operation = AddIndexMeanwhile("note", models.Index(fields=["word"], name="notes_by_word"))
    apply(notes, operation)
    apply(notes, operation)
    assert value_of(notes, VALID)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_index_that_was_left_unfinished_is_built_anew(notes):
    operation = AddUniqueMeanwhile(
        "note",
        models.UniqueConstraint(fields=["word"], condition=models.Q(length__isnull=False), name="notes_by_word"),
    )
    with notes.cursor() as cursor:
        cursor.execute("update tests_note set length = 1")
    with pytest.raises(Exception, match="could not create unique index"):
        apply(notes, operation)
    assert value_of(notes, VALID) is False
    with notes.cursor() as cursor:
        cursor.execute("update tests_note set length = null")
    apply(notes, operation)
    assert value_of(notes, VALID) is True


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_index_takes_the_place_of_another_however_often_its_migration_runs(notes):
    apply(notes, AddIndexMeanwhile("note", models.Index(fields=["word"], name="notes_by_word")))
    operation = build_index_anew("notes_by_word", "create index concurrently {name} on tests_note (word, length)")
    for _ in range(2):
        apply(notes, operation)
        assert value_of(notes, VALID)
        assert "(word, length)" in value_of(notes, "select pg_get_indexdef('notes_by_word'::regclass)")
        assert value_of(notes, "select count(*) from pg_indexes where tablename = 'tests_note'") == 2


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_who_builds_an_index_waits_for_older_transactions_and_is_impatient_afterwards(notes):
    with notes.cursor() as cursor:
        cursor.execute("set lock_timeout = '123ms'")
    apply(notes, AddIndexMeanwhile("note", models.Index(fields=["word"], name="notes_by_word")))
    assert value_of(notes, "show lock_timeout") == "123ms"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_who_drops_an_index_waits_for_older_transactions_however_often_its_migration_runs(notes):
    index = models.Index(fields=["word"], name="notes_by_word")
    apply(notes, AddIndexMeanwhile("note", index))
    with notes.cursor() as cursor:
        cursor.execute("set lock_timeout = '100ms'")
    with psycopg.connect(settings.EARMARK_PLACE.conninfo()) as older:
        older.execute("select count(*) from tests_note")
        ending = threading.Timer(0.5, older.rollback)
        ending.start()
        apply(notes, RemoveIndexMeanwhile("note", "notes_by_word"))
        ending.join()
    apply(notes, RemoveIndexMeanwhile("note", "notes_by_word"))
    assert value_of(notes, "select to_regclass('notes_by_word')") is None
    assert value_of(notes, "show lock_timeout") == "100ms"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_all_rows_are_updated_a_few_in_each_statement(notes, monkeypatch):
    monkeypatch.setattr("backend.projects.while_serving.ROWS_AT_ONCE", 5)
    seen = []
    notes.execute_wrappers.append(
        lambda run, sql, given, many, context: (seen.append(sql), run(sql, given, many, context))[1]
    )
    fill = "update tests_note set length = length(word) where length is null and id > %(after)s and id <= %(until)s"
    apply(notes, update_in_batches("tests_note", fill))
    notes.execute_wrappers.pop()
    assert seen.count(fill) == 3
    assert value_of(notes, "select array_agg(length order by id) from tests_note") == [1, 2, 0] * 4


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_was_cut_short_is_done_again_without_harm(notes):
    for _ in range(2):
        apply(notes, AddFieldMeanwhile("note", "size", models.IntegerField(db_default=7)))
        apply(notes, AllowNullMeanwhile("note", "word", models.TextField(null=True)))
        short = models.CheckConstraint(condition=models.Q(length__lt=5), name="a_note_is_short")
        apply(notes, AddCheckMeanwhile("note", short))
    assert value_of(notes, "select sum(size) from tests_note") == 12 * 7
    assert (
        value_of(
            notes, "select attnotnull from pg_attribute where attrelid = 'tests_note'::regclass and attname = 'word'"
        )
        is False
    )
    assert value_of(notes, "select convalidated from pg_constraint where conname = 'a_note_is_short'") is False


def test_a_migration_of_a_table_in_use_keeps_it_for_no_second_statement():
    holding = [
        f"{app} {name}"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if migration.__module__.startswith("backend.") and not name.startswith("0001") and migration.atomic
        and any(getattr(operation, "model_name", "").lower() in GROWING for operation in migration.operations)
    ]  # fmt: skip
    assert holding == []
