"""Frozen datasets: name, freeze, download, load."""

import glob
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from earmark._transport import Call, Wires
from earmark._wire import encoded, segment, written
from earmark.datasets import LoadedRows, Rows, check_file, file_of, rows_of
from earmark.errors import NotFrozen
from earmark.ids import uuid7
from earmark.types import Dataset, DatasetFile, DatasetVersion

PATH = "/v1/datasets"
LOOK_AGAIN_S = 0.5
LEFT_S = 3600.0
"""For how long nothing is written to what a download that was killed left behind; one under way waits far less."""


class Datasets:
    """Name what is to be frozen, freeze versions, and fetch them."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def create(self, id: str, *, question: str, title: str = "") -> Dataset:
        """Name a dataset of one question; the same again returns it, another question raises Conflict."""
        body = encoded(written({"id": id, "question": question, "title": title}))
        return self._wires.read(Dataset, Call("POST", PATH, body=body))

    def list(self) -> Iterator[Dataset]:
        """Yield the project's datasets."""
        return self._wires.pages(Dataset, PATH, {})

    def get(self, id: str) -> Dataset:
        """Return a dataset; raises NotFound."""
        return self._wires.read(Dataset, Call("GET", _path(id)))

    def freeze(self, id: str, *, wait: float = 60.0) -> DatasetVersion:
        """Freeze what is believed now into a new version, and return it when it is there.

        Waits at most `wait` seconds; 0 returns at once with a version that is still building. Raises
        NotFrozen where it failed or took longer. Not sent again where it may have arrived: a lost
        answer raises NotReached, and `versions` tells whether there is a new one.
        """
        call = Call("POST", f"{_path(id)}/versions", is_repeatable=False)
        version = self._wires.read(DatasetVersion, call)
        until = time.monotonic() + wait
        while version.state == "building" and time.monotonic() < until:
            time.sleep(min(LOOK_AGAIN_S, max(0.0, until - time.monotonic())))
            version = self.version(id, version.number)
        if version.state == "failed":
            raise NotFrozen(f"Version {version.number} of {id!r} failed; the admin says why.")
        if wait and version.state != "frozen":
            raise NotFrozen(
                f"Version {version.number} of {id!r} is still {version.state} after {wait:g} s. "
                f"It goes on without you: ask for version({id!r}, {version.number}) later, or wait longer next time."
            )
        return version

    def versions(self, id: str) -> Iterator[DatasetVersion]:
        """Yield the versions of a dataset, oldest first; raises NotFound."""
        return self._wires.pages(DatasetVersion, f"{_path(id)}/versions", {})

    def version(self, id: str, number: int | None = None) -> DatasetVersion:
        """Return a version by its number, or the newest frozen one; raises NotFound, NotFrozen."""
        if number is not None:
            return self._wires.read(DatasetVersion, Call("GET", f"{_path(id)}/versions/{number}"))
        frozen = [version for version in self.versions(id) if version.state == "frozen"]
        if not frozen:
            raise NotFrozen(f"Dataset {id!r} has no frozen version yet; call freeze({id!r}).")
        return max(frozen, key=lambda version: version.number)

    def download(
        self, id: str, folder: Path | str, *, number: int | None = None, names: Sequence[str] | None = None
    ) -> Sequence[Path]:
        """Fetch the files of a version (default: the newest, all files) into a folder and return their paths.

        Each file is checked against the checksum that was frozen with it and only then put in place,
        so a broken download leaves nothing behind, and one that was killed a `.part` that the next one
        takes away an hour later. A file that is there already and right is not fetched again. Raises
        ChecksumMismatch, NotFound, NotFrozen.
        """
        version = self.version(id, number)
        wanted = [file for file in version.files if names is None or file.name in names]
        missing = sorted(set(names or ()) - {file.name for file in wanted})
        if version.state != "frozen":
            raise NotFrozen(
                f"Version {version.number} of {id!r} is {version.state}; its files are there once it is frozen."
            )
        if missing:
            there = ", ".join(file.name for file in version.files)
            raise NotFrozen(f"Version {version.number} of {id!r} has no file {', '.join(missing)}; it has {there}.")
        Path(folder).mkdir(parents=True, exist_ok=True)
        return [self._fetched(version, file, Path(folder)) for file in wanted]

    def load(self, id: str, rows: Rows = "labels", *, number: int | None = None) -> LoadedRows:
        """Return the rows of a version (default: the newest): `labels`, one a settled unit; `judgements`.

        Raises ChecksumMismatch, NotFound, NotFrozen, ValueError for other rows than these two.
        """
        name = file_of(rows)
        with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
            [path] = self.download(id, folder, number=number, names=[name])
            return list(rows_of(path))

    def _fetched(self, version: DatasetVersion, file: DatasetFile, folder: Path) -> Path:
        path = folder / Path(file.name).name
        _take_away_left(path)
        if path.exists() and path.stat().st_size == file.bytes_count and check_file(path, file.sha256, quiet=True):
            return path
        beside = path.with_name(f"{path.name}.{uuid7().hex}.part")  # others may be fetching the same into this folder
        try:
            with beside.open("wb") as into:
                name = segment(file.name)
                call = Call("GET", f"{_path(version.dataset)}/versions/{version.number}/files/{name}")
                self._wires.send(call, into)
            check_file(beside, file.sha256)
            return beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _take_away_left(path: Path) -> None:
    """Take away what killed downloads of a file left beside it, but nothing that another process may be writing."""
    for part in path.parent.glob(f"{glob.escape(path.name)}.{'[0-9a-f]' * 32}.part"):
        with suppress(OSError):  # another process was first
            if time.time() - part.stat().st_mtime > LEFT_S:
                part.unlink()


def _path(id: str) -> str:
    return f"{PATH}/{segment(id)}"
