"""Rows of several tables that are written in one statement, and what is read with them; see `composed`."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.sql import InsertQuery

from backend.projects.composed import Composed, Given, Plan

TAKEN_AS_THEY_ARE = (
    models.CharField,
    models.FloatField,
    models.BooleanField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.UUIDField,
    models.ForeignKey,
)
"""Fields whose values the driver takes as a row has them: what does not fit the column, the database refuses."""


def write_together(*groups: Sequence[models.Model], reading: Composed[Any], **told: Any) -> list[Any]:
    """Write groups of rows, each of one model, and return what a look-up finds beside: what was there before.

    Nothing is written of an empty group. Foreign keys among the rows are checked when the transaction ends. A key that
    the database makes is not told. Raises what the ORM raises when a row cannot be written.
    """
    there = [group for group in groups if group]
    models_and_counts = tuple((type(group[0]), len(group)) for group in there)
    values: dict[str, Any] = {}
    for at, group in enumerate(there):
        for row_at, row in enumerate(group):
            values |= zip(_names(at, row_at, type(row)), _values(row), strict=True)
    found: list[Any] = reading.read(_plan(models_and_counts, reading).asked(values | told))
    return found


@cache
def _plan(written: Sequence[tuple[type[models.Model], int]], reading: Composed[Any]) -> Plan:
    statements = [_insertion(at, model, count) for at, (model, count) in enumerate(written)]
    named = ", ".join(f"written_{at} as ({each.sql})" for at, each in enumerate(statements))
    values = [value for each in (*statements, reading.plan) for value in each.values]
    return Plan(f"with {named} {reading.plan.sql}", values)


def _insertion(at: int, model: type[models.Model], count: int) -> Plan:
    """Return the ORM's own statement for so many rows."""
    fields = _fields(model)
    rows = [model(**{each.attname: Given(_name(at, row_at, each)) for each in fields}) for row_at in range(count)]
    query = InsertQuery(model)
    query.insert_values(fields, rows)
    [(sql, values)] = query.get_compiler(connection=connection).as_sql()
    return Plan(sql, values)


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    """Return the fields that a row tells: all but a key that the database makes."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@cache
def _names(at: int, row_at: int, model: type[models.Model]) -> list[str]:
    """Return the names of what a row tells."""
    return [_name(at, row_at, field) for field in _fields(model)]


def _values(row: models.Model) -> list[Any]:
    """Return what a row tells, as the driver takes it."""
    here = connections[DEFAULT_DB_ALIAS]
    return [
        getattr(row, name) if field is None else field.get_db_prep_save(field.pre_save(row, add=True), here)
        for name, field in _told(type(row))
    ]


@cache
def _told(model: type[models.Model]) -> list[tuple[str, Any]]:
    """Return the attribute of each field, and the field itself where the driver does not take its value as it is."""
    return [(field.attname, None if type(field) in TAKEN_AS_THEY_ARE else field) for field in _fields(model)]


def _name(at: int, row_at: int, field: Any) -> str:
    return f"{at}.{row_at}.{field.attname}"
