"""Look-ups that the ORM puts together once and that are then asked again and again with other values.

Django composes a statement anew each time it is asked, which takes several times what sending it takes. What a
request to suggest asks is always the same but for its values, so it is composed at first use and kept; the database
prepares it once a connection. What is written so, see `written`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from operator import itemgetter
from typing import Any, Generic, Literal, Self, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connection, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]
_PLACE = re.compile("%([s%])")


class Given(Expression):
    """A value of a composed look-up that is told only when it is asked."""

    template = "%s"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return the place of the value, with its name in the value's stead."""
        return self.template, [self]


class GivenAll(Given):
    """Values of a composed look-up, as many as there are then: `key__in=GivenAll("keys", "text")`, with their type."""

    def __init__(self, name: str, type_: Literal["text", "bigint"]) -> None:
        super().__init__(name)
        self.template = f"(select unnest(%s::{type_}[]))"


@dataclass(frozen=True)
class Plan:
    """A statement: its values, a `Given` for each that is told later, and how many columns it gives."""

    sql: str
    values: Sequence[Any]
    width: int = 0

    @cached_property
    def _numbered(self) -> str:
        """Return the statement with the numbers of its values, as the database counts them."""
        number = count(1)
        return _PLACE.sub(lambda found: "%" if found[1] == "%" else f"${next(number)}", self.sql)

    def asked(self, told: Mapping[str, Any]) -> list[Row]:
        """Return the rows that the database gives for named values; raises KeyError for one that is not told."""
        values = [told[each.name] if isinstance(each, Given) else each for each in self.values]
        return _executed(self._numbered, values)


class Composed(Generic[M]):
    """A look-up by named values; `compose` returns the ORM's query with a `Given` for each of them.

    The values must be as the database takes them: keys, not rows; a list for `GivenAll`.
    """

    def __init__(self, compose: Callable[[], models.QuerySet[M, Any]]) -> None:
        self._compose = compose

    @cached_property
    def _compiled(self) -> tuple[SQLCompiler, Plan]:
        compiler = self._compose().query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        return compiler, Plan(sql, values, len(compiler.select))

    @property
    def plan(self) -> Plan:
        """Return the statement."""
        return self._compiled[1]

    @cached_property
    def read(self) -> Callable[[Iterable[Row]], list[Any]]:
        """Return what makes rows of the model, or plain columns, of what the database gives."""
        compiler = self._compiled[0]
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        make = _maker(compiler)
        return lambda rows: [make(_converted(row, converters)) for row in rows]

    def found(self, **told: Any) -> list[M]:
        """Return the rows, as the model's own, with those related that the query selects."""
        return self.read(self.plan.asked(told))

    def first(self, **told: Any) -> M | None:
        """Return the first row, or None."""
        return next(iter(self.found(**told)), None)

    def columns(self, **told: Any) -> list[Row]:
        """Return the plain columns of a query for `values_list`."""
        return self.read(self.plan.asked(told))


class SideBySide:
    """Several look-ups that are asked in one statement, each by its name; values of one name are the same in all."""

    def __init__(self, **parts: Composed[Any]) -> None:
        self._parts = parts

    @cached_property
    def _plan(self) -> Plan:
        plans = [part.plan for part in self._parts.values()]
        numbered = [
            f"(select row_number() over () as at_{at}, q.* from ({plan.sql}) q) t{at}"  # noqa: S608
            for at, plan in enumerate(plans)
        ]
        joined = numbered[0]
        for at, each in enumerate(numbered[1:], start=1):
            before = ", ".join(f"t{other}.at_{other}" for other in range(at))
            joined += f" full join {each} on t{at}.at_{at} = coalesce({before})"
        columns = ", ".join(f"t{at}.*" for at in range(len(plans)))
        return Plan(f"select {columns} from {joined}", [value for plan in plans for value in plan.values])  # noqa: S608

    def found(self, **told: Any) -> dict[str, list[Any]]:
        """Return by name what each look-up finds."""
        rows = self._plan.asked(told)
        found, start = {}, 0
        for name, part in self._parts.items():
            end = start + 1 + part.plan.width
            mine = sorted((row[start:end] for row in rows if row[start] is not None), key=itemgetter(0))
            found[name] = part.read(row[1:] for row in mine)
            start = end
        return found


class _Told(psycopg.RawCursor[Row]):
    """Prepares nothing, so that who counts statements is told their words."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Self:
        """Send a statement."""
        return super().execute(query, params, **more | {"prepare": False})


def _executed(sql: str, values: Sequence[Any]) -> list[Row]:
    """Return the rows of a statement, which the connection prepares; whole numbers take the type of their place."""
    plain = [str(value) if type(value) is int else value for value in values]
    here = connections[DEFAULT_DB_ALIAS]  # once: `connection` looks for it anew at each word
    here.ensure_connection()
    is_counted = here.force_debug_cursor
    cursor: Any = (_Told if is_counted else psycopg.RawCursor)(here.connection)
    with here.make_debug_cursor(cursor) if is_counted else here.make_cursor(cursor) as ours:
        try:
            ours.execute(sql, plain)
        except NotSupportedError as error:  # a table changed since: this connection prepares nothing more
            cursor.connection.prepare_threshold = None
            raise OperationalError(*error.args) from error
        if is_counted and here.queries_log[-1]["sql"] is None:  # the driver does not tell what it had prepared
            here.queries_log[-1]["sql"] = sql
        found: list[Row] = cursor.fetchall()
        return found


def _converted(row: Row, converters: Mapping[int, Any]) -> Row:
    """Return a row as the model's fields read it."""
    if not converters:
        return row
    told = list(row)
    for at, (steps, expression) in converters.items():
        for step in steps:
            told[at] = step(told[at], expression, connection)
    return tuple(told)


def _maker(compiler: SQLCompiler) -> Callable[[Row], Any]:
    """Return what makes a row of the model, as `ModelIterable` does it, or leaves plain columns as they are."""
    klass = compiler.klass_info
    if klass is None or compiler.query.has_select_fields:
        return lambda row: row
    model, places = klass["model"], klass["select_fields"]
    start, end = places[0], places[-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[start:end]]
    related = get_related_populators(klass, compiler.select, connection.alias)  # type: ignore[call-arg]
    annotations = list(compiler.annotation_col_map.items())

    def make(row: Row) -> Any:
        made = model.from_db(connection.alias, names, row[start:end])
        for populator in related:
            populator.populate(row, made)
        for name, at in annotations:
            setattr(made, name, row[at])
        return made

    return make
