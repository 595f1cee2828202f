"""Bring in the items of a file: with progress, going on where a run stopped, bad lines named."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from earmark._lines import opened
from earmark.client import Earmark
from earmark.errors import EarmarkError, FileNotUnderstood
from earmark.evaluation.files import ONE_A_LINE, renamed
from earmark.evaluation.moments import moment_of
from earmark.evaluation.naming import naming_of
from earmark.types import Item

LINES_A_CALL = 1000
_FIELDS = frozenset(each.name for each in fields(Item))


@dataclass(frozen=True)
class ImportOptions:
    """How lines become items: fields renamed, a url made from each item's fields, a usual kind."""

    rename: Mapping[str, str] = field(default_factory=dict)
    url_of: str = ""
    kind: str = ""
    from_start: bool = False


@dataclass(frozen=True)
class BadLine:
    """A line that was not taken, and why."""

    number: int
    why: str


@dataclass
class ImportReport:
    """What became of the lines."""

    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    bad: list[BadLine] = field(default_factory=list)


def import_items(
    client: Earmark, path: Path | str, options: ImportOptions, *, say: Callable[[str], None]
) -> ImportReport:
    """Register the items of a JSON-lines file (plain or .gz) and report what became of each line.

    Fields that an item has not go into its metadata; whole numbers are taken for ids, and times as `earmark evaluate`
    takes them. Bad lines are said with their number, the others are taken. Where a run stops, a note beside the file
    says how far it came, and the next one with the same options goes on there; it goes when the file is done. Raises
    EarmarkError, FileNotUnderstood where of the first thousand lines none is an item, OSError.
    """
    note = _Note(Path(path), client.base_url, options)
    done = 0 if options.from_start else note.lines_done()
    if done:
        say(f"going on after line {done:,} (--from-start begins anew)")
    report = ImportReport()
    is_first = True
    with opened(path) as lines, saying_what_is_damaged(path):
        for numbers_and_lines in _chunks(islice(enumerate(lines, start=1), done, None)):
            if is_first:
                if not done:
                    _check_form(path, numbers_and_lines, options)
                _say_what_may_be_meant(numbers_and_lines, options, say)
                is_first = False
            bad_before = len(report.bad)
            try:
                _send(client, numbers_and_lines, options, report)
            except EarmarkError:
                without = " without --from-start" if options.from_start else ""
                say(f"stopped after {done:,} lines; the same command{without} goes on there")
                raise
            for bad in report.bad[bad_before:]:
                say(f"line {bad.number}: {bad.why}")
            done = numbers_and_lines[-1][0]
            note.write(done)
            say(f"{done:,} lines")
    note.remove()
    return report


@contextmanager
def saying_what_is_damaged(path: Path | str) -> Iterator[None]:
    """Raise EarmarkError that names the file where it cannot be unpacked to its end."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise EarmarkError(f"{path} is damaged, it cannot be unpacked to its end: {error}") from None


def _chunks(numbered: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    following = iter(numbered)
    while chunk := list(islice(following, LINES_A_CALL)):
        yield chunk


def _send(client: Earmark, lines: list[tuple[int, bytes]], options: ImportOptions, report: ImportReport) -> None:
    numbers: list[int] = []
    items: list[dict[str, Any]] = []
    bad: list[BadLine] = []
    for number, line in lines:
        if not line.strip():
            continue
        try:
            items.append(_item(line, options))
            numbers.append(number)
        except ValueError as error:
            bad.append(BadLine(number, str(error)))
    told = client.items.upsert(items)
    report.created_count += told.created_count
    report.updated_count += told.updated_count
    report.unchanged_count += told.unchanged_count
    bad += [BadLine(numbers[row.index], f"{row.code}: {row.detail}") for row in told.rejected]
    report.bad += sorted(bad, key=lambda each: each.number)


def _check_form(path: Path | str, lines: list[tuple[int, bytes]], options: ImportOptions) -> None:
    """Raise FileNotUnderstood where not one of several lines is an item: it is a file of another kind."""
    faults = []
    for number, line in ((number, line) for number, line in lines if line.strip()):
        try:
            _item(line, options)
        except ValueError as error:
            faults.append((number, str(error)))
        else:
            return
    if len(faults) > 1:
        number, why = faults[0]
        raise FileNotUnderstood(path, number, f"{why}; nor is any other of {len(faults):,} lines taken ({ONE_A_LINE})")


def _say_what_may_be_meant(lines: list[tuple[int, bytes]], options: ImportOptions, say: Callable[[str], None]) -> None:
    """Say which fields of some lines may be title, body or time, where none of these has ours; and which they are."""
    seen = []
    for _, line in lines:
        with suppress(ValueError):
            facts = _item(line, options)
            at = datetime.now(UTC) if facts.get("created_at") else None
            told = (str(facts.get("title", "")), str(facts.get("body", "")), at)
            seen.append(Item("", *told, metadata=facts.get("metadata", {})))
    naming = naming_of(seen)
    where = f"lines {lines[0][0]:,} to {lines[-1][0]:,}"
    for ours, theirs in (("title", naming.title), ("body", naming.body), ("created_at", naming.created)):
        if theirs:
            say(f"no item in {where} has a {ours}; if that is `{theirs}`, run it again with --rename {theirs}={ours}")


def _item(line: bytes, options: ImportOptions) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(told, dict):
        raise ValueError("not an object with an id (each line holds one: JSON lines)")
    facts = dict(renamed(told, options.rename))
    if "id" not in facts:
        there = f"; there are {', '.join(facts)}"[:200] if facts else ""
        raise ValueError(f"not an object with an id{there} (--rename THEIRS=id)")
    if isinstance(facts["id"], int) and not isinstance(facts["id"], bool):
        facts["id"] = str(facts["id"])
    if facts.get("created_at"):
        facts["created_at"] = _time(facts["created_at"])
    item = {name: value for name, value in facts.items() if name in _FIELDS and value is not None}
    others = {name: value for name, value in facts.items() if name not in _FIELDS}
    if not isinstance(item.get("metadata", {}), dict):
        raise ValueError("metadata is not an object")
    if others:
        item["metadata"] = {**item.get("metadata", {}), **others}
    if options.kind:
        item.setdefault("kind", options.kind)
    if options.url_of:
        item.setdefault("url", options.url_of.replace("{id}", str(facts["id"])))
    return item


def _time(value: Any) -> Any:
    """Return a time as the server takes it; what is none stays, to be refused in the server's words."""
    with suppress(ValueError):
        if isinstance(value, str) and datetime.fromisoformat(value):
            return value
    with suppress(ValueError):
        return moment_of(value)
    return value


class _Note:
    """How far an import came: a small file beside the imported one, for that very file, address and options."""

    def __init__(self, path: Path, base_url: str, options: ImportOptions) -> None:
        facts = path.stat()
        how = sorted(options.rename.items()), options.url_of, options.kind
        seed = f"{facts.st_size} {facts.st_mtime_ns} {base_url} {how}"
        self._stamp = hashlib.sha256(seed.encode()).hexdigest()[:16]
        self._path = path.with_name(path.name + ".earmark-progress")

    def lines_done(self) -> int:
        """Return how many lines an earlier run took, 0 where the file or the address is another."""
        try:
            told = json.loads(self._path.read_bytes())
            return int(told["lines_done"]) if told["stamp"] == self._stamp else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def write(self, lines_done: int) -> None:
        with suppress(OSError):  # in a folder that cannot be written to, the next run begins anew
            self._path.write_text(json.dumps({"stamp": self._stamp, "lines_done": lines_done}))

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
