"""How far to trust an annotator, from gold answers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from backend.questions.units import UNSURE


@dataclass(frozen=True)
class GoldTally:
    """How many gold units were answered, and how many of them rightly; `unsure` is not counted."""

    answers_count: int
    right_count: int


def tally(answers: Iterable[tuple[str, str]]) -> GoldTally:
    """Return the tally of (said, known) pairs."""
    told = [(said, known) for said, known in answers if said != UNSURE]
    return GoldTally(len(told), sum(said == known for said, known in told))


def wilson_interval(right: int, of: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927); (0, 1) without evidence."""
    if of == 0:
        return 0.0, 1.0
    share = right / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5) / (1 + z * z / of)
    return max(0.0, centre - half), min(1.0, centre + half)
