"""PostgreSQL as Django knows it, but for the pool: `ENGINE` of the settings names the package this lies in."""

import select
import time
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool
from psycopg_pool.pool import AddConnection

Connection = psycopg.Connection[Any]

PART_OF_A_REST = 0.1
LONGEST_REST_S = 1.0
ASKED_AGAIN_S = 2.0
"""So long after it answered, a connection is not asked again: that the server is gone, its socket tells by itself."""
LATELY_S = 3.0
"""So long after one of its connections was asked and answered, the server counts as there."""


class PromptPool(ConnectionPool[Connection]):
    """A pool that is used again within a second of the server's return, however long that was away.

    psycopg's own looks for a lost server after 1, 2, 4 … seconds, up to minutes, and meets its dead connections one by
    one, with the same rests between them: a server that was away for half a second is used again after five.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._answered_at: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()
        self._last_answer_at = -LATELY_S
        super().__init__(*args, **options)

    def schedule_task(self, task: Any, delay: float) -> None:
        """Look for the server again after a tenth of the rest that psycopg would take, a second at most.

        What is done from time to time, such as closing connections that nobody used for ten minutes, comes as psycopg
        has it.
        """
        is_look = isinstance(task, AddConnection)
        super().schedule_task(task, min(delay * PART_OF_A_REST, LONGEST_REST_S) if is_look else delay)

    def see_that_it_answers(self, connection: Connection) -> None:
        """Return where a connection answers; else raise, and hand out none any more that was made before.

        One that answered a moment ago is not asked, which takes a way there and back for each request. A server that
        was killed or stopped has closed its end, and that can be seen here.
        """
        now = time.monotonic()
        is_fresh = now - self._answered_at.get(connection, -ASKED_AGAIN_S) < ASKED_AGAIN_S
        try:
            if is_fresh and not _has_been_told(connection):
                return
            self.check_connection(connection)
            self._answered_at[connection] = self._last_answer_at = now
        except psycopg.Error:
            self._last_answer_at = -LATELY_S
            self.drain()
            raise

    def has_answered_lately(self) -> bool:
        """Return whether the server answered within the last three seconds, and no connection was found dead since."""
        return time.monotonic() - self._last_answer_at < LATELY_S


def _has_been_told(connection: Connection) -> bool:
    """Return whether something lies ready to be read though nothing was asked: an end, or why it ended."""
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))


def _see_that_it_answers(connection: Connection) -> None:
    pool: Any = connection._pool
    pool.see_that_it_answers(connection)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL, out of a pool that is prompt."""

    @property
    def pool(self) -> PromptPool | None:
        """Return this process's pool of the alias; None where the settings ask for none."""
        django: Any = self
        options: dict[str, Any] | None = self.settings_dict["OPTIONS"].get("pool")
        pools: dict[str, PromptPool] = django._connection_pools
        if not options:
            return None
        if self.alias not in pools:
            made = PromptPool(
                kwargs=self.get_connection_params() | {"autocommit": True},  # Django sets it once it has the connection
                open=False,
                configure=django._configure_connection,
                check=_see_that_it_answers,
                **options,
            )
            pools.setdefault(self.alias, made)  # of two threads that come first one wins
        return pools[self.alias]


def has_answered_lately(alias: str) -> bool:
    """Return whether a store answered this process a moment ago, without asking it."""
    pools: dict[str, PromptPool] = base.DatabaseWrapper._connection_pools  # type: ignore[attr-defined]
    return alias in pools and pools[alias].has_answered_lately()
