"""The search of a list that looks into related rows: which of those hold the words is found first, and once.

Joined, the words are looked for in a related row as often as rows of the list lead to it, and by each statement of
the page anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

MOST_NAMED = 1_000
"""Where more related rows hold a word they are joined: what is common is soon found in the order of the list."""

Related = Mapping[str, tuple[type[Model], Sequence[str]]]


def related_searched(model: type[Model], fields: Iterable[str]) -> Related | None:
    """Return by the way to each related row what model it is of and which of its fields are searched.

    The list's own fields stand under an empty way. None where a way leads to several rows, or a field is searched in
    another way than for words that it holds.
    """
    found: dict[str, tuple[type[Model], list[str]]] = {}
    fields_of: defaultdict[str, list[str]] = defaultdict(list)
    for path in fields:
        way, _, name = path.rpartition("__")
        try:
            at = _model_at(model, way)
            at._meta.get_field(name)
        except (FieldDoesNotExist, ValueError):
            return None
        fields_of[way].append(name)
        found[way] = (at, fields_of[way])
    return found


def matching(rows: QuerySet[Any], related: Related, words: str, project: Any) -> QuerySet[Any]:
    """Keep the rows of a project that hold each of the words, themselves or in a related row; quoted words are one."""
    for bit in smart_split(words):
        word = unescape_string_literal(bit) if bit[0] in "\"'" and bit[0] == bit[-1] else bit
        asked = Q(pk__in=[])
        for way, (model, fields) in related.items():
            keys = _keys(model, _holds(fields, word), project) if way else None
            asked |= Q(**{f"{way}__in": keys}) if keys is not None else _holds(fields, word, way)
        rows = rows.filter(asked)
    return rows


def _holds(fields: Sequence[str], word: str, way: str = "") -> Q:
    within = f"{way}__" if way else ""
    return Q.create([(f"{within}{field}__icontains", word) for field in fields], connector=Q.OR)


def _keys(model: type[Model], holds: Q, project: Any) -> list[Any] | None:
    """Return the keys of the rows that hold a word; None where they are many."""
    found = model._default_manager.filter(holds, project=project).order_by().values_list("pk", flat=True)
    keys = list(found[: MOST_NAMED + 1])
    return keys if len(keys) <= MOST_NAMED else None


def _model_at(model: type[Model], way: str) -> type[Model]:
    for name in way.split("__") if way else ():
        field = model._meta.get_field(name)
        if not (field.many_to_one or field.one_to_one) or not isinstance(field.related_model, type):
            raise ValueError(name)
        model = field.related_model
    return model
