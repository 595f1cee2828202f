"""What `manage.py` says of a database that it cannot use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from backend.config.database.faults import what_to_do
from tests.ports import free_port

BASE = Path(__file__).resolve().parents[3]
REGISTER = ("register_project", "forum")
MIGRATE = ("migrate", "--database", "owner")


def managed(*command, **environ):
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    told = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=BASE, env=kept | environ, capture_output=True, text=True
    )
    assert told.returncode == 1
    return told.stderr


def raised_by(statement):
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return what_to_do(raised.value, where="marks at db.example:5432")


@pytest.mark.parametrize("command", [REGISTER, MIGRATE])
def test_a_database_that_is_not_reached_is_told_with_what_to_do(tmp_path, command):
    port = free_port()
    told = managed(
        *command, EARMARK_HOME=str(tmp_path), EARMARK_DATABASE_URL=f"postgresql://boss@127.0.0.1:{port}/marks"
    )
    assert f"The database marks at 127.0.0.1:{port} cannot be used: " in told
    assert "EARMARK_DATABASE_URL" in told and "Traceback" not in told


def test_a_database_without_tables_is_told_to_be_migrated(tmp_path):
    told = managed(*REGISTER, EARMARK_HOME=str(tmp_path))
    assert "Run `manage.py migrate --database owner`, then this again." in told and "Traceback" not in told


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["select from projects_nothing", "select projects_project.nothing from projects_project"]
)
def test_tables_of_another_version_are_told_too(statement):
    assert "Run `manage.py migrate" in raised_by(statement)


@pytest.mark.django_db
def test_a_full_disk_is_told_to_be_given_room():
    told = raised_by("do $$ begin raise exception using errcode = 'disk_full'; end $$")
    assert told == "The disk of the database marks at db.example:5432 is full: make room there, then run this again."


@pytest.mark.django_db
def test_another_fault_keeps_its_traceback():
    assert raised_by("select 1 / 0") is None
    assert raised_by("select nonsense from") is None
