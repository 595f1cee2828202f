"""The fields of an item's metadata as they are compared: what lies within objects by its path, lists within texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

DEEPEST = 4
"""So many objects may lie within each other."""
OURS = "image"
"""What of the metadata is no field of the host's (see `Item`)."""
_JOINED = re.compile(r"[,;|]|>\s*<")
_AROUND = " \t\n<>[]'\"`"


def flat(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return fields by name, those within objects by their path, joined by dots (`priority.name`).

    What the objects of a list say under one path comes as one list. Objects of objects deeper than DEEPEST say
    nothing. A field that goes by such a name itself comes before what lies within others.
    """
    if not any(map(_holds_objects, metadata.values())):
        return metadata
    found: dict[str, Any] = {}
    for name, value in metadata.items():
        if not _holds_objects(value):
            found[name] = value
    within: dict[str, list[Any]] = {}
    for name, value in metadata.items():
        if _holds_objects(value) and name != OURS:
            for path, scalar in _within(name, value, 0):
                within.setdefault(path, []).append(scalar)
    for path, values in within.items():
        found.setdefault(path, values[0] if len(values) == 1 else values)
    return found


def field_of(metadata: Mapping[str, Any], name: str) -> Any:
    """Return a field by the name that it has in `flat`, None where there is none."""
    if name in metadata or "." not in name:
        return metadata.get(name)
    holding = {whole: metadata[whole] for whole in names_above(name) if whole in metadata}
    return flat(holding).get(name) if holding else None


def fields_of(several: Iterable[Mapping[str, Any]], name: str) -> list[Any]:
    """Return what `field_of` does for the metadata of each of several items."""
    if "." in name:
        return [field_of(metadata, name) for metadata in several]
    return [metadata.get(name) for metadata in several]


@lru_cache(maxsize=1_000)
def names_above(name: str) -> tuple[str, ...]:
    """Return the names of the fields within which one of this name may lie."""
    parts = name.split(".")
    return tuple(".".join(parts[:end]) for end in range(1, len(parts)))


def parts_of(text: str) -> list[str]:
    """Return the values that a text lists (`a, b`, `a;b`, `a|b`, `<a><b>`, `['a', 'b']`), of any other text itself.

    An empty list in words, as `[]`, holds none.
    """
    if text[:1] not in ("<", "[") and not _JOINED.search(text):
        return [text]
    return [part for part in (each.strip(_AROUND) for each in _JOINED.split(text)) if part]


def _holds_objects(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list | tuple) and any(map(_holds_objects, value)))


def _within(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield what lies within an object or a list of them, each scalar with its path."""
    if isinstance(value, Mapping):
        for name, inner in value.items() if depth < DEEPEST else ():
            yield from _within(f"{path}.{name}", inner, depth + 1)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _within(path, each, depth)
    elif value is not None and value != "":
        yield path, value
