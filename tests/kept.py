"""Worlds that take long to make: each is made once by a process, and put back as rows and files where it is asked for again."""

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

#: The tables of the tests' store with their columns but those that the store computes.
_TABLES = """
select relname, array_agg(attname::text order by attnum)
from pg_class join pg_attribute on attrelid = pg_class.oid
where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped and attgenerated = ''
  and relname not in ('django_migrations', 'django_content_type', 'auth_permission')
group by relname
"""

Connect = Callable[[], "psycopg.Connection[Any]"]


def _copy(table: str, columns: list[str], way: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) " + way + " (format binary)").format(sql.Identifier(table), names)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Kept:
    """What a world was when it had just been made."""

    world: Any
    rows: dict[tuple[str, tuple[str, ...]], bytes]
    files: Path

    def put_back(self, connection: "psycopg.Connection[Any]", folder: Path) -> Any:
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")  # no foreign keys, no triggers
            for (table, columns), rows in self.rows.items():
                with connection.cursor().copy(_copy(table, list(columns), "from stdin")) as copying:
                    copying.write(rows)
        shutil.copytree(self.files, folder, dirs_exist_ok=True)
        return copy.deepcopy(self.world)


class Shelf:
    """The worlds that a process keeps; each begins with no rows in any table, and a folder without files."""

    def __init__(self, connect: Connect, files: Path) -> None:
        self._connect, self._files = connect, files
        self._kept: dict[str, _Kept] = {}

    def ask(self, name: str, make: Callable[[], Any], folder: Path) -> Any:
        """Return the world of a name: what `make` returns the first time, and later the same with its rows and files.

        `make` leaves rows committed and files below `folder` alone; what it returns is copied deeply.
        """
        with self._connect() as connection:
            if name in self._kept:
                return self._kept[name].put_back(connection, folder)
            world = make()
            files = self._files / name
            shutil.copytree(folder, files)
            self._kept[name] = _Kept(copy.deepcopy(world), dict(_rows(connection)), files)
            return world


def _rows(connection: "psycopg.Connection[Any]") -> Any:
    for table, columns in connection.execute(_TABLES).fetchall():
        found = sql.SQL("select exists (select from {})").format(sql.Identifier(table))
        if connection.execute(found).fetchone() != (True,):
            continue
        with connection.cursor().copy(_copy(table, columns, "to stdout")) as copying:
            yield (table, tuple(columns)), b"".join(copying)
