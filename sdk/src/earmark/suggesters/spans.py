"""Spans by telling words: where a text says what a dictionary has, for span questions."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from time import monotonic, thread_time

from earmark.anchors import describe, tokens_of
from earmark.patterns import OutOfTime, Pattern, is_pattern
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import MOST_SIGNS_OF_A_REASON, Suggestion
from earmark.types import Item

ALGORITHM = "spans-1"
PATTERN_MS, WHOLE_MS = 25.0, 100.0
"""What one pattern, and all of them, get for a text, in processor time."""
REST_S = 60.0
"""How long a pattern that ran out of time is not asked."""
Folded = tuple[int, int, str, bool]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Phrase:
    """Words of the dictionary for a label: how they are folded, and before which of them there is white space."""

    label: str
    spelt: str
    words: tuple[tuple[str, bool], ...]

    @cached_property
    def after_the_first(self) -> list[tuple[str, bool]]:
        """Return the words that follow the first one."""
        return [*self.words[1:]]


@dataclass(frozen=True)
class _Said:
    """A place where a text says an entry of the dictionary."""

    start: int
    end: int
    label: str
    spelt: str
    score: float


class DictionarySpans:
    """Every place where an item's text says words of a dictionary, as whole words in any case and width.

    `dictionary` gives words, phrases, and patterns written `/…/` (see `earmark.patterns`) by label, `labels` those that
    may be guessed in their order (none: those of the dictionary). White space in a phrase is any white space; what
    stands together must stand together. In scripts without spaces each character is a word.

    The score is 1 - 2^-words, of a pattern's match 1/2. Of two places of one label, one inside the other, the longer
    is guessed; of one place with two labels the first label. The candidate's id is the label, the anchor says where.

    All patterns together get 100 ms of work for a text, each 25 ms and not much more: one that is late abstains and
    rests for a minute. Without a dictionary, and on a text that says none of it, it abstains. Raises ValueError when
    made, for a pattern that is none; later nothing. Safe to use from several threads.
    """

    name = "dictionary"

    def __init__(self, dictionary: Mapping[str, Sequence[str]] | None = None, labels: Sequence[str] = ()) -> None:
        self.dictionary = dict(dictionary or {})
        self.labels = tuple(labels) or tuple(self.dictionary)
        self._by_first: dict[str, list[_Phrase]] = {}
        self._patterns: list[tuple[str, Pattern]] = []
        self._rests_until: dict[str, float] = {}
        self._lock = threading.Lock()
        for label, entry in self._entries():
            self._keep(label, entry)

    @property
    def version(self) -> str:
        """Return the algorithm's version with a checksum of the dictionary and the labels."""
        told = json.dumps([sorted((label, list(words)) for label, words in self.dictionary.items()), self.labels])
        return f"{ALGORITHM}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` spans of the item's text, best first, of equals the one that stands first."""
        text = item.text
        found = self._places(text)
        ranked = sorted(found, key=lambda said: (-said.score, said.start, said.end))
        return [
            Suggestion(said.label, said.score, [_sentence(said.spelt)], describe(text, said.start, said.end))
            for said in ranked[: max(k, 0)]
        ]

    def places_in(self, text: str, words: Sequence[Folded] | None = None) -> list[tuple[int, int, str]]:
        """Return where a text says an entry, from one code point to before another, with its label.

        `words` are the text's `folded_words`, where they are known.
        """
        return [(said.start, said.end, said.label) for said in self._places(text, words)]

    def _places(self, text: str, words: Sequence[Folded] | None = None) -> list[_Said]:
        said = self._said(folded_words(text) if words is None else words) if self._by_first else ()
        return _outermost([*said, *self._matched(text)], self.labels)

    def _entries(self) -> Iterator[tuple[str, str]]:
        told = {(label, entry): None for label in self.labels for entry in self.dictionary.get(label, ())}
        yield from told

    def _keep(self, label: str, entry: str) -> None:
        if is_pattern(entry):
            self._patterns.append((label, Pattern(entry)))
            return
        words = tuple((word, is_apart) for _, _, word, is_apart in folded_words(entry))
        if words:
            self._by_first.setdefault(words[0][0], []).append(_Phrase(label, entry, ((words[0][0], False), *words[1:])))

    def _said(self, words: Sequence[Folded]) -> Iterator[_Said]:
        spoken = [each[2:] for each in words]
        for at, (start, _, word, _) in enumerate(words):
            for phrase in self._by_first.get(word, ()):
                end = at + len(phrase.words)
                if spoken[at + 1 : end] == phrase.after_the_first and end <= len(words):
                    yield _Said(start, words[end - 1][1], phrase.label, phrase.spelt, 1.0 - 2.0 ** -len(phrase.words))

    def _matched(self, text: str) -> Iterator[_Said]:
        whole_until = thread_time() + WHOLE_MS / 1000
        for label, pattern in self._patterns:
            now = thread_time()
            if now < whole_until and self._rests_until.get(pattern.written, 0.0) < monotonic():
                yield from self._matches(label, pattern, text, min(whole_until, now + PATTERN_MS / 1000))

    def _matches(self, label: str, pattern: Pattern, text: str, until: float) -> list[_Said]:
        try:
            found = [_Said(start, end, label, pattern.written, 0.5) for start, end in pattern.spans(text, until=until)]
            if thread_time() <= until:
                return found
        except OutOfTime:
            pass
        with self._lock:
            is_new = pattern.written not in self._rests_until
            self._rests_until[pattern.written] = monotonic() + REST_S
        if is_new:
            logger.warning(
                "A pattern of %s took more than %g ms for a text of %d signs; it abstains, and rests for %g s.",
                label, PATTERN_MS, len(text), REST_S,
            )  # fmt: skip
        return []


def folded_words(text: str) -> list[Folded]:
    """Return each token's place, how it is folded, and whether white space stands before it."""
    found, last = [], 0
    for start, end in tokens_of(text):
        found.append((start, end, _folded(text[start:end]), start > last))
        last = end
    return found


@lru_cache(maxsize=10_000)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    wide = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    return "".join(sign for sign in wide if unicodedata.category(sign) != "Cf") or word


def _outermost(found: Sequence[_Said], labels: Sequence[str]) -> list[_Said]:
    """Return each place once, with the first label, and no place inside another one of the same label."""
    places: dict[tuple[int, int], _Said] = {}
    for said in sorted(found, key=lambda said: (labels.index(said.label), -said.score)):
        places.setdefault((said.start, said.end), said)
    kept: list[_Said] = []
    reached: dict[str, int] = {}
    for said in sorted(places.values(), key=lambda said: (said.start, -said.end)):
        if said.end > reached.get(said.label, 0):
            kept.append(said)
            reached[said.label] = said.end
    return kept


def _sentence(spelt: str) -> str:
    if is_pattern(spelt):
        return f"matches {spelt}"
    return f"says “{spelt[: MOST_SIGNS_OF_A_REASON - 10]}”"
