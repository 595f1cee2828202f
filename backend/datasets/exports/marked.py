"""Texts and pictures with what was found in them, and those that a file cannot hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class MarkedSpan:
    """Words of a text, from one code point to before another, and their label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class MarkedText:
    """A text that was looked at, by its item's key; without spans nothing of the kind is in it."""

    item: str
    split: str
    text: str
    spans: Sequence[MarkedSpan] = ()


@dataclass(frozen=True)
class MarkedBox:
    """A box in percent of a picture's width and height, and its label."""

    x: float
    y: float
    width: float
    height: float
    label: str

    def in_pixels(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height in a picture of this size, to a hundredth of a pixel, never over its edge."""
        left, top = self.x * width / 100, self.y * height / 100
        right, bottom = left + self.width * width / 100, top + self.height * height / 100
        right, bottom = min(right, width), min(bottom, height)
        x, y = round(left, 2), round(top, 2)
        return x, y, round(round(right, 2) - x, 2), round(round(bottom, 2) - y, 2)


@dataclass(frozen=True)
class MarkedPicture:
    """A picture that was looked at, by its item's key and its address, with its size in pixels."""

    item: str
    split: str
    url: str
    width: int
    height: int
    boxes: Sequence[MarkedBox] = ()


class Why(StrEnum):
    """Why a text or a picture is not in a file."""

    UNSETTLED = "unsettled"
    NOT_LOOKED_AT = "not_looked_at"
    SEVERAL_TEXTS = "several_texts"
    TEXT_GONE = "text_gone"
    OVERLAP = "overlap"
    NOT_ON_TOKENS = "not_on_tokens"
    NO_TOKENS = "no_tokens"
    NO_SIZE = "no_size"
    ANOTHER_SHAPE = "another_shape"
    ANOTHER_PICTURE = "another_picture"
    NO_AREA = "no_area"
    REMOVED = "removed"


IN_WORDS: dict[str, str] = {
    Why.UNSETTLED: "something marked in it is not settled, and would pass for nothing",
    Why.NOT_LOOKED_AT: "somebody marked a place in it as nothing by themselves, and nobody was asked about it",
    Why.SEVERAL_TEXTS: "it was changed between two marks, and no text holds both",
    Why.TEXT_GONE: "the text that was marked is not kept any more",
    Why.OVERLAP: "two spans overlap, and a token has one tag",
    Why.NOT_ON_TOKENS: "a span begins or ends inside a token",
    Why.NO_TOKENS: "it has no words",
    Why.NO_SIZE: "neither the item nor the page told the picture's size in pixels",
    Why.ANOTHER_SHAPE: "the page showed a picture of another shape than the item's",
    Why.ANOTHER_PICTURE: "something in it was judged on a picture that has been replaced since",
    Why.NO_AREA: "a box is smaller than a hundredth of a pixel",
    Why.REMOVED: "the host has removed it",
}


@dataclass(frozen=True)
class LeftOut:
    """An item that the files of a form do not hold, with the reason."""

    item: str
    form: str
    why: Why

    def as_facts(self) -> dict[str, str]:
        """Return what the manifest says of it."""
        return {"item": self.item, "form": self.form, "reason": self.why, "in_words": IN_WORDS[self.why]}


def counted(left_out: Iterable[LeftOut]) -> dict[str, dict[str, int]]:
    """Return how many items are left out, by form and reason."""
    found: dict[str, dict[str, int]] = {}
    for each in left_out:
        by_reason = found.setdefault(each.form, {})
        by_reason[each.why] = by_reason.get(each.why, 0) + 1
    return found


class CannotHold(Exception):
    """A file of this form cannot hold an item; `why` says the reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(IN_WORDS[why])
        self.why = why


_PARTS_LINES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"})
"""What JSON may hold as it is, and many readers take for the end of a line."""


def one_line(facts: Any) -> str:
    """Return facts as one line of JSON, whatever its reader takes for the end of one."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(_PARTS_LINES)
