"""How a candidate stands among the others of its pool: whether the item is nearer to it than they are.

A hub is near to everything, so that it is near to an item says little; what counts is whether it is nearer to the
item than to its own neighbours (mutual proximity, Schnitzer and others 2012; local scaling, as Conneau and others
2018). Only the first COMPARED of a ranked pool are compared, with each other alone, so the cost is fixed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from earmark.suggesters.places import Vectors

COMPARED = 50
NEAREST = 3
STANDING = ("nearer_to_others", "nearer_to_item")
"""The logarithm of how many others a candidate is nearer to than to the item; and how much nearer it is to the item
than to the NEAREST of them, on average."""


@runtime_checkable
class TellsVectors(Protocol):
    """Vectors that lie elsewhere and are read in one go."""

    def vectors_of(self, keys: Collection[str]) -> Mapping[str, Any]:
        """Return the vectors, of whatever length, of those of these items that have one."""
        ...


def standing(ids: Sequence[str], cosines: Sequence[float], dense: Vectors | None) -> list[tuple[float, float]]:
    """Return the STANDING of each of a pool's candidates, best first.

    `cosines` are theirs to the item, `dense` holds their vectors. Those beyond COMPARED or without a vector
    are taken to stand in the middle, and as far from the item as any; where fewer than two can be compared all is 0.
    """
    known = _vectors_of(ids[:COMPARED], dense)
    rows = [row for row, key in enumerate(ids[:COMPARED]) if key in known]
    if len(rows) < 2:
        return [(0.0, 0.0)] * len(ids)
    import numpy as np

    vectors = np.array([known[ids[row]] for row in rows], dtype=np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    among = vectors @ vectors.T
    np.fill_diagonal(among, -1.0)
    to_item = np.array([cosines[row] for row in rows])
    nearest = np.sort(among, axis=1)[:, -min(NEAREST, len(rows) - 1) :].mean(axis=1)
    ahead = np.log1p((among > to_item[:, None]).sum(axis=1))
    told = dict(zip(rows, zip(ahead.tolist(), (to_item - nearest).tolist(), strict=True), strict=True))
    usual = math.log1p(len(rows) / 2), min(nearer for _, nearer in told.values())
    return [told.get(row, usual) for row in range(len(ids))]


def _vectors_of(keys: Sequence[str], dense: Vectors | None) -> Mapping[str, Any]:
    if dense is None:
        return {}
    if isinstance(dense, TellsVectors):
        return dense.vectors_of(keys)
    found = {key: dense.vector_of(key) for key in keys}
    return {key: vector for key, vector in found.items() if vector is not None}
