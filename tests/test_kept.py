"""A world that was kept is put back as it was made, whatever a test did to it."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.test import TransactionTestCase

from tests.kept import Shelf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(store: Any, tmp_path: Path) -> Shelf:
    return Shelf(partial(psycopg.connect, store.conninfo(), autocommit=True), tmp_path / "kept")


def test_rows_files_and_names_come_back_as_they_were_made(shelf: Shelf, tmp_path: Path) -> None:
    from backend.projects.models import Project

    made = []

    def make() -> SimpleNamespace:
        made.append(Project.objects.create(slug="kept", name="Kept"))
        (tmp_path / "first/trained").mkdir(parents=True)
        (tmp_path / "first/trained/weights").write_text("1 2 3")
        return SimpleNamespace(project=made[0], people=["ann"])

    world = shelf.ask("kept", make, tmp_path / "first")
    world.people.append("eve")
    Project.objects.update(name="Changed")
    (tmp_path / "first/trained/weights").write_text("spoilt")
    TransactionTestCase()._fixture_teardown()
    assert not Project.objects.exists()

    (tmp_path / "second").mkdir()
    again = shelf.ask("kept", make, tmp_path / "second")
    assert len(made) == 1 and again.people == ["ann"] and again.project == made[0]
    assert Project.objects.get() == made[0] and Project.objects.get().name == "Kept"
    assert (tmp_path / "second/trained/weights").read_text() == "1 2 3"


def test_what_comes_after_a_world_that_was_put_back_has_numbers_of_its_own(shelf: Shelf, tmp_path: Path) -> None:
    from backend.projects.models import Project

    (tmp_path / "here").mkdir()
    ask = partial(shelf.ask, "kept", lambda: Project.objects.create(slug="kept", name="Kept"), tmp_path / "here")
    ask()
    TransactionTestCase()._fixture_teardown()
    kept = ask()
    assert Project.objects.create(slug="other", name="Other").pk > kept.pk
