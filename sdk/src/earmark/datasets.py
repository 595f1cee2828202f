"""Reading the files of a frozen dataset version, wherever they lie."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args

from earmark.errors import ChecksumMismatch

Rows = Literal["labels", "judgements"]
LoadedRows = list[dict[str, Any]]


def load(folder: Path | str, rows: Rows = "labels") -> Iterator[dict[str, Any]]:
    """Yield the rows of a downloaded version, in the order they were frozen in.

    The file is first checked against `manifest.json`, where that lies beside it. Raises
    ChecksumMismatch, FileNotFoundError, ValueError for other rows than these two.
    """
    path = Path(folder) / file_of(rows)
    manifest = Path(folder) / "manifest.json"
    if manifest.exists():
        listed = {file["name"]: file["sha256"] for file in json.loads(manifest.read_bytes())["files"]}
        check_file(path, listed.get(path.name, ""))
    return rows_of(path)


def file_of(rows: Rows) -> str:
    """Return the name of the file that holds some rows; raises ValueError where there are none of the kind."""
    if rows not in get_args(Rows):
        raise ValueError(f"Rows are {' or '.join(map(repr, get_args(Rows)))}, not {rows!r:.80}.")
    return f"{rows}.jsonl"


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file."""
    with path.open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def check_file(path: Path, sha256: str, *, quiet: bool = False) -> bool:
    """Return whether a file has this checksum; unless `quiet`, raises ChecksumMismatch where not."""
    with path.open("rb") as file:
        is_right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    if not is_right and not quiet:
        raise ChecksumMismatch(f"{path.name} is not the file that was frozen; download it again.")
    return is_right
