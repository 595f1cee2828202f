"""What several rules say together. Pure.

Votes for one value are joined by a noisy-or (Pearl, Probabilistic Reasoning in Intelligent Systems, 1988,
section 4.3.2): 1 - Π(1 - strength), where a vote's strength is the rule's accuracy times the vote's
confidence. Where votes contradict each other, the masses are combined by Dempster's rule (Shafer, A
Mathematical Theory of Evidence, 1976, chapter 4, of simple support functions, discounted by the rule's
accuracy), of which the noisy-or is the case without contradiction. Rules are taken to err independently:
two that look at the same thing count twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PRIOR_ACCURACY = 0.7
PRIOR_COUNT = 5.0


@dataclass(frozen=True)
class Estimate:
    """How often a rule was right among the votes that people's answers judge."""

    right_count: int = 0
    judged_count: int = 0

    def accuracy(self, prior: float = PRIOR_ACCURACY, prior_count: float = PRIOR_COUNT) -> float:
        """Return the mean of a Beta distribution that starts as `prior_count` votes of accuracy `prior`."""
        return (self.right_count + prior * prior_count) / (self.judged_count + prior_count)


@dataclass(frozen=True)
class Strength:
    """A vote with how much it weighs, in [0, 1]."""

    value: str
    strength: float
    is_against: bool = False


def beliefs(strengths: Iterable[Strength]) -> dict[str, float]:
    """Return how far each value that somebody votes for is believed, where at most one of the values is right.

    The rest up to 1 is not committed to any value. Votes against a value only take from it. The order of
    the votes plays no part; values that contradict each other with certainty are all believed at 0.
    """
    listed = list(strengths)
    doubt = _doubt(listed, is_against=False)
    spared = _doubt(listed, is_against=True)
    all_doubt = math.prod(doubt.values())
    masses = {
        value: (1 - own) * spared.get(value, 1.0) * math.prod(each for other, each in doubt.items() if other != value)
        for value, own in doubt.items()
    }
    whole = sum(masses.values()) + all_doubt
    return {value: mass / whole if whole else 0.0 for value, mass in masses.items()}


def _doubt(strengths: Iterable[Strength], *, is_against: bool) -> Mapping[str, float]:
    """Return for each value the product of (1 - strength) of the votes on one side of it."""
    found: dict[str, float] = {}
    for each in strengths:
        if each.is_against == is_against:
            found[each.value] = found.get(each.value, 1.0) * (1 - min(1.0, max(0.0, each.strength)))
    return found
