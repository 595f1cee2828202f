import psycopg
import pytest
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import OperationalError, connections

from backend.config.management.commands.migrate import LOCK_MS, MOST_ATTEMPTS, Command

CHANGE = "alter table annotators_annotator add column of_the_tests int"


@pytest.fixture
def reader(store, transactional_db):
    """Another transaction, which reads a table until its `rollback()`."""
    reading = psycopg.connect(store.conninfo())
    reading.execute("select count(*) from annotators_annotator")
    yield reading
    reading.close()
    with connections["owner"].cursor() as cursor:
        cursor.execute("alter table annotators_annotator drop column if exists of_the_tests")
    connections["owner"].close()


@pytest.fixture
def attempts(monkeypatch):
    """What each attempt found: the lock_timeout. Django's own command changes one table here."""
    found = []

    def change(self, *args, **options):
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("show lock_timeout")
            found.append(cursor.fetchone()[0])
            cursor.execute(CHANGE)

    monkeypatch.setattr(DjangosMigrate, "handle", change)
    return found


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_change_steps_back_from_a_table_in_use_and_is_made_when_it_is_free(reader, attempts, monkeypatch):
    pauses = []
    monkeypatch.setattr(Command, "pause", lambda self, s: (pauses.append(s), len(pauses) == 2 and reader.rollback()))
    Command().handle(database="owner")
    assert attempts == [f"{LOCK_MS}ms"] * 3
    assert pauses == [1.0, 1.0]
    with connections["owner"].cursor() as cursor:
        cursor.execute("select of_the_tests from annotators_annotator")


def test_a_table_that_never_becomes_free_is_an_error_in_the_end(reader, attempts, monkeypatch):
    monkeypatch.setattr("backend.config.management.commands.migrate.MOST_ATTEMPTS", 2)
    monkeypatch.setattr(Command, "pause", lambda self, s: None)
    with pytest.raises(OperationalError, match="lock timeout"):
        Command().handle(database="owner")
    assert len(attempts) == 2 < MOST_ATTEMPTS


def test_another_error_is_told_at_once(reader, attempts):
    reader.rollback()
    Command().handle(database="owner")
    with pytest.raises(Exception, match="already exists"):
        Command().handle(database="owner")
    assert len(attempts) == 2
