"""The files of an evaluation: JSON lines, plain or .gz; a bad line is told with its number.

Items are `{id, title, body, created, …}`, queries `{query, positives: [ids]}`, rankings `{query, ranked: [ids]}`,
given candidates `{qid, q_title, q_body, cid, c_title, c_body, rank, label}`. All but the ids may be missing.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from stat import S_ISFIFO
from typing import Any, TypeVar

from earmark._lines import opened
from earmark.errors import EarmarkError, FileNotUnderstood
from earmark.evaluation.moments import moment_of
from earmark.types import Item

T = TypeVar("T")
POSITIVE_LABELS = frozenset({"perfectmatch", "relevant", "duplicate", "same", "positive", "true", "yes"})
"""Labels that say a candidate is right, in any case; a number above nought says so too."""
ONE_A_LINE = "each line holds one object: JSON lines in UTF-8"
NO_NAMES: Mapping[str, str] = {}
LONGEST_ID_SIGNS = 200
_ITEM_FIELDS = frozenset({"id", "title", "body", "created", "created_at"})
_HALF = re.compile("[\ud800-\udfff]")
_PAIR_FIELDS = frozenset({"split", "qid", "cid", "rank", "label"})


@dataclass(frozen=True)
class Query:
    """An item asked about, and what is known to be right, None where the file does not say."""

    id: str
    positives: frozenset[str] | None
    line: int


@dataclass(frozen=True)
class Pair:
    """A candidate that is given for a query: its place in the given order, and whether it is right, where known."""

    query: Item
    candidate: Item
    rank: float | None
    is_positive: bool | None


@dataclass(frozen=True)
class Ranking:
    """What a suggester found for a query, best first."""

    query: str
    ranked: Sequence[str]


def read_items(
    paths: Iterable[Path | str], rename: Mapping[str, str] = NO_NAMES, *, say: Callable[[str], None] = lambda _: None
) -> dict[str, Item]:
    """Return items by id, with fields renamed; one that comes again replaces the earlier one.

    Says how many came again as something else. Raises FileNotUnderstood, OSError.
    """
    found: dict[str, Item] = {}
    otherwise: dict[str, Path | str] = {}
    for path in paths:
        for item in read_lines(path, lambda facts, _: _item(renamed(facts, rename))):
            if found.setdefault(item.id, item) != item:
                otherwise.setdefault(item.id, path)
            found[item.id] = item
    if otherwise:
        first, path = next(iter(otherwise.items()))
        say(
            f"{path}: the id {first} comes again with other contents; of each such item, {len(otherwise):,} of "
            f"{len(found):,}, only the last counts"
        )
    return found


def read_queries(path: Path | str) -> list[Query]:
    """Return a file's queries in its order, each once. Raises FileNotUnderstood, OSError; EarmarkError for none."""
    return united(_some(path, read_lines(path, _query)))


def read_pairs(path: Path | str, rename: Mapping[str, str] = NO_NAMES) -> list[Pair]:
    """Return the given candidates of a file in its order, with fields renamed.

    Raises FileNotUnderstood, OSError; EarmarkError for none.
    """
    return _some(path, read_lines(path, lambda facts, _: _pair(renamed(facts, rename))))


def renamed(facts: Mapping[str, Any], rename: Mapping[str, str]) -> Mapping[str, Any]:
    """Return facts with some names, theirs, changed to ours; what goes by our name already gives way."""
    if not any(name in facts for name in rename):
        return facts
    taken = {rename[name] for name in facts if name in rename}
    return {rename.get(name, name): value for name, value in facts.items() if name in rename or name not in taken}


def united(queries: Iterable[Query]) -> list[Query]:
    """Return each query once, where it first comes, with all that is known to be right wherever it comes."""
    found: dict[str, Query] = {}
    for query in queries:
        before = found.get(query.id)
        if before is None or query.positives is None:
            found.setdefault(query.id, query)
        else:
            found[query.id] = replace(before, positives=query.positives | (before.positives or frozenset()))
    return list(found.values())


def read_rankings(path: Path | str) -> dict[str, Ranking]:
    """Return what was found by query; of a query that comes twice the last.

    Raises FileNotUnderstood, OSError; EarmarkError for none.
    """
    return {ranking.query: ranking for ranking in _some(path, read_lines(path, lambda facts, _: _ranking(facts)))}


def holds_pairs(path: Path | str) -> bool:
    """Return whether the first line of a file is a given candidate rather than a query."""
    return next(read_lines(path, lambda facts, _: "cid" in facts), False)


_piped: dict[tuple[int, int], list[bytes]] = {}
"""What came through each pipe, by its device and number: it comes once, and a file is looked at before it is read."""


def _lines_of(path: Path | str) -> Iterator[bytes]:
    told = Path(path).stat()
    if not S_ISFIFO(told.st_mode):
        with opened(path) as lines:
            yield from lines
        return
    pipe = told.st_dev, told.st_ino
    if pipe not in _piped:
        with opened(path) as lines:
            _piped[pipe] = list(lines)
    yield from _piped[pipe]


def read_lines(path: Path | str, made: Callable[[Mapping[str, Any], int], T]) -> Iterator[T]:
    """Yield what is made of each line's object and number; a ValueError of `made` is told with the line's number."""
    number = 0
    try:
        for number, line in enumerate(_lines_of(path), start=1):
            if line.strip():
                yield made(_object(line), number)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileNotUnderstood(path, number + 1, f"the file is damaged: {error}") from None
    except ValueError as error:
        raise FileNotUnderstood(path, number, str(error)) from None


class UnknownItem(ValueError):
    """An answer is about an item that is not among the items."""


def read_known(path: Path | str, made: Callable[[Mapping[str, Any]], T], say: Callable[[str], None]) -> list[T]:
    """Return what is made of each line, and say how many are left out for which `made` raises UnknownItem.

    Raises FileNotUnderstood, too where none is left; OSError.
    """
    unknown: list[tuple[int, str]] = []

    def tried(facts: Mapping[str, Any], number: int) -> list[T]:
        try:
            return [made(facts)]
        except UnknownItem as error:
            unknown.append((number, str(error)))
            return []

    found = [each for some in read_lines(path, tried) for each in some]
    if unknown:
        number, why = unknown[0]
        if not found:
            raise FileNotUnderstood(path, number, f"{why}, nor is any other")
        say(f"{path}, line {number}: {why}; all such, {len(unknown):,} of {len(unknown) + len(found):,}, are left out")
    return found


def _some(path: Path | str, found: Iterable[T]) -> list[T]:
    read = list(found)
    if not read:
        raise EarmarkError(f"{path} is empty.")
    return read


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        facts = json.loads(line)
    except (ValueError, RecursionError) as error:
        is_one = line.strip().startswith(b"{") and line.strip().endswith(b"}") and not isinstance(error, UnicodeError)
        hint = "" if is_one else f" ({ONE_A_LINE})"
        raise ValueError(f"not JSON: {error}{hint}") from None
    if not isinstance(facts, dict):
        raise ValueError(f"not an object but a list ({ONE_A_LINE})" if isinstance(facts, list) else "not an object")
    return facts


def _item(facts: Mapping[str, Any]) -> Item:
    told = facts.get("metadata")
    own = told if isinstance(told, dict) else {"metadata": told} if told is not None else {}
    others = own | {name: value for name, value in facts.items() if name not in (*_ITEM_FIELDS, "metadata")}
    created = _first_told(facts.get("created"), facts.get("created_at"))
    return Item(
        _id(facts, "id"), _text(facts, "title"), _text(facts, "body"), _moment(created, "created"), metadata=others
    )


def _query(facts: Mapping[str, Any], line: int) -> Query:
    ids = None if facts.get("positives") is None else frozenset(_ids(facts, "positives"))
    if "query" not in facts:
        raise ValueError("no query: each line is {query, positives: [ids]}, the query an item's id")
    return Query(_id(facts, "query"), ids, line)


def _pair(facts: Mapping[str, Any]) -> Pair:
    label = facts.get("label")
    return Pair(
        _side(facts, "q"),
        _side(facts, "c"),
        _rank(facts.get("rank")),
        None if label is None else _is_right(label),
    )


def _is_right(label: object) -> bool:
    told = str(label).strip().lower()
    try:
        return float(told) > 0
    except ValueError:
        return told in POSITIVE_LABELS


def _rank(value: object) -> float | None:
    if value is None:
        return None
    try:
        rank = math.nan if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
    except (ValueError, OverflowError):
        rank = math.nan
    if not math.isfinite(rank):
        raise ValueError(f"rank is not a number: {str(value)[:40]}")
    return rank


def _side(facts: Mapping[str, Any], side: str) -> Item:
    """Return the query or the candidate of a pair; fields that name no side tell of the candidate."""
    prefix = f"{side}_"
    own = {name.removeprefix(prefix): value for name, value in facts.items() if name.startswith(prefix)}
    if side == "c":
        mine = {name: value for name, value in facts.items() if name[:2] not in ("q_", "c_")}
        own |= {name: value for name, value in mine.items() if name not in _PAIR_FIELDS}
    created = _first_told(*(own.pop(name, None) for name in ("created", "created_at", "date")))
    title, body = _text(own, "title"), _text(own, "body")
    others = {name: value for name, value in own.items() if name not in ("title", "body")}
    return Item(_id(facts, f"{side}id"), title, body, _moment(created, "date"), metadata=others)


def _first_told(*values: object) -> object:
    return next((value for value in values if value is not None and value != ""), None)


def _ranking(facts: Mapping[str, Any]) -> Ranking:
    return Ranking(_id(facts, "query"), _ids(facts, "ranked"))


def _ids(facts: Mapping[str, Any], name: str) -> list[str]:
    told = facts.get(name)
    if not isinstance(told, list):
        raise ValueError(f"{name} is not a list of ids")
    for each in told:
        if isinstance(each, bool) or not isinstance(each, str | int):
            raise ValueError(f"{name} holds what is no id: {str(each)[:40]}")
    return [str(each) for each in told]


def _id(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    if value is None or value == "":
        there = f"; there are {', '.join(facts)}"[:200] if facts and name not in facts else ""
        raise ValueError(f"no {name}{there}")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} is neither a text nor a whole number: {str(value)[:40]}")
    if _HALF.search(str(value)):
        raise ValueError(f"{name} holds half a character (a lone surrogate): {ascii(value)[:40]}")
    if len(str(value)) > LONGEST_ID_SIGNS or "\0" in str(value):
        raise ValueError(f"{name} is no text of 1 to {LONGEST_ID_SIGNS} signs without NUL: {ascii(value)[:40]}")
    return str(value)


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    return value


def _moment(value: object, name: str) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        return moment_of(value)
    except ValueError:
        raise ValueError(
            f"{name} is not a time: {str(value)[:40]} (read are ISO 8601 such as 2004-06-05 01:20, seconds since 1970, "
            f"5 Jun 2004; to go without times: --rename FIELD=told)"
        ) from None
