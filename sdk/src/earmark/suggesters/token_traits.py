"""What is looked at of each token of a text: its word, how it is written, what stands beside it, and where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby

from earmark.suggesters.spans import Folded, folded_words

LONGEST = 40
"""Signs of a word that are told apart."""
AFFIXES = (1, 2, 3, 4)
WORD, BEFORE, AFTER, PAIR, BEGINNING, ENDING, SHAPE, PLACE = "w", "b", "a", "p", "<", ">", "s", "@"
OF_WORD = (WORD, PAIR, BEGINNING, ENDING)
OF_WORDS = (*OF_WORD, BEFORE, AFTER)
"""The kinds of traits that tell the token's own word, and those whose names hold any word of the text."""
LEAST_TEXTS = 2
_CLOSES = frozenset(".!?。！？…")
_TITLE = re.compile(r"[^\W\d_]", re.UNICODE)


class Tokens:
    """The tokens of a text: where each stands, how it is folded, and what is looked at of it."""

    def __init__(self, text: str, most: int | None = None, folded: Sequence[Folded] | None = None) -> None:
        """Take the first tokens of a text; `folded` are its `folded_words`, where they are known."""
        found = (folded_words(text) if folded is None else folded)[:most]
        self.places = [(start, end) for start, end, _, _ in found]
        self.words = [word[:LONGEST] for _, _, word, _ in found]
        self.spelt = [text[start:end] for start, end in self.places]
        self._breaks = ["\n" in text[before:start] for before, start in self._gaps()]

    def traits(self) -> list[list[str]]:
        """Return for each token the names of its traits, each once."""
        shapes = [shape_of(word) for word in self.spelt]
        opens = [self._opens(at) for at in range(len(self.words))]
        return [self._of(at, shapes, opens) for at in range(len(self.words))]

    def cuts(self, tags: Sequence[int]) -> list[tuple[int, int]]:
        """Return stretches of tokens that may be learned apart: they end with a sentence, outside of what is marked."""
        starts = [at for at in range(1, len(tags)) if tags[at - 1] == tags[at] == 0 and self._opens(at)]
        return [(start, end) for start, end in zip([0, *starts], [*starts, len(tags)], strict=True) if start < end]

    def _gaps(self) -> Iterable[tuple[int, int]]:
        ends = [0, *(end for _, end in self.places)]
        return [(ends[at], start) for at, (start, _) in enumerate(self.places)]

    def _opens(self, at: int) -> bool:
        """Return whether a sentence or a line begins at a token."""
        return at == 0 or self._breaks[at] or self.spelt[at - 1] in _CLOSES

    def _of(self, at: int, shapes: Sequence[str], opens: Sequence[bool]) -> list[str]:
        words, last = self.words, len(self.words) - 1
        word = words[at]
        before, after = (words[at - 1] if at else "", words[at + 1] if at < last else "")
        found = [
            "1",
            f"{WORD}{word}",
            f"{SHAPE}{shapes[at]}",
            f"{SHAPE}{shapes[at - 1] if at else ''} {shapes[at]}",
            f"{SHAPE}{shapes[at]} {shapes[at + 1] if at < last else ''}.",
            f"{BEFORE}1{before}",
            f"{AFTER}1{after}",
            f"{BEFORE}2{words[at - 2] if at > 1 else ''}",
            f"{AFTER}2{words[at + 2] if at < last - 1 else ''}",
            f"{PAIR}{before} {word}",
            f"{PAIR}{word} {after}.",
        ]
        found += _affixes(word)
        if opens[at]:
            found.append(f"{PLACE}opens")
        if at < len(words) // 10 or at < 3:
            found.append(f"{PLACE}early")
        if at == last or opens[at + 1]:
            found.append(f"{PLACE}closes")
        return found


@lru_cache(maxsize=10_000)
def _affixes(word: str) -> list[str]:
    beginnings = [f"{BEGINNING}{word[:size]}" for size in AFFIXES if len(word) > size]
    return beginnings + [f"{ENDING}{word[-size:]}" for size in AFFIXES if len(word) > size]


@lru_cache(maxsize=10_000)
def shape_of(word: str) -> str:
    """Return how a word is written: capitals X, small letters x, letters of other scripts o, digits 9, other signs."""
    kinds = "".join(_kind(sign) for sign in word[:LONGEST])
    runs = [(kind, sum(1 for _ in run)) for kind, run in groupby(kinds)]
    return "".join(kind if size == 1 else f"{kind}{kind}" for kind, size in runs)


def _kind(sign: str) -> str:
    if sign.isdigit():
        return "9"
    if sign.isupper():
        return "X"
    if sign.islower():
        return "x"
    return "o" if _TITLE.match(sign) else sign


class Vocabulary:
    """The traits that are looked at, by their numbers: those of LEAST_TEXTS texts at least, the commonest ones."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.numbers: Mapping[str, int] = {}

    def fit(self, texts: Iterable[Sequence[Sequence[str]]]) -> Vocabulary:
        """Choose among the traits of the tokens of texts; of equally common ones those first in the alphabet."""
        counts = Counter(name for tokens in texts for name in {each for token in tokens for each in token})
        common = [name for name, count in counts.items() if count >= LEAST_TEXTS]
        chosen = sorted(common, key=lambda name: (-counts[name], name))[: self.most]
        self.numbers = {name: at for at, name in enumerate(chosen)}
        return self

    def of(self, tokens: Iterable[Sequence[str]]) -> list[list[int]]:
        """Return for each token the numbers of those of its traits that are looked at."""
        known = self.numbers
        return [[known[name] for name in token if name in known] for token in tokens]

    def named_by(self, tokens: Iterable[Sequence[str]]) -> set[str]:
        """Return the traits with words of a text that are looked at."""
        return {name for token in tokens for name in token if name in self.numbers and name[0] in OF_WORDS}

    def kept(self, numbers: Collection[int]) -> Vocabulary:
        """Return the vocabulary of some of its traits, numbered anew in their order."""
        made, wanted = Vocabulary(self.most), set(numbers)
        left = [name for name, at in self.numbers.items() if at in wanted]
        made.numbers = {name: at for at, name in enumerate(left)}
        return made
