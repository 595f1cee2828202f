"""The candidate pool of an item: what the words and the meaning of its texts find, each with its signals."""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from earmark.suggesters.bm25 import scores_by_query
from earmark.suggesters.clusters import KnownClusters
from earmark.suggesters.facets import Facets, likely_pairs
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.likeness import LIKENESS, Floats, Sketches, likeness
from earmark.suggesters.reading import worth_reading
from earmark.suggesters.semantic import text_of
from earmark.suggesters.sketch import HEAD, LONGEST_BODY, Facts, facts_in, sketched
from earmark.suggesters.snapshot import BODY, TITLE, Hit, Snapshot, Term, Where
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.embedding import Embedder

DEPTH = 100
VECTORS_KEPT = 5_000
WHOLE_TEXT_SIGNS = 1_500
BODY_TERMS = 30
TITLE_TERMS = 25
MISSING_Z = -1.5
"""The normalised signal of a candidate for which a signal says nothing at all."""
DAY_S = 86_400.0
NEAR_DAYS = (1 / 24, 1.0, 7.0)

AGES = ("age", "within_an_hour", "within_a_day", "within_a_week")
EMPTY = HEAD.pack(0, 0, 0, 0, 0) + b'["","",{}]'
"""The sketch of an item of which nothing is known."""
UNKNOWN: Facts = ("", "", {})
"""The facts of such an item."""
SIGNALS = ("lexical", "title_words", "body_words", "title_in_body", "dense", "dense_text")
"""What finds candidates: each gives a raw score, its z-score within the pool and its rank."""
FEATURES = (
    *SIGNALS,
    *(f"{name}_z" for name in SIGNALS),
    *(f"{name}_rank" for name in SIGNALS),
    *LIKENESS,
    *(f"{name}_z" for name in LIKENESS),
    "given_rank",
    *AGES,
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

    def compact(self) -> PoolCandidate:
        """Return the same without its texts, the features in a quarter of the memory."""
        return replace(self, item=None, features=cast("tuple[float, ...]", array("d", self.features)))


@dataclass(frozen=True)
class Described:
    """A pool side by side: candidates in the order of the rows of `features`, shape (candidates, features).

    The facts of an item are None where it is not known.
    """

    ids: Sequence[str]
    facts: Sequence[Facts | None]
    created: Sequence[datetime | None]
    features: Floats
    snapshot: Snapshot

    def candidate(self, row: int) -> PoolCandidate:
        """Return the candidate of a row; its item has no texts."""
        key, facts, created = self.ids[row], self.facts[row], self.created[row]
        item = None
        if facts is not None:
            author, kind, metadata = facts
            item = Item(key, created_at=created, kind=kind, metadata=metadata, author=author)
        return PoolCandidate(key, tuple(self.features[row].tolist()), item, created)

    def candidates(self) -> list[PoolCandidate]:
        """Return all candidates."""
        return [self.candidate(row) for row in range(len(self.ids))]


@dataclass
class _Found:
    """Candidates while they are collected: when each was created, its facts and its sketch, cosines by signal."""

    created: dict[str, datetime | None] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    sketches: dict[str, bytes] = field(default_factory=dict)
    cosines: dict[str, dict[str, float]] = field(default_factory=dict)
    given_ranks: Mapping[str, float] = field(default_factory=dict)

    def take(self, hits: Iterable[Hit]) -> None:
        """Take what was found."""
        for key, _, created_at in hits:
            self.created.setdefault(key, created_at)

    def read(self, snapshot: Snapshot) -> None:
        """Read what the index keeps of the candidates that were not read yet."""
        sketches = snapshot.sketches([key for key in self.created if key not in self.sketches])
        self.facts |= zip(sketches, facts_in(sketches.values()), strict=True)
        self.sketches |= sketches


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
        found, vectors = _Found(), self._vectors(item)
        with ExitStack() as aside:
            searches = {
                name: aside.enter_context(_searching(within, vector, self.depth, before=before, without=item.id))
                for name, (within, vector) in vectors.items()
            }
            queries = self._queries(item, snapshot)
            for terms in queries.values():
                searched = worth_reading(terms, snapshot)
                found.take(snapshot.best(searched, self.depth, before=before, without=item.id, where=self.where))
            if searches:
                found.read(snapshot)  # while the answer is on its way
            for name, search in searches.items():
                hits = search()
                found.take(hits)
                found.cosines[name] = {hit.id: hit.score for hit in hits}
        found.read(snapshot)
        self._read_lacking(found, snapshot)
        for name, (within, vector) in vectors.items():
            known = found.cosines[name]
            known |= _cosines(within, vector, [key for key in found.created if key not in known])
        return self._described(item, found, queries, index, snapshot, wanted)

    def look_at(
        self, item: Item, candidates: Iterable[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> Described:
        """Return what `given` does, side by side."""
        snapshot = index.snapshot()
        items = {each.id: each for each in candidates}
        found = _Found(given_ranks=ranks or {})
        for key, each in items.items():
            found.created[key] = each.created_at
            found.facts[key], found.sketches[key] = _facts_of(each), self._sketch(each, snapshot)
        if self.embedder is not None:
            for name, text_of in TEXTS.items():
                here = self._embed(text_of(item))
                theirs = {key: self._embed(text_of(each)) for key, each in items.items()}
                found.cosines[name] = {
                    key: float(there @ here) for key, there in theirs.items() if there is not None and here is not None
                }
        return self._described(item, found, self._queries(item, snapshot), index, snapshot, None)

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
        self,
        item: Item,
        found: _Found,
        queries: Mapping[str, list[Term]],
        index: ItemIndex,
        snapshot: Snapshot,
        wanted: Collection[str] | None,
    ) -> Described:
        ids = list(found.created)
        if not ids:
            return Described([], [], [], np.zeros((0, len(self.features))), snapshot)
        there = Sketches([found.sketches.get(key, EMPTY) for key in ids])
        created, facts = [found.created[key] for key in ids], [found.facts.get(key) for key in ids]
        are_mates_wanted = _is_wanted(wanted, "known_mates", "mates_in_pool", "best_mate")
        by_signals = [*wanted, "lexical_z", "dense_z"] if wanted is not None and are_mates_wanted else wanted
        told = self._signals(found, there, queries, snapshot, by_signals)
        told |= self._likeness(item, there, index, snapshot, wanted)
        told |= self._circumstances(item, created, [each or UNKNOWN for each in facts], wanted)
        told["given_rank"] = np.array([found.given_ranks.get(key, 0.0) for key in ids])
        if are_mates_wanted:
            told |= self._mates(item, ids, told["lexical_z"] + told["dense_z"])
        features = np.zeros((len(ids), len(self.features)))
        for at, name in enumerate(self.features):
            if name in told:
                features[:, at] = told[name]
        return Described(ids, facts, created, features, snapshot)

    def _read_lacking(self, found: _Found, snapshot: Snapshot) -> None:
        """Read the candidates that the index does not hold, and sketch them."""
        lacking = [key for key in found.created if key not in found.sketches]
        for key, each in self._known(lacking).items() if lacking else ():
            found.facts[key], found.sketches[key] = _facts_of(each), self._sketch(each, snapshot)

    @staticmethod
    def _signals(
        found: _Found,
        there: Sketches,
        queries: Mapping[str, list[Term]],
        snapshot: Snapshot,
        wanted: Collection[str] | None,
    ) -> dict[str, Floats]:
        """Return by name what each signal says, its z-score within the pool and the logarithm of its rank, if wanted.

        What no words of the query say counts as 0; what has no vector is left out of mean and deviation.
        """
        ids = list(found.created)
        by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__))
        named = [name for name in SIGNALS if _is_wanted(wanted, name, f"{name}_z", f"{name}_rank")]
        scores = scores_by_query({name: queries[name] for name in named if name in queries}, ids, there, snapshot)
        told: dict[str, Floats] = {}
        for name in named:
            if name in TEXTS:
                cosines = found.cosines.get(name, {})
                is_known = np.array([key in cosines for key in ids])
                scores[name] = np.array([cosines.get(key, 0.0) for key in ids])
            else:
                is_known = np.full(len(ids), scores[name].any())
            told |= {name: scores[name], f"{name}_z": _z_scores(scores[name], is_known)}
            if _is_wanted(wanted, f"{name}_rank"):
                told[f"{name}_rank"] = _ranks(scores[name], is_known, by_id)
        return told

    def _known(self, keys: Collection[str]) -> Mapping[str, Item]:
        """Return what is known of items by id, at once where they are read from somewhere."""
        if isinstance(self.items, ReadsMany):
            return self.items.get_many(keys)
        return {key: self.items[key] for key in keys if key in self.items}

    @staticmethod
    def _sketch(item: Item, snapshot: Snapshot) -> bytes:
        return sketched(item, snapshot.words(item.title), snapshot.words(item.body[:LONGEST_BODY]))

    def _likeness(
        self, item: Item, there: Sketches, index: ItemIndex, snapshot: Snapshot, wanted: Collection[str] | None
    ) -> dict[str, Floats]:
        """Return by name how alike the texts are, also as z-scores, and how long the candidates' texts are."""
        named = {name for name in LIKENESS if _is_wanted(wanted, name, f"{name}_z")}
        alike = likeness(Sketches([self._sketch(item, snapshot)]), there, index.rarities(snapshot), named)
        alike[there.is_unknown] = 0.0
        spread = alike.std(axis=0)
        spread[spread == 0] = 1.0
        scores = (alike - alike.mean(axis=0)) / spread
        lengths = np.log1p(there.lengths)
        return {
            **dict(zip(LIKENESS, alike.T, strict=True)),
            **{f"{name}_z": column for name, column in zip(LIKENESS, scores.T, strict=True)},
            "title_length": lengths[:, 0],
            "body_length": lengths[:, 1],
        }

    def _circumstances(
        self,
        item: Item,
        created: Sequence[datetime | None],
        facts: Sequence[Facts],
        wanted: Collection[str] | None,
    ) -> dict[str, Floats]:
        """Return by name what a host's fields and times speak for, and what is equal or near, if wanted."""
        weighed = self.facets.weigh_all(item, [metadata for _, _, metadata in facts])
        fields = np.array(weighed).reshape(-1, len(facts))
        told = {
            "age_evidence": np.array(self.facets.weigh_ages(item, created)),
            "facets": fields.sum(axis=0),
            **{f"field {name}": column for name, column in zip(self.facets.names, fields, strict=True)},
        }
        if _is_wanted(wanted, *AGES):
            told |= zip(AGES, _ages(item.created_at, created), strict=True)
        if _is_wanted(wanted, "same_author", "same_kind"):
            told["same_author"] = np.array(
                [float(bool(item.author) and item.author == author) for author, _, _ in facts]
            )
            told["same_kind"] = np.array([float(bool(item.kind) and item.kind == kind) for _, kind, _ in facts])
        return told

    def _mates(self, item: Item, ids: Sequence[str], strengths: Floats) -> dict[str, Floats]:
        """Return what is known of each candidate's cluster."""
        strength = dict(zip(ids, strengths.tolist(), strict=True))
        known, inside, best = (np.zeros(len(ids)) for _ in range(3))
        for row, key in enumerate(ids):
            mates = self.clusters.mates(key, before=item.created_at, without=item.id)
            if mates:
                here = [strength[mate] for mate in mates if mate in strength]
                known[row], inside[row], best[row] = math.log1p(len(mates)), math.log1p(len(here)), max(here, default=0)
        return {"known_mates": known, "mates_in_pool": inside, "best_mate": best}


def whole_text_of(item: Item) -> str:
    """Return what is embedded of an item's whole text: its title and how its body begins."""
    return f"{item.title.strip()}. {item.body.strip()[:WHOLE_TEXT_SIGNS]}".strip(". ")


TEXTS: Mapping[str, Callable[[Item], str]] = {"dense": text_of, "dense_text": whole_text_of}
"""What is embedded of an item for each dense signal."""


def _searching(
    within: Vectors, vector: Any, k: int, *, before: datetime | None, without: str
) -> AbstractContextManager[Callable[[], list[Hit]]]:
    """Return what searches vectors: from its beginning on where they lie elsewhere, else when it is called."""
    if isinstance(within, SearchesAside):
        return within.searching(vector, k, before=before, without=without)
    return nullcontext(lambda: within.search(vector, k, before=before, without=without))


def _cosines(within: Vectors, vector: Any, keys: Sequence[str]) -> Mapping[str, float]:
    """Return the cosine of a vector to that of each of these items that has one."""
    if isinstance(within, TellsCosines):
        return within.cosines(vector, keys)
    theirs = {key: within.vector_of(key) for key in keys}
    return {key: float(other @ vector) for key, other in theirs.items() if other is not None}


def _is_wanted(wanted: Collection[str] | None, *names: str) -> bool:
    return wanted is None or any(name in wanted for name in names)


def _facts_of(item: Item) -> Facts:
    return item.author, item.kind, item.metadata


def _z_scores(raw: Floats, is_known: NDArray[np.bool_]) -> Floats:
    """Return the z-scores of a signal among what is known of it; noughts where that is nothing."""
    if not is_known.any():
        return np.zeros(len(raw))
    known = raw[is_known]
    return np.where(is_known, (raw - known.mean()) / (known.std() or 1.0), MISSING_Z)


def _ranks(raw: Floats, is_known: NDArray[np.bool_], by_id: NDArray[np.intp]) -> Floats:
    """Return the logarithms of the ranks of a signal, ties by id; of what is not known the last, of nothing noughts."""
    if not is_known.any():
        return np.zeros(len(raw))
    rank = np.full(len(raw), math.log1p(len(raw)))
    known = by_id[is_known[by_id]]
    rank[known[np.argsort(-raw[known], kind="stable")]] = np.log1p(np.arange(len(known)))
    return rank


def _ages(here: datetime | None, there: Sequence[datetime | None]) -> tuple[Floats, ...]:
    """Return the logarithms of the days between two times, and whether they are near; noughts where one is unknown."""
    mine = _seconds(here)
    days = np.abs(np.array([_seconds(each) for each in there]) - mine) / DAY_S
    is_known = np.isfinite(days)
    return (np.where(is_known, np.log1p(days), 0.0), *((days <= near).astype(np.float64) for near in NEAR_DAYS))


def _seconds(moment: datetime | None) -> float:
    if moment is None:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
