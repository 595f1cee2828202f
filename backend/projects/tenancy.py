"""The one door through which rows of a project are read and written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import CharField, F, Func, TextField, Value
from django.db.models.functions import Cast

from backend.projects.errors import TransactionLost

P = TypeVar("P")


class _HasKey(Protocol):
    @property
    def pk(self) -> int: ...


def _set_project(value: str) -> str:
    """Open the door to a project, and return whose was open before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(current_setting('app.project', true), ''), set_config('app.project', %s, true)", [value]
        )
        before: str = cursor.fetchone()[0]
    return before


@contextmanager
def tenancy(project: _HasKey | int) -> Iterator[None]:
    """Open a transaction in which row-level security shows the rows of `project`, and no others.

    Doors nest: leaving an inner one returns to the project of the outer one. The setting is gone with the
    transaction: when the outermost door closes, or when it is rolled back.
    """
    key = project if isinstance(project, int) else project.pk
    is_inner = connection.in_atomic_block
    with transaction.atomic():
        before = _set_project(str(key))
        yield
        if is_inner and not transaction.get_rollback():
            _set_project(before)


@contextmanager
def tenancy_found(find: Callable[[], P]) -> Iterator[P]:
    """Open a transaction whose project is found by a statement that opens its door too; see `opening`.

    Yields what `find` returns; what it raises is raised, and no door is open then.
    """
    before = str(open_project() or "") if connection.in_atomic_block else None
    with transaction.atomic():
        yield find()
        if before is not None and not transaction.get_rollback():
            _set_project(before)


@contextmanager
def failing_alone() -> Iterator[None]:
    """Undo what is done to the database within a door if something is raised: a savepoint made at the first statement.

    It is not on Django's stack of savepoints: the first statement may come within an `atomic` that ends before this.
    Raises TransactionLost instead where the database went away, for then nothing was undone alone.
    """
    savepoints: list[str] = []
    is_begun = False
    hooks_count = len(connection.run_on_commit)

    def make_first(execute: Callable[..., Any], *told: Any) -> Any:
        nonlocal is_begun
        if not is_begun:
            is_begun = True  # the savepoint is a statement, too
            savepoints.extend(filter(None, [connection.savepoint()]))
        return execute(*told)

    def undo() -> None:
        for savepoint in savepoints:
            del connection.run_on_commit[hooks_count:]
            _undo(savepoint)

    try:
        with connection.execute_wrapper(make_first):
            yield
        if connection.needs_rollback:
            undo()
        else:
            for savepoint in savepoints:
                connection.savepoint_commit(savepoint)
    except BaseException:
        undo()
        raise


def _undo(savepoint: str) -> None:
    """Undo all since a savepoint, and release it; where that fails nothing else may be asked in the transaction.

    Raises TransactionLost where it fails because the database went away.
    """
    connection.needs_rollback = False
    try:
        connection.savepoint_rollback(savepoint)
        connection.savepoint_commit(savepoint)
    except DatabaseError as error:
        connection.needs_rollback = True
        if isinstance(error, OperationalError | InterfaceError):
            raise TransactionLost from error


def opening(project: str) -> Func:
    """Return what opens the door to the project that a column of a query names, where a row is found."""
    key = Cast(F(project), CharField())
    return Func(Value("app.project"), key, Value(True), function="set_config", output_field=TextField())


def open_project() -> int | None:
    """Return the key of the project whose door is open here, or None."""
    with connection.cursor() as cursor:
        cursor.execute("select nullif(current_setting('app.project', true), '')::bigint")
        found: int | None = cursor.fetchone()[0]
    return found
