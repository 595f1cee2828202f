"""What the texts of an item and of many others have in common: words by rarity, identifiers, whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.suggesters.sketch import HEAD, LARGEST_COUNT, checksum

Floats = NDArray[np.float64]
Sums = NDArray[np.uint32]
RARE_DOCUMENTS = 12
TELLING_SHARED = 3
_ROOTS = np.sqrt(np.arange(3 * LARGEST_COUNT + 1))
_SUM = np.dtype("<u4")

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
_BY_WORDS = frozenset(LIKENESS[:5])
"""What the words of both tell at once; the rest takes a closer look."""


class Rarities:
    """The inverse document frequency of words, by their checksums; what is not among them one item says."""

    def __init__(self, said: Iterable[tuple[str, int]], count: int) -> None:
        """Take how many items say each word, and how many items there are."""
        told = list(said)
        sums = np.fromiter((checksum(word) for word, _ in told), dtype=np.uint32, count=len(told))
        used = np.fromiter((n for _, n in told), dtype=np.float64, count=len(told))
        order = np.lexsort((used, sums))
        self.count = count
        self._sums, self._idf = sums[order], _idf(used[order], count)
        self._unknown = float(_idf(np.ones(1), count)[0])

    def of(self, sums: Sums) -> Floats:
        """Return the rarity of words, from 0 (everywhere) up; quickest in the order of their checksums."""
        at = np.searchsorted(self._sums, sums, side="right") - 1
        if not len(self._sums):
            return np.full(len(sums), self._unknown)
        at[at < 0] = 0
        return np.where(self._sums[at] == sums, self._idf[at], self._unknown)

    @property
    def rare_from(self) -> float:
        """Return the rarity of a word that RARE_DOCUMENTS items say, of few items fewer."""
        said = min(RARE_DOCUMENTS, max(1, self.count // 100))
        return float(_idf(np.array([float(said)]), self.count)[0])


class Sketches:
    """The sketches of many items side by side: all words in a row, and to whom each belongs; lines and letters too.

    `different` holds each word once, by its checksum, and `number` which of them each word in the row is.
    """

    def __init__(self, sketches: Sequence[bytes]) -> None:
        heads = np.frombuffer(b"".join(each[: HEAD.size] for each in sketches), dtype=_SUM).reshape(-1, 5)
        parts: list[list[bytes]] = [[] for _ in range(6)]
        for each, (words, lines, grams, _, _) in zip(sketches, heads.tolist(), strict=True):
            end = HEAD.size
            for part, size in zip(parts, (4 * words, 4 * lines, 4 * grams, words, words, words), strict=True):
                part.append(each[end : end + size])
                end += size
        self.count = len(sketches)
        self.words, self.lines, self.grams = (np.frombuffer(b"".join(part), dtype=_SUM) for part in parts[:3])
        self.in_title, self.in_body, self.marks = (np.frombuffer(b"".join(part), dtype=np.uint8) for part in parts[3:])
        self.sizes = heads[:, :3].astype(np.int64)
        self.is_unknown = heads.sum(axis=1) == 0
        self.lengths = heads[:, 3:].astype(np.float64)
        self.of_word = self.owners(0)
        self.different, self.number = np.unique(self.words, return_inverse=True)

    def owners(self, part: int) -> NDArray[np.intp]:
        """Return to whom each word (0), line (1) or group of letters (2) belongs."""
        return np.repeat(np.arange(self.count), self.sizes[:, part])

    def sums(self, of_each: Floats, among: Any = slice(None)) -> Floats:
        """Return for each item the sum of a value of its words, or of some of them."""
        return np.bincount(self.of_word[among], weights=of_each, minlength=self.count).astype(np.float64, copy=False)


def likeness(here: Sketches, there: Sketches, rarities: Rarities, wanted: Set[str] = frozenset(LIKENESS)) -> Floats:
    """Return how alike the texts of one item and of each of others are, shape (others, LIKENESS), by their names.

    Of LIKENESS only what is wanted is told; the rest may be nought.

    Cosines and shares weigh a word by the root of its count times its rarity; a text is its title twice and its body.
    """
    words, number = there.different, there.number
    idf = rarities.of(words)[number]
    theirs = [_ROOTS[counts] * idf for counts in _counts(there)]
    order = np.argsort(here.words)
    mine = here.words[order]
    my_idf = rarities.of(mine)
    ours = [_ROOTS[counts[order]] * my_idf for counts in _counts(here)]
    place = np.searchsorted(mine, words)
    place[place == len(mine)] = 0
    is_mine = mine[place] == words if len(mine) else np.zeros(len(words), dtype=np.bool_)
    shared = np.flatnonzero(is_mine[number])
    at = place[number[shared]]
    rarity = idf[shared]
    told = dict.fromkeys(LIKENESS, np.zeros(there.count))
    for name, our, their in zip(("title_cosine", "body_cosine", "text_cosine"), ours, theirs, strict=True):
        norms = np.sqrt(there.sums(their * their)) * np.sqrt(our @ our)
        told[name] = _over(there.sums(our[at] * their[shared], shared), norms)
    told["title_said_there"] = there.sums(ours[0][at], shared) / (ours[0].sum() or 1.0)
    told["title_said_here"] = _over(there.sums(theirs[0][shared], shared), there.sums(theirs[0]))
    if not wanted <= _BY_WORDS:
        told |= _closer(here, there, rarities, _Shared(shared, at, rarity, order))
    return np.column_stack([told[name] for name in LIKENESS])


@dataclass(frozen=True)
class _Shared:
    """Words that others share with an item: which of theirs, which of its own in its order, and how rare each is."""

    theirs: NDArray[np.intp]
    mine: NDArray[np.intp]
    rarity: Floats
    order: NDArray[np.intp]


def _closer(here: Sketches, there: Sketches, rarities: Rarities, words: _Shared) -> dict[str, Floats]:
    """Return what is seen of texts on a closer look: letters, rare words, names of things, whole lines, lengths."""
    rarity, owner = words.rarity, there.of_word[words.theirs]
    by_rarity = np.lexsort((-rarity, owner))
    starts = np.searchsorted(owner[by_rarity], np.arange(there.count))
    rank = np.arange(len(rarity)) - starts[owner[by_rarity]]
    rarest, theirs = rarity[by_rarity], words.theirs[by_rarity]
    both_named = here.marks[words.order][words.mine] & there.marks[words.theirs]
    lines = _in_common(here.lines, there.lines, there.owners(1), there.count)
    said = there.sums((there.in_body > 0).astype(np.float64))
    return {
        "title_letters": _overlap(here, there),
        "rare_words": np.log1p(there.sums((rarity >= rarities.rare_from).astype(np.float64), words.theirs)),
        "rarest_word": there.sums(rarest * (rank < 1), theirs),
        "telling_words": there.sums(rarest * (rank < TELLING_SHARED), theirs),
        "identifiers": np.log1p(there.sums(rarity * both_named, words.theirs)),
        "same_lines": np.log1p(lines),
        "length": np.log1p(said) - np.log1p((here.in_body > 0).sum()),
    }


def _counts(sketches: Sketches) -> tuple[NDArray[np.int64], ...]:
    title, body = sketches.in_title.astype(np.int64), sketches.in_body.astype(np.int64)
    return title, body, 2 * title + body


def _overlap(here: Sketches, there: Sketches) -> Floats:
    """Return the share of groups of letters that both titles have among those that one has."""
    both = _in_common(here.grams, there.grams, there.owners(2), there.count)
    return _over(both, there.sizes[:, 2] + len(here.grams) - both) * (len(here.grams) > 0)


def _in_common(mine: Sums, theirs: Sums, owner: NDArray[np.intp], count: int) -> Floats:
    if not len(mine):
        return np.zeros(count)
    ordered = np.sort(mine)
    place = np.minimum(np.searchsorted(ordered, theirs), len(ordered) - 1)
    return np.bincount(owner, weights=ordered[place] == theirs, minlength=count).astype(np.float64, copy=False)


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _idf(used: Floats, count: int) -> Floats:
    used = np.maximum(1.0, used)
    whole = np.maximum(count, used)
    told: Floats = np.log(1 + (whole - used + 0.5) / (used + 0.5))
    return told
