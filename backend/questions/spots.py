"""Spots: stretches of an item's text and parts of its picture, where they lie and how far they overlap. Pure.

An anchor is here what JSON holds: `{"quote", "position", "snapshot"}` of a span, `{"region", "width", "height"}` of a
region. Its place is written `120-136` or `10,20,30,40`; a candidate's id is the place, a space and the label.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from earmark import anchors
from earmark.anchors import Region, TextAnchor, describe, look_elsewhere, words_of
from earmark.errors import AnchorUnusable

from backend.questions.relocated import TEXTS_KEPT, Anchor, anchors_now, relocated, snapshot
from backend.questions.units import Kind

Numbers = tuple[float, ...]

SAME_SPOT = 0.5
"""The share of the intersection in the union from which on two places with one label are one spot."""
LARGEST_PICTURE_PX = 100_000
SAME_SHAPE = 0.02
"""How far the ratio of width and height of two sizes of one picture may differ."""
LONGEST_LOOKED_THROUGH = 100_000
"""How long a text in signs may be to be looked through for others like the words that were marked; that takes .1 s."""


@dataclass(frozen=True)
class Picture:
    """The picture of an item, as the host registered it; a size is None where none was told."""

    url: str
    width: int | None
    height: int | None
    alt: str
    version: str = ""

    @property
    def content(self) -> tuple[str, str]:
        """Return what tells this picture from another: its address without the query, and its version.

        Signatures stand in a query, and change though the picture is the same.
        """
        return self.url.partition("#")[0].partition("?")[0], self.version


def text_of(body: str, metadata: Mapping[str, Any]) -> str:
    """Return the text of an item that positions count in: of markup, where `metadata` says `format: html`, its text."""
    return _read(body, str(metadata.get("format")))


@lru_cache(TEXTS_KEPT)
def _read(body: str, form: str) -> str:
    return anchors.text_of(body, {"format": form})


def picture_of(metadata: Mapping[str, Any]) -> Picture | None:
    """Return the picture that stands under `image` in an item's metadata; None where no address of one does."""
    image = metadata.get("image")
    url = image.get("url") if isinstance(image, Mapping) else None
    if not isinstance(image, Mapping) or not isinstance(url, str) or not url.startswith(("https://", "http://", "/")):
        return None
    alt, version = image.get("alt"), image.get("version")
    size = _px(image.get("width")), _px(image.get("height"))
    return Picture(url, *size, alt if isinstance(alt, str) else "", "" if version is None else str(version))


def _px(value: object) -> int | None:
    return value if type(value) is int and 1 <= value <= LARGEST_PICTURE_PX else None


def is_span(anchor: Anchor) -> bool:
    """Return whether an anchor is words of a text, and not a part of a picture."""
    return "quote" in anchor


def numbers_of(anchor: Anchor) -> Numbers:
    """Return where an anchor lies: start and end in code points, or x, y, width and height in percent."""
    if is_span(anchor):
        return anchor["position"]["start"], anchor["position"]["end"]
    box = Region.of(anchor["region"])
    return box.x, box.y, box.width, box.height


def place_of(anchor: Anchor) -> str:
    """Return where an anchor lies, as it is written."""
    if is_span(anchor):
        return f"{anchor['position']['start']}-{anchor['position']['end']}"
    return str(Region.of(anchor["region"])).partition(":")[2]


def candidate_id(anchor: Anchor, label: str = "") -> str:
    """Return the id of a spot as a candidate: its place and the label, or the place alone where no label is shown."""
    return f"{place_of(anchor)} {label}".rstrip()


def label_in(candidate: str) -> str:
    """Return the label that a spot's candidate id names, empty where it names none."""
    return candidate.partition(" ")[2]


def words_in(anchor: Anchor | None) -> str:
    """Return the words that an anchor marks; of a part of a picture, and of none, nothing."""
    return str(anchor["quote"]["exact"]) if anchor and is_span(anchor) else ""


def said_of_spot(anchor: Anchor | None) -> str:
    """Return a spot in words for a person: the quote of a span, the numbers of a region; of none, nothing."""
    if anchor is None:
        return ""
    return f"“{words_in(anchor)}”" if is_span(anchor) else f"{place_of(anchor)} %"


def said_of_candidate(anchor: Anchor | None, label: str) -> str:
    """Return a candidate in words for a person: of a spot what it marks and its label, of another its label."""
    return f"{said_of_spot(anchor)} {label_in(label)}".rstrip() if anchor else label


def spot_key(item: int, anchor: Anchor) -> str:
    """Return the key of (item, spot); a span is one of the text that it was marked in."""
    return f"{item}:{anchor['snapshot'][:16]}:{place_of(anchor)}" if is_span(anchor) else f"{item}:{place_of(anchor)}"


def overlap(one: Numbers, other: Numbers) -> float:
    """Return the intersection over the union of two spans or two boxes: 0 apart, 1 the same."""
    shared = _shared(one, other)
    return shared / (_size(one) + _size(other) - shared)


def _size(place: Numbers) -> float:
    return place[1] - place[0] if len(place) == 2 else place[2] * place[3]


def _shared(one: Numbers, other: Numbers) -> float:
    if len(one) == 2:
        return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down)


def resolve(
    anchor: Anchor, *, kind: str, text: str, picture: Picture | None, is_looked_through: bool = True
) -> dict[str, Any]:
    """Return what was told of a place as it is kept: in the item's own text, or with its own picture's size.

    A page may show another text than is registered: its words are looked up in ours, and what it told is kept under
    `told`. Where the text is to be looked through, the anchor tells what else stands in it. Raises AnchorUnusable:
    `text_not_found` where our text has no such words, else what is wrong with it.
    """
    if is_span(anchor) != (kind == Kind.SPAN):
        wanted = "{quote, position, snapshot}" if kind == Kind.SPAN else "{region, width, height}"
        raise AnchorUnusable("not_an_anchor", f"A {kind} question takes an anchor of the form {wanted}.")
    if kind == Kind.REGION:
        return _in_picture(anchor, picture)
    told = TextAnchor.of(anchor)
    looked_through = text if is_looked_through else ""
    if told.snapshot == snapshot(text):
        words_of(told, text)
        return _kept(describe(text, told.position.start, told.position.end), looked_through)
    found = relocated(told, text)
    if found is None:
        raise AnchorUnusable(
            "text_not_found",
            "The item's text as it is registered has no such words; register the text that the page shows.",
        )
    return _kept(found, looked_through) | {"told": told.wire}


def _kept(anchor: TextAnchor, text: str) -> dict[str, Any]:
    """Return an anchor as it is kept: with what else stands in its text, if that is there and not very long."""
    return (look_elsewhere(anchor, text) if 0 < len(text) <= LONGEST_LOOKED_THROUGH else anchor).wire


def _in_picture(anchor: Anchor, picture: Picture | None) -> dict[str, Any]:
    """Return a box with the registered picture's size, or with the page's where that shows one of another shape."""
    width, height = anchor.get("width"), anchor.get("height")
    if picture and picture.width and picture.height and not has_another_shape(anchor, picture.width, picture.height):
        width, height = picture.width, picture.height
    if _px(width) is None or _px(height) is None:
        raise AnchorUnusable("no_size", "A region needs the picture's width and height in px, from 1 to 100,000.")
    region = anchor.get("region")
    if not isinstance(region, str):
        raise AnchorUnusable("not_a_region", "A region is written xywh=percent:x,y,width,height.")
    return {"region": str(Region.of(region)), "width": width, "height": height}


def has_another_shape(anchor: Anchor, width: int, height: int) -> bool:
    """Return whether a box was marked on a picture of other proportions than these, so not on this one."""
    marked = _px(anchor.get("width")), _px(anchor.get("height"))
    return None not in marked and abs((marked[0] / marked[1]) / (width / height) - 1) > SAME_SHAPE  # type: ignore[operator]


def anchor_now(anchor: Anchor, text: str) -> dict[str, Any] | None:
    """Return where an anchor lies in the text as it is now; None where its words are gone. A region lies where it did.

    `text` is read only where the anchor is a span.
    """
    return anchors_now([anchor], text)[0]
