"""Files of lines, plain or gzip."""

from __future__ import annotations

import errno
import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import IO, TextIO, cast

from earmark.errors import EarmarkError

GZIP = b"\x1f\x8b"
DEVICES = ("/dev/", "/proc/")
_OTHERWISE = {
    b"\x28\xb5\x2f\xfd": ("is packed by zstd", "zstd -dc"),
    b"\xfd7zXZ": ("is packed by xz", "xz -dc"),
    b"BZh": ("is packed by bzip2", "bzip2 -dc"),
    b"PK\x03\x04": ("is packed by zip", "unzip -p"),
    b"\xff\xfe": ("is in UTF-16", "iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("is in UTF-16", "iconv -f UTF-16 -t UTF-8"),
}
"""How files begin that are not read here, what they are, and what makes JSON lines of them."""
_LONGEST_BEGINNING = max(map(len, _OTHERWISE))


def opened(path: Path | str) -> IO[bytes]:
    """Return a file or pipe open to read, unpacked where it begins as gzip does, whatever its name.

    Raises OSError, EarmarkError for what is packed otherwise or is no UTF-8.
    """
    file = Path(path).open("rb")  # noqa: SIM115  handed to the caller
    try:
        begins = file.peek(_LONGEST_BEGINNING)  # a pipe cannot go back
        _check_beginning(path, begins)
    except (OSError, EarmarkError):
        file.close()
        raise
    if not begins.startswith(GZIP):
        return file
    unpacked = gzip.GzipFile(fileobj=file, mode="rb")
    unpacked.myfileobj = file  # type: ignore[assignment]  # closed with it
    return cast("IO[bytes]", unpacked)


def _check_beginning(path: Path | str, begins: bytes) -> None:
    for beginning, (what, command) in _OTHERWISE.items():
        if begins.startswith(beginning):
            told = f"{path} {what}; UTF-8 is read, plain or packed by gzip"
            raise EarmarkError(f"{told}. In bash give <({command} {quote(str(path))}) in its place.")


def check_outputs(paths: Iterable[Path | str | None], read: Iterable[Path | str | None]) -> None:
    """See, before any work, that files can be written and that none is one of those that are read; None is no file.

    Raises OSError, EarmarkError.
    """
    sources = [Path(each) for each in read if each is not None]
    for path in (Path(each) for each in paths if each is not None):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        folder = Path(os.path.realpath(path)).parent  # a link may lead to where nothing is yet
        if not path.exists() and not folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "its folder does not exist", str(path))
        if not os.access(path if path.exists() else folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        if any(path.exists() and source.exists() and path.samefile(source) for source in sources):
            raise EarmarkError(f"{path} is read here; name another file to write.")


@contextmanager
def begun(path: Path | str) -> Iterator[TextIO]:
    """Open a file to write UTF-8 anew, packed where its name ends in .gz; raises OSError.

    It is written beside its place and put there once it is whole: what fails or is stopped leaves what was there.
    What is no file, such as a pipe, and what lies in a folder that takes no file, is written at once.
    """
    place, is_packed = _place_of(path), Path(path).suffix == ".gz"
    if place is None:
        with _writing(Path(path), is_packed=is_packed) as file:
            yield file
        return
    beside = place.with_name(f"{place.name}.{os.getpid()}.part")  # so that it is nobody else's
    try:
        with _writing(beside, is_packed=is_packed) as file:
            yield file
        if place.exists():
            beside.chmod(place.stat().st_mode)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def _place_of(path: Path | str) -> Path | None:
    """Return the file, there or not yet, to which a path leads through links; None where it is written at once.

    What lies behind /dev/stdout or /dev/fd/63 has no path of its own, or others write to it as well.
    """
    if str(path).startswith(DEVICES) or (Path(path).exists() and not Path(path).is_file()):
        return None
    place = Path(os.path.realpath(path))
    return place if os.access(place.parent, os.W_OK) else None


def _writing(path: Path, *, is_packed: bool) -> TextIO:
    if is_packed:
        return cast("TextIO", gzip.open(path, "wt", encoding="utf-8"))
    return path.open("w", encoding="utf-8")
