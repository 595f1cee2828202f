"""What is kept of an item to compare it with others: its words, identifiers, lines as checksums, and its short fields.

An index keeps a sketch beside each item, so that a pool is described without reading or splitting a text again.
Checksums are CRC-32; that two different words share one is so rare that it moves no order.
"""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zlib import crc32

from earmark.suggesters.fields import flat
from earmark.types import Item

LONGEST_BODY = 6_000
"""So many signs of a body are sketched."""
SHORTEST_LINE = 24
GRAM_SIGNS = 4
LARGEST_COUNT = 255
LONGEST_VALUE_SIGNS = 80
"""Longer values of a field are prose, which is not compared as a field."""
NOTHING: tuple[Any, ...] = ("", [])
HEAD = struct.Struct("<5I")
"""How many words, lines and groups of letters follow, and the lengths of title and body in signs."""
SUM = struct.Struct("<I")
NAMED = 1
"""The mark of a word that is spelt as people spell names of things."""
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")
Words = Sequence[tuple[str, str]]
Facts = tuple[str, str, Mapping[str, Any]]
"""Author, kind and fields of an item."""


def sketched(item: Item, title: Words, body: Words) -> bytes:
    """Return the sketch of an item, whose texts have these words (as indexed, as spelt; see `Snapshot.words`).

    After HEAD stand the checksums of words, lines and groups of four letters of the title, 4 bytes each, then a byte a
    word each for its count in the title, in the body, and its marks; then author, kind and short fields as JSON.
    """
    in_title, in_body = Counter(word for word, _ in title), Counter(word for word, _ in body)
    words = list(dict.fromkeys([*in_title, *in_body]))
    named = {word for word, spelt in (*title, *body) if _is_identifier(spelt)}
    lines, grams = _lines(item.body[:LONGEST_BODY]), _grams(item.title)
    sums = [*map(checksum, words), *map(checksum, lines), *map(checksum, grams)]
    return b"".join(
        (
            HEAD.pack(len(words), len(lines), len(grams), len(item.title), len(item.body)),
            struct.pack(f"<{len(sums)}I", *sums),
            bytes(min(LARGEST_COUNT, in_title[word]) for word in words),
            bytes(min(LARGEST_COUNT, in_body[word]) for word in words),
            bytes(NAMED * (word in named) for word in words),
            json.dumps([item.author, item.kind, _short(item.metadata)], default=str).encode(),
        )
    )


def checksum(text: str) -> int:
    """Return by which number a text is known in a sketch."""
    return crc32(text.encode("utf-8", "replace"))


def packed_checksum(text: str) -> bytes:
    """Return the checksum of a text as it stands in a sketch."""
    return SUM.pack(checksum(text))


def words_said(sketch: bytes, among: Mapping[str, bytes]) -> Iterator[str]:
    """Yield those of some words, given with their packed checksums, that a sketched item says."""
    [count, *_] = HEAD.unpack_from(sketch)
    end = HEAD.size + SUM.size * count
    for word, packed in among.items():
        at = sketch.find(packed, HEAD.size, end)
        while at >= 0 and (at - HEAD.size) % SUM.size:  # it lies across two others
            at = sketch.find(packed, at + 1, end)
        if at >= 0:
            yield word


def is_cut(sketch: bytes) -> bool:
    """Return whether an item says more than its sketch holds."""
    return bool(HEAD.unpack_from(sketch)[4] > LONGEST_BODY)


def facts_in(sketches: Iterable[bytes]) -> list[Facts]:
    """Return author, kind and short fields of each of several sketched items; at once, as there may be hundreds."""
    told = b",".join(sketch[_end_of_words(sketch) :] for sketch in sketches)
    return [(author, kind, metadata) for author, kind, metadata in json.loads(b"[%b]" % told)]


def _end_of_words(sketch: bytes) -> int:
    words, lines, grams, _, _ = HEAD.unpack_from(sketch)
    return int(HEAD.size + SUM.size * (words + lines + grams) + 3 * words)


def is_robbed(item: Item, sketch: bytes) -> bool:
    """Return whether an item's earlier sketch names another author than it has, or a field that it has no more."""
    [(author, _, before)] = facts_in([sketch])
    now = _short(item.metadata)
    return author not in ("", item.author) or any(
        value not in NOTHING and now.get(name, "") in NOTHING for name, value in before.items()
    )


def _short(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that may be compared, named as by `flat`: scalars, dates and lists of them, none long."""
    plain = ((name, _plain(value)) for name, value in flat(metadata).items())
    return {name: value for name, value in plain if value != []}


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it, of a list what is short; an empty list of what is not compared."""
    if isinstance(value, list | tuple | set | frozenset):
        return [each for each in map(_plain, value) if each != [] and not isinstance(each, list)]
    if isinstance(value, date):
        return str(value)
    is_short = isinstance(value, str | int | float) and len(str(value)) <= LONGEST_VALUE_SIGNS
    return value if is_short else []


def _is_identifier(spelt: str) -> bool:
    """Return whether a word is spelt as people spell names of things: parts, humps, digits among letters, capitals."""
    inner = spelt[1:]
    is_mixed = any(map(str.isdigit, spelt)) and any(map(str.isalpha, spelt))
    return len(spelt) > 2 and (is_mixed or not spelt.isalnum() or any(map(str.isupper, inner)))


def _lines(body: str) -> list[str]:
    """Return each of the longer lines of a text once, in its order, numbers and blanks put aside."""
    stripped = (_BLANKS.sub(" ", _DIGITS.sub("0", line)).strip() for line in body.splitlines())
    return list(dict.fromkeys(line for line in stripped if len(line) >= SHORTEST_LINE))


def _grams(title: str) -> list[str]:
    lowered = _BLANKS.sub(" ", title.lower())
    return list(dict.fromkeys(lowered[at : at + GRAM_SIGNS] for at in range(len(lowered) - GRAM_SIGNS + 1)))
