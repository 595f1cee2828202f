"""What is said of each candidate of a pool: its signals, how alike the texts are, and what else speaks for it."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import numpy as np
from numpy.typing import NDArray

from earmark.suggesters.bm25 import scores_by_query
from earmark.suggesters.clusters import KnownClusters
from earmark.suggesters.facets import Facets
from earmark.suggesters.likeness import LIKENESS, Floats, Rarities, Sketches, likeness
from earmark.suggesters.sketch import HEAD, LONGEST_BODY, Facts, facts_in, sketched
from earmark.suggesters.snapshot import Hit, Snapshot, Term
from earmark.types import Item

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
MEANT = ("dense", "dense_text")
"""Those of them that compare vectors; the others score words."""
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
"""The names of a candidate's features; those of the host's own fields follow them (see `features_of`)."""
_AT = {name: at for at, name in enumerate(FEATURES)}


@dataclass(frozen=True)
class PoolCandidate:
    """A candidate with its features, in the order of `features_of`; `item` is None where it is not known."""

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
class Found:
    """Candidates while they are collected: when each was created, its facts and its sketch, cosines by signal.

    `queries` are what words were looked for in `snapshot`, by signal.
    """

    snapshot: Snapshot
    queries: Mapping[str, list[Term]] = field(default_factory=dict)
    created: dict[str, datetime | None] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    sketches: dict[str, bytes] = field(default_factory=dict)
    cosines: dict[str, dict[str, float]] = field(default_factory=dict)
    given_ranks: Mapping[str, float] = field(default_factory=dict)

    def take(self, hits: Iterable[Hit]) -> None:
        """Take what was found."""
        for key, _, created_at in hits:
            self.created.setdefault(key, created_at)

    @property
    def lacking(self) -> list[str]:
        """Return the candidates of which neither facts nor sketch were read yet."""
        return [key for key in self.created if key not in self.sketches]

    def read(self) -> None:
        """Read what the index keeps of the candidates that were not read yet."""
        sketches = self.snapshot.sketches(self.lacking)
        self.facts |= zip(sketches, facts_in(sketches.values()), strict=True)
        self.sketches |= sketches

    def put(self, item: Item) -> None:
        """Take a candidate of which the index keeps nothing."""
        self.created.setdefault(item.id, item.created_at)
        self.facts[item.id] = item.author, item.kind, item.metadata
        self.sketches[item.id] = sketch_of(item, self.snapshot)


def features_of(facets: Facets) -> tuple[str, ...]:
    """Return the names of a candidate's features: FEATURES, then one for each field of the host."""
    return (*FEATURES, *(f"field {name}" for name in facets.names))


def described(
    item: Item,
    found: Found,
    rarities: Rarities,
    *,
    facets: Facets,
    clusters: KnownClusters,
    wanted: Collection[str] | None = None,
) -> Described:
    """Return what is said of what was found for an item; of features only those wanted, where they are named."""
    names = features_of(facets)
    ids = list(found.created)
    if not ids:
        return Described([], [], [], np.zeros((0, len(names))), found.snapshot)
    there = Sketches([found.sketches.get(key, EMPTY) for key in ids])
    created, facts = [found.created[key] for key in ids], [found.facts.get(key) for key in ids]
    are_mates_wanted = _is_wanted(wanted, "known_mates", "mates_in_pool", "best_mate")
    by_signals = [*wanted, "lexical_z", "dense_z"] if wanted is not None and are_mates_wanted else wanted
    told = _signals(found, there, by_signals)
    told |= _likeness(sketch_of(item, found.snapshot), there, rarities, wanted)
    told |= _circumstances(item, created, [each or UNKNOWN for each in facts], facets, wanted)
    told["given_rank"] = np.array([found.given_ranks.get(key, 0.0) for key in ids])
    if are_mates_wanted:
        told |= _mates(item, ids, told["lexical_z"] + told["dense_z"], clusters)
    features = np.zeros((len(ids), len(names)))
    for at, name in enumerate(names):
        if name in told:
            features[:, at] = told[name]
    return Described(ids, facts, created, features, found.snapshot)


def _signals(found: Found, there: Sketches, wanted: Collection[str] | None) -> dict[str, Floats]:
    """Return by name what each signal says, its z-score within the pool and the logarithm of its rank, if wanted.

    What no words of the query say counts as 0; what has no vector is left out of mean and deviation.
    """
    ids = list(found.created)
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__))
    named = [name for name in SIGNALS if _is_wanted(wanted, name, f"{name}_z", f"{name}_rank")]
    queries = {name: found.queries[name] for name in named if name in found.queries}
    scores = scores_by_query(queries, ids, there, found.snapshot)
    told: dict[str, Floats] = {}
    for name in named:
        if name in MEANT:
            cosines = found.cosines.get(name, {})
            is_known = np.array([key in cosines for key in ids])
            scores[name] = np.array([cosines.get(key, 0.0) for key in ids])
        else:
            is_known = np.full(len(ids), scores[name].any())
        told |= {name: scores[name], f"{name}_z": _z_scores(scores[name], is_known)}
        if _is_wanted(wanted, f"{name}_rank"):
            told[f"{name}_rank"] = _ranks(scores[name], is_known, by_id)
    return told


def _likeness(asked: bytes, there: Sketches, rarities: Rarities, wanted: Collection[str] | None) -> dict[str, Floats]:
    """Return by name how alike the texts are, also as z-scores, and how long the candidates' texts are."""
    named = {name for name in LIKENESS if _is_wanted(wanted, name, f"{name}_z")}
    alike = likeness(Sketches([asked]), there, rarities, named)
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
    item: Item,
    created: Sequence[datetime | None],
    facts: Sequence[Facts],
    facets: Facets,
    wanted: Collection[str] | None,
) -> dict[str, Floats]:
    """Return by name what a host's fields and times speak for, and what is equal or near, if wanted."""
    weighed = facets.weigh_all(item, [metadata for _, _, metadata in facts])
    fields = np.array(weighed).reshape(-1, len(facts))
    told = {
        "age_evidence": np.array(facets.weigh_ages(item, created)),
        "facets": fields.sum(axis=0),
        **{f"field {name}": column for name, column in zip(facets.names, fields, strict=True)},
    }
    if _is_wanted(wanted, *AGES):
        told |= zip(AGES, _ages(item.created_at, created), strict=True)
    if _is_wanted(wanted, "same_author", "same_kind"):
        told["same_author"] = np.array([float(bool(item.author) and item.author == author) for author, _, _ in facts])
        told["same_kind"] = np.array([float(bool(item.kind) and item.kind == kind) for _, kind, _ in facts])
    return told


def _mates(item: Item, ids: Sequence[str], strengths: Floats, clusters: KnownClusters) -> dict[str, Floats]:
    """Return what is known of each candidate's cluster."""
    strength = dict(zip(ids, strengths.tolist(), strict=True))
    known, inside, best = (np.zeros(len(ids)) for _ in range(3))
    for row, key in enumerate(ids):
        mates = clusters.mates(key, before=item.created_at, without=item.id)
        if mates:
            here = [strength[mate] for mate in mates if mate in strength]
            known[row], inside[row], best[row] = math.log1p(len(mates)), math.log1p(len(here)), max(here, default=0)
    return {"known_mates": known, "mates_in_pool": inside, "best_mate": best}


def sketch_of(item: Item, snapshot: Snapshot) -> bytes:
    """Return what an index would keep of an item."""
    return sketched(item, snapshot.words(item.title), snapshot.words(item.body[:LONGEST_BODY]))


def _is_wanted(wanted: Collection[str] | None, *names: str) -> bool:
    return wanted is None or any(name in wanted for name in names)


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
