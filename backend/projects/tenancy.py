"""The one door through which rows of a project are read and written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connection, transaction


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


def open_project() -> int | None:
    """Return the key of the project whose door is open here, or None."""
    with connection.cursor() as cursor:
        cursor.execute("select nullif(current_setting('app.project', true), '')::bigint")
        found: int | None = cursor.fetchone()[0]
    return found
