"""Make the roles, the database and its extensions: once for a server, as superuser, under a lock."""

import psycopg
from psycopg import sql

from backend.config.store.errors import Unsuitable
from backend.config.store.place import APP, OWNER, QUEUE, Place

LEAST_VERSION = 16
_LOCK = 7_031_966_341

_ROLE_SETTINGS = {
    APP: {"statement_timeout": "60s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "300s"},
    OWNER: {"statement_timeout": "0", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "600s"},
    QUEUE: {"statement_timeout": "60s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"},
}


def bootstrap(place: Place) -> None:
    """Make what is missing; may run twice, and at the same time.

    Raises Unsuitable with what to do where an outside server is too old, silent, or lacks a right or pgvector.
    """
    maintenance = "postgres" if place.is_embedded else place.database
    try:
        with psycopg.connect(place.conninfo(database=maintenance), autocommit=True) as connection:
            _check_version(connection)
            connection.execute("select pg_advisory_lock(%s)", [_LOCK])
            _make_roles(connection, place)
            if place.is_embedded:
                _make_database(connection, place)
            with psycopg.connect(place.conninfo(), autocommit=True) as inside:
                _furnish(inside, place)
            _make_queue(place)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unsuitable(
            f"The role {place.superuser!r} of EARMARK_DATABASE_URL lacks a right ({error.diag.message_primary})."
            " It must be allowed to create roles, schemas and extensions; Earmark itself then logs in as"
            f" {APP}, {OWNER} and {QUEUE}."
        ) from error
    except psycopg.OperationalError as error:
        if place.is_embedded:
            raise
        raise Unsuitable(
            f"The PostgreSQL of EARMARK_DATABASE_URL cannot be used: {str(error).strip().splitlines()[0]}"
        ) from error


def _check_version(connection: psycopg.Connection) -> None:
    major = connection.info.server_version // 10_000
    if major < LEAST_VERSION:
        raise Unsuitable(f"Earmark needs PostgreSQL {LEAST_VERSION} or newer; this server is version {major}.")


def _make_roles(connection: psycopg.Connection, place: Place) -> None:
    for role, settings in _ROLE_SETTINGS.items():
        known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
        name = sql.Identifier(role)
        if not known:
            connection.execute(sql.SQL("create role {} login").format(name))
        if password := place.password_of(role):
            connection.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(password)))
        for key, value in settings.items():
            change = sql.SQL("alter role {} set {} = {}")
            connection.execute(change.format(name, sql.Identifier(key), sql.Literal(value)))
        if not place.is_embedded:
            connection.execute(sql.SQL("grant {} to current_user").format(name))


def _make_database(connection: psycopg.Connection, place: Place) -> None:
    with psycopg.connect(place.conninfo(database="template1"), autocommit=True) as template:
        template.execute("create extension if not exists vector")
    known = connection.execute("select 1 from pg_database where datname = %s", [place.database]).fetchone()
    if not known:
        create = sql.SQL("create database {} owner {}")
        connection.execute(create.format(sql.Identifier(place.database), sql.Identifier(OWNER)))


def _furnish(inside: psycopg.Connection, place: Place) -> None:
    if not inside.execute("select 1 from pg_available_extensions where name = 'vector'").fetchone():
        raise Unsuitable(
            "The extension `vector` (pgvector) is not installed on this PostgreSQL server. Install it"
            " (for example the package postgresql-17-pgvector) and try again."
        )
    owner, app, queue = sql.Identifier(OWNER), sql.Identifier(APP), sql.Identifier(QUEUE)
    _make_extension(inside, place)
    for statement in (
        sql.SQL("grant usage, create on schema public to {}").format(owner),
        sql.SQL("grant usage on schema public to {}").format(app),
        sql.SQL("grant create on database {} to {}").format(sql.Identifier(place.database), queue),
        sql.SQL(
            "alter default privileges for role {} in schema public grant select, insert, update, delete on tables to {}"
        ).format(owner, app),
        sql.SQL("alter default privileges for role {} in schema public grant usage, select on sequences to {}").format(
            owner, app
        ),
    ):
        inside.execute(statement)


def _make_extension(inside: psycopg.Connection, place: Place) -> None:
    try:
        inside.execute("create extension if not exists vector")
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unsuitable(
            f"The role {place.superuser!r} of EARMARK_DATABASE_URL may not create the extension `vector`."
            f" Let a superuser say `create extension vector` in the database {place.database!r}, and try again."
        ) from error


def _make_queue(place: Place) -> None:
    """Give the broker its schema, owned by its own role; an older one is dropped, for it holds only nudges."""
    from importlib.resources import files

    folder = files("pgmq") / "sql"
    version = (folder / "VERSION").read_text(encoding="utf-8").strip()
    with psycopg.connect(place.conninfo(QUEUE)) as connection:
        found = connection.execute(
            "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'pgmq'"
        ).fetchone()
        if found and found[0] == version:
            return
        connection.execute("drop schema if exists pgmq cascade")
        connection.execute("create schema pgmq")
        connection.execute((folder / "pgmq.sql").read_text(encoding="utf-8"))
        connection.execute(sql.SQL("comment on schema pgmq is {}").format(sql.Literal(version)))
