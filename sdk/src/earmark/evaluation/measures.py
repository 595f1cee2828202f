"""Measures of ranked lists, in percent, and whether two runs differ by more than chance."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

RECALL_DEPTHS = (1, 5, 10, 100)
MRR_DEPTH = 10
MAP_DEPTH = 100
MEASURES = (*(f"R@{depth}" for depth in RECALL_DEPTHS), f"MRR@{MRR_DEPTH}", f"MAP@{MAP_DEPTH}")


@dataclass(frozen=True)
class Comparison:
    """How much better the second run is than the first, in points, with the middle 95 % of resampled queries.

    `chance` is the two-sided share of samples in which the difference is nought or of the other sign.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    chance: float


def measured(query: str, positives: Collection[str], ranked: Sequence[str]) -> dict[str, float]:
    """Return the measures of one list, each in [0, 1]; the query itself and repetitions are passed over.

    Recall at a depth is whether any positive is that high; MRR one over the first one's rank; MAP the mean
    over all positives of the precision at each (Manning, Raghavan, Schütze 2008, chapter 8). 0 without positives.
    """
    listed = [key for key in dict.fromkeys(ranked) if key != query]
    ranks = [rank for rank, key in enumerate(listed, start=1) if key in positives]
    first = ranks[0] if ranks else None
    found = {f"R@{depth}": float(first is not None and first <= depth) for depth in RECALL_DEPTHS}
    found[f"MRR@{MRR_DEPTH}"] = 1 / first if first is not None and first <= MRR_DEPTH else 0.0
    precisions = [count / rank for count, rank in enumerate(ranks, start=1) if rank <= MAP_DEPTH]
    found[f"MAP@{MAP_DEPTH}"] = sum(precisions) / len(positives) if positives else 0.0
    return found


def summary(answers: Mapping[str, Collection[str]], rankings: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return the means over all queries with answers, in percent; a query that was not ranked counts as missed."""
    each = [measured(query, positives, rankings.get(query, ())) for query, positives in answers.items()]
    return {name: _rounded(_mean([one[name] for one in each])) for name in MEASURES}


def compared(
    answers: Mapping[str, Collection[str]],
    first: Mapping[str, Sequence[str]],
    second: Mapping[str, Sequence[str]],
    *,
    samples: int = 10_000,
    seed: int = 0,
) -> dict[str, Comparison]:
    """Return for each measure how far the second run is ahead, by a paired bootstrap over queries.

    The same queries are drawn for both runs, with replacement (Efron and Tibshirani 1993, chapter 16).
    """
    draws = random.Random(seed)  # noqa: S311 - draws of a statistic, not of a secret
    one = [measured(query, positives, first.get(query, ())) for query, positives in answers.items()]
    two = [measured(query, positives, second.get(query, ())) for query, positives in answers.items()]
    gains = {name: [after[name] - before[name] for before, after in zip(one, two, strict=True)] for name in MEASURES}
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(samples):
        chosen = draws.choices(range(len(one)), k=len(one))
        for name, gain in gains.items():
            drawn[name].append(_mean([gain[at] for at in chosen]))
    return {
        name: _comparison(_mean([each[name] for each in one]), _mean([each[name] for each in two]), drawn[name])
        for name in MEASURES
    }


def compared_shares(
    first: Sequence[float], second: Sequence[float], *, samples: int = 10_000, seed: int = 0
) -> Comparison:
    """Return how far the second is ahead, where each of the same items has a share in [0, 1] in both.

    By a paired bootstrap over the items, as in `compared`.
    """
    draws = random.Random(seed)  # noqa: S311 - draws of a statistic, not of a secret
    gains = [after - before for before, after in zip(first, second, strict=True)]
    drawn = [_mean(draws.choices(gains, k=len(gains))) for _ in range(samples)]
    return _comparison(_mean(first), _mean(second), drawn)


def _comparison(first: float, second: float, drawn: list[float]) -> Comparison:
    drawn.sort()
    difference = second - first
    against = sum(each * difference <= 0 for each in drawn) / len(drawn)
    low, high = (drawn[int(share * (len(drawn) - 1))] for share in (0.025, 0.975))
    told = [_rounded(each) for each in (first, second, difference, low, high)]
    return Comparison(told[0], told[1], told[2], told[3], told[4], min(1.0, round(2 * against, 4)))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _rounded(share: float) -> float:
    return round(100 * share, 2)
