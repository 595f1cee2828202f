"""Items and vectors drawn by a recipe: the same number draws the same ones.

A word's rank is drawn by Zipf's law over VOCABULARY words of two to five syllables. A title has TITLE_WORDS words
and a body a log-normal number around BODY_WORDS; each word comes from the item's topic with the chance TOPIC_SHARE
(one of TOPIC_WORDS words, themselves drawn by the law). Three items of ten name a version, three a setting in
camelCase, one an error with a code. Fields: component, priority, version, labels. Item n is created n minutes
after FIRST.

A vector is a unit centre of one of CLUSTERS, plus normal noise of length NOISE, brought to unit length.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

WIDTH, CLUSTERS, NOISE = 384, 1_000, 0.7
VOCABULARY, TITLE_WORDS, BODY_WORDS, SPREAD, LONGEST = 200_000, 8, 60, 0.6, 400
TOPICS, TOPIC_WORDS, TOPIC_SHARE = 5_000, 40, 0.25
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000
_COPY = (
    "copy suggestions_itemvector (project_id, version_id, item_id, text_hash, created_at, width, vector)"
    " from stdin (format binary)"
)
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_SYLLABLES = [first + vowel for first in "bcdfghjklmnprstvwz" for vowel in "aeiou"]


@dataclass(frozen=True)
class DrawnItem:
    """An item as it is registered."""

    key: str
    title: str
    body: str
    author: str
    metadata: dict[str, Any]
    created_at: datetime


def centres(draw: np.random.Generator) -> Any:
    """Return the centres of the clusters, shape (CLUSTERS, WIDTH), of unit length."""
    drawn = draw.normal(size=(CLUSTERS, WIDTH)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def vectors(draw: np.random.Generator, around: Any, count: int) -> Any:
    """Return vectors around centres, shape (count, WIDTH), of unit length."""
    drawn = around[draw.integers(CLUSTERS, size=count)]
    drawn += NOISE / WIDTH**0.5 * draw.standard_normal(size=(count, WIDTH), dtype=np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def write_vectors(owner: Any, project: int, version: int, ids: Sequence[int], parts: Iterator[Any]) -> None:
    """Write vectors, which come in parts, into a store: each of an item, created a minute after the one before."""
    since_2000 = int((FIRST - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() * 1e6)
    at = 0
    with owner.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(_COPY_HEAD)
        for part in parts:
            for half in part.astype(">f2"):
                vector = struct.pack(">HH", WIDTH, 0) + half.tobytes()
                row = struct.pack(">hiqiqiqii", 7, 8, project, 8, version, 8, ids[at], 0, 8)
                copy.write(row + struct.pack(">qihi", since_2000 + at * 60_000_000, 2, WIDTH, len(vector)) + vector)
                at += 1
        copy.write(struct.pack(">h", -1))


def items(count: int, seed: int = 1) -> Iterator[DrawnItem]:
    """Yield the first `count` items of the recipe."""
    draw = np.random.default_rng(seed)
    words = _words(draw)
    law = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
    topics = _by_law(draw, law, (TOPICS, TOPIC_WORDS))
    for start in range(0, count, AT_ONCE):
        lengths = np.minimum(LONGEST, draw.lognormal(np.log(BODY_WORDS), SPREAD, AT_ONCE).astype(int) + 1)
        sizes = TITLE_WORDS + lengths
        topic = np.repeat(draw.integers(TOPICS, size=AT_ONCE), sizes)
        of_topic = topics[topic, draw.integers(TOPIC_WORDS, size=len(topic))]
        ranks = np.where(draw.random(len(topic)) < TOPIC_SHARE, of_topic, _by_law(draw, law, len(topic)))
        extras = draw.integers(1 << 30, size=(AT_ONCE, 4))
        end = 0
        for at in range(min(AT_ONCE, count - start)):
            begin, end = end, end + int(sizes[at])
            said = [words[rank] for rank in ranks[begin:end]]
            yield _item(start + at, said, [int(extra) for extra in extras[at]])


def _item(number: int, said: list[str], extra: list[int]) -> DrawnItem:
    one, two, three, four = extra
    title, body = said[:TITLE_WORDS], said[TITLE_WORDS:]
    if one % 10 < 3:
        title.append(f"{one // 10 % 9}.{one // 100 % 30}.{one // 10_000 % 10}")
    if two % 10 < 3:
        body.insert(len(body) // 2, body[0] + body[-1].capitalize() + "Setting")
    if three % 10 < 1:
        body.append(f"\nError {three // 10 % 5_000}: {body[0]}/{body[-1]}.conf line {four % 900} cannot be read")
    metadata = {
        "component": f"part {one % 37}",
        "priority": ("low", "usual", "high")[two % 3],
        "version": f"{three % 9}.{four % 12}",
        "labels": [f"label {each % 101}" for each in (one, two)],
    }
    created_at = FIRST + timedelta(minutes=number)
    return DrawnItem(f"{number:08}", " ".join(title), " ".join(body), f"person {four % 20_011}", metadata, created_at)


def _words(draw: np.random.Generator) -> list[str]:
    """Return different words, the commonest first, which are short."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        count = 2 + (len(found) > 500) + (len(found) > 20_000) + int(draw.integers(2))
        found["".join(_SYLLABLES[at] for at in draw.integers(len(_SYLLABLES), size=count))] = None
    return list(found)


def _by_law(draw: np.random.Generator, law: Any, size: Any) -> Any:
    return np.searchsorted(law, draw.random(size) * law[-1])
