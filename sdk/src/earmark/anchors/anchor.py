"""Where in a text a judgement points: the words, what stood around them, their position, and the text's hash.

The form is that of the W3C Web Annotation Data Model (2017): a TextQuoteSelector and a TextPositionSelector, with the
hash of the text that the position counts in. Positions are Unicode code points: an index of a Python `str`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from earmark.errors import AnchorUnusable

CONTEXT = 48
"""Code points that are kept of what stands before and after."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Quote:
    """The words, and up to 48 code points before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Position:
    """The first code point of the words, and the one after their last."""

    start: int
    end: int


@dataclass(frozen=True)
class Elsewhere:
    """What else stood in the text when an anchor was made: how often the very words did, and how much was like them.

    `likeness` is the share, 0 to 1, of words and context that stood at the other place most like theirs; 0 where
    none was like enough to be taken for theirs.
    """

    count: int
    likeness: float


@dataclass(frozen=True)
class TextAnchor:
    """Words in a text; `snapshot` is the SHA-256 of the text's UTF-8, in hexadecimal.

    `elsewhere` is told where the text was looked through for others like them (`look_elsewhere`); by it `find` tells
    words that are gone from their like.
    """

    quote: Quote
    position: Position
    snapshot: str
    elsewhere: Elsewhere | None = None

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> TextAnchor:
        """Return the anchor that stands in JSON; raises AnchorUnusable where it is none, saying what to do."""
        try:
            quote, position, snapshot = wire["quote"], wire["position"], wire["snapshot"]
            parts = [quote["exact"], quote.get("prefix", ""), quote.get("suffix", ""), snapshot]
            places = [position["start"], position["end"]]
        except (KeyError, TypeError, AttributeError):
            raise AnchorUnusable(
                "not_an_anchor", "An anchor is {quote: {exact, prefix, suffix}, position: {start, end}, snapshot}."
            ) from None
        if any(not isinstance(part, str) for part in parts) or any(type(place) is not int for place in places):
            raise AnchorUnusable("not_an_anchor", "Quote and snapshot are strings; start and end are whole numbers.")
        _check(*places, *parts[:3])
        return cls(Quote(*parts[:3]), Position(*places), snapshot, _elsewhere_of(wire.get("elsewhere")))

    @property
    def wire(self) -> dict[str, Any]:
        """The anchor as JSON holds it."""
        told = asdict(self)
        if self.elsewhere is None:
            del told["elsewhere"]
        return told


def _elsewhere_of(told: Any) -> Elsewhere | None:
    if told is None:
        return None
    found: dict[str, Any] = dict(told) if isinstance(told, Mapping) else {}
    count: Any = found.get("count")
    likeness: Any = found.get("likeness")
    if type(count) is not int or count < 0 or type(likeness) not in (int, float) or not 0 <= likeness <= 1:
        raise AnchorUnusable("not_an_anchor", "elsewhere is {count: 0 or more, likeness: 0 to 1}; or leave it out.")
    return Elsewhere(count, float(likeness))


def snapshot_of(text: str) -> str:
    """Return the hash by which a text is known: SHA-256 of its UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def describe(text: str, start: int, end: int) -> TextAnchor:
    """Return the anchor of `text[start:end]`; raises AnchorUnusable for a stretch that is empty or not in the text."""
    _check(start, end)
    _check_within(text, end)
    quote = Quote(text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])
    return TextAnchor(quote, Position(start, end), snapshot_of(text))


def words_of(anchor: TextAnchor, text: str) -> str:
    """Return the words that an anchor marks in the very text it was made in.

    Raises AnchorUnusable, whose `code` says what is wrong: `another_snapshot` (look the words up with `find`),
    `past_the_end`, `another_quote`.
    """
    if anchor.snapshot != snapshot_of(text):
        raise AnchorUnusable(
            "another_snapshot",
            "The text has changed since the anchor was made, or was read another way; take the snapshot that the "
            "anchor names, or look its words up with find(anchor, text).",
        )
    start, end = anchor.position.start, anchor.position.end
    _check_within(text, end)
    if text[start:end] != anchor.quote.exact:
        raise AnchorUnusable(
            "another_quote",
            f"{text[start:end]!r} stands at {start} to {end}, not {anchor.quote.exact!r}; count code points, "
            "not UTF-16 units or bytes.",
        )
    return anchor.quote.exact


def _check(start: int, end: int, *parts: str) -> None:
    if not 0 <= start < end:
        raise AnchorUnusable("no_stretch", f"start must be 0 or more and less than end; got {start} and {end}.")
    if any(LONE_SURROGATE.search(part) for part in parts):
        raise AnchorUnusable(
            "inside_a_character",
            "A surrogate stands alone: the text was cut inside a character; cut at code points, not at UTF-16 units.",
        )


def _check_within(text: str, end: int) -> None:
    if end > len(text):
        raise AnchorUnusable(
            "past_the_end",
            f"The text has {len(text)} code points and the anchor ends at {end}; count code points, "
            "not UTF-16 units or bytes.",
        )
