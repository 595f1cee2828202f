"""The mathematics of tags in a row: a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001).

Values in, values out. Tags are 0 outside, 2n + 1 and 2n + 2 where label n begins and goes on, which it does after
itself alone. A row begins as after a token outside. To learn needs scipy (the extra `learned`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEPS = 60
LEAST = 1e-300


@dataclass(frozen=True)
class Chain:
    """What each trait (row) adds to each tag (column), and what each tag adds to the one after it."""

    weights: Array
    transitions: Array


@dataclass(frozen=True)
class Chances:
    """What a chain says of a row of tokens: the chance of each tag, and all that chances of spans are made of."""

    tags: Array
    emissions: Array
    log_before: Array
    log_after: Array
    log_transitions: Array
    log_whole: float

    def of_spans(self, label: int, firsts: Sequence[int], most: int) -> list[Array]:
        """Return for each of these tokens the chance that a label's span begins there and is 1, 2, … tokens long."""
        begin, inside = 2 * label + 1, 2 * label + 2
        going_on = self.emissions[:, inside] + self.log_transitions[inside, inside]
        after_begin, after_inside = (self._ends(tag, inside) for tag in (begin, inside))
        extra = self.log_transitions[begin, inside] - self.log_transitions[inside, inside]
        return [self._of_spans(first, most, begin, going_on, extra, after_begin, after_inside) for first in firsts]

    def _of_spans(
        self, first: int, most: int, begin: int, going_on: Array, extra: float, after_begin: Array, after_inside: Array
    ) -> Array:
        last = min(first + most, len(self.emissions)) - 1
        steps = going_on[first + 1 : last + 1].copy()
        if len(steps):
            steps[0] += extra
        whole = np.empty(len(steps) + 1)
        whole[0] = 0.0
        np.cumsum(steps, out=whole[1:])
        whole += self.log_before[first, begin]
        whole[0] += after_begin[first]
        whole[1:] += after_inside[first + 1 : last + 1]
        whole -= self.log_whole
        return np.asarray(np.exp(np.minimum(whole, 0.0)), dtype=np.float64)

    def _ends(self, tag: int, inside: int) -> Array:
        """Return what comes after each token of a tag, given that the span ends with it."""
        ends = np.zeros(len(self.emissions))
        others = np.arange(self.emissions.shape[1]) != inside
        after = self.emissions[1:] + self.log_after[1:]
        ends[:-1] = logsum((self.log_transitions[tag] + after)[:, others])
        return ends


def summed(weights: Array, rows: Sequence[Sequence[int]]) -> Array:
    """Return for each row of numbers the sum of those weights, added in their order."""
    sizes = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    numbers = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(sizes.sum()))
    starts = np.cumsum(sizes) - sizes
    told = np.zeros((len(rows), weights.shape[1]))
    for at in range(int(sizes.max(initial=0))):
        there = np.flatnonzero(sizes > at)
        told[there] += weights[numbers[starts[there] + at]]
    return told


def logsum(values: Array) -> Array:
    """Return the log of the sum of exponentials along the last axis."""
    most = values.max(axis=-1, keepdims=True)
    most = np.where(np.isfinite(most), most, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(values - most).sum(axis=-1)) + most[..., 0], dtype=np.float64)


def allowed(tags_count: int) -> NDArray[np.bool_]:
    """Return which tag may follow which: what goes on does so after its own beginning or itself."""
    after = np.arange(tags_count)
    is_inside = (after > 0) & (after % 2 == 0)
    fits = ~is_inside[None, :] | (after[:, None] == after[None, :]) | (after[:, None] == after[None, :] - 1)
    return np.asarray(fits)


def chances(emissions: Array, transitions: Array) -> Chances:
    """Return what a chain says of one row of tokens, from what their traits add to each tag (tokens by tags)."""
    length, tags_count = emissions.shape
    logs = np.where(allowed(tags_count), transitions, -np.inf)
    moves = np.exp(logs)
    most = emissions.max(axis=1)
    powers = np.exp(emissions - most[:, None])
    before, after = np.zeros_like(emissions), np.ones_like(emissions)
    scale_before, scale_after = np.zeros(length), np.zeros(length)
    wholes = np.empty(length)
    row = moves[0] * powers[0]
    for at in range(length):
        if at:
            row = np.dot(row, moves)
            row *= powers[at]
        wholes[at] = whole = max(float(np.add.reduce(row)), LEAST)
        row /= whole
        before[at] = row
    scale_before[:] = np.log(wholes) + most
    wholes[-1:] = 1.0
    row = after[-1]
    for at in range(length - 2, -1, -1):
        row = np.dot(moves, powers[at + 1] * row)
        wholes[at] = whole = max(float(np.add.reduce(row)), LEAST)
        row /= whole
        after[at] = row
    scale_after[:-1] = np.log(wholes[:-1]) + most[1:]
    both = before * after
    with np.errstate(divide="ignore"):
        log_before = np.log(before) + np.cumsum(scale_before)[:, None]
        log_after = np.log(after) + np.cumsum(scale_after[::-1])[::-1][:, None]
    return Chances(
        both / both.sum(axis=1, keepdims=True), emissions, log_before, log_after, logs, float(scale_before.sum())
    )


class Rows:
    """Rows of tokens to learn from, laid out so that each step goes over all rows that are as long: longest first."""

    def __init__(self, lengths: Sequence[int]) -> None:
        starts = np.cumsum([0, *lengths])[:-1]
        order = sorted(range(len(lengths)), key=lambda at: -lengths[at])
        longest = lengths[order[0]] if order else 0
        self.tokens: list[int] = []
        self.steps: list[tuple[int, int]] = []
        for step in range(longest):
            there = [int(starts[at]) + step for at in order if lengths[at] > step]
            self.steps.append((len(self.tokens), len(there)))
            self.tokens += there


def fitted(traits: Any, tags: NDArray[np.int64], lengths: Sequence[int], tags_count: int, pull: float) -> Chain:
    """Return the chain that says best which tags rows of tokens have, drawn to 0 by `pull` (a Gaussian prior).

    `traits` is a sparse matrix of tokens by traits, `tags` the tag of each token, `lengths` how long each row is.
    """
    from scipy.optimize import minimize

    rows = Rows(lengths)
    features = traits[rows.tokens].tocsr()
    turned = features.T.tocsr()
    right = np.asarray(tags)[rows.tokens]
    count = features.shape[1]
    fits = allowed(tags_count)

    def loss(flat: Array) -> tuple[float, Array]:
        weights, moves = flat[: count * tags_count].reshape(count, tags_count), flat[count * tags_count :]
        logs = moves.reshape(tags_count, tags_count)
        missed, off, off_moves = _missed(features @ weights, np.where(fits, logs, -np.inf), right, rows)
        gradient = np.concatenate([(turned @ off + pull * weights).ravel(), (off_moves + pull * logs).ravel()])
        return missed + 0.5 * pull * float(flat @ flat), gradient

    start = np.zeros((count + tags_count) * tags_count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": 1e-6}).x
    cut = count * tags_count
    return Chain(found[:cut].reshape(count, tags_count), found[cut:].reshape(tags_count, tags_count))


def _missed(emissions: Array, logs: Array, right: NDArray[np.int64], rows: Rows) -> tuple[float, Array, Array]:
    """Return minus the log chance of the right tags, and its slopes by emissions and by transitions."""
    moves = np.exp(logs)
    most = emissions.max(axis=1)
    powers = np.exp(emissions - most[:, None])
    before, wholes = np.empty_like(powers), np.empty(len(powers))
    score = float(emissions[np.arange(len(right)), right].sum())
    off_moves = np.zeros_like(moves)
    last = (0, 0)
    for start, size in rows.steps:
        earlier = slice(last[0], last[0] + size)
        came = np.broadcast_to(moves[0], (size, len(moves))) if start == 0 else before[earlier] @ moves
        row = came * powers[start : start + size]
        whole = np.maximum(row.sum(axis=1), LEAST)
        before[start : start + size], wholes[start : start + size] = row / whole[:, None], whole
        froms = np.zeros(size, dtype=np.int64) if start == 0 else right[earlier]
        tos = right[start : start + size]
        score += float(logs[froms, tos].sum())
        np.subtract.at(off_moves, (froms, tos), 1.0)
        last = (start, size)
    after = np.ones_like(powers)
    off = np.empty_like(powers)
    for at in range(len(rows.steps) - 1, -1, -1):
        start, size = rows.steps[at]
        here = slice(start, start + size)
        chance = before[here] * after[here]
        off[here] = chance / np.maximum(chance.sum(axis=1, keepdims=True), LEAST)
        came = powers[here] * after[here] / wholes[here][:, None]
        if at == 0:
            off_moves[0] += moves[0] * came.sum(axis=0)
            continue
        earlier = slice(rows.steps[at - 1][0], rows.steps[at - 1][0] + size)
        off_moves += moves * (before[earlier].T @ came)
        after[earlier] = came @ moves.T
    off[np.arange(len(right)), right] -= 1.0
    return float(np.log(wholes).sum() + most.sum()) - score, off, off_moves
