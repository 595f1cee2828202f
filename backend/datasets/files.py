"""Write the files of a version: JSON lines as a stream, Parquet and CSV by DuckDB, checksums of all. Pure of Django."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from backend.datasets.exports import croissant, csv, hugging_face
from backend.datasets.exports.about import About, Variety, variety_of, write_splits
from backend.datasets.exports.marked import one_line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PROGRESS_EVERY = 1000


@dataclass(frozen=True)
class WrittenFile:
    """A file of a version with its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    bytes_count: int

    def as_facts(self) -> dict[str, str | int]:
        """Return what the manifest says of the file."""
        return {"name": self.name, "sha256": self.sha256, "bytes_count": self.bytes_count}


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]], *, tell: Callable[[int], None] | None = None) -> int:
    """Write one JSON object a line, keys in the rows' own order, and return how many lines there are."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for count, row in enumerate(rows, start=1):
            file.write(one_line(row) + "\n")
            if tell and count % PROGRESS_EVERY == 0:
                tell(count)
    return count


def write_parquet(source: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Turn JSON lines into Parquet with these DuckDB column types, out of core and in the same order."""
    with opened(target.parent) as database:
        relation = database.read_json(
            str(source),
            columns=dict(columns),
            format="newline_delimited",
            maximum_object_size=64 * 1024 * 1024,
        )
        relation.write_parquet(str(target), compression="zstd")


def write_csv(source: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Turn Parquet into CSV, out of core and in the same order."""
    with opened(target.parent) as database:
        csv.write(database, source, target, columns)


def write_about(folder: Path, about: Callable[[Variety, Mapping[str, int]], About]) -> About:
    """Write the labels of each split beside the tables of a version, and the card by which they are read."""
    labels, judgements = folder / "labels.parquet", folder / "judgements.parquet"
    with opened(folder) as database:
        told = about(variety_of(database, labels, judgements), write_splits(database, labels, folder))
    (folder / hugging_face.NAME).write_text(hugging_face.card_of(told), encoding="utf-8", newline="\n")
    return told


def write_croissant(
    path: Path, about: About, written: Sequence[WrittenFile], columns: Mapping[str, Mapping[str, str]]
) -> WrittenFile:
    """Write what the files of a version are, and return the file of that."""
    facts = croissant.croissant_of(about, [file.as_facts() for file in written], columns)
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return described(path)


@contextmanager
def opened(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Open a database of nothing that turns files into others on one thread, in bounded memory and in their order.

    What is more than the memory holds lies in a folder of its own within `folder`, which is gone at the end.
    """
    import duckdb  # 25 MB that only a process which freezes should pay for

    with (
        TemporaryDirectory(prefix=".spilled-", dir=folder) as spilled,
        duckdb.connect(config={"threads": 1, "memory_limit": "512MB", "temp_directory": spilled}) as database,
    ):
        database.execute("set preserve_insertion_order = true; set timezone = 'UTC'")
        yield database


def described(path: Path) -> WrittenFile:
    """Return a file's name, checksum and size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return WrittenFile(path.name, digest.hexdigest(), path.stat().st_size)


def write_manifest(path: Path, facts: Mapping[str, Any]) -> str:
    """Write the manifest and return its SHA-256, which stands for the whole version."""
    text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()
