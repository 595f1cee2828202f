"""Stores with tables that were made before are like those that make them, and are never those of yesterday's code."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from backend.config.store import folders
from backend.config.store.lease import forget
from tests import prepared
from tests.backend.config.homes import Home
from tests.prepared import MADE, furnish, state_of_the_code

COLUMNS = """
    select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = 'public' order by table_name, ordinal_position
"""
MIGRATIONS = "select app, name from django_migrations order by app, name"
RIGHTS = """
    select table_name, grantee, privilege_type from information_schema.role_table_grants
    where table_schema = 'public' order by table_name, grantee, privilege_type
"""
ROWS = "select relname, relrowsecurity, relforcerowsecurity from pg_class where relkind = 'r' order by relname"


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[Home]:
    folder = tmp_path / "a home with spaces in its name"
    assert furnish(folder)
    home = Home(folder).use()
    yield home
    home.leave()
    forget(home.place)


@pytest.mark.django_db(transaction=True)
def test_a_home_that_was_furnished_has_the_tables_and_the_rights_of_one_that_made_them(furnished: Home, store) -> None:
    import psycopg

    with furnished.ask() as theirs, psycopg.connect(store.conninfo()) as ours:
        for asked in (MIGRATIONS, COLUMNS, RIGHTS, ROWS):
            found = theirs.execute(asked).fetchall()
            assert found and found == ours.execute(asked).fetchall()
        migrations = {(app, name) for app, name in theirs.execute(MIGRATIONS).fetchall()}
    written = {
        (path.parts[-3], path.stem)
        for path in prepared.BASE.glob("backend/*/migrations/*.py")
        if path.stem != "__init__"
    }
    assert written and written <= migrations


def test_a_home_that_has_data_keeps_them(tmp_path: Path) -> None:
    mine = tmp_path / "home" / "postgres" / "PG_VERSION"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert not furnish(tmp_path / "home")
    assert mine.read_text() == "mine" and list(mine.parent.iterdir()) == [mine]


@pytest.mark.parametrize(
    "changed",
    [
        "backend/quality/migrations/0002_more.py",
        "backend/quality/models.py",
        "widget/dist/core.js",
        "requirements.lock",
    ],
)
def test_what_may_change_the_tables_changes_the_state_of_the_code(tmp_path: Path, changed: str) -> None:
    path = tmp_path / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    states = {state_of_the_code(tmp_path)}
    for text in ("one", "another"):
        path.write_text(text)
        states.add(state_of_the_code(tmp_path))
    path.rename(path.with_name(f"other_{path.name}"))
    states.add(state_of_the_code(tmp_path))
    assert len(states) == (3 if changed == "requirements.lock" else 4)  # under another name a lock is none
    path.with_name(f"other_{path.name}").rename(path)
    path.write_text("one")
    assert state_of_the_code(tmp_path) in states


class Maker:
    """Takes the place of what makes the tables: data that say how often they were made, or a process that is killed."""

    def __init__(self) -> None:
        self.count = 0
        self.is_killed = False

    def __call__(self, home: Path) -> None:
        self.count += 1
        (home / "postgres").mkdir()
        (home / "postgres" / "PG_VERSION").write_text(str(self.count))
        if self.is_killed:
            raise KeyboardInterrupt


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    made = Maker()
    monkeypatch.setattr(prepared, "_make", made)
    monkeypatch.setattr(prepared, "prepared_home", lambda: tmp_path / "prepared")
    monkeypatch.setattr(folders, "APART", tmp_path / "apart")
    return made


def data_of(home: Path) -> Path:
    """Return where the data of a home lie: for root perhaps apart from it."""
    return next(data for data in folders.data_folders(home) if data.exists())


def made_as(home: Path) -> str:
    return (data_of(home) / "PG_VERSION").read_text()


def test_tables_are_made_once_for_many_homes(maker: Maker, tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("one", "another")]
    assert [furnish(home) for home in homes] == [True, True]
    assert [made_as(home) for home in homes] == ["1", "1"]


def test_tables_of_another_state_of_the_code_are_made_anew(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path / "before")
    monkeypatch.setattr(prepared, "state_of_the_code", lambda: "with one more migration")
    furnish(tmp_path / "after")
    assert (made_as(tmp_path / "before"), made_as(tmp_path / "after")) == ("1", "2")


def test_data_that_outlived_their_prepared_home_are_not_those_that_are_copied(maker: Maker, tmp_path: Path) -> None:
    *_, last = folders.data_folders(tmp_path / "prepared")
    last.mkdir(parents=True)
    (last / "PG_VERSION").write_text("of yesterday's code")
    if last.is_relative_to(tmp_path / "prepared"):
        rmtree(tmp_path / "prepared")  # only root's data lie apart
    assert furnish(tmp_path / "home") and made_as(tmp_path / "home") == "1"
    assert not last.exists() or (last / "PG_VERSION").read_text() == "1"


def test_who_is_killed_while_the_tables_are_made_leaves_nothing_that_is_used(maker: Maker, tmp_path: Path) -> None:
    maker.is_killed = True
    with pytest.raises(KeyboardInterrupt):
        furnish(tmp_path / "home")
    assert not any(data.exists() for data in folders.data_folders(tmp_path / "home"))
    assert not (tmp_path / "prepared" / MADE).exists()
    maker.is_killed = False
    assert furnish(tmp_path / "home") and made_as(tmp_path / "home") == "2"


def test_who_is_killed_while_copying_leaves_no_half_of_a_store(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path / "home")
    data = data_of(tmp_path / "home")
    beside = data.rename(data.with_name(f"{data.name}.new"))
    (beside / "half").touch()
    assert furnish(tmp_path / "home")
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"] and not beside.exists()


def test_who_may_not_use_the_prepared_home_makes_the_tables(maker: Maker, tmp_path: Path, monkeypatch) -> None:
    def closed(home: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(prepared, "_make", closed)
    assert not furnish(tmp_path / "home")
    assert not any(data.exists() for data in folders.data_folders(tmp_path / "home"))
