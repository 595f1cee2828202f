"""The candidate pool of an item: what the words and the meaning of its texts find, each with its signals."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from earmark.suggesters.clusters import KnownClusters
from earmark.suggesters.describing import Described, Found, PoolCandidate, described, features_of
from earmark.suggesters.facets import Facets, likely_pairs
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.places import ReadsMany, Vectors, cosines, searching
from earmark.suggesters.reading import worth_reading
from earmark.suggesters.semantic import text_of
from earmark.suggesters.sketch import LONGEST_BODY
from earmark.suggesters.snapshot import BODY, TITLE, Snapshot, Term, Where
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.embedding import Embedder

DEPTH = 100
VECTORS_KEPT = 5_000
WHOLE_TEXT_SIGNS = 1_500
BODY_TERMS = 30
TITLE_TERMS = 25


class CandidatePool:
    """The union of the best `depth` candidates by words (whole, title, body) and by meaning, with their features.

    Candidates are described by what the index keeps of them; `items` is asked, by id, for those it does not hold
    yet. `dense` (vectors of titles) and `embedder` add meaning, where there are any, `dense_texts`
    that of title and body (see `whole_text_of`; given candidates are embedded when they are asked about). Without
    an embedder the item's own vector is looked up there too. `items` and vectors that lie elsewhere are read in
    one go where they can be (see `ReadsMany` and `TellsCosines`).
    `facets` weighs the host's own fields (see `fit`), `clusters` tells what is known to be the same. What words find
    has the facts of `where` (see `Snapshot.search`); `dense` is asked for all that it holds.
    Safe to use from several threads once fitted.
    """

    def __init__(
        self,
        items: Mapping[str, Item] | None = None,
        *,
        dense: Vectors | None = None,
        dense_texts: Vectors | None = None,
        embedder: Embedder | None = None,
        facets: Facets | None = None,
        clusters: KnownClusters | None = None,
        depth: int = DEPTH,
        only_earlier: bool = True,
        where: Where | None = None,
    ) -> None:
        self.items = items if items is not None else {}
        self.dense = dense
        self.dense_texts = dense_texts
        self.embedder = embedder
        self.facets = facets or Facets()
        self.clusters = clusters or KnownClusters()
        self.depth = depth
        self.only_earlier = only_earlier
        self.where = where
        self._lexical = LexicalSuggester(only_earlier=only_earlier)
        self._embedded: OrderedDict[str, Any] = OrderedDict()

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of a candidate's features: FEATURES, then one for each field of the host."""
        return features_of(self.facets)

    def fit(self, items: Sequence[Item], index: ItemIndex) -> Self:
        """Learn what sharing a value of each field means, from items and an index of them, without any labels."""
        known = {item.id: item for item in items}

        def nearest(item: Item) -> tuple[str, float] | None:
            found = self._lexical.suggest(item, index, 1)
            return (found[0].candidate_id, found[0].score) if found else None

        self.facets.fit(items, likely_pairs(items, nearest, known))
        return self

    def around(self, item: Item, index: ItemIndex) -> list[PoolCandidate]:
        """Return the pool of an item, in no order that means anything; empty where nothing is found."""
        return self.look_around(item, index).candidates()

    def given(
        self, item: Item, candidates: Iterable[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[PoolCandidate]:
        """Return features of candidates that were found elsewhere; `ranks` is the order they were found in."""
        return self.look_at(item, candidates, index, ranks).candidates()

    def look_around(self, item: Item, index: ItemIndex, wanted: Collection[str] | None = None) -> Described:
        """Return the pool of an item; of features only those wanted, where they are named: others may be nought."""
        snapshot = index.snapshot()
        before = item.created_at if self.only_earlier else None
        found, vectors = Found(snapshot), self._vectors(item)
        with ExitStack() as aside:
            searches = {
                name: aside.enter_context(searching(within, vector, self.depth, before=before, without=item.id))
                for name, (within, vector) in vectors.items()
            }
            found.queries = self._queries(item, snapshot)
            for terms in found.queries.values():
                searched = worth_reading(terms, snapshot)
                found.take(snapshot.best(searched, self.depth, before=before, without=item.id, where=self.where))
            if searches:
                found.read()  # while the answer is on its way
            for name, search in searches.items():
                hits = search()
                found.take(hits)
                found.cosines[name] = {hit.id: hit.score for hit in hits}
        found.read()
        if lacking := found.lacking:
            for each in self._known(lacking).values():
                found.put(each)
        for name, (within, vector) in vectors.items():
            known = found.cosines[name]
            known |= cosines(within, vector, [key for key in found.created if key not in known])
        return self._described(item, found, index, wanted)

    def look_at(
        self, item: Item, candidates: Iterable[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> Described:
        """Return what `given` does, side by side."""
        snapshot = index.snapshot()
        items = {each.id: each for each in candidates}
        found = Found(snapshot, self._queries(item, snapshot), given_ranks=ranks or {})
        for each in items.values():
            found.put(each)
        if self.embedder is not None:
            for name, text_of in TEXTS.items():
                here = self._embed(text_of(item))
                theirs = {key: self._embed(text_of(each)) for key, each in items.items()}
                found.cosines[name] = {
                    key: float(there @ here) for key, there in theirs.items() if there is not None and here is not None
                }
        return self._described(item, found, index)

    def _queries(self, item: Item, snapshot: Snapshot) -> dict[str, list[Term]]:
        title = self._telling(item.title, TITLE, TITLE_TERMS, snapshot)
        body = self._telling(item.body[:LONGEST_BODY], BODY, BODY_TERMS, snapshot)
        return {
            "lexical": self._lexical.terms_of(item, snapshot),
            "title_words": [Term(TITLE, word, weight) for word, weight in title],
            "body_words": [Term(BODY, word, weight) for word, weight in body],
            "title_in_body": [Term(BODY, word, weight) for word, weight in title],
        }

    @staticmethod
    def _telling(text: str, where: str, most: int, snapshot: Snapshot) -> list[tuple[str, float]]:
        counts: dict[str, int] = {}
        for word, _ in snapshot.words(text):
            counts[word] = counts.get(word, 0) + 1
        told = sorted(counts, key=lambda word: (-math.sqrt(counts[word]) * snapshot.idf(where, word), word))
        return [(word, math.sqrt(counts[word])) for word in told[:most]]

    def _vectors(self, item: Item) -> dict[str, tuple[Vectors, Any]]:
        """Return where to search for what is meant, with the item's own vector there."""
        found = {}
        for name, within in (("dense", self.dense), ("dense_text", self.dense_texts)):
            if within is None:
                continue
            is_known = self.embedder is None or self.items.get(item.id) is item
            known = within.vector_of(item.id) if is_known else None
            vector = known if known is not None else self._embed(TEXTS[name](item))
            if vector is not None:
                found[name] = (within, vector)
        return found

    def _embed(self, text: str) -> Any:
        """Return the vector of a text, None of an empty one; the last ones are remembered."""
        if not text or self.embedder is None:
            return None
        if text not in self._embedded:
            self._embedded[text] = self.embedder.encode([text])[0]
            if len(self._embedded) > VECTORS_KEPT:
                self._embedded.popitem(last=False)
        return self._embedded.get(text)

    def _described(
        self, item: Item, found: Found, index: ItemIndex, wanted: Collection[str] | None = None
    ) -> Described:
        rarities = index.rarities(found.snapshot)
        return described(item, found, rarities, facets=self.facets, clusters=self.clusters, wanted=wanted)

    def _known(self, keys: Collection[str]) -> Mapping[str, Item]:
        """Return what is known of items by id, at once where they are read from somewhere."""
        if isinstance(self.items, ReadsMany):
            return self.items.get_many(keys)
        return {key: self.items[key] for key in keys if key in self.items}


def whole_text_of(item: Item) -> str:
    """Return what is embedded of an item's whole text: its title and how its body begins."""
    return f"{item.title.strip()}. {item.body.strip()[:WHOLE_TEXT_SIGNS]}".strip(". ")


TEXTS: Mapping[str, Callable[[Item], str]] = {"dense": text_of, "dense_text": whole_text_of}
"""What is embedded of an item for each dense signal."""
