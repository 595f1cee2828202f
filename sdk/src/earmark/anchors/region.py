"""Where in a picture a judgement points: a box in percent of its width and height (W3C Media Fragments 1.0, 4.2.2)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earmark.errors import AnchorUnusable

WRITTEN = re.compile(r"xywh=percent:([^,]*),([^,]*),([^,]*),([^,]*)")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
PLACES = 4
"""Digits behind the point: a hundredth of a pixel in a picture of 10,000."""
LARGEST_PX = 100_000
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


@dataclass(frozen=True)
class RegionAnchor:
    """A box in a picture, and the picture's own size in pixels, from 1 to 100,000 each way.

    Raises AnchorUnusable, `no_size`, for another size.
    """

    region: Region
    width: int
    height: int

    def __post_init__(self) -> None:
        for name, size in (("width", self.width), ("height", self.height)):
            if type(size) is not int or not 1 <= size <= LARGEST_PX:
                raise AnchorUnusable(
                    "no_size",
                    f"The picture's {name} is {size!r}; give its own size, picture=(width, height), as whole pixels "
                    f"from 1 to {LARGEST_PX:,}.",
                )

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> RegionAnchor:
        """Return the anchor that stands in JSON; raises AnchorUnusable where it is none, saying what to do."""
        try:
            region, width, height = wire["region"], wire["width"], wire["height"]
        except (KeyError, TypeError):
            raise AnchorUnusable("not_an_anchor", "An anchor of a picture is {region, width, height}.") from None
        if not isinstance(region, str):
            raise AnchorUnusable("not_a_region", f"A region is a string, not {type(region).__name__}.")
        return cls(Region.of(region), width, height)

    @classmethod
    def in_percent(cls, x: float, y: float, width: float, height: float, *, picture: tuple[int, int]) -> RegionAnchor:
        """Return the anchor of a box in percent of a picture, whose width and height are given in pixels.

        Raises AnchorUnusable for what is no box within the picture.
        """
        return cls(Region(x, y, width, height), *_size(picture))

    @classmethod
    def in_pixels(cls, x: float, y: float, width: float, height: float, *, picture: tuple[int, int]) -> RegionAnchor:
        """Return the anchor of a box in pixels of a picture, whose width and height are given in pixels.

        Raises AnchorUnusable for what is no box within the picture, naming the edge that it is over.
        """
        whole = cls(Region(0, 0, 100, 100), *_size(picture))
        if not all(map(math.isfinite, (x, y, width, height))):
            raise AnchorUnusable("not_a_number", f"A box is four finite numbers; got {(x, y, width, height)}.")
        if min(width, height) <= 0:
            raise AnchorUnusable("no_area", f"A box needs a width and a height above 0; got {width} and {height} px.")
        if x < 0 or y < 0 or x + width > whole.width or y + height > whole.height:
            raise AnchorUnusable(
                "outside",
                f"The box from {x}, {y} to {x + width}, {y + height} px is not within the picture, which has "
                f"{whole.width} × {whole.height} px; give the size of the picture that the box was measured in.",
            )
        across, down = 100 / whole.width, 100 / whole.height
        return cls(Region(x * across, y * down, width * across, height * down), whole.width, whole.height)

    @property
    def wire(self) -> dict[str, Any]:
        """The anchor as JSON holds it."""
        return {"region": str(self.region), "width": self.width, "height": self.height}

    @property
    def pixels(self) -> tuple[float, float, float, float]:
        """Left and upper edge, width and height in pixels of the picture."""
        across, down = self.width / 100, self.height / 100
        box = self.region
        return box.x * across, box.y * down, box.width * across, box.height * down


def _size(picture: tuple[int, int]) -> tuple[int, int]:
    try:
        width, height = picture
    except (TypeError, ValueError):
        raise AnchorUnusable(
            "no_size", f"picture is (width, height) of the picture in pixels; got {picture!r}."
        ) from None
    return width, height
