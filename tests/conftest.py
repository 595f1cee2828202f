"""The store of the tests: a PostgreSQL of their own, made by the owner, used as the app role."""

# The settings must not be read before this file chose where the tests' store is: no
# DJANGO_SETTINGS_MODULE in pyproject.toml, or the tests would empty the demo's tables.
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[1]
#: Tests that run side by side have a store each.
BESIDE = os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["EARMARK_HOME"] = os.environ.get("EARMARK_TEST_HOME", str(BASE / ".earmark-test")) + (
    BESIDE and f"-{BESIDE}"
)
os.environ["EARMARK_DEBUG"] = "1"
#: Playwright keeps a loop in the thread for as long as its browser lives, beside tests that use the store.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
for name in ("EARMARK_BROKER_URL", "EARMARK_QUEUE", "EARMARK_PORT", "EARMARK_DEMO_PORT", "EARMARK_WEBHOOK_ALLOW"):
    os.environ.pop(name, None)

import django
import hypothesis
import psycopg
import pytest

#: A test is never one of time: on a busy machine a fifth of a second is soon over.
hypothesis.settings.register_profile("untimed", hypothesis.settings(deadline=None))
hypothesis.settings.load_profile("untimed")
django.setup()

from django.test import TransactionTestCase

from tests.static_once import look_once

look_once()


def pytest_configure(config: pytest.Config) -> None:
    """Let processes that run tests side by side choose their stores before they read the settings."""
    if not BESIDE and getattr(config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files to workers as tests/lanes.py says, where files are to stay together."""
    from tests.lanes import Lanes

    return Lanes(config, log) if config.getoption("dist") == "loadfile" else None


def _superuser() -> Any:
    from django.conf import settings

    if settings.EARMARK_PLACE.is_embedded and str(settings.EARMARK_HOME) != os.environ["EARMARK_HOME"]:
        pytest.exit("The settings were read before the tests chose a store of their own; nothing was touched.", 3)
    return psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True)


@pytest.fixture(scope="session")
def has_tables() -> bool:
    """Return whether the tests' store has just got its tables, as tests/prepared.py says: one that is new and our own."""
    from django.conf import settings

    from tests.prepared import furnish

    return settings.EARMARK_PLACE.is_embedded and furnish(settings.EARMARK_HOME)


@pytest.fixture(scope="session")
def store(has_tables: bool) -> Any:
    """Return the place of the tests' server, which runs."""
    from django.conf import settings

    from backend.config.store.bootstrap import bootstrap
    from backend.config.store.server import ensure_running

    ensure_running(settings.EARMARK_PLACE, is_for_tests=True)
    if not settings.EARMARK_PLACE.is_embedded:
        bootstrap(settings.EARMARK_PLACE)
    return settings.EARMARK_PLACE


@pytest.fixture(scope="session")
def django_db_setup(store: Any, has_tables: bool, django_db_blocker: Any) -> Iterator[None]:
    """Make the tables anew as the owner, where they were not just copied; tests then run as the app role."""
    from django.core.management import call_command
    from django.db import connections

    from backend.config.store.bootstrap import bootstrap

    if not has_tables:
        with _superuser() as connection:
            connection.execute("drop schema public cascade")
            connection.execute("create schema public")
            connection.execute("create extension if not exists vector")
        bootstrap(store)
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0)
        connections["owner"].close()
    yield
    for connection in connections.all():
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


#: Truncating fifty tables, most of them empty, takes longer than most tests; deleting many rows leaves indexes full of dead ones.
_EMPTY = """
do $$
declare name text;
    is_long boolean;
begin
    set local session_replication_role = replica;  -- no foreign keys, no triggers
    for name in
        select quote_ident(tablename) from pg_tables where schemaname = 'public'
        and tablename not in ('django_migrations', 'django_content_type', 'auth_permission')
    loop
        execute format('select exists (select from %s offset 200)', name) into is_long;
        execute format(case when is_long then 'truncate %s cascade' else 'delete from %s' end, name);
    end loop;
end $$
"""


def _empty_tables(self: TransactionTestCase) -> None:
    with _superuser() as connection:
        connection.execute(_EMPTY)


TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """A folder with an embedding model of a few words: see tests/tiny_model.py."""
    from tests.tiny_model import make_tiny_model

    return make_tiny_model(tmp_path / "models" / "tiny")
