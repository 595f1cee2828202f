"""Vectors of half-precision numbers, as pgvector keeps them."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import models
from numpy.typing import NDArray

INDEXED_WIDTHS = (384, 768, 1024)
"""Vectors are kept at the next of these widths, with zeros behind that no cosine notices; each has an index."""
LONGEST = 16_000
"""How wide a halfvec may be; those beyond the indexed widths are searched by looking at all."""


class HalfVector(models.Field):  # type: ignore[type-arg]
    """A column `halfvec` of any width; written and read in pgvector's words: `[1,0.5]`."""

    def db_type(self, connection: Any) -> str:
        """Return the column's type."""
        return "halfvec"


def stored_width(width: int) -> int:
    """Return at which width vectors of this width are kept. Raises ValueError where no column holds them."""
    if not 0 < width <= LONGEST:
        raise ValueError(f"A vector of {width} numbers cannot be kept.")
    return next((each for each in INDEXED_WIDTHS if each >= width), width)


def as_halfvec(vector: Iterable[float], width: int) -> str:
    """Return a vector in pgvector's words, with zeros behind up to a width; five digits say all that is kept."""
    numbers = [format(number, ".5g") if math.isfinite(number) else "0" for number in vector]
    return f"[{','.join(numbers + ['0'] * (width - len(numbers)))}]"


def numbers_sent(sent: bytes) -> NDArray[np.float64]:
    """Return the numbers of a vector as pgvector's `halfvec_send` writes it: how many, two spare bytes, halves."""
    return np.frombuffer(sent, dtype=">f2", offset=4).astype(np.float64)
