"""A second look at a project's rows, all as they were at one moment, beside a transaction that goes on."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol, TypeVar

from django.db import connection, transaction

from backend.projects.tenancy import tenancy

T = TypeVar("T")

SIGN_OF_LIFE_S = 20.0
"""How often the caller's own transaction is asked for something meanwhile: one that idles for minutes is ended."""


class Ask(Protocol):
    """Calls what reads, in the snapshot, and returns what that returned."""

    def __call__(self, read: Callable[[], T]) -> T:
        """Return what `read` returns, or raise what it raises."""


@contextmanager
def snapshot_of(project_id: int) -> Iterator[Ask]:
    """Open a door beside the caller's transaction that sees what is committed now, and nothing that comes after.

    It reads in a thread and on a connection of its own, writes nothing, locks nothing, and does not see what the
    caller has written and not committed.
    """
    opened = ExitStack()
    with ThreadPoolExecutor(1, thread_name_prefix="snapshot") as reader:

        def ask(read: Callable[[], T]) -> T:
            return _waited_for(reader.submit(read))

        try:
            ask(lambda: opened.enter_context(_as_of_now(project_id)))
            yield ask
        finally:
            reader.submit(_end, opened, *sys.exc_info()).result()


def _waited_for(answer: "Future[T]") -> T:
    while True:
        try:
            return answer.result(SIGN_OF_LIFE_S)
        except NotYet:
            if answer.done():
                raise
            with connection.cursor() as cursor:
                cursor.execute("select 1")


@contextmanager
def _as_of_now(project_id: int) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute("set local idle_in_transaction_session_timeout = 0")  # the caller works between two looks
        with tenancy(project_id):
            yield


def _end(opened: ExitStack, *raised: Any) -> None:
    """Close the door as what was raised, if anything, left it: an end as if all were well would fail and hide that."""
    try:
        opened.__exit__(*raised)
    finally:
        connection.close()
