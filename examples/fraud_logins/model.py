"""A logistic regression in plain Python, and how good a ranking is."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Self

Row = Sequence[float]
STEPS = 300
STEP = 0.5
PULL = 2.0
"""How strongly coefficients are drawn to 0: a Gaussian prior of this precision, on features of unit variance."""


class LogisticRegression:
    """P(stolen) from numbers, by gradient descent on standardised features with a Gaussian prior."""

    def fit(self, rows: Sequence[Row], truths: Sequence[bool]) -> Self:
        """Learn from rows of equally many numbers; returns self."""
        columns = list(zip(*rows, strict=True))
        self.means_ = [sum(column) / len(column) for column in columns]
        self.scales_ = [
            math.sqrt(sum((each - mean) ** 2 for each in column) / len(column)) or 1.0
            for column, mean in zip(columns, self.means_, strict=True)
        ]
        known = [self._scaled(row) for row in rows]
        self.weights_, self.offset_ = [0.0] * len(columns), 0.0
        for _ in range(STEPS):
            self._step(known, truths)
        return self

    def predict(self, row: Row) -> float:
        """Return the probability that a login is stolen."""
        return self._probability(self._scaled(row))

    def _step(self, rows: Sequence[Row], truths: Sequence[bool]) -> None:
        slopes, slope = [PULL * weight for weight in self.weights_], 0.0
        for row, truth in zip(rows, truths, strict=True):
            fault = self._probability(row) - truth
            slope += fault
            for at, value in enumerate(row):
                slopes[at] += fault * value
        pace = STEP / len(rows)
        self.offset_ -= pace * slope
        self.weights_ = [weight - pace * each for weight, each in zip(self.weights_, slopes, strict=True)]

    def _probability(self, row: Row) -> float:
        z = self.offset_ + sum(weight * value for weight, value in zip(self.weights_, row, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))

    def _scaled(self, row: Row) -> list[float]:
        return [(each - mean) / scale for each, mean, scale in zip(row, self.means_, self.scales_, strict=True)]


def average_precision(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the area under precision over recall; logins of one score are taken together."""
    by_score: dict[float, list[bool]] = {}
    for score, truth in zip(scores, truths, strict=True):
        by_score.setdefault(score, []).append(truth)
    area, found, seen = 0.0, 0, 0
    for score in sorted(by_score, reverse=True):
        right = sum(by_score[score])
        found, seen = found + right, seen + len(by_score[score])
        area += right * found / seen
    return area / max(1, sum(truths))


def caught_among(scores: Sequence[float], truths: Sequence[bool], most: int) -> float:
    """Return the share of what is stolen that is among the `most` highest scores; of equal ones, their average."""
    cut = sorted(scores, reverse=True)[min(most, len(scores)) - 1]
    above = [truth for score, truth in zip(scores, truths, strict=True) if score > cut]
    equal = [truth for score, truth in zip(scores, truths, strict=True) if score == cut]
    caught = sum(above) + sum(equal) * (most - len(above)) / len(equal)
    return caught / max(1, sum(truths))


def gain_interval(
    measure: Callable[[Sequence[float], Sequence[bool]], float],
    first: Sequence[float],
    second: Sequence[float],
    truths: Sequence[bool],
    *,
    samples: int = 200,
) -> tuple[float, float]:
    """Return where 95 in 100 of the gains lie when logins are drawn anew with replacement (a paired bootstrap)."""
    draw = random.Random(0)
    gains = []
    for _ in range(samples):
        drawn = draw.choices(range(len(truths)), k=len(truths))
        told = [truths[at] for at in drawn]
        gains.append(measure([second[at] for at in drawn], told) - measure([first[at] for at in drawn], told))
    gains.sort()
    return gains[int(0.025 * samples)], gains[int(0.975 * samples) - 1]
