"""Files of lines, plain or gzip."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, TextIO, cast

GZIP = b"\x1f\x8b"


def opened(path: Path | str) -> IO[bytes]:
    """Return a file or pipe open to read, unpacked where it begins as gzip does, whatever its name; raises OSError."""
    file = Path(path).open("rb")  # noqa: SIM115  handed to the caller
    try:
        is_packed = file.peek(len(GZIP)).startswith(GZIP)  # a pipe cannot go back
    except OSError:
        file.close()
        raise
    if not is_packed:
        return file
    unpacked = gzip.GzipFile(fileobj=file, mode="rb")
    unpacked.myfileobj = file  # type: ignore[assignment]  # closed with it
    return cast("IO[bytes]", unpacked)


def begun(path: Path | str) -> TextIO:
    """Return a file open to write UTF-8 anew, packed where its name ends in .gz; raises OSError."""
    if Path(path).suffix == ".gz":
        return cast("TextIO", gzip.open(path, "wt", encoding="utf-8"))
    return Path(path).open("w", encoding="utf-8")
