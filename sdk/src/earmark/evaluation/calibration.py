"""Whether chances are what they claim: how often what was said with a chance came true."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from earmark.intervals import wilson_interval

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Chances from `low` up to `high`: their mean, and how many of how many came true."""

    low: float
    high: float
    mean_chance: float
    right_count: int
    count: int

    @property
    def share(self) -> float:
        """Return the share that came true."""
        return self.right_count / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """Return the Wilson interval of the share at 95 %."""
        return wilson_interval(self.right_count, self.count)

    @property
    def is_off(self) -> bool:
        """Return whether the mean chance lies outside the interval of what came true."""
        low, high = self.interval
        return not low <= self.mean_chance <= high


def reliability(said: Iterable[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """Return chances and what came true in parts of equal width, without the empty ones (Murphy and Winkler 1977)."""
    parts: dict[int, list[tuple[float, bool]]] = {}
    for chance, is_right in said:
        parts.setdefault(min(bins - 1, max(0, int(chance * bins))), []).append((chance, is_right))
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            mean_chance=sum(chance for chance, _ in part) / len(part),
            right_count=sum(is_right for _, is_right in part),
            count=len(part),
        )
        for number, part in sorted(parts.items())
    ]
