"""Where in a picture a judgement points: a box in percent of its width and height (W3C Media Fragments 1.0, 4.2.2)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from earmark.errors import AnchorUnusable

WRITTEN = re.compile(r"xywh=percent:([^,]*),([^,]*),([^,]*),([^,]*)")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
PLACES = 4
"""Digits behind the point: a hundredth of a pixel in a picture of 10,000."""
ROUNDING = 10**-PLACES
"""How far a box may reach over the edge, in percent, because both of its numbers were rounded."""


@dataclass(frozen=True)
class Region:
    """A box: its left and upper edge, width and height, in percent of the picture (0 to 100).

    Raises AnchorUnusable, whose `code` says why: `not_a_number`, `no_area`, `outside`.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        box = (self.x, self.y, self.width, self.height)
        if not all(map(math.isfinite, box)):
            raise AnchorUnusable("not_a_number", f"A region is four finite numbers in percent; got {box}.")
        if min(round(self.width, PLACES), round(self.height, PLACES)) <= 0:
            raise AnchorUnusable(
                "no_area", f"A region needs a width and a height of {ROUNDING:.4f} % or more; got {box}."
            )
        if min(self.x, self.y) < 0 or max(self.x + self.width, self.y + self.height) > 100 + ROUNDING:
            raise AnchorUnusable("outside", f"A region lies within the picture, 0 to 100 % each way; got {box}.")

    @classmethod
    def of(cls, written: str) -> Region:
        """Return what `xywh=percent:x,y,w,h` names; raises AnchorUnusable, `not_a_region`, for other forms."""
        found = WRITTEN.fullmatch(written)
        if not found:
            raise AnchorUnusable("not_a_region", f"A region is written xywh=percent:x,y,width,height; got {written!r}.")
        if not all(map(NUMBER.fullmatch, found.groups())):
            raise AnchorUnusable("not_a_number", f"A region is four plain decimal numbers; got {written!r}.")
        return cls(*map(float, found.groups()))

    def __str__(self) -> str:
        numbers = (f"{value:.{PLACES}f}".rstrip("0").rstrip(".") for value in (self.x, self.y, self.width, self.height))
        return "xywh=percent:" + ",".join(numbers)
