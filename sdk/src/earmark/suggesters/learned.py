"""Learning from what people decided: a prior that labels move as far as their number supports (the extra `learned`).

The score of a candidate is the prior's, plus a share of what a conditional logistic regression adds,
plus a share of what boosted trees (LightGBM) add that begin where the regression ends. Shares are chosen by
cross-validation over queries, and nothing is added unless it helps by more than its own uncertainty: with few
labels it is the prior.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from earmark.errors import LearningMissing, NotTrained
from earmark.suggesters.artefact import MODEL, read_parts, write_parts
from earmark.suggesters.describing import Described, PoolCandidate
from earmark.suggesters.examples import Example
from earmark.suggesters.extras import saying_what_to_install
from earmark.suggesters.facets import Facets
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.pool import CandidatePool
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.standing import STANDING, standing
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.fitting import Array

ALGORITHM, FORMAT = "3", 3
LARGEST = 3
TREES_FILE = "trees.txt"


class LearnedReranker:
    """The hybrid's candidates in an order learned from examples.

    `hybrid` finds and describes candidates and is the prior. The score is a probability, calibrated on
    queries that were not learned from, for candidates as they came in the examples. Before `fit` it
    orders as the hybrid does. `around` and `given` describe candidates as it learns and orders them. `fit` and
    `load` raise LearningMissing where the extra is not installed.
    """

    name = "learned"

    def __init__(self, hybrid: HybridSuggester | None = None) -> None:
        self.hybrid = hybrid if hybrid is not None else HybridSuggester()
        self._learned: dict[str, Any] = {}
        self._trees: Any = None

    @property
    def version(self) -> str:
        """Return the algorithm's version and a checksum of the hybrid's and of what was learned."""
        told = f"{self.hybrid.version} {self._as_json()} {self._trees_text()}"
        return f"{ALGORITHM}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @property
    def report_(self) -> Mapping[str, Any]:
        """Return how many examples there were, which shares were chosen, and the gain in cross-validation."""
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
        told: Mapping[str, Any] = self._learned["report"]
        return told

    def fit(self, examples: Sequence[Example]) -> Self:
        """Learn from examples (see `earmark.suggesters.examples`); with few it stays the prior."""
        with saying_what_to_install(LearningMissing):
            from earmark.suggesters import fitting

        names = list(self.features)
        features = np.array([each.features for each in examples], dtype=np.float64).reshape(-1, len(names))
        rows, queries = fitting.as_rows(
            features,
            self._prior(features, names),
            np.array([each.is_positive for each in examples], dtype=np.float64),
            np.array([each.weight for each in examples], dtype=np.float64),
            [each.query for each in examples],
        )
        chosen = fitting.fitted(rows)
        self._trees = chosen.trees
        self._learned = {
            "names": names,
            "coefficients": chosen.coefficients.tolist(),
            "usual": (features.mean(axis=0) if len(features) else np.zeros(len(names))).tolist(),
            "share": chosen.share,
            "tree_share": chosen.tree_share,
            "slope": chosen.slope,
            "offset": chosen.offset,
            "report": {
                "examples": len(examples),
                "positives": int(rows.right.sum()),
                "queries": len(queries),
                "share": chosen.share,
                "tree_share": chosen.tree_share,
                "pull": chosen.pull,
                "prior_mrr": round(100 * chosen.prior_mrr, 2),
                "gain_in_mrr": round(100 * chosen.gain, 2),
                "standard_error": round(100 * chosen.standard_error, 2),
            },
        }
        return self

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of a candidate's features: the pool's, then STANDING."""
        return (*self.hybrid.pool.features, *STANDING)

    def around(self, item: Item, index: ItemIndex) -> list[PoolCandidate]:
        """Return the pool of an item with all `features`, in the hybrid's order; empty where nothing is found."""
        return self._compared(self.hybrid.pool.look_around(item, index)).candidates()

    def given(
        self, item: Item, candidates: Sequence[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[PoolCandidate]:
        """Return candidates that were found elsewhere with all `features`, in the hybrid's order."""
        return self._compared(self.hybrid.pool.look_at(item, candidates, index, ranks)).candidates()

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k candidates, best first, with reasons."""
        wanted = self.hybrid.wanted if self._is_the_prior else None
        return self._suggestions(item, self._compared(self.hybrid.pool.look_around(item, index, wanted), wanted), k)

    def rank(
        self, item: Item, candidates: Sequence[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[Suggestion]:
        """Return all of these candidates, best first; `ranks` is the order they were found in, 1 the first."""
        found = self._compared(self.hybrid.pool.look_at(item, candidates, index, ranks))
        return self._suggestions(item, found, len(found.ids))

    def log_odds(self, candidates: Sequence[PoolCandidate]) -> list[float]:
        """Return the logarithm of the odds that each candidate is right, described as by `around`."""
        features = np.array([each.features for each in candidates], dtype=np.float64).reshape(-1, len(self.features))
        return [float(each) for each in self._odds(features)]

    def _odds(self, features: Array) -> Array:
        if not self._learned or not len(features):
            return self._prior(features, self.features)
        self._check_features()
        odds: Array = self._learned["slope"] * self._scores(features) + self._learned["offset"]
        return odds

    def explain(self, candidate: PoolCandidate, most: int = LARGEST) -> list[tuple[str, float]]:
        """Return the features that moved a candidate most from a usual one, with what each added to its log odds."""
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
        learned = self._learned
        names: list[str] = learned["names"]
        features = np.array(candidate.features, dtype=np.float64)
        weights = learned["share"] * np.array(learned["coefficients"]) + self._prior_weights(names)
        added = weights * (features - np.array(learned["usual"]))
        if self._trees is not None:
            row = np.append(features, self._linear(features.reshape(1, -1)))
            added += learned["tree_share"] * self._trees.predict(row.reshape(1, -1), pred_contrib=True)[0][: len(names)]
        largest = sorted(range(len(names)), key=lambda at: (-abs(added[at]), names[at]))[:most]
        return [(names[at], float(learned["slope"] * added[at])) for at in largest]

    def save(self, folder: Path | str) -> None:
        """Write model, trees (LightGBM's own text) and their checksums into a folder. Raises NotTrained, OSError."""
        if not self._learned:
            raise NotTrained("Nothing was learned yet: call fit.")
        write_parts(folder, {MODEL: self._as_json(), TREES_FILE: self._trees_text()}, format_number=FORMAT)

    @classmethod
    def load(cls, folder: Path | str, pool: CandidatePool) -> Self:
        """Return what `save` wrote, on a pool, which takes over what was learned of a host's fields.

        Raises NotTrained where there is no such thing, ChecksumMismatch where it is not what was written.
        """
        try:
            texts = read_parts(folder, (MODEL, TREES_FILE), format_number=FORMAT)
            facts = json.loads(texts[MODEL])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotTrained(f"In {folder} lies no learned suggester: {type(error).__name__}: {error}") from error
        pool.facets = Facets.from_facts(facts["facets"])
        made = cls(HybridSuggester(pool, weights=facts["prior"]))
        made._learned = facts["learned"]
        if texts[TREES_FILE]:
            with saying_what_to_install(LearningMissing):
                import lightgbm
            made._trees = lightgbm.Booster(model_str=texts[TREES_FILE].decode())
        made._check_features()
        return made

    @property
    def _is_the_prior(self) -> bool:
        """Return whether nothing was added to the prior, so that nothing else counts."""
        return self._trees is None and not self._learned.get("share")

    def _compared(self, found: Described, wanted: Collection[str] | None = None) -> Described:
        """Return a pool in the hybrid's order, each candidate with how it stands among the others, if wanted."""
        names = self.hybrid.pool.features
        odds = self._prior(found.features, names).tolist()
        order = sorted(range(len(odds)), key=lambda row: (-odds[row], found.ids[row]))
        ids, features = [found.ids[row] for row in order], found.features[order]
        dense = self.hybrid.pool.dense if wanted is None else None
        told = standing(ids, features[:, names.index("dense")].tolist(), dense)
        return Described(
            ids,
            [found.facts[row] for row in order],
            [found.created[row] for row in order],
            np.hstack([features, np.array(told, dtype=np.float64).reshape(-1, len(STANDING))]),
            found.snapshot,
        )

    def _suggestions(self, item: Item, found: Described, k: int) -> list[Suggestion]:
        return self.hybrid.chosen(item, found, self._odds(found.features), k)

    def _scores(self, features: Array) -> Array:
        scores = self._linear(features)
        if self._trees is not None:
            told: Array = self._trees.predict(np.column_stack([features, scores]), raw_score=True, num_threads=1)
            scores = scores + float(self._learned["tree_share"]) * told
        return scores

    def _linear(self, features: Array) -> Array:
        """Return the prior's scores and the regression's share, where the trees begin."""
        learned = self._learned
        added: Array = features @ (learned["share"] * np.array(learned["coefficients"]))
        return self._prior(features, learned["names"]) + added

    def _prior(self, features: Array, names: Sequence[str]) -> Array:
        return features @ self._prior_weights(names) + self.hybrid.offset

    def _prior_weights(self, names: Sequence[str]) -> Array:
        coefficients = self.hybrid.coefficients
        return np.array([coefficients.get(name, 0.0) for name in names])

    def _check_features(self) -> None:
        if list(self.features) != self._learned["names"]:
            raise NotTrained("The candidates are described by other features than it was trained on: train it again.")

    def _as_json(self) -> str:
        facts = {"learned": self._learned, "prior": self.hybrid.weights, "facets": self.hybrid.pool.facets.as_facts()}
        return json.dumps(facts, sort_keys=True)

    def _trees_text(self) -> str:
        return str(self._trees.model_to_string()) if self._trees is not None else ""
