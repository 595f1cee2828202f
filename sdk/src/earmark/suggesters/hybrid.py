"""Fusion without labels: words, meaning and what the host tells of its items, weighed by a prior."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from earmark.suggesters.describing import FEATURES, Described, PoolCandidate
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.likeness import Floats
from earmark.suggesters.pool import CandidatePool
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.semantic import similar_title
from earmark.types import Item
from earmark.weights import fault_of_weights

ALGORITHM = "3"
FIELD_REASONS = 2
TELLING_EVIDENCE = 0.7
"""From which evidence on a field or the distance in time is worth saying."""
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


PRIOR: Mapping[str, float] = {
    "lexical_z": 0.75,
    "dense_z": 0.4,
    "body_words_z": 0.15,
    "text_cosine": 2.0,
    "title_said_there": 0.5,
    "facets": 0.4,
    "age_evidence": 1.0,
    "dense_text_z": 1.5,
    "given_rank": -0.2,
}
"""How much each feature counts: normalised signals, likenesses, the evidence of a host's own fields and of time.

The evidence itself is learned from each host's own items, without labels (see `Facets`).
"""
KINDS_OF_EVIDENCE: Mapping[str, Sequence[str]] = {
    "words": ("lexical_z", "body_words_z", "text_cosine"),
    "title": ("title_said_there",),
    "meaning": ("dense_z", "dense_text_z"),
    "fields": ("facets",),
    "time": ("age_evidence",),
}
"""The features that a weight of `earmark.weights` speaks of."""
SLOPE, OFFSET = 0.8, -6.0
"""What turns the sum into the logarithm of odds."""


class HybridSuggester:
    """Candidates by words and by meaning, their scores normalised within the pool and summed with priors.

    `pool` finds and describes candidates; without one only an index's words tell. The score is a
    logistic function of the sum: rising with it, comparable between items, calibrated only roughly.
    An item that nothing is found for abstains. Raises nothing.
    """

    name = "hybrid"

    def __init__(self, pool: CandidatePool | None = None, *, weights: Mapping[str, float] = PRIOR) -> None:
        self.pool = pool if pool is not None else CandidatePool()
        self.weights = dict(weights)
        self._lexical = LexicalSuggester(only_earlier=self.pool.only_earlier)

    @property
    def version(self) -> str:
        """Return the algorithm's version, with a checksum of the weights, the pool's shape and the embedder."""
        meant_by = (
            self.pool.embedder.version if self.pool.embedder else getattr(self.pool.dense, "embedder_version", "")
        )
        facts = (sorted(self.weights.items()), self.pool.depth, self.pool.features, meant_by)
        ahead = "earlier" if self.pool.only_earlier else "any"
        return f"{ALGORITHM}-{ahead}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:8]}"

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k candidates, best first, with reasons."""
        return self._suggestions(item, self.pool.look_around(item, index, self.wanted), k)

    def rank(
        self, item: Item, candidates: Sequence[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[Suggestion]:
        """Return all of these candidates, best first; `ranks` is the order they were found in, 1 the first."""
        found = self.pool.look_at(item, candidates, index, ranks)
        return self._suggestions(item, found, len(found.ids))

    @property
    def wanted(self) -> list[str]:
        """Return the features that scores and reasons are made of."""
        return [*self.weights, "dense"]

    @property
    def coefficients(self) -> dict[str, float]:
        """Return what each feature adds to the logarithm of the odds."""
        return {name: SLOPE * weight for name, weight in self.weights.items()}

    @property
    def offset(self) -> float:
        """Return the logarithm of the odds where all features are nought."""
        return OFFSET

    def log_odds(self, candidate: PoolCandidate) -> float:
        """Return the prior's logarithm of the odds that a candidate is right."""
        return sum(weight * candidate.signal(name) for name, weight in self.coefficients.items()) + self.offset

    def chosen(self, item: Item, found: Described, odds: Floats, k: int) -> list[Suggestion]:
        """Return the k candidates of a pool that have the highest odds, best first, ties by id, with reasons."""
        told = odds.tolist()
        best = sorted(range(len(told)), key=lambda row: (-told[row], found.ids[row]))[: max(k, 0)]
        said = self._lexical.reasons(item, [found.ids[row] for row in best], found.snapshot)
        return [
            Suggestion(each.id, logistic(told[row]), [*said[each.id], *self._circumstances(item, each)])
            for row, each in ((row, found.candidate(row)) for row in best)
        ]

    def _suggestions(self, item: Item, found: Described, k: int) -> list[Suggestion]:
        coefficients = self.coefficients
        weights = np.array([coefficients.get(name, 0.0) for name in self.pool.features])
        return self.chosen(item, found, found.features @ weights + self.offset, k)

    def _circumstances(self, item: Item, candidate: PoolCandidate) -> list[str]:
        reasons = similar_title(candidate.signal("dense"))
        there = candidate.item
        if there is None:
            return reasons
        facets = self.pool.facets.facets_
        by_field = candidate.features[len(FEATURES) : len(FEATURES) + len(facets)]
        told = sorted(zip(by_field, facets, strict=True), key=lambda each: -each[0])
        for evidence, facet in told[:FIELD_REASONS]:
            shared = facet.shared(item, there)
            if evidence >= TELLING_EVIDENCE and shared:
                reasons.append(f"same {facet.name.replace('_', ' ')}: {shared[0]}")
        apart = _apart(item, there)
        if apart and candidate.signal("age_evidence") >= TELLING_EVIDENCE:
            reasons.append(f"opened {apart} apart")
        return reasons


def prior_with(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the prior with some kinds of evidence counting so many times as usual. Raises ValueError.

    `weights` is by kind, as `earmark.weights` tells: `{"fields": 2, "time": 0}`.
    """
    if fault := fault_of_weights(weights):
        raise ValueError(fault)
    times = {name: weights.get(kind, 1.0) for kind, names in KINDS_OF_EVIDENCE.items() for name in names}
    return {name: times.get(name, 1.0) * usual for name, usual in PRIOR.items()}


def logistic(odds: float) -> float:
    """Return the probability of a logarithm of odds."""
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, odds))))


def _apart(here: Item, there: Item) -> str:
    """Return how far apart two items were created, in words; nothing where one does not say."""
    if here.created_at is None or there.created_at is None:
        return ""
    try:
        seconds = abs((here.created_at - there.created_at).total_seconds())
    except TypeError:  # one of them knows its zone, the other does not
        return ""
    for size, unit in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        count = round(seconds / size)
        if seconds >= size:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
