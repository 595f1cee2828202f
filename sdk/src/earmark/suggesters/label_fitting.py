"""The mathematics of labels: logistic regression, one label against the rest, and how much evidence counts.

Values in, values out. Chances are a base (how often a label fits) moved by evidence: a label's log odds are
logit(base) + share * evidence + offset; of a choice the chances are softmax(log(base) + share * evidence).
Rows are items, columns labels; `known` weighs each cell, 0 where nothing is known. Needs the extra `learned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from earmark.suggesters.labelled import BEFORE_ANY, POOLED

Array = NDArray[np.float64]
FOLDS = 5
PULLS = (3.0, 1.0, 0.3, 0.1, 0.03)
"""How strongly coefficients are drawn to 0, as variances of a Gaussian prior turned over; the strongest first."""
INTERCEPT_PULL = 1.0
STEPS = 30
SHARE_PULL = 1.0
MOST_SHARE = 3.0
CAUTION = 0.5
"""By how many of its standard errors evidence must be better than none, or it counts nothing."""
LEAST_CHANCE = 1e-12


@dataclass(frozen=True)
class Cells:
    """What is known of items: whether each label fits, and the weight of that; which of the folds an item is in."""

    fits: Array
    known: Array
    folds: NDArray[np.int64]

    def of(self, rows: NDArray[np.bool_]) -> Cells:
        """Return some of the rows."""
        return Cells(self.fits[rows], self.known[rows], self.folds[rows])


@dataclass(frozen=True)
class Shares:
    """How much the evidence of each source counts, what is added, and what that gains in log loss an answer."""

    shares: list[float]
    offset: float
    prior_loss: float
    gain: float
    standard_error: float


@dataclass(frozen=True)
class Linear:
    """Coefficients (features by labels) and intercepts, the pull chosen, and evidence for each item from others."""

    coefficients: Array
    intercepts: Array
    pull: float
    held_out: Array
    base_held_out: Array
    chosen: Shares


def base_of(cells: Cells, one_of: bool) -> Array:
    """Return how often each label fits, as `labelled.rates_of` does."""
    fitting, asked = (cells.fits * cells.known).sum(axis=0), cells.known.sum(axis=0)
    if one_of:
        return np.asarray((fitting + BEFORE_ANY) / (fitting.sum() + BEFORE_ANY * len(fitting)), dtype=np.float64)
    usual = (fitting.sum() + 1) / (asked.sum() + 2)
    return np.asarray((fitting + POOLED * usual) / (asked + POOLED), dtype=np.float64)


def logit(chance: Array) -> Array:
    """Return log odds."""
    return np.asarray(np.log(chance) - np.log1p(-chance), dtype=np.float64)


def fitted(whole: csr_matrix, folds: Sequence[tuple[csr_matrix, csr_matrix]], cells: Cells, one_of: bool) -> Linear:
    """Return the regression whose pull does best on folds that it was not fitted to; weaker ones are tried in turn.

    `whole` holds the features of all rows; `folds`, for each fold, those of the other rows and of its own, as
    they are seen from the other rows alone.
    """
    held = [cells.folds == fold for fold in range(len(folds))]
    bases = [base_of(cells.of(~rows), one_of) for rows in held]
    base = np.empty_like(cells.fits)
    for rows, usual in zip(held, bases, strict=True):
        base[rows] = usual
    starts: list[Array | None] = [None] * len(folds)
    best: tuple[float, Array, Shares] | None = None
    for pull in PULLS:
        evidence = np.zeros_like(cells.fits)
        for at, rows in enumerate(held):
            taught, asked = folds[at]
            found = starts[at] = regressed(taught, cells.of(~rows), bases[at], pull, starts[at])
            evidence[rows] = asked @ found[:-1] + found[-1]
        tried = shares_of(base, [evidence], cells, one_of)
        if best is not None and tried.gain < best[2].gain:
            break
        best = pull, evidence, tried
    assert best is not None
    found = regressed(whole, cells, base_of(cells, one_of), best[0])
    return Linear(found[:-1], found[-1], best[0], best[1], base, best[2])


def regressed(features: csr_matrix, cells: Cells, base: Array, pull: float, start: Array | None = None) -> Array:
    """Return coefficients of features by labels, intercepts last, of logistic regressions that start at the base."""
    count, labels = features.shape[1], len(base)
    turned, offset = features.T.tocsr(), logit(base)

    def loss(flat: Array) -> tuple[float, Array]:
        told = flat.reshape(count + 1, labels)
        score = offset + told[-1] + features @ told[:-1]
        missed = cells.known * (np.logaddexp(0, score) - cells.fits * score)
        off = cells.known * (1 / (1 + np.exp(-np.clip(score, -500, 500))) - cells.fits)
        gradient = np.vstack([turned @ off + pull * told[:-1], off.sum(axis=0) + INTERCEPT_PULL * told[-1]])
        held = pull * (told[:-1] ** 2).sum() + INTERCEPT_PULL * (told[-1] ** 2).sum()
        return float(missed.sum() + 0.5 * held), gradient.ravel()

    at = np.zeros((count + 1) * labels) if start is None else start.ravel()
    found = minimize(loss, at, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": 1e-6})
    return np.asarray(found.x.reshape(count + 1, labels), dtype=np.float64)


def shares_of(base: Array, evidence: Sequence[Array], cells: Cells, one_of: bool) -> Shares:
    """Return how much each source's evidence counts by log loss (Wolpert 1992, stacking), all 0 unless it helps.

    `evidence` and `base` must come from other items than the rows they speak of. Shares are drawn to 0 a
    little, so that few items move little.
    """
    whole = max(float((cells.known * cells.fits).sum() if one_of else cells.known.sum()), 1e-9)
    sources = len(evidence)

    def loss(told: Array) -> tuple[float, Array]:
        chance = moved(base, evidence, told[:-1], told[-1], one_of)
        off = _off(chance, cells, one_of)
        gradient = np.array([(off * each).sum() for each in evidence] + [0.0 if one_of else off.sum()])
        return float(
            _losses(chance, cells, one_of).sum() + 0.5 * SHARE_PULL * told @ told
        ), gradient + SHARE_PULL * told

    limits: list[Any] = [(0.0, MOST_SHARE)] * sources + [(0.0, 0.0) if one_of else (-1.0, 1.0)]
    start = np.r_[np.full(sources, 0.5), 0.0]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x
    nothing = np.zeros(sources + 1)
    before, after = (
        _losses(moved(base, evidence, told[:-1], told[-1], one_of), cells, one_of).sum(axis=1)
        for told in (nothing, found)
    )
    gains = before - after
    error = float(gains.std() * np.sqrt(len(gains)) / whole) if len(gains) else 0.0
    gain = float(gains.sum()) / whole
    prior_loss = float(before.sum()) / whole
    if gain <= CAUTION * error:
        return Shares([0.0] * sources, 0.0, prior_loss, 0.0, error)
    return Shares([float(each) for each in found[:-1]], float(found[-1]), prior_loss, gain, error)


def moved(base: Array, evidence: Sequence[Array], shares: Array, offset: float, one_of: bool) -> Array:
    """Return chances: the base moved by shares of evidence."""
    added = sum((share * each for share, each in zip(shares, evidence, strict=True)), np.zeros_like(evidence[0]))
    if not one_of:
        score = np.clip(logit(base) + added + offset, -500, 500)
        return np.asarray(1 / (1 + np.exp(-score)), dtype=np.float64)
    score = np.log(base) + added
    powers = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def _losses(chance: Array, cells: Cells, one_of: bool) -> Array:
    right = -np.log(np.maximum(chance, LEAST_CHANCE)) * cells.fits
    wrong = 0.0 if one_of else -np.log(np.maximum(1 - chance, LEAST_CHANCE)) * (1 - cells.fits)
    return np.asarray(cells.known * (right + wrong), dtype=np.float64)


def _off(chance: Array, cells: Cells, one_of: bool) -> Array:
    return np.asarray(cells.known * (chance - cells.fits), dtype=np.float64)
