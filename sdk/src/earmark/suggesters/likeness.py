"""What the texts of an item and of many others have in common: words by rarity, identifiers, whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
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
_SUM_BITS, _NEAR_BITS = 32, 16
_LAST = 2**_SUM_BITS - 1
"""The last of all checksums, so that nothing is sought beyond it."""

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
_COSINES = LIKENESS[:3]
_BY_WORDS = frozenset(LIKENESS[:5])
"""What the words of both tell at once; the rest takes a closer look."""


class Rarities:
    """The inverse document frequency of words, by their checksums; what is not among them one item says."""

    def __init__(self, said: Iterable[tuple[str, int]], count: int) -> None:
        """Take how many items say each word, and how many items there are."""
        told = list(said)
        sums = np.fromiter([*(checksum(word) for word, _ in told), _LAST], dtype=np.uint32)
        used = np.fromiter([*(n for _, n in told), 1], dtype=np.float64)
        order = np.lexsort((-used, sums))
        self._sums, commonest = np.unique(sums[order], return_index=True)
        self._idf = _idf(used[order][commonest], count)
        self._unknown = float(_idf(np.ones(1), count)[0])
        self._shift = _SUM_BITS - len(sums).bit_length() - 1
        heads = np.arange(2 ** (_SUM_BITS - self._shift), dtype=np.uint32) << self._shift
        self._firsts = np.searchsorted(self._sums, heads).astype(np.int32)
        """Where those begin whose checksums begin with the same bits; as these lie evenly, that is mostly one."""
        self.count = count

    def of(self, sums: Sums) -> Floats:
        """Return the rarity of words, from 0 (everywhere) up."""
        at = self._firsts[sums >> self._shift]
        behind = np.flatnonzero(self._sums[at] < sums)
        while len(behind):
            at[behind] += 1
            behind = behind[self._sums[at[behind]] < sums[behind]]
        return np.where(self._sums[at] == sums, self._idf[at], self._unknown)

    @property
    def rare_from(self) -> float:
        """Return the rarity of a word that RARE_DOCUMENTS items say, of few items fewer."""
        said = min(RARE_DOCUMENTS, max(1, self.count // 100))
        return float(_idf(np.array([float(said)]), self.count)[0])


class Sketches:
    """The sketches of many items side by side: all words in a row, and to whom each belongs; lines and letters too."""

    def __init__(self, sketches: Sequence[bytes]) -> None:
        heads = np.frombuffer(b"".join([each[: HEAD.size] for each in sketches]), dtype=_SUM).reshape(-1, 5)
        self.count = len(sketches)
        self.sizes = heads[:, :3].astype(np.int64)
        self.is_unknown = heads.sum(axis=1) == 0
        self.lengths = heads[:, 3:].astype(np.float64)
        self.of_word = self.owners(0)
        self._sketches = sketches
        words, lines, grams = (_SUM.itemsize * self.sizes).T
        self._ends = HEAD.size + np.cumsum([words, lines, grams, *[self.sizes[:, 0]] * 3], axis=0)
        self.words = self._part(0, _SUM)
        self.in_title, self.in_body = self._part(3, np.uint8), self._part(4, np.uint8)

    @cached_property
    def lines(self) -> Sums:
        """Return the checksums of all longer lines in a row."""
        return self._part(1, _SUM)

    @cached_property
    def grams(self) -> Sums:
        """Return the checksums of all groups of letters in a row."""
        return self._part(2, _SUM)

    @cached_property
    def marks(self) -> NDArray[np.uint8]:
        """Return the marks of all words in a row."""
        return self._part(5, np.uint8)

    def _part(self, part: int, kind: Any) -> NDArray[Any]:
        """Return one part of all sketches (see `sketch.sketched`) in a row."""
        ends = self._ends[part].tolist()
        starts = self._ends[part - 1].tolist() if part else [HEAD.size] * self.count
        told = [each[start:end] for each, start, end in zip(self._sketches, starts, ends, strict=True)]
        return np.frombuffer(b"".join(told), dtype=kind)

    def owners(self, part: int) -> NDArray[np.intp]:
        """Return to whom each word (0), line (1) or group of letters (2) belongs."""
        return np.repeat(np.arange(self.count), self.sizes[:, part])

    def totals(self, counts: NDArray[Any]) -> NDArray[np.int64]:
        """Return for each item the sum of a whole number of each of its words."""
        until = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        ends = np.cumsum(self.sizes[:, 0])
        told: NDArray[np.int64] = until[ends] - until[ends - self.sizes[:, 0]]
        return told

    def sums(self, of_each: Floats, among: Any = slice(None)) -> Floats:
        """Return for each item the sum of a value of its words, or of some of them."""
        return np.bincount(self.of_word[among], weights=of_each, minlength=self.count).astype(np.float64, copy=False)


def among(some: Sums, row: Sums) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which checksums of a row are among some others, given in their order, and which of these each is."""
    if not len(some):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    is_near = np.zeros(2**_NEAR_BITS, dtype=np.bool_)
    is_near[some >> _NEAR_BITS] = True
    at = np.flatnonzero(is_near[row >> _NEAR_BITS])  # few: all others are spared the search
    sums = row[at]
    place = np.minimum(np.searchsorted(some, sums), len(some) - 1)
    is_there = some[place] == sums
    return at[is_there], place[is_there]


def likeness(here: Sketches, there: Sketches, rarities: Rarities, wanted: Set[str] = frozenset(LIKENESS)) -> Floats:
    """Return how alike the texts of one item and of each of others are, shape (others, LIKENESS), by their names.

    Of LIKENESS only what is wanted is told; the rest may be nought.

    Cosines and shares weigh a word by the root of its count times its rarity; a text is its title twice and its body.
    """
    idf = rarities.of(there.words)
    order = np.argsort(here.words)
    mine = here.words[order]
    my_idf = rarities.of(mine)
    shared, at = among(mine, there.words)
    told = dict.fromkeys(LIKENESS, np.zeros(there.count))
    for name, our_counts, their_counts in zip(_COSINES, _counts(here), _counts(there), strict=True):
        if name in wanted:
            our, their = _ROOTS[our_counts[order]] * my_idf, _ROOTS[their_counts] * idf
            norms = np.sqrt(there.sums(their * their)) * np.sqrt(our @ our)
            told[name] = _over(there.sums(our[at] * their[shared], shared), norms)
    title = _ROOTS[here.in_title[order]] * my_idf
    told["title_said_there"] = there.sums(title[at], shared) / (title.sum() or 1.0)
    if "title_said_here" in wanted:
        titles = _ROOTS[there.in_title] * idf
        told["title_said_here"] = _over(there.sums(titles[shared], shared), there.sums(titles))
    if not wanted <= _BY_WORDS:
        told |= _closer(here, there, rarities, _Shared(shared, at, idf[shared], order))
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
    at, _ = among(np.sort(mine), theirs)
    return np.bincount(owner[at], minlength=count).astype(np.float64)


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _idf(used: Floats, count: int) -> Floats:
    used = np.maximum(1.0, used)
    whole = np.maximum(count, used)
    told: Floats = np.log(1 + (whole - used + 0.5) / (used + 0.5))
    return told
