"""Bulk calls: rows cut into bodies that the server takes, and what cannot be sent named by its index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from earmark._transport import Call, Wires, unexpected
from earmark._wire import encoded, read, written
from earmark.types import Rejected

LARGEST_ROWS = 1000
Progress = Callable[[int], None]
LARGEST_BYTES = 4_000_000
DEEPEST = 30
"""Levels of a row: the server takes 32 in a body, and two are the list it stands in."""
TOO_DEEP = "It is nested too deeply, or holds itself."


@dataclass
class Chunk:
    """Rows that go out in one call, with the index of each among all rows given."""

    indexes: list[int] = field(default_factory=list)
    rows: list[bytes] = field(default_factory=list)
    unsendable: list[Rejected] = field(default_factory=list)
    bytes_count: int = 0

    @property
    def last(self) -> int:
        """Return the number, from 1, of the last row given that is dealt with in it."""
        return 1 + max([*self.indexes[-1:], *(row.index for row in self.unsendable[-1:])])


def chunks_of(rows: Iterable[Any], *, kind: type[Any], key: str = "id", most: int = LARGEST_ROWS) -> Iterator[Chunk]:
    """Yield chunks of at most `most` rows and LARGEST_BYTES bytes; `key` names a row in a report.

    A row is a dataclass of a kind, or a mapping with fields of that kind. What is something else, is not JSON as the
    server takes it, or is too large by itself, is listed as unsendable and the others go on. Raises TypeError
    for one row in place of several.
    """
    if isinstance(rows, str | bytes | Mapping | kind):
        raise TypeError(f"Give a list of {kind.__name__}, even of one.")
    return _chunks(rows, kind, key, most)


def _chunks(rows: Iterable[Any], kind: type[Any], key: str, most: int) -> Iterator[Chunk]:
    chunk = Chunk()
    for index, row in enumerate(rows):
        try:
            told = written(row)
        except RecursionError:
            chunk.unsendable.append(Rejected(index, _name(row, key), "malformed", TOO_DEEP))
            continue
        if fault := _fault(told, kind):
            chunk.unsendable.append(Rejected(index, _name(told, key), "malformed", fault))
            continue
        try:
            raw = encoded(told)
        except ValueError as error:
            chunk.unsendable.append(Rejected(index, _name(told, key), "malformed", str(error)))
            continue
        if len(raw) > LARGEST_BYTES:
            chunk.unsendable.append(Rejected(index, _name(told, key), "too_large", _too_large(len(raw))))
            continue
        if len(chunk.rows) == most or chunk.bytes_count + len(raw) > LARGEST_BYTES:
            yield chunk
            chunk = Chunk()
        chunk.indexes.append(index)
        chunk.rows.append(raw)
        chunk.bytes_count += len(raw) + 1
    if chunk.rows or chunk.unsendable:
        yield chunk


def send_chunk(wires: Wires, path: str, field_name: str, chunk: Chunk) -> Mapping[str, Any]:
    """Send a chunk's rows under a name and return the JSON object of the answer, empty if there were none."""
    if not chunk.rows:
        return {}
    body = b'{"%s":[%s]}' % (field_name.encode(), b",".join(chunk.rows))
    response = wires.send(Call("POST", path, body=body))
    told = wires.read_json(response)
    if not isinstance(told, Mapping):
        raise unexpected(response, "it is not a JSON object")
    return told


def rejected_of(chunk: Chunk, told: Mapping[str, Any]) -> Sequence[Rejected]:
    """Return what was not taken of a chunk, here or by the server, with indexes among all rows given."""
    refused = [read(Rejected, row) for row in told.get("rejected", [])]
    moved = [Rejected(chunk.indexes[row.index], row.id, row.code, row.detail) for row in refused]
    return sorted([*chunk.unsendable, *moved], key=lambda row: row.index)


def _fault(row: Any, kind: type[Any]) -> str:
    """Return why a row cannot be of a kind, nothing where it can."""
    if not isinstance(row, Mapping):
        return f"This is {type(row).__name__}, not {kind.__name__} nor a mapping of its fields."
    if _is_deeper(row, DEEPEST):
        return TOO_DEEP
    known = [each.name for each in fields(kind)]
    unknown = [str(name) for name in row if name not in known]
    return f"No field is called {', '.join(unknown)[:200]}; there are {', '.join(known)}." if unknown else ""


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(each, levels - 1) for each in inner)


def _too_large(bytes_count: int) -> str:
    return f"It has {bytes_count:,} bytes; at most {LARGEST_BYTES:,} can be sent at once."


def _name(row: Any, key: str) -> str:
    return str(row.get(key, "") if isinstance(row, Mapping) else getattr(row, key, ""))[:200]
