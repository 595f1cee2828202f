"""What was learned, in a folder: texts with the checksum of each, and no code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from earmark.errors import ChecksumMismatch, NotTrained

MODEL, CHECKSUMS = "model.json", "checksums.json"


def write_parts(folder: Path | str, parts: Mapping[str, str], *, format_number: int) -> None:
    """Write texts by their names, and last the list of their checksums. Raises OSError."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    for name, text in parts.items():
        (into / name).write_text(text, encoding="utf-8")
    checksums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in parts.items()}
    (into / CHECKSUMS).write_text(json.dumps({"format": format_number, "sha256": checksums}), encoding="utf-8")


def read_parts(folder: Path | str, names: Collection[str], *, format_number: int) -> dict[str, bytes]:
    """Return by name what `write_parts` wrote.

    Raises NotTrained for another format, ChecksumMismatch where it is not what was written, and OSError, ValueError,
    KeyError or TypeError where it is nothing of the kind.
    """
    within = Path(folder)
    told = json.loads((within / CHECKSUMS).read_text(encoding="utf-8"))
    parts = {name: (within / name).read_bytes() for name in names}
    if told["format"] != format_number:
        raise NotTrained(f"What lies in {folder} is of format {told['format']}, not {format_number}.")
    for name, text in parts.items():
        if hashlib.sha256(text).hexdigest() != told["sha256"][name]:
            raise ChecksumMismatch(f"{within / name} is not what was written.")
    return parts
