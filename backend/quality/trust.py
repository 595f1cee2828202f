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
