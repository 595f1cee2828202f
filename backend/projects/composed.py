"""Look-ups that the ORM puts together once and that are then asked again and again with other values.

Django composes a statement anew each time it is asked, which takes several times what sending it takes. What a
request to suggest asks is always the same but for its values, so it is composed at first use and kept.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)


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


class Composed(Generic[M]):
    """A look-up by named values; `compose` returns the ORM's query with a `Given` for each of them.

    The values must be as the database takes them: keys, not rows; a list for `GivenAll`.
    """

    def __init__(self, compose: Callable[[], models.QuerySet[M, Any]]) -> None:
        self._compose = compose

    @cached_property
    def _statement(self) -> tuple[type[M], str, tuple[Any, ...]]:
        composed = self._compose()
        sql, values = composed.query.sql_with_params()
        return composed.model, sql, values

    def _values(self, told: dict[str, Any]) -> Sequence[Any]:
        return [told[value.name] if isinstance(value, Given) else value for value in self._statement[2]]

    def found(self, **told: Any) -> list[M]:
        """Return the rows, as the model's own; of a query for whole rows without related ones."""
        model, sql, _ = self._statement
        return list(model._default_manager.raw(sql, self._values(told)))

    def first(self, **told: Any) -> M | None:
        """Return the first row, or None."""
        return next(iter(self.found(**told)), None)

    def columns(self, **told: Any) -> list[tuple[Any, ...]]:
        """Return the plain columns of a query for `values_list`."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement[1], self._values(told))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
