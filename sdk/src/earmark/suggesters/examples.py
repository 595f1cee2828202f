"""What a learned suggester is taught with: candidates that were shown, found or there, and what became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from earmark.suggesters.pool import PoolCandidate

SHOWN = 10
RANDOM = 30
PRESUMED = 10


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


def _draw(query: str, candidate: str) -> bytes:
    return hashlib.sha256(f"{query}\0{candidate}".encode(errors="replace")).digest()
