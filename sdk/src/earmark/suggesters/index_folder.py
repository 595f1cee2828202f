"""The folder of an index: tantivy's own files, and beside them which change was the last, and where words are to erase.

Small notes are written beside and put in place, so a reader sees the old or the new one.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import tantivy

from earmark.errors import IndexFailed
from earmark.suggesters.schema import schema_of_items
from earmark.suggesters.snapshot import named_errors

FORMAT = "5"
KINDS_OF_FILES = (".term", ".idx", ".pos", ".store", ".fast", ".fieldnorm")
FOOTER_END = struct.Struct("<II")
"""What a file of tantivy's ends with: the length of the JSON before it, and a magic number."""
FOOTER_MAGIC = 1337
READ_AT_ONCE = 1 << 20
BLOCK_BYTES = 2048
"""What is stored of items is packed in blocks of so many bytes, and a whole one is unpacked for each that is read."""
SEQ, STALE, META = "applied-seq", "to-rewrite", "meta.json"
logger = logging.getLogger(__name__)


class IndexFolder:
    """The folder of this format within the one that was given. Reading is safe while others write."""

    def __init__(self, given: Path | str) -> None:
        self.path = Path(given) / f"format-{FORMAT}"

    def open(self) -> tantivy.Index:
        """Return the index; an empty one where there is none, with a warning for a broken one. Raises IndexFailed."""
        self._forget_earlier_formats()
        with named_errors():
            return self._opened()

    def put_aside(self) -> Path:
        """Move the index out of the way of `open`, and return the folder that is to be deleted then."""
        aside = Path(tempfile.mkdtemp(prefix=".old-", dir=self.path.parent))
        with suppress(FileNotFoundError):
            self.path.rename(aside / "index")
        return aside

    def told(self) -> bytes | None:
        """Return what the index says it is made of, which changes with each commit; None where it says nothing."""
        try:
            return (self.path / META).read_bytes()
        except OSError:
            return None

    def segment_names(self) -> list[str]:
        """Return the names of the segments in the order of their numbers. Raises IndexFailed."""
        try:
            return [each["segment_id"] for each in json.loads(self.told() or b"")["segments"]]
        except (ValueError, KeyError) as error:
            raise IndexFailed(f"The index does not say what it is made of: {error}") from error

    def damaged_files(self) -> list[str]:
        """Return the names of files that are not as they were written, by their checksums; reads all of them."""
        while True:
            damaged = [name for name in self._files() if not _is_whole(self.path / name)]
            if not set(damaged) - set(self._files()):  # else they went because another process wrote
                return damaged

    @property
    def applied_seq(self) -> int:
        """Return the number of the last change that was taken, 0 for none."""
        try:
            return int((self.path / SEQ).read_text())
        except (FileNotFoundError, ValueError):
            return 0

    @applied_seq.setter
    def applied_seq(self, seq: int) -> None:
        self._note(SEQ, str(seq))

    @property
    def stale(self) -> set[str]:
        """Return the names of the segments in which words of hidden items are left."""
        try:
            return set((self.path / STALE).read_text().split())
        except (FileNotFoundError, ValueError):
            return set()

    @stale.setter
    def stale(self, names: Collection[str]) -> None:
        self._note(STALE, "\n".join(sorted(names)))

    def _note(self, name: str, text: str) -> None:
        beside = self.path / f"{name}.new"
        beside.write_text(text)
        beside.replace(self.path / name)

    def _files(self) -> list[str]:
        """Return the names of the files that hold what can be found, save for lists of what was deleted."""
        try:
            names = self.segment_names()
        except IndexFailed:
            return []
        return [name.replace("-", "") + kind for name in names for kind in KINDS_OF_FILES]

    def _opened(self) -> tantivy.Index:
        if (self.path / META).exists():
            try:
                return tantivy.Index.open(str(self.path))
            except ValueError as error:
                logger.warning("The index in %s cannot be read and is built anew: %s", self.path, error)
        if self.path.exists():
            shutil.rmtree(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=self.path.parent))
        tantivy.Index(schema_of_items(), path=str(made))
        _pack_small(made / META)
        try:
            made.rename(self.path)
        except OSError:  # another process was quicker; its index is ours too
            shutil.rmtree(made)
        return tantivy.Index.open(str(self.path))

    def _forget_earlier_formats(self) -> None:
        """Delete indexes of earlier formats beside this one: nobody erases from them any more."""
        for other in self.path.parent.glob("format-*"):
            number = other.name.removeprefix("format-")
            if number.isdigit() and int(number) < int(FORMAT):
                shutil.rmtree(other, ignore_errors=True)


def _is_whole(path: Path) -> bool:
    """Return whether a file of tantivy's has the CRC-32 that its last lines tell."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(size - FOOTER_END.size)
            length, magic = FOOTER_END.unpack(file.read())
            body_size = size - FOOTER_END.size - length
            file.seek(body_size)
            told = json.loads(file.read(length))["crc"] if magic == FOOTER_MAGIC else None
            file.seek(0)
            crc = 0
            while (left := body_size - file.tell()) > 0:
                crc = zlib.crc32(file.read(min(left, READ_AT_ONCE)), crc)
        return bool(crc == told)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return False


def _pack_small(meta: Path) -> None:
    """Have an index that was just made pack what is stored in blocks of BLOCK_BYTES; no call of tantivy's says it."""
    told = json.loads(meta.read_text())
    told["index_settings"]["docstore_blocksize"] = BLOCK_BYTES
    meta.write_text(json.dumps(told))
