"""Migration operations for tables in use: requests go on while they work.

Their migration says `atomic = False`: each locks its table for one statement and no longer, and may run again after
it was cut short. A plain index, a constraint checked at once, one update of all rows, or a second table wanted while
the first is locked would let every request wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, RemoveIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AlterField, RunPython
from django.db.migrations.state import ProjectState
from django.db.models import UniqueConstraint

ROWS_AT_ONCE = 5_000

_INDEX = "select indisvalid from pg_index where indexrelid = to_regclass(quote_ident(%s))"
_COLUMN = "select true from pg_attribute where attrelid = %s::regclass and attname = %s and not attisdropped"
_CONSTRAINT = "select true from pg_constraint where conrelid = %s::regclass and conname = %s"
_END = """
select id from (select id from {table} where id > %s order by id limit %s) as batch order by id desc limit 1
"""


class AddFieldMeanwhile(AddField):
    """Add a column that is null or has a constant `db_default`; of a foreign key without its index."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add it, where it is not there yet."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if not _value(schema_editor, _COLUMN, model._meta.db_table, model._meta.get_field(self.name).column):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AllowNullMeanwhile(AlterField):
    """Let a column be null, and do no more: Django would build a foreign key anew, which looks at every row."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Allow it; allowed twice is no harm."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            table, column = model._meta.db_table, model._meta.get_field(self.name).column
            quoted = schema_editor.quote_name
            schema_editor.execute(f"alter table {quoted(table)} alter column {quoted(column)} drop not null")


class AddCheckMeanwhile(AddConstraintNotValid):
    """Add a check of rows to come; ValidateConstraint, in a later migration, looks at those that are there."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add it, where it is not there yet."""
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if not _value(schema_editor, _CONSTRAINT, table, self.constraint.name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddIndexMeanwhile(AddIndexConcurrently):
    """Build an index."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build it, where it is not there yet."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            build = self.index.create_sql(model, schema_editor, concurrently=True)
            _build(schema_editor, self.index.name, str(build))


class RemoveIndexMeanwhile(RemoveIndexConcurrently):
    """Drop an index, however long that waits for older transactions."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop it; dropped twice is no harm."""
        with _patience(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class IndexForeignKeyMeanwhile(AlterField):
    """Build the index of a foreign key that was added with `db_index=False`."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build it, where it is not there yet."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            field = model._meta.get_field(self.name)
            build = schema_editor._create_index_sql(model, fields=[field], concurrently=True)
            name = schema_editor._create_index_name(model._meta.db_table, [field.column])
            _build(schema_editor, name, str(build))

    def describe(self) -> str:
        """Return what `migrate --plan` says."""
        return f"Build the index of {self.model_name}.{self.name}"


class AddUniqueMeanwhile(AddConstraint):
    """Build a conditional unique constraint, which is an index to PostgreSQL and to Django alike."""

    constraint: UniqueConstraint

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Build it, where it is not there yet."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            plain = str(self.constraint.create_sql(model, schema_editor))
            build = plain.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1)
            _build(schema_editor, self.constraint.name, build)


def build_index_anew(name: str, build: str) -> RunPython:
    """Return an operation that puts an index in the place of one that serves until it is there.

    `build` is the statement, `create index concurrently {name} …`. Run twice it is built twice, which does no harm.
    """

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        editor = cast("DatabaseSchemaEditor", schema_editor)
        anew = f"{name}_anew"
        _build(editor, anew, build.format(name=editor.quote_name(anew)))
        with _patience(editor):
            editor.execute(f"drop index concurrently if exists {editor.quote_name(name)}")
        editor.execute(f"alter index {editor.quote_name(anew)} rename to {editor.quote_name(name)}")

    return RunPython(run, RunPython.noop)


def update_in_batches(table: str, statement: str) -> RunPython:
    """Return an operation that runs a statement for all rows of a table with UUIDs, some thousands in a transaction.

    The statement takes `%(after)s` and `%(until)s`: those rows are meant where after < id <= until. It must do
    no harm when it runs twice.
    """

    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        after = UUID(int=0)
        with schema_editor.connection.cursor() as cursor:
            while until := _end_of_batch(cursor, table, after):
                cursor.execute(statement, {"after": after, "until": until})
                after = until

    return RunPython(run, RunPython.noop)


def _end_of_batch(cursor: Any, table: str, after: UUID) -> UUID | None:
    cursor.execute(_END.format(table=table), [after, ROWS_AT_ONCE])
    found: tuple[UUID] | None = cursor.fetchone()
    return found[0] if found else None


def _build(schema_editor: DatabaseSchemaEditor, name: str, build: str) -> None:
    """Build an index concurrently; one that an earlier attempt left unfinished is dropped first."""
    is_valid = _value(schema_editor, _INDEX, name)
    if is_valid:
        return
    with _patience(schema_editor):
        if is_valid is False:
            schema_editor.execute(f"drop index concurrently {schema_editor.quote_name(name)}")
        schema_editor.execute(build)


def _value(schema_editor: DatabaseSchemaEditor, query: str, *given: str) -> Any:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(query, given)
        found = cursor.fetchone()
    return found and found[0]


@contextmanager
def _patience(schema_editor: DatabaseSchemaEditor) -> Iterator[None]:
    """Wait for older transactions as long as it takes: nobody waits for who builds concurrently."""
    before = _value(schema_editor, "show lock_timeout")
    schema_editor.execute("set lock_timeout = 0")
    try:
        yield
    finally:
        schema_editor.execute("set lock_timeout = %s", [before])
