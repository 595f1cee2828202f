"""What the texts of two items have in common: words by rarity, identifiers, whole lines."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from earmark.suggesters.snapshot import BODY, Snapshot
from earmark.types import Item

LONGEST_BODY = 6_000
SHORTEST_LINE = 24
RARE_DOCUMENTS = 12
TELLING_SHARED = 3
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")

LIKENESS = (
    "title_cosine",
    "body_cosine",
    "text_cosine",
    "title_said_there",
    "title_said_here",
    "title_letters",
    "rare_words",
    "rarest_word",
    "telling_words",
    "identifiers",
    "same_lines",
    "length",
)


@dataclass(frozen=True)
class Sketch:
    """An item's texts, ready to be compared: words with their weights, identifiers, lines, groups of letters."""

    title: Mapping[str, float]
    body: Mapping[str, float]
    text: Mapping[str, float]
    title_norm: float
    body_norm: float
    text_norm: float
    identifiers: frozenset[str]
    lines: frozenset[int]
    letters: frozenset[str]


class Rarity:
    """The inverse document frequency of words in an index, remembered while it holds as many items."""

    def __init__(self) -> None:
        self._count = -1
        self._known: dict[str, float] = {}

    def of(self, snapshot: Snapshot) -> Callable[[str], float]:
        """Return what tells the rarity of a word, from 0 (everywhere) up."""
        if snapshot.count != self._count:
            self._count, self._known = snapshot.count, {}
        known = self._known

        def rarity(word: str) -> float:
            found = known.get(word)
            if found is None:
                found = known[word] = snapshot.idf(BODY, word)
            return found

        return rarity


def sketched(item: Item, snapshot: Snapshot, rarity: Callable[[str], float]) -> Sketch:
    """Return the sketch of an item, its words weighted by the root of their count times their rarity."""
    body_text = item.body[:LONGEST_BODY]
    title, body = snapshot.words(item.title), snapshot.words(body_text)
    in_title, in_body = Counter(word for word, _ in title), Counter(word for word, _ in body)
    weighted = [
        {word: math.sqrt(count) * rarity(word) for word, count in counts.items()}
        for counts in (in_title, in_body, in_title + in_title + in_body)
    ]
    lowered = _BLANKS.sub(" ", item.title.lower())
    return Sketch(
        title=weighted[0],
        body=weighted[1],
        text=weighted[2],
        title_norm=_norm(weighted[0]),
        body_norm=_norm(weighted[1]),
        text_norm=_norm(weighted[2]),
        identifiers=frozenset(word for word, spelt in (*title, *body) if _is_identifier(spelt)),
        lines=frozenset(_lines(body_text)),
        letters=frozenset(lowered[at : at + 4] for at in range(len(lowered) - 3)),
    )


def likeness(here: Sketch, there: Sketch, rarity: Callable[[str], float], *, rare: float) -> tuple[float, ...]:
    """Return how alike two texts are, by the names in LIKENESS; `rare` is from which rarity a word counts as rare."""
    shared = sorted((rarity(word) for word in here.text.keys() & there.text.keys()), reverse=True)
    return (
        _cosine(here.title, there.title, here.title_norm * there.title_norm),
        _cosine(here.body, there.body, here.body_norm * there.body_norm),
        _cosine(here.text, there.text, here.text_norm * there.text_norm),
        _share(here.title, there.text),
        _share(there.title, here.text),
        _overlap(here.letters, there.letters),
        math.log1p(sum(1 for each in shared if each >= rare)),
        shared[0] if shared else 0.0,
        sum(shared[:TELLING_SHARED]),
        math.log1p(sum(rarity(word) for word in here.identifiers & there.identifiers)),
        math.log1p(len(here.lines & there.lines)),
        math.log1p(len(there.body)) - math.log1p(len(here.body)),
    )


def rare_from(count: int) -> float:
    """Return the rarity of a word that RARE_DOCUMENTS of this many items say."""
    said = min(RARE_DOCUMENTS, max(1, count // 100))
    return math.log(1 + (max(count, said) - said + 0.5) / (said + 0.5))


def _is_identifier(spelt: str) -> bool:
    """Return whether a word is spelt as people spell names of things: parts, humps, digits among letters, capitals."""
    inner = spelt[1:]
    is_mixed = any(map(str.isdigit, spelt)) and any(map(str.isalpha, spelt))
    return len(spelt) > 2 and (is_mixed or not spelt.isalnum() or any(map(str.isupper, inner)))


def _lines(body: str) -> list[int]:
    """Return the longer lines of a text, numbers and blanks put aside, as checksums within this process."""
    stripped = (_BLANKS.sub(" ", _DIGITS.sub("0", line)).strip() for line in body.splitlines())
    return [hash(line) for line in stripped if len(line) >= SHORTEST_LINE]


def _norm(weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(each * each for each in weights.values()))


def _cosine(here: Mapping[str, float], there: Mapping[str, float], norms: float) -> float:
    return sum(here[word] * there[word] for word in here.keys() & there.keys()) / norms if norms else 0.0


def _share(said: Mapping[str, float], among: Mapping[str, float]) -> float:
    whole = sum(said.values())
    return sum(weight for word, weight in said.items() if word in among) / whole if whole else 0.0


def _overlap(here: frozenset[str], there: frozenset[str]) -> float:
    return len(here & there) / len(here | there) if here and there else 0.0
