"""Which boundary of a spot is believed, from where those lie who say what is settled of it. Pure.

A place is (start, end) of a span, or (x, y, width, height) of a box. The order of the places plays no part.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from backend.questions.spots import Numbers, overlap

AGREES = 0.7
"""The share of the intersection in the union from which on two boxes are said to be the same boundary."""
MOST_TOLD = 5
"""How many boundaries that differ the next person chooses among."""


@dataclass(frozen=True)
class Boundary:
    """A boundary and how many say it: of a span exactly that one, of a box one that agrees with it."""

    place: Numbers
    votes_count: int


def boundaries_of(places: Sequence[Numbers]) -> list[Boundary]:
    """Return the boundaries that are said, the most agreed first; of two alike the one that begins first.

    Spans are the same where both ends are. Of boxes, the largest group that agrees with one of them is one boundary,
    its coordinate-wise median; then the largest of those that are left.
    """
    if not places or len(places[0]) == 2:
        said = [Boundary(place, count) for place, count in Counter(places).items()]
        return sorted(said, key=lambda each: (-each.votes_count, each.place))
    found = [
        Boundary(tuple(median(side) for side in zip(*group, strict=True)), len(group)) for group in _groups(places)
    ]
    return sorted(found, key=lambda each: (-each.votes_count, each.place))


def _groups(places: Sequence[Numbers]) -> Iterator[list[Numbers]]:
    """Yield the largest group of boxes that agrees with one of them, then the largest of those that are left.

    Of two as large it is the one whose boxes are nearer to each other, then the one that lies further on. Each two
    boxes are compared once: hundreds may have drawn one.
    """
    boxes = sorted(places)
    near = _overlaps(boxes)

    def closeness(group: Sequence[int]) -> tuple[float, list[Numbers]]:
        return sum(near[one][other] for one in group for other in group), [boxes[one] for one in group]

    left = list(range(len(boxes)))
    while left:
        groups = {tuple(other for other in left if near[one][other] >= AGREES) for one in left}
        most = max(map(len, groups))
        largest = max((group for group in groups if len(group) == most), key=closeness)
        yield [boxes[one] for one in largest]
        taken = set(largest)
        left = [one for one in left if one not in taken]


def _overlaps(boxes: Sequence[Numbers]) -> list[list[float]]:
    near = [[1.0] * len(boxes) for _ in boxes]
    for (at, one), (beside, other) in combinations(enumerate(boxes), 2):
        near[at][beside] = near[beside][at] = overlap(one, other)
    return near


def believed(said: Sequence[Boundary], *, overlap_wanted: int) -> Numbers | None:
    """Return the boundary that is believed, None where people differ and none is believed yet.

    A single one is. Of several, the first is where as many say it as the question's overlap, and more than say the
    second; a tie is nobody's yet.
    """
    if len(said) == 1:
        return said[0].place
    if not said or said[0].votes_count < overlap_wanted or said[0].votes_count == said[1].votes_count:
        return None
    return said[0].place
