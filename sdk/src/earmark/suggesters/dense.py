"""The vectors of items in process, searched exactly (the extra `semantic`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, Self

from earmark.errors import IndexFailed, SemanticMissing
from earmark.suggesters.extras import saying_what_to_install
from earmark.suggesters.snapshot import Hit, as_microseconds

with saying_what_to_install(SemanticMissing):
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

FORMAT = 1
_UNKNOWN = np.iinfo(np.int64).max
"""The time of an item that does not say when it came to be: before nothing."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class VectorSearch(Protocol):
    """Whatever finds the items whose vectors lie closest to one: in process, or in a database."""

    def search(
        self, vector: ArrayLike, k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> list[Hit]:
        """Return the k closest, closest first, scored by cosine; see `DenseIndex.search`."""
        ...


class DenseIndex:
    """Ids, vectors of `width` numbers and times of items, in memory.

    `embedder_version` says which embedder the vectors are of; vectors of two cannot be compared. Reading
    is safe from many threads while nobody writes.
    """

    def __init__(self, width: int, *, embedder_version: str = "") -> None:
        self.width = width
        self.embedder_version = embedder_version
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._vectors = np.empty((0, width), dtype=np.float32)
        self._created = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids, in the order of the rows of `vectors`."""
        return tuple(self._ids)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Return the vectors, shape (items, width), of unit length."""
        return self._vectors[: len(self)]

    def vector_of(self, key: str) -> NDArray[np.float32] | None:
        """Return an item's vector, or None."""
        row = self._rows.get(key)
        return None if row is None else self._vectors[row]

    def add(self, ids: Sequence[str], vectors: ArrayLike, created: Iterable[datetime | None] | None = None) -> None:
        """Take vectors, shape (ids, width); an id that is there already, or comes twice, has its last one.

        They are brought to unit length. Raises ValueError where shapes differ.
        """
        given = np.asarray(vectors, dtype=np.float32).reshape(-1, self.width) if len(ids) else self.vectors[:0]
        times = list(created) if created is not None else [None] * len(ids)
        if len(given) != len(ids) or len(times) != len(ids):
            raise ValueError(f"{len(ids)} ids, {len(given)} vectors and {len(times)} times do not belong together.")
        rows = [self._row(key) for key in ids]
        self._make_room(len(self))
        self._vectors[rows] = _of_unit_length(given)
        self._created[rows] = [_UNKNOWN if when is None else as_microseconds(when) for when in times]

    def remove(self, ids: Iterable[str]) -> None:
        """Forget items; what is not there is no fault. Nothing of them is left in memory or in what is saved next."""
        gone = {key for key in ids if key in self._rows}
        if gone:
            kept = [row for key, row in self._rows.items() if key not in gone]
            self._vectors, self._created = self._vectors[kept], self._created[kept]
            self._ids = [self._ids[row] for row in kept]
            self._rows = {key: row for row, key in enumerate(self._ids)}

    def search(
        self, vector: ArrayLike, k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> list[Hit]:
        """Return the k items of the highest cosine to a vector, best first, ties by id: exactly, by looking at all.

        `before` keeps items known to be created strictly earlier; `without` leaves out one id or several.
        Raises ValueError for a vector of another width.
        """
        asked = _of_unit_length(np.asarray(vector, dtype=np.float32).reshape(1, -1))[0]
        if asked.shape != (self.width,):
            raise ValueError(f"A vector of {self.width} numbers was expected, not {asked.shape[0]}.")
        scores = self.vectors @ asked
        scores[self._left_out(before, without)] = -np.inf
        possible = min(max(k, 0), int(np.isfinite(scores).sum()))
        if possible == 0:
            return []
        least = np.partition(scores, -possible)[-possible]
        rows = sorted(np.flatnonzero(scores >= least), key=lambda row: (-scores[row], self._ids[row]))
        return [Hit(self._ids[row], float(scores[row]), _moment(self._created[row])) for row in rows[:possible]]

    def save(self, folder: Path | str) -> None:
        """Write `vectors.npz` and `vectors.json` into a folder, each wholly or not at all."""
        into = Path(folder)
        into.mkdir(parents=True, exist_ok=True)
        facts = {
            "format": FORMAT,
            "width": self.width,
            "embedder_version": self.embedder_version,
            "count": len(self),
            "ids": self._ids,
        }
        with (into / "vectors.npz.new").open("wb") as file:
            np.savez(file, vectors=self.vectors, created=self._created[: len(self)])
        (into / "vectors.json.new").write_text(json.dumps(facts))
        for name in ("vectors.npz", "vectors.json"):
            (into / f"{name}.new").replace(into / name)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return what `save` wrote. Raises IndexFailed where it cannot be read, or is not whole."""
        try:
            facts = json.loads((Path(folder) / "vectors.json").read_text())
            with np.load(Path(folder) / "vectors.npz", allow_pickle=False) as arrays:
                vectors, created = arrays["vectors"], arrays["created"]
            loaded = cls(int(facts["width"]), embedder_version=str(facts["embedder_version"]))
            is_whole = len(vectors) == len(created) == len(set(facts["ids"])) == facts["count"]
            if facts["format"] != FORMAT or vectors.shape[1:] != (loaded.width,) or not is_whole:
                raise ValueError("its parts do not belong together")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexFailed(f"The vectors in {folder} cannot be read ({error}); embed the items anew.") from error
        loaded._ids = [str(key) for key in facts["ids"]]
        loaded._rows = {key: row for row, key in enumerate(loaded._ids)}
        loaded._vectors, loaded._created = vectors.astype(np.float32), created.astype(np.int64)
        return loaded

    def _row(self, key: str) -> int:
        """Return the row of an id, a new one for a new id."""
        row = self._rows.setdefault(key, len(self._ids))
        if row == len(self._ids):
            self._ids.append(key)
        return row

    def _make_room(self, wanted: int) -> None:
        lacking = wanted - len(self._vectors)
        if lacking > 0:
            more = max(lacking, len(self._vectors))
            self._vectors = np.concatenate([self._vectors, np.empty((more, self.width), dtype=np.float32)])
            self._created = np.concatenate([self._created, np.empty(more, dtype=np.int64)])

    def _left_out(self, before: datetime | None, without: str | Collection[str]) -> NDArray[np.bool_]:
        out = np.zeros(len(self), dtype=np.bool_)
        if before is not None:
            out |= self._created[: len(self)] >= as_microseconds(before)
        for key in [without] if isinstance(without, str) else without:
            if key in self._rows:
                out[self._rows[key]] = True
        return out


def _of_unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return found


def _moment(microseconds: np.int64) -> datetime | None:
    return None if microseconds == _UNKNOWN else _EPOCH + timedelta(microseconds=int(microseconds))
