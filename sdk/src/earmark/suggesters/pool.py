"""The candidate pool of an item: what the words and the meaning of its texts find, each with its signals."""

from __future__ import annotations

import math
import statistics
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from earmark.suggesters.clusters import KnownClusters
from earmark.suggesters.facets import Facets, likely_pairs
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.semantic import text_of
from earmark.suggesters.sketch import LIKENESS, LONGEST_BODY, Rarity, Sketch, likeness, rare_from, sketched
from earmark.suggesters.snapshot import BODY, TITLE, Hit, Snapshot, Term
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.embedding import Embedder

DEPTH = 100
SKETCHES_KEPT = 20_000
VECTORS_KEPT = 5_000
WHOLE_TEXT_SIGNS = 1_500
BODY_TERMS = 30
TITLE_TERMS = 25
MISSING_Z = -1.5
"""The normalised signal of a candidate for which a signal says nothing at all."""
DAY_S = 86_400.0
NEAR_DAYS = (1 / 24, 1.0, 7.0)

SIGNALS = ("lexical", "title_words", "body_words", "title_in_body", "dense", "dense_text")
"""What finds candidates: each gives a raw score, its z-score within the pool and its rank."""
FEATURES = (
    *SIGNALS,
    *(f"{name}_z" for name in SIGNALS),
    *(f"{name}_rank" for name in SIGNALS),
    *LIKENESS,
    *(f"{name}_z" for name in LIKENESS),
    "given_rank",
    "age",
    "within_an_hour",
    "within_a_day",
    "within_a_week",
    "age_evidence",
    "facets",
    "same_author",
    "same_kind",
    "known_mates",
    "mates_in_pool",
    "best_mate",
    "title_length",
    "body_length",
)
"""The names of a candidate's features; those of the host's own fields follow them (see `CandidatePool.features`)."""
_AT = {name: at for at, name in enumerate(FEATURES)}


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
class ReadsMany(Protocol):
    """Items that lie elsewhere and are read in one go."""

    def get_many(self, keys: Collection[str]) -> Mapping[str, Item]:
        """Return by id those of these items that are there."""
        ...


@dataclass(frozen=True)
class PoolCandidate:
    """A candidate with its features, in the order of `CandidatePool.features`; `item` is None where it is not known."""

    id: str
    features: tuple[float, ...]
    item: Item | None = None
    created_at: datetime | None = None

    def signal(self, name: str) -> float:
        """Return a feature of FEATURES by its name."""
        return self.features[_AT[name]]


@dataclass
class _Draft:
    """A candidate while its signals are collected."""

    item: Item | None
    created_at: datetime | None
    raw: dict[str, float] = field(default_factory=dict)
    given_rank: float = 0.0


class CandidatePool:
    """The union of the best `depth` candidates by words (whole, title, body) and by meaning, with their features.

    `items` gives what is known of candidates by id (texts, metadata); without it only the signals of the
    index tell. `dense` (vectors of titles) and `embedder` add meaning, where there are any, `dense_texts`
    that of title and body (see `whole_text_of`; given candidates are embedded when they are asked about). Without
    an embedder the item's own vector is looked up there too. `items` and vectors that lie elsewhere are read in
    one go where they can be (see `ReadsMany` and `TellsCosines`).
    `facets` weighs the host's own fields (see `fit`), `clusters` tells what is known to be the same.
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
    ) -> None:
        self.items = items if items is not None else {}
        self.dense = dense
        self.dense_texts = dense_texts
        self.embedder = embedder
        self.facets = facets or Facets()
        self.clusters = clusters or KnownClusters()
        self.depth = depth
        self.only_earlier = only_earlier
        self._lexical = LexicalSuggester(only_earlier=only_earlier)
        self._rarity = Rarity()
        self._sketches: OrderedDict[str, tuple[Item, Sketch]] = OrderedDict()
        self._embedded: OrderedDict[str, Any] = OrderedDict()

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of a candidate's features: FEATURES, then one for each field of the host."""
        return (*FEATURES, *(f"field {name}" for name in self.facets.names))

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
        snapshot = index.snapshot()
        before = item.created_at if self.only_earlier else None
        queries = self._queries(item, snapshot)
        vectors = self._vectors(item)
        hits: dict[str, Hit] = {}
        for terms in queries.values():
            for hit in snapshot.best(terms, self.depth, before=before, without=item.id):
                hits.setdefault(hit.id, hit)
        for within, vector in vectors.values():
            for hit in within.search(vector, self.depth, before=before, without=item.id):
                hits.setdefault(hit.id, hit)
        known = self._known(hits)
        drafts = {key: _Draft(known.get(key), hit.created_at) for key, hit in hits.items()}
        for name, (within, vector) in vectors.items():
            for key, cosine in _cosines(within, vector, list(drafts)).items():
                drafts[key].raw[name] = cosine
        return self._finished(item, drafts, queries, snapshot)

    def _known(self, keys: Collection[str]) -> Mapping[str, Item]:
        """Return what is known of items by id, at once where they are read from somewhere."""
        if isinstance(self.items, ReadsMany):
            return self.items.get_many(keys)
        return {key: self.items[key] for key in keys if key in self.items}

    def given(
        self, item: Item, candidates: Iterable[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[PoolCandidate]:
        """Return features of candidates that were found elsewhere; `ranks` is the order they were found in."""
        places = ranks or {}
        drafts = {each.id: _Draft(each, each.created_at, given_rank=places.get(each.id, 0.0)) for each in candidates}
        snapshot = index.snapshot()
        if self.embedder is not None:
            for name, text_of in TEXTS.items():
                theirs = {key: self._embed(text_of(draft.item)) for key, draft in drafts.items() if draft.item}
                _compare(name, self._embed(text_of(item)), theirs, drafts)
        return self._finished(item, drafts, self._queries(item, snapshot), snapshot)

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

    def _finished(
        self,
        item: Item,
        drafts: dict[str, _Draft],
        queries: Mapping[str, list[Term]],
        snapshot: Snapshot,
    ) -> list[PoolCandidate]:
        if not drafts:
            return []
        for name, terms in queries.items():
            for hit in snapshot.best(terms, len(drafts), among=drafts):
                drafts[hit.id].raw[name] = hit.score
        signals = _normalised(drafts)
        rarity = self._rarity.of(snapshot)
        here = self._sketch(item, snapshot, rarity)
        rare = rare_from(snapshot.count)
        alike = {key: self._likeness(here, draft.item, snapshot, rarity, rare) for key, draft in drafts.items()}
        alike_z = _z_scores(alike)
        found = [
            PoolCandidate(
                key,
                (
                    *signals[key],
                    *alike[key],
                    *alike_z[key],
                    draft.given_rank,
                    *self._circumstances(item, key, draft),
                    *(self.facets.weigh(item, draft.item) if draft.item else [0.0] * len(self.facets.names)),
                ),
                draft.item,
                draft.created_at,
            )
            for key, draft in drafts.items()
        ]
        return self._with_mates(item, found)

    def _likeness(
        self, here: Sketch, there: Item | None, snapshot: Snapshot, rarity: Callable[[str], float], rare: float
    ) -> tuple[float, ...]:
        if there is None:
            return (0.0,) * len(LIKENESS)
        return likeness(here, self._sketch(there, snapshot, rarity), rarity, rare=rare)

    def _circumstances(self, item: Item, key: str, draft: _Draft) -> tuple[float, ...]:
        there = draft.item or Item(key, created_at=draft.created_at)
        return (
            *_ages(item.created_at, there.created_at),
            self.facets.weigh_age(item, there),
            sum(self.facets.weigh(item, there)),
            float(bool(item.author) and item.author == there.author),
            float(bool(item.kind) and item.kind == there.kind),
            0.0,  # the three of known clusters come when the whole pool is there
            0.0,
            0.0,
            math.log1p(len(there.title)),
            math.log1p(len(there.body)),
        )

    def _with_mates(self, item: Item, found: list[PoolCandidate]) -> list[PoolCandidate]:
        """Return the pool with what is known of each candidate's cluster."""
        strength = {each.id: each.signal("lexical_z") + each.signal("dense_z") for each in found}
        finished = []
        for each in found:
            mates = self.clusters.mates(each.id, before=item.created_at, without=item.id)
            inside = [strength[mate] for mate in mates if mate in strength]
            if mates:
                told = list(each.features)
                told[_AT["known_mates"]] = math.log1p(len(mates))
                told[_AT["mates_in_pool"]] = math.log1p(len(inside))
                told[_AT["best_mate"]] = max(inside, default=0.0)
                each = replace(each, features=tuple(told))
            finished.append(each)
        return finished

    def _sketch(self, item: Item, snapshot: Snapshot, rarity: Callable[[str], float]) -> Sketch:
        kept = self._sketches.get(item.id)
        if kept is not None and (kept[0] is item or kept[0] == item):
            return kept[1]
        made = sketched(item, snapshot, rarity)
        self._sketches[item.id] = (item, made)
        if len(self._sketches) > SKETCHES_KEPT:
            self._sketches.popitem(last=False)
        return made


def whole_text_of(item: Item) -> str:
    """Return what is embedded of an item's whole text: its title and how its body begins."""
    return f"{item.title.strip()}. {item.body.strip()[:WHOLE_TEXT_SIGNS]}".strip(". ")


TEXTS: Mapping[str, Callable[[Item], str]] = {"dense": text_of, "dense_text": whole_text_of}
"""What is embedded of an item for each dense signal."""


def _cosines(within: Vectors, vector: Any, keys: Sequence[str]) -> Mapping[str, float]:
    """Return the cosine of a vector to that of each of these items that has one."""
    if isinstance(within, TellsCosines):
        return within.cosines(vector, keys)
    theirs = {key: within.vector_of(key) for key in keys}
    return {key: float(other @ vector) for key, other in theirs.items() if other is not None}


def _compare(name: str, vector: Any, theirs: Mapping[str, Any], drafts: Mapping[str, _Draft]) -> None:
    """Write down the cosine of each candidate's vector to the item's, where both are there."""
    for key, other in theirs.items():
        if vector is not None and other is not None:
            drafts[key].raw[name] = float(other @ vector)


def _normalised(drafts: Mapping[str, _Draft]) -> dict[str, tuple[float, ...]]:
    """Return for each candidate the raw signals, their z-scores within the pool, and the logarithms of their ranks."""
    columns = {name: _column(name, drafts) for name in SIGNALS}
    return {key: tuple(columns[name][key][part] for part in range(3) for name in SIGNALS) for key in drafts}


def _column(name: str, drafts: Mapping[str, _Draft]) -> dict[str, tuple[float, float, float]]:
    told = {key: draft.raw[name] for key, draft in drafts.items() if name in draft.raw}
    if not told:
        return dict.fromkeys(drafts, (0.0, 0.0, 0.0))
    if name not in TEXTS:
        told = {key: told.get(key, 0.0) for key in drafts}
    mean = statistics.fmean(told.values())
    spread = _spread(list(told.values()), mean)
    last = math.log1p(len(drafts))
    ranks = {key: math.log1p(rank) for rank, key in enumerate(sorted(told, key=lambda key: (-told[key], key)))}
    return {
        key: (told[key], (told[key] - mean) / spread, ranks[key]) if key in told else (0.0, MISSING_Z, last)
        for key in drafts
    }


def _ages(here: datetime | None, there: datetime | None) -> tuple[float, ...]:
    """Return the logarithm of the days between two times, and whether they are near; noughts where one is not known."""
    if here is None or there is None:
        return (0.0,) * (1 + len(NEAR_DAYS))
    one, other = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in (here, there))
    days = abs((one - other).total_seconds()) / DAY_S
    return (math.log1p(days), *(float(days <= near) for near in NEAR_DAYS))


def _z_scores(rows: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    """Return each row's values as z-scores within their columns."""
    columns = list(zip(*rows.values(), strict=True))
    means = [statistics.fmean(column) for column in columns]
    spreads = [_spread(column, mean) for column, mean in zip(columns, means, strict=True)]
    return {
        key: tuple((value - mean) / spread for value, mean, spread in zip(row, means, spreads, strict=True))
        for key, row in rows.items()
    }


def _spread(values: Sequence[float], mean: float) -> float:
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values)) or 1.0
