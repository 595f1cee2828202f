"""Labels by telling words: rules of a dictionary, for tags and for choices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.words import words_of
from earmark.types import Item

ALGORITHM = "2"
REASON_WORDS = 3


@dataclass(frozen=True)
class _Entry:
    """A word or phrase that speaks for a label, as the dictionary spells it and as texts are split."""

    label: str
    spelt: str
    words: tuple[str, ...]


@dataclass
class _Evidence:
    """What a text says for one label: how much it weighs, and by which words, those of the title first."""

    weight: float = 0.0
    spelt: list[str] = field(default_factory=list)


class DictionarySuggester:
    """Labels whose words or phrases an item says, as whole words, in any case.

    `dictionary` gives words and phrases by label, `labels` the labels that may be guessed in their
    order (none: those of the dictionary). Each word counts once: `title_weight` times in the title,
    else once in the body. The score is 1 - 2^-weight: in (0, 1], rising with each further word. The
    candidate's id is the label.

    With `one_of`, for choices, only the label with the most weight is guessed. Without a dictionary,
    on an item that says none of its words, and with `one_of` on a tie, it abstains. Raises nothing.
    """

    name = "dictionary"

    def __init__(
        self,
        dictionary: Mapping[str, Sequence[str]] | None = None,
        labels: Sequence[str] = (),
        *,
        one_of: bool = False,
        title_weight: float = 2.0,
    ) -> None:
        self.dictionary = dict(dictionary or {})
        self.labels = tuple(labels) or tuple(self.dictionary)
        self.one_of = one_of
        self.title_weight = title_weight
        self._by_first: dict[str, list[_Entry]] = {}
        for entry in self._entries():
            self._by_first.setdefault(entry.words[0], []).append(entry)

    @property
    def version(self) -> str:
        """Return the algorithm's version with a checksum of the dictionary and all else that decides."""
        facts = [sorted((label, list(words)) for label, words in self.dictionary.items()), self.labels]
        told = json.dumps([*facts, self.one_of, self.title_weight], ensure_ascii=False)
        return f"{ALGORITHM}-{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:12]}"

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` labels, best first; of equals the one that comes first among the labels."""
        evidence = self._evidence(item)
        ranked = sorted(evidence, key=lambda label: (-evidence[label].weight, self.labels.index(label)))
        if self.one_of:
            ranked = self._only_best(ranked, evidence)
        return [
            Suggestion(label, 1.0 - 2.0 ** -evidence[label].weight, [_sentence(evidence[label].spelt)])
            for label in ranked[: max(k, 0)]
        ]

    @staticmethod
    def _only_best(ranked: list[str], evidence: Mapping[str, _Evidence]) -> list[str]:
        is_tie = len(ranked) > 1 and evidence[ranked[0]].weight == evidence[ranked[1]].weight
        return [] if is_tie else ranked[:1]

    def _evidence(self, item: Item) -> dict[str, _Evidence]:
        in_title, in_body = self._said(item.title), self._said(item.body)
        found: dict[str, _Evidence] = {}
        for entry in in_title | in_body:
            evidence = found.setdefault(entry.label, _Evidence())
            evidence.weight += self.title_weight if entry in in_title else 1.0
            evidence.spelt.append(entry.spelt)
        return found

    def _said(self, text: str) -> dict[_Entry, None]:
        """Return the dictionary's entries that a text says, in their order there."""
        words = [word for word, _ in words_of(text)]
        return {
            entry: None
            for at, word in enumerate(words)
            for entry in self._by_first.get(word, ())
            if tuple(words[at : at + len(entry.words)]) == entry.words
        }

    def _entries(self) -> Iterator[_Entry]:
        """Yield each word and phrase of the dictionary once; signs that are no words say nothing."""
        told = set()
        for label in self.labels:
            for spelt in self.dictionary.get(label, ()):
                words = tuple(word for word, _ in words_of(spelt))
                if words and (label, words) not in told:
                    told.add((label, words))
                    yield _Entry(label, spelt, words)


def _sentence(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words[:REASON_WORDS]]
    listed = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return f"mentions {listed}"
