"""Phrases that were marked: how often a text that says one has it marked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from earmark.suggesters.token_traits import Tokens

LONGEST_PHRASE = 8
"""Tokens of a phrase that is remembered."""
SHARES = (0.8, 0.5, 0.2)

Phrase = tuple[str, ...]
Stretch = tuple[int, int, str]


@dataclass(frozen=True)
class Said:
    """A phrase that stands in a text: from one token to before another, with a label, in how many texts marked so."""

    first: int
    end: int
    label: str
    marked_count: int
    said_count: int

    @property
    def trait(self) -> str:
        """Return how reliably what says the phrase is marked, as a trait of its tokens."""
        share = self.marked_count / max(self.said_count, 1)
        often = next((at for at, least in enumerate(SHARES) if share >= least), len(SHARES))
        return f"={self.label}:{often}{'+' if self.marked_count > 1 else ''}"


class Phrases:
    """How many texts have each phrase marked, by label, and how many say it at all."""

    def __init__(self) -> None:
        self.marked: dict[Phrase, dict[str, int]] = {}
        self.said: dict[Phrase, int] = {}
        self._longest: dict[str, int] = {}

    def fit(self, texts: Sequence[tuple[Tokens, Sequence[Stretch]]]) -> Phrases:
        """Count what is marked in texts: stretches of their tokens with a label."""
        marked: dict[Phrase, Counter[str]] = defaultdict(Counter)
        for tokens, stretches in texts:
            for phrase, label in set(phrases_of(tokens, stretches)):
                marked[phrase][label] += 1
        self.marked = {phrase: dict(labels) for phrase, labels in marked.items()}
        self._know_longest()
        said = Counter(phrase for tokens, _ in texts for phrase in self._found(tokens.words))
        self.said = dict(said)
        return self

    def of(self, tokens: Tokens, *, own: Iterable[Stretch] | None = None) -> list[Said]:
        """Return the phrases that stand in a text, at each place the longest one.

        `own` is what is marked in the text itself, where it was counted: it then counts for nothing.
        """
        mine = set(phrases_of(tokens, own)) if own is not None else set()
        found: list[Said] = []
        reached = 0
        for at in range(len(tokens.words)):
            for size in range(self._longest.get(tokens.words[at], 0), 0, -1):
                phrase = tuple(tokens.words[at : at + size])
                said = self._counted(phrase, at, mine, is_own=own is not None)
                if said and at + size > reached:
                    found += said
                    reached = at + size
                    break
        return found

    def _counted(self, phrase: Phrase, at: int, mine: Collection[tuple[Phrase, str]], *, is_own: bool) -> list[Said]:
        whole = self.said.get(phrase, 0) - is_own
        counts = {label: count - ((phrase, label) in mine) for label, count in self.marked.get(phrase, {}).items()}
        return [Said(at, at + len(phrase), label, count, whole) for label, count in sorted(counts.items()) if count > 0]

    def without(self, phrases: Collection[str]) -> Phrases:
        """Return the same without some phrases, as `named` names them."""
        made = Phrases()
        made.marked = {phrase: labels for phrase, labels in self.marked.items() if named(phrase) not in phrases}
        made.said = {phrase: count for phrase, count in self.said.items() if phrase in made.marked}
        made._know_longest()
        return made

    def named_by(self, tokens: Tokens) -> set[str]:
        """Return by their names the phrases that a text says."""
        return {named(phrase) for phrase in self._found(tokens.words)}

    def as_facts(self) -> list[list[object]]:
        """Return what JSON holds: of each phrase its words, how many texts say it, and how many have it marked."""
        return [[list(phrase), self.said.get(phrase, 0), labels] for phrase, labels in sorted(self.marked.items())]

    @classmethod
    def from_facts(cls, facts: Iterable[tuple[Sequence[str], int, Mapping[str, int]]]) -> Phrases:
        """Return what `as_facts` told."""
        made = cls()
        for words, said, labels in facts:
            made.marked[tuple(words)], made.said[tuple(words)] = dict(labels), said
        made._know_longest()
        return made

    def _know_longest(self) -> None:
        self._longest = {}
        for phrase in self.marked:
            self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))

    def _found(self, words: Sequence[str]) -> set[Phrase]:
        return {
            phrase
            for at, word in enumerate(words)
            for size in range(1, self._longest.get(word, 0) + 1)
            if (phrase := tuple(words[at : at + size])) in self.marked
        }


def phrases_of(tokens: Tokens, stretches: Iterable[Stretch]) -> Iterator[tuple[Phrase, str]]:
    """Yield the phrases that are marked in a text, with their labels; long ones are no phrases."""
    for first, end, label in stretches:
        if 0 < end - first <= LONGEST_PHRASE:
            yield tuple(tokens.words[first:end]), label


def named(phrase: Phrase) -> str:
    """Return the name by which a phrase is forgotten."""
    return "=" + " ".join(phrase)
