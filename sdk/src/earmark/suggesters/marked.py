"""What suggesters of spans are taught with: texts that people looked at, and what they found in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from earmark.anchors import tokens_of
from earmark.types import Item

OUTSIDE = 0
"""The tag of a token of which nothing is said; label n begins with the tag 2n + 1 and goes on with 2n + 2."""


class MarkedSpan(NamedTuple):
    """Words of a text, from one code point to before another, and their label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class MarkedText:
    """An item whose text was looked at, with all that is in it: where nothing is marked, nothing is there.

    Texts of one `group`, such as copies of each other, are held out together; without one a text is a group by itself.
    """

    item: Item
    spans: Sequence[MarkedSpan] = ()
    group: str = ""


def useful_texts(marked: Iterable[MarkedText]) -> list[MarkedText]:
    """Return the texts that have words, each item once, in the order of their ids."""
    by_id = {each.item.id: each for each in marked if each.item.text.strip()}
    return [by_id[key] for key in sorted(by_id)]


def drawn_within(marked: Sequence[MarkedText], most_tokens: int, *, most_each: int) -> list[MarkedText]:
    """Return as many of these texts, in their order, as hold `most_tokens` together, each counted to `most_each`.

    Where all hold more, texts are drawn by a hash of their ids until one would not fit.
    """
    sizes = {each.item.id: min(len(tokens_of(each.item.text)), most_each) for each in marked}
    left, kept = most_tokens, set[str]()
    for key in sorted(sizes, key=lambda key: sha256(key.encode(errors="replace")).digest()):
        left -= sizes[key]
        if left < 0:
            break
        kept.add(key)
    return [each for each in marked if each.item.id in kept]


def labels_marked(marked: Iterable[MarkedText]) -> list[str]:
    """Return the labels that are marked anywhere, in the order of the alphabet."""
    return sorted({span.label for each in marked for span in each.spans})


def begins(label: int) -> int:
    """Return the tag with which a label begins."""
    return 2 * label + 1


def goes_on(label: int) -> int:
    """Return the tag with which a label goes on."""
    return 2 * label + 2


def outermost(spans: Iterable[MarkedSpan]) -> list[MarkedSpan]:
    """Return spans that do not overlap, as a token has one tag: of those that do, the longer one, then the first."""
    kept: list[MarkedSpan] = []
    for span in sorted(set(spans), key=lambda each: (each.start - each.end, each)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept)


def tags_of(marked: MarkedText, tokens: Sequence[tuple[int, int]], labels: Sequence[str]) -> list[int]:
    """Return the tag of each token; a span holds the tokens that it touches, also where it cuts them."""
    tags = [OUTSIDE] * len(tokens)
    number = {label: at for at, label in enumerate(labels)}
    at = 0
    for span in outermost(marked.spans):
        while at < len(tokens) and tokens[at][1] <= span.start:
            at += 1
        is_first = True
        while at < len(tokens) and tokens[at][0] < span.end and span.label in number:
            tags[at] = (begins if is_first else goes_on)(number[span.label])
            is_first, at = False, at + 1
    return tags


def is_whole(marked: MarkedText) -> bool:
    """Return whether tags can say all that is marked: no two spans overlap, and none cuts a token."""
    edges = {edge for token in tokens_of(marked.item.text) for edge in token}
    spans = sorted(marked.spans)
    return all(one.end <= other.start for one, other in pairwise(spans)) and all(
        span.start in edges and span.end in edges for span in spans
    )
