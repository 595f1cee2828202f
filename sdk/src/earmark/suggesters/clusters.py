"""What is already known to be the same, as evidence for what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class KnownPair(NamedTuple):
    """Two items that people found to be the same, and since when that is known (None: always)."""

    item: str
    other: str
    since: datetime | None = None


class KnownClusters:
    """Items that are known to be the same as others; what became known later is not seen by earlier items."""

    def __init__(self, pairs: Iterable[KnownPair] = ()) -> None:
        self._mates: dict[str, dict[str, datetime | None]] = {}
        for pair in pairs:
            self._mates.setdefault(pair.item, {})[pair.other] = pair.since
            self._mates.setdefault(pair.other, {})[pair.item] = pair.since

    def says_the_same_as(self, other: KnownClusters) -> bool:
        """Return whether just the same pairs are known to both, each from the same time."""
        return self._mates == other._mates

    def mates(self, key: str, *, before: datetime | None, without: str | None = None) -> set[str]:
        """Return the other members of an item's cluster, as it was known strictly before a time.

        No way leads through `without`, the item that is asked about: what is known of it is its answer.
        """
        found, waiting = {key} if without is None else {key, without}, [key]
        while waiting:
            for mate, since in self._mates.get(waiting.pop(), {}).items():
                if mate not in found and (before is None or since is None or since < before):
                    found.add(mate)
                    waiting.append(mate)
        return found - {key, without}
