"""What a learned suggester is taught with: candidates that were shown, found or there, and what became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from earmark.suggesters.describing import PoolCandidate

SHOWN = 10
RANDOM = 30
PRESUMED = 10
HEAVIEST = 20.0
"""No example stands for more than so many: what was very unlikely to be told tells much, and little surely."""


@dataclass(frozen=True)
class Example:
    """A candidate of a query with its features (see `CandidatePool.features`) and whether it was right.

    `weight` is how many such candidates it stands for, such as one over the probability that it was shown.
    """

    query: str
    features: Sequence[float]
    is_positive: bool
    weight: float = 1.0


def examples_of(
    query: str,
    ranked: Sequence[PoolCandidate],
    positives: Collection[str],
    *,
    shown: int = SHOWN,
    presumed: int = PRESUMED,
    random: int = RANDOM,
) -> list[Example]:
    """Return what a log of a query would hold, were it shown the first `shown` of a ranked pool.

    Those that are shown and not right are negatives. What is right and lies deeper was found by
    searching; with each come `presumed` negatives of the same depth, else depth itself would look like
    being right. `random` more negatives are drawn from all depths below, and stand for all that were not
    drawn: else what lies deep would look rare. The draw is by a hash of the query and the candidate, so the
    same log comes out each time.
    """
    right = {at for at, each in enumerate(ranked) if each.id in positives}
    below = [at for at in range(shown, len(ranked)) if at not in right]
    chosen = dict.fromkeys({*range(min(shown, len(ranked))), *right}, 1.0)
    for depth in (at for at in right if at >= shown):
        chosen |= dict.fromkeys(sorted(below, key=lambda at: (abs(at - depth), at))[:presumed], 1.0)
    others = sorted((at for at in below if at not in chosen), key=lambda at: _draw(query, ranked[at].id))
    chosen |= dict.fromkeys(others[:random], max(1.0, len(others) / max(1, random)))
    return [Example(query, ranked[at].features, at in right, chosen[at]) for at in sorted(chosen)]


@dataclass(frozen=True)
class Told:
    """What people told of a candidate: whether it is right, and the chance with which a log came to hold that.

    `chance` is None where nothing drew it: somebody searched for it, or told it elsewhere.
    """

    is_right: bool
    chance: float | None = None

    @property
    def weight(self) -> float:
        """Return how many such candidates it stands for: one over its chance, within bounds."""
        return 1.0 if self.chance is None else min(HEAVIEST, 1 / max(self.chance, 1 / HEAVIEST))


def examples_told(
    query: str,
    ranked: Sequence[PoolCandidate],
    told: Mapping[str, Told],
    *,
    presumed: int = PRESUMED,
    random: int = RANDOM,
) -> list[Example]:
    """Return what a ledger teaches of a query, whose pool is ranked as it would be shown; of others it says nothing.

    Each candidate that was told of counts by its weight (Horvitz and Thompson 1952). With each right one
    that nothing drew come `presumed` negatives of the same depth, and `random` more from below all that a list
    showed, which stand for all there that were not drawn, as in `examples_of`.
    """
    known = {at: told[each.id] for at, each in enumerate(ranked) if each.id in told}
    drawn = [at for at, each in known.items() if each.chance is not None]
    silent = [at for at in range(len(ranked)) if at not in known]
    chosen: dict[int, float] = {}
    for depth in (at for at, each in known.items() if each.is_right and each.chance is None):
        chosen |= dict.fromkeys(sorted(silent, key=lambda at: (abs(at - depth), at))[:presumed], 1.0)
    if any(each.is_right for each in known.values()):
        below = [at for at in silent if at > max(drawn, default=-1) and at not in chosen]
        below.sort(key=lambda at: _draw(query, ranked[at].id))
        chosen |= dict.fromkeys(below[:random], min(HEAVIEST, max(1.0, len(below) / max(1, random))))
    taught = {at: (each.is_right, each.weight) for at, each in known.items()}
    taught |= {at: (False, weight) for at, weight in chosen.items()}
    return [Example(query, ranked[at].features, *taught[at]) for at in sorted(taught)]


def _draw(query: str, candidate: str) -> bytes:
    return hashlib.sha256(f"{query}\0{candidate}".encode(errors="replace")).digest()
