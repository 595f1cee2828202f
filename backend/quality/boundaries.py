"""Which boundary of a spot is believed, from where those lie who say what is settled of it. Pure.

A place is (start, end) of a span, or (x, y, width, height) of a box. The order of the places plays no part.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.questions.spots import Numbers

AGREES = 0.7
"""The share of the intersection in the union from which on two boxes are said to be the same boundary."""
CLOSENESS_DIGITS = 9
"""To how many digits groups are as near to each other: sums in another order differ in the last ones."""
MOST_KEPT = 20
"""How many boundaries a label's evidence keeps."""
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

    Of two as large it is the one whose boxes are nearer to each other, then the one that lies further on. A group is
    weighed anew only when it lost a box: hundreds may have drawn one, or as many different ones.
    """
    boxes = sorted(places)
    near = _overlaps(np.array(boxes))
    agrees = near >= AGREES
    groups = dict(enumerate(_weighed(near, agrees)))
    largest = [(group, one) for one, group in groups.items()]
    heapify(largest)
    left = np.ones(len(boxes), dtype=np.bool_)
    while largest:
        group, one = heappop(largest)
        if not left[one] or group is not groups[one]:
            continue  # it is in another group, or was weighed anew
        yield [boxes[at] for at in group.members]
        left[[*group.members]] = False
        lost = np.flatnonzero(agrees[[*group.members]].any(axis=0) & left)
        for other, weighed in zip(lost.tolist(), _weighed(near, agrees[lost] & left), strict=True):
            groups[other] = weighed
            heappush(largest, (weighed, other))


class _Group(NamedTuple):
    """Boxes that agree with one of them; the least is the largest group, then the nearest, then that further on."""

    size: int
    farness: float
    places: tuple[int, ...]
    members: tuple[int, ...]


def _weighed(near: NDArray[np.float64], rows: NDArray[np.bool_]) -> list[_Group]:
    """Return the groups of boxes that rows hold, with how near the boxes of each are to each other."""
    closeness = ((rows @ near) * rows).sum(axis=1).round(CLOSENESS_DIGITS)
    members = [tuple(np.flatnonzero(row).tolist()) for row in rows]
    return [
        _Group(-len(each), -close, tuple(-at for at in each), each)
        for close, each in zip(closeness.tolist(), members, strict=True)
    ]


def _overlaps(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over the union of each two boxes (x, y, width, height)."""
    x, y, width, height = boxes.T
    across = np.minimum.outer(x + width, x + width) - np.maximum.outer(x, x)
    down = np.minimum.outer(y + height, y + height) - np.maximum.outer(y, y)
    shared = np.maximum(across, 0.0) * np.maximum(down, 0.0)
    area = width * height
    return np.asarray(shared / (np.add.outer(area, area) - shared), dtype=np.float64)


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
