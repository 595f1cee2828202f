"""Where a span of Label Studio lies in an item's text.

Its `start` and `end` count code points since version 1.4 and UTF-16 units before (labelling front end, pull request
308), and a browser may have made one sign of CR LF. `value.text`, the words as its page showed them, tells which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from earmark.anchors import TextAnchor, describe, read_text
from earmark.errors import AnchorUnusable

Counted = Callable[[str, int], str | None]


@dataclass(frozen=True)
class Stretch:
    """A span as it is told: two offsets, and the words that lie there, None where they are not told."""

    start: int
    end: int
    words: str | None = None


def anchors_of(text: str, spans: Sequence[Stretch]) -> list[TextAnchor | AnchorUnusable]:
    """Return the anchor of each span of one annotation in the text as it counts, or why there is none.

    Of the ways to count the first is taken under which all words stand where they are said to, else each span is
    read alone. Without words, offsets are code points.
    """
    readings = list(_readings(text))
    for reading in readings:
        found = [reading(span) for span in spans]
        if all(isinstance(each, TextAnchor) for each in found):
            return list(found)
    return [_alone(readings, span) for span in spans]


def _alone(
    readings: Sequence[Callable[[Stretch], TextAnchor | AnchorUnusable]], span: Stretch
) -> TextAnchor | AnchorUnusable:
    found = [reading(span) for reading in readings]
    return next((each for each in found if isinstance(each, TextAnchor)), found[0])


def _readings(text: str) -> Iterator[Callable[[Stretch], TextAnchor | AnchorUnusable]]:
    """Yield the ways in which offsets may be counted in a text, the likeliest first."""
    yield lambda span: _anchor(text, span, _code_points)
    yield lambda span: _anchor(text, span, _utf16)
    one_sign = text.replace("\r\n", "\n")
    if one_sign != text:
        yield lambda span: _anchor(one_sign, span, _code_points)
        yield lambda span: _anchor(one_sign, span, _utf16)


def _anchor(text: str, span: Stretch, counted: Counted) -> TextAnchor | AnchorUnusable:
    before, within = counted(text, span.start), counted(text, span.end)
    if before is None or within is None or len(before) >= len(within):
        return AnchorUnusable("no_stretch", f"from {span.start} to {span.end} lies no stretch of the text")
    found = within[len(before) :]
    if span.words is not None and not _are_the_same(found, span.words):
        return AnchorUnusable(
            "another_quote", f"{found[:80]!r} stands from {span.start} to {span.end}, not {span.words[:80]!r}"
        )
    whole = read_text(text)
    start, end = (min(_length_read(part), len(whole)) for part in (before, within))
    if start >= end:
        return AnchorUnusable("no_stretch", f"from {span.start} to {span.end} is nothing but white space")
    return describe(whole, start, end)


def _code_points(text: str, count: int) -> str | None:
    return text[:count] if 0 <= count <= len(text) else None


def _utf16(text: str, count: int) -> str | None:
    """Return what stands before so many UTF-16 units; None past the end and inside of a character."""
    units = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= 2 * count <= len(units):
        return None
    before = units[: 2 * count].decode("utf-16-le", "surrogatepass")
    return before if text.startswith(before) else None


def _length_read(before: str) -> int:
    """Return how many signs a text has as it counts before the place where it goes on."""
    return len(read_text(before + "x")) - 1


def _are_the_same(found: str, said: str) -> bool:
    r"""Return whether words are those told, whatever their white space; ends of line are told as `\n` in two signs."""
    return read_text(found) in (read_text(said), read_text(said.replace("\\n", "\n")))
