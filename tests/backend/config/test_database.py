"""The pool through which a process reaches the store, against a real server that is killed."""

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from backend.config.database import base
from backend.config.database.base import PromptPool
from tests.backend.config.homes import answers, eventually

PROMPTLY_S = 3.0
"""A second's rest, and the time that a busy machine takes to connect; psycopg's own pool rests for longer than that."""


@pytest.fixture
def home(make_home):
    return make_home().use()


@pytest.fixture
def pool(home):
    """A pool of four connections, all of them made, as the settings make it."""
    with PromptPool(
        home.place.conninfo(),
        min_size=4,
        max_size=4,
        timeout=20,
        check=lambda made: made._pool.see_that_it_answers(made),
    ) as made:
        made.wait(20)
        yield made


def seconds_until_used(pool: PromptPool) -> float:
    """Return how long it takes until somebody gets a connection that works.

    A backend may answer once more after its leader was killed, and be gone at the next word.
    """
    began = time.monotonic()
    while True:
        with suppress(psycopg.OperationalError), pool.connection() as connection:
            connection.execute("select 1")
            return time.monotonic() - began


def backends_of(pool: PromptPool) -> list[int]:
    """Return the ids of the processes at the other end of all four connections."""
    with ExitStack() as stack:
        return [stack.enter_context(pool.connection()).info.backend_pid for _ in range(4)]


def lives(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def kill_server(home) -> None:
    os.kill(home.server(), signal.SIGKILL)


def test_of_the_connections_of_a_killed_server_one_is_met_and_none_is_handed_out(home, pool, monkeypatch):
    met = []
    really = PromptPool.see_that_it_answers

    def see(self, connection):
        try:
            really(self, connection)
        except psycopg.Error:
            met.append(connection)
            raise

    monkeypatch.setattr(PromptPool, "see_that_it_answers", see)
    kill_server(home)
    eventually(lambda: answers(home))
    seconds_until_used(pool)
    assert len(met) == 1  # four that are met one by one take psycopg 0 + 1 + 2 s
    with pool.connection(), pool.connection(), pool.connection(), pool.connection() as last:
        assert last.execute("select 1").fetchone() == (1,)


def test_a_connection_that_answered_a_moment_ago_is_not_asked_again(pool, monkeypatch):
    asked = []
    really = PromptPool.check_connection
    monkeypatch.setattr(PromptPool, "check_connection", staticmethod(lambda made: (asked.append(made), really(made))))
    for _ in range(20):
        with pool.connection() as connection:
            connection.execute("select 1")
    assert 0 < len(asked) <= 4  # each of the four once


def use(pool: PromptPool) -> None:
    with pool.connection() as connection:
        connection.execute("select 1")


def test_who_asks_for_health_need_not_ask_a_store_that_answered_others_a_moment_ago(pool, monkeypatch):
    assert not pool.has_answered_lately(), "nobody asked"
    use(pool)
    assert pool.has_answered_lately()
    monkeypatch.setattr(base, "LATELY_S", 0.0)
    assert not pool.has_answered_lately()


def test_a_store_that_was_just_found_dead_has_not_answered_lately(home, pool):
    use(pool)
    held = pool.getconn()
    kill_server(home)
    eventually(lambda: is_found_dead(pool, held))
    assert not pool.has_answered_lately()
    pool.putconn(held)


def is_found_dead(pool: PromptPool, connection: psycopg.Connection) -> bool:
    try:
        pool.see_that_it_answers(connection)
    except psycopg.OperationalError:
        return True
    return False


def test_a_server_that_was_away_for_long_is_used_again_within_a_second(home, pool):
    supervisor = home.supervisor()
    server = home.server()
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(server, signal.SIGKILL)
    used: list[float] = []
    waiting = threading.Thread(target=lambda: used.append(seconds_until_used(pool)))
    began = time.monotonic()
    waiting.start()
    time.sleep(3.5)  # psycopg looks at 0, 1 and 3 s, and then at 7
    os.kill(supervisor, signal.SIGCONT)
    eventually(lambda: answers(home))
    back_after_s = time.monotonic() - began
    waiting.join()
    assert used[0] - back_after_s < PROMPTLY_S


def test_a_pool_does_not_knock_more_than_once_a_second_for_each_connection(home, pool, monkeypatch):
    tries: list[float] = []
    connect = psycopg.Connection.connect

    def counted(*told, **options):
        tries.append(time.monotonic())
        return connect(*told, **options)

    supervisor, server, backends = home.supervisor(), home.server(), backends_of(pool)
    os.kill(supervisor, signal.SIGSTOP)
    os.kill(server, signal.SIGKILL)
    eventually(lambda: not any(map(lives, backends)))
    monkeypatch.setattr(pool, "connection_class", type("Counted", (), {"connect": staticmethod(counted)}))
    waiting = threading.Thread(target=seconds_until_used, args=[pool])
    began = time.monotonic()
    waiting.start()
    time.sleep(4)
    tries_count, passed_s = len(tries), time.monotonic() - began
    os.kill(supervisor, signal.SIGCONT)
    waiting.join()
    assert 4 * 3 < tries_count <= 4 * (passed_s + 4)  # at 0, .1, .3, .7, 1.5, 2.5, 3.5 s, and so on; jitter apart


def test_connections_that_rest_for_seconds_are_kept(home):
    with PromptPool(home.place.conninfo(), min_size=1, max_size=4, timeout=20) as made:
        with made.connection(), made.connection(), made.connection(), made.connection():
            pass
        time.sleep(3.5)  # looked through each second, the pool would be down to one
        assert made.get_stats()["pool_size"] == 4


def test_the_processes_of_the_product_use_it(store):
    assert isinstance(connections["default"].pool, PromptPool)
    assert connections["owner"].pool is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux writes out a whole file system at once")
def test_after_a_crash_the_files_are_not_written_out_one_by_one(home):
    with home.ask() as connection:
        assert connection.execute("show recovery_init_sync_method").fetchone() == ("syncfs",)
