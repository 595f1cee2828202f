"""The mathematics of the learned reranker: conditional logistic regression, boosted trees, shares, calibration.

Values in, values out. Needs the extra `learned`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
FOLDS = 5
LEAST_QUERIES = 12
"""Fewer queries with something right among their examples move nothing."""
PULLS = (10.0, 30.0, 100.0, 300.0)
"""How strongly coefficients are drawn to the prior's, as variances of a Gaussian prior turned over."""
SHARES = (0.0, 0.5, 1.0)
CAUTION = 1.5
FEW = 40
"""How many of its standard errors a gain in cross-validation must exceed; with FEW queries twice as many.

The best of several tries on few queries is the luckiest one, and its error is itself poorly known.
"""
DEPTH = 10
STEPS = 100
CALIBRATION_PULL = 5.0
ROUNDS = 80
TREES: dict[str, Any] = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": DEPTH,
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Rows:
    """Examples as arrays, those of a query next to each other; `queries` holds the query's number of each row."""

    features: Array
    prior: Array
    right: Array
    weights: Array
    queries: NDArray[np.int64]

    def of(self, wanted: NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        numbers = np.unique(self.queries[wanted], return_inverse=True)[1]
        return Rows(
            self.features[wanted],
            self.prior[wanted],
            self.right[wanted],
            self.weights[wanted],
            numbers.astype(np.int64),
        )

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return the row at which each query begins."""
        return np.flatnonzero(np.r_[True, self.queries[1:] != self.queries[:-1]])


@dataclass(frozen=True)
class Chosen:
    """What was learned: coefficients of features, trees, how much of each counts, and what turns scores into odds."""

    coefficients: Array
    trees: lightgbm.Booster | None
    share: float
    tree_share: float
    pull: float
    slope: float
    offset: float
    prior_mrr: float
    gain: float
    standard_error: float


def as_rows(
    features: Array, prior: Array, right: Array, weights: Array, queries: Sequence[str]
) -> tuple[Rows, list[str]]:
    """Return examples ordered by query (in the order of their names' checksums), and the names of the queries."""
    names = sorted(set(queries), key=_draw)
    number = {name: at for at, name in enumerate(names)}
    numbers = np.array([number[name] for name in queries], dtype=np.int64)
    order = np.lexsort((right, prior, *features.T, numbers))  # so that the order they came in does not matter
    return Rows(features[order], prior[order], right[order], weights[order], numbers[order]), names


def fitted(rows: Rows) -> Chosen:
    """Return what examples teach, chosen by cross-validation over queries; the prior alone where they are too few.

    First the regression, then trees that begin where it ends: each is added only as far as it helps for sure.
    """
    useful = int(np.add.reduceat(rows.right, rows.starts).astype(bool).sum()) if len(rows.right) else 0
    nothing = np.zeros(rows.features.shape[1])
    if useful < LEAST_QUERIES:
        slope, offset = _calibrated(rows.prior, rows)
        return Chosen(nothing, None, 0.0, 0.0, 0.0, slope, offset, 0.0, 0.0, 0.0)
    before = _reciprocal_ranks(rows.prior, rows)
    added = {(pull, share): share * told for pull, told in _linear_out_of_fold(rows).items() for share in SHARES}
    (pull, share), linear = _surest(rows, rows.prior, added)
    trees = _trees_out_of_fold(rows, pull, share)
    added = {(pull, tree_share): tree_share * trees for tree_share in SHARES}
    (_, tree_share), _ = _surest(rows, rows.prior + linear, added)
    score = rows.prior + linear + tree_share * trees
    gain, error = _gain(_reciprocal_ranks(score, rows) - before)
    slope, offset = _calibrated(score, rows)
    coefficients = coefficients_of(rows, pull) if share else nothing
    begun = rows.prior + share * (rows.features @ coefficients)
    made = trees_of(rows, begun) if tree_share else None
    return Chosen(coefficients, made, share, tree_share, pull, slope, offset, float(before.mean()), gain, error)


def _surest(rows: Rows, start: Array, added: Mapping[tuple[float, float], Array]) -> tuple[tuple[float, float], Array]:
    """Return the addition to a score that gains most once its uncertainty is taken off; of share 0 where none does."""
    best, surest = next(key for key in added if key[1] == 0), 0.0
    before = _reciprocal_ranks(start, rows)
    for key, more in added.items():
        sure = _sure(_reciprocal_ranks(start + more, rows) - before)
        if key[1] and sure > surest:
            best, surest = key, sure
    return best, added[best]


def _sure(gains: Array) -> float:
    """Return a mean gain less what chance may have added to it."""
    mean, error = _gain(gains)
    return mean - CAUTION * (1 + FEW / len(gains)) * error


def _gain(gains: Array) -> tuple[float, float]:
    return float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))


def coefficients_of(rows: Rows, pull: float) -> Array:
    """Return what to add to the prior's coefficients, by conditional logistic regression (McFadden 1974).

    The probability that of a query's candidates a right one is chosen is made large; `pull` times half
    the squared coefficients, in standard deviations of the features, is taken off. A candidate of
    weight w counts as w such candidates.
    """
    starts, spread = rows.starts, rows.features.std(axis=0)
    spread[spread < 1e-9] = np.inf
    scaled = rows.features / spread
    counted = np.add.reduceat(rows.right * rows.weights, starts) > 0
    log_weights = np.log(np.maximum(rows.weights, 1e-12))
    numbers = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(rows.right)]))

    def loss(coefficients: Array) -> tuple[float, Array]:
        score = rows.prior + scaled @ coefficients + log_weights
        powers = np.exp(score - np.maximum.reduceat(score, starts)[numbers])
        whole = np.add.reduceat(powers, starts)
        right = np.where(counted, np.add.reduceat(powers * rows.right, starts), 1.0)
        right = np.maximum(right, 1e-300)
        pushed = np.where(counted[numbers], powers / whole[numbers] - powers * rows.right / right[numbers], 0.0)
        missed = -np.log(right / whole)[counted].sum()
        return float(missed + 0.5 * pull * coefficients @ coefficients), scaled.T @ pushed + pull * coefficients

    found = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x / spread, dtype=np.float64)


def trees_of(rows: Rows, start: Array) -> lightgbm.Booster:
    """Return boosted trees (LambdaMART, Burges 2010) that put right candidates of a query first, from a score on."""
    sizes = np.diff(np.r_[rows.starts, len(rows.right)])
    data = lightgbm.Dataset(
        with_score(rows.features, start), rows.right, group=sizes, weight=rows.weights, init_score=start
    )
    return lightgbm.train(TREES, data, ROUNDS)


def with_score(features: Array, score: Array) -> Array:
    """Return what trees look at: the features and the score they begin with."""
    return np.column_stack([features, score])


def _linear_out_of_fold(rows: Rows) -> dict[float, Array]:
    """Return by pull what a regression adds to each row, learned from other queries alone."""
    added = {pull: np.zeros(len(rows.right)) for pull in PULLS}
    for held in _folds(rows):
        others = rows.of(~held)
        for pull in PULLS:
            added[pull][held] = rows.features[held] @ coefficients_of(others, pull)
    return added


def _trees_out_of_fold(rows: Rows, pull: float, share: float) -> Array:
    """Return what trees add to each row, learned with the regression they begin with from other queries alone."""
    added = np.zeros(len(rows.right))
    for held in _folds(rows):
        others = rows.of(~held)
        more = share * coefficients_of(others, pull) if share else np.zeros(rows.features.shape[1])
        trees = trees_of(others, others.prior + others.features @ more)
        here = with_score(rows.features[held], rows.prior[held] + rows.features[held] @ more)
        added[held] = trees.predict(here, raw_score=True)
    return added


def _folds(rows: Rows) -> Iterator[NDArray[np.bool_]]:
    return (rows.queries % FOLDS == fold for fold in range(FOLDS))


def _reciprocal_ranks(score: Array, rows: Rows) -> Array:
    """Return one over the first right one's rank of each query that has one; of equals the wrong ones come first."""
    found = []
    for mine in np.split(np.arange(len(score)), rows.starts[1:]):
        right = rows.right[mine] > 0
        if right.any():
            rank = int((score[mine][~right] >= score[mine][right].max()).sum()) + 1
            found.append(1 / rank if rank <= DEPTH else 0.0)
    return np.array(found)


def _calibrated(score: Array, rows: Rows) -> tuple[float, float]:
    """Return slope and offset that make odds of a score (Platt 1999), drawn to 1 and 0 where there is little."""

    def loss(told: Array) -> tuple[float, Array]:
        odds = np.exp(told[0]) * score + told[1]
        chance = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        off = rows.weights * (chance - rows.right)
        likely = np.where(rows.right > 0, chance, 1 - chance)
        missed = -(rows.weights * np.log(np.maximum(likely, 1e-12))).sum()
        pull = CALIBRATION_PULL * np.array([told[0], told[1] / 10])
        gradient = np.array([(off * score).sum() * np.exp(told[0]), off.sum()]) + pull
        return float(missed + 0.5 * CALIBRATION_PULL * (told[0] ** 2 + told[1] ** 2 / 10)), gradient

    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B")
    return float(np.exp(found.x[0])), float(found.x[1])


def _draw(name: str) -> str:
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()
