"""The showing policy: how a list is ordered and shuffled, with exact propensities. Pure.

With probability 1 - epsilon the list is the pool in its ranked order, cut to `shown`; with
probability epsilon it is a uniformly random order of the pool's first `shuffled` candidates, cut
likewise. The propensity of a candidate at a rank is the probability, over both, of its standing
there; see Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback"
(WSDM 2017) for what it is good for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")

RANKED = "ranked"
SHUFFLED = "shuffled"


@dataclass(frozen=True)
class Place(Generic[C]):
    """A candidate at a rank (1 is the first) with the probability of its standing there."""

    rank: int
    candidate: C
    propensity: float


@dataclass(frozen=True)
class Draw:
    """Two uniform numbers in [0, 1): `coin` decides whether to shuffle, `order` which order."""

    coin: float
    order: float


def propensity(*, base: int, rank: int, pool: int, shuffled: int, epsilon: float) -> float:
    """Return the probability that the candidate ranked `base` (from 1) in a pool of that size stands at `rank`."""
    first = min(shuffled, pool)
    if first <= 1:
        return 1.0 if base == rank else 0.0
    stays = (1.0 - epsilon) if base == rank else 0.0
    return stays + (epsilon / first if base <= first and rank <= first else 0.0)


def nth_order(number: int, size: int) -> list[int]:
    """Return the permutation of range(size) with this number in [0, size!) (Lehmer code)."""
    left = list(range(size))
    order = []
    for remaining in range(size, 0, -1):
        number, position = divmod(number, remaining)
        order.append(left.pop(position))
    return order


def show(pool: Sequence[C], *, shown: int, shuffled: int, epsilon: float, draw: Draw) -> tuple[str, list[Place[C]]]:
    """Return the policy that ordered the list, and its places; an empty pool shows nothing.

    `shuffled` must be at least `shown`, so that a shuffled list is filled from the first candidates alone.
    """
    first = min(shuffled, len(pool))
    order = list(range(len(pool)))[: max(shown, 0)]
    policy = RANKED
    if first > 1 and draw.coin < epsilon:
        policy = SHUFFLED
        order = nth_order(int(draw.order * _factorial(first)), first)[:shown]
    return policy, [
        Place(
            rank=rank,
            candidate=pool[base],
            propensity=propensity(base=base + 1, rank=rank, pool=len(pool), shuffled=shuffled, epsilon=epsilon),
        )
        for rank, base in enumerate(order, start=1)
    ]


def _factorial(number: int) -> int:
    product = 1
    for factor in range(2, number + 1):
        product *= factor
    return product
