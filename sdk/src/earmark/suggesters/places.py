"""Where a pool looks things up: here, or elsewhere, where they are better asked for in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from earmark.suggesters.snapshot import Hit
from earmark.types import Item


class Vectors(Protocol):
    """Where vectors of titles lie: see `earmark.suggesters.dense.DenseIndex`."""

    def search(
        self, vector: Any, k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> list[Hit]:
        """Return the k closest items, scored by cosine."""
        ...

    def vector_of(self, key: str) -> Any:
        """Return an item's vector of unit length, or None."""
        ...


@runtime_checkable
class TellsCosines(Protocol):
    """Vectors that lie elsewhere and are compared there, all in one go."""

    def cosines(self, vector: Any, keys: Sequence[str]) -> Mapping[str, float]:
        """Return the cosine of a vector to that of each of these items that has one."""
        ...


@runtime_checkable
class SearchesAside(Protocol):
    """Vectors that lie elsewhere and are searched there while other work is done here."""

    def searching(
        self, vector: Any, k: int, *, before: datetime | None = None, without: str | Collection[str] = ()
    ) -> AbstractContextManager[Callable[[], list[Hit]]]:
        """Begin to search, and give what waits for the answer; meanwhile nothing else is asked there."""
        ...


@runtime_checkable
class ReadsMany(Protocol):
    """Items that lie elsewhere and are read in one go."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, Item]:
        """Return by id those of these items that are there."""
        ...


def searching(
    within: Vectors, vector: Any, k: int, *, before: datetime | None, without: str
) -> AbstractContextManager[Callable[[], list[Hit]]]:
    """Return what searches vectors: from its beginning on where they lie elsewhere, else when it is called."""
    if isinstance(within, SearchesAside):
        return within.searching(vector, k, before=before, without=without)
    return nullcontext(lambda: within.search(vector, k, before=before, without=without))


def cosines(within: Vectors, vector: Any, keys: Sequence[str]) -> Mapping[str, float]:
    """Return the cosine of a vector to that of each of these items that has one."""
    if isinstance(within, TellsCosines):
        return within.cosines(vector, keys)
    theirs = {key: within.vector_of(key) for key in keys}
    return {key: float(other @ vector) for key, other in theirs.items() if other is not None}
