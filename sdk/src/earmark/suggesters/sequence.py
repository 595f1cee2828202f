"""Spans that are learned from marked texts: each token's tag depends on its words and on the tag before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from earmark.anchors import describe
from earmark.errors import LearningMissing, NotTrained
from earmark.suggesters import sequence_fitting
from earmark.suggesters.artefact import MODEL, read_parts, write_parts
from earmark.suggesters.chain import Array, Chain, summed
from earmark.suggesters.extras import saying_what_to_install
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.marked import MarkedText, drawn_within, labels_marked, useful_texts
from earmark.suggesters.phrases import Phrases, Said
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.sequence_fitting import Found, found_in, told_traits
from earmark.suggesters.sequence_reasons import reasons_for
from earmark.suggesters.spans import DictionarySpans, folded_words
from earmark.suggesters.taught import Taught
from earmark.suggesters.token_traits import Tokens, Vocabulary
from earmark.types import Item

FORMAT = 1
LEAST_TEXTS, LEAST_SPANS = 10, 5
MOST_TRAITS = 50_000
MOST_TOKENS = 5_000
"""Tokens of a text that are looked at; what stands behind them is not guessed."""
MOST_LEARNED, MOST_CELLS = 150_000, 2_000_000
"""Tokens of all texts that are learned from, and such tokens times tags: what memory takes."""
MOST_WEIGHTS = 500_000
"""Traits times tags."""
DIGITS = 4
TOO_SMALL = 0.01
"""A trait that adds less than this to every tag is not kept."""


class SequenceSpans(Taught):
    """Spans of a text by a conditional random field over its tokens (Lafferty, McCallum and Pereira 2001).

    Looked at are a token's word, its beginnings and endings, how it is written, the two words before and after, whether
    a sentence opens or closes, phrases that were marked in other texts and how reliably, and what `dictionary` says
    (words and patterns by label, as `DictionarySpans` takes them). Tokens are those of `earmark.anchors.tokens_of`; in
    scripts without spaces each character is one.

    A text that was looked at teaches by what is not marked in it too. Of more texts than MOST_LEARNED tokens hold
    (fewer where there are many labels) those drawn by a hash of their ids teach; the report tells how many were left
    out. How strongly coefficients are drawn to 0, what a score means and the least score that is guessed are chosen
    on texts that were held out, by their groups. The score is the chance that exactly this span is marked. Spans that
    are guessed do not overlap. It abstains before `fit`, after fewer than LEAST_TEXTS texts or LEAST_SPANS spans, and
    where nothing held out was found. `fit` raises LearningMissing where the extra `learned` is not installed;
    `suggest` nothing. Safe to use from several threads.
    """

    name = "sequence"
    _algorithm = "1"

    def __init__(
        self, dictionary: Mapping[str, Sequence[str]] | None = None, *, most_traits: int = MOST_TRAITS
    ) -> None:
        self.dictionary = {label: list(words) for label, words in (dictionary or {}).items()}
        self.most_traits = most_traits
        self._known_words = DictionarySpans(self.dictionary)
        self._vocabulary = Vocabulary(most_traits)
        self._phrases = Phrases()
        self._learned: dict[str, Any] = {}
        self._chain: Chain | None = None

    @property
    def least_score_(self) -> float:
        """Return the least score that is guessed; above 1 where nothing is."""
        return float(self._learned.get("least_score", 2.0))

    def fit(self, marked: Iterable[MarkedText]) -> Self:
        """Learn from texts that were looked at; the order they come in does not matter."""
        useful = useful_texts(marked)
        tags_count = 2 * len(labels_marked(useful)) + 1
        known = drawn_within(useful, min(MOST_LEARNED, MOST_CELLS // tags_count), most_each=MOST_TOKENS)
        labels = labels_marked(known)
        spans_count = sum(len(each.spans) for each in known)
        report: dict[str, Any] = {
            "texts": len(known), "left_out": len(useful) - len(known), "spans": spans_count, "labels": len(labels),
        }  # fmt: skip
        self._chain, self._vocabulary, self._phrases = None, Vocabulary(self.most_traits), Phrases()
        self._learned = {"labels": labels, "least_score": 2.0, "scale": [1.0, 0.0], "report": report}
        if len(known) < LEAST_TEXTS or spans_count < LEAST_SPANS:
            return self
        with saying_what_to_install(LearningMissing):
            most_traits = min(self.most_traits, MOST_WEIGHTS // tags_count)
            fitted = sequence_fitting.fitted(known, labels, self._known_words, most_traits, MOST_TOKENS)
        self._learned |= {"least_score": fitted.least_score, "scale": list(fitted.scale)}
        self._learned["report"] = report | fitted.report
        self._keep(fitted.chain, fitted.vocabulary)
        self._phrases = fitted.phrases
        return self

    def suggest(self, item: Item, index: ItemIndex | None, k: int) -> list[Suggestion]:
        """Return at most `k` spans of the item's text, best first, of equals the one that stands first."""
        text = item.text
        if self._chain is None or k <= 0 or not text.strip():
            return []
        folded = folded_words(text)
        tokens = Tokens(text, MOST_TOKENS, folded)
        said = self._phrases.of(tokens)
        rows = self._rows(tokens, said, self._known_words.places_in(text, folded))
        found = [each for each in self._found(rows) if each.score >= self.least_score_]
        best = sorted(found, key=lambda each: (-each.score, each.first))[:k]
        return [
            Suggestion(
                self.labels_[each.label],
                round(each.score, DIGITS),
                reasons_for(each, tokens, said, rows, self._names, self._chain.weights),
                describe(text, tokens.places[each.first][0], tokens.places[each.end - 1][1]),
            )
            for each in best
        ]

    def words_kept_of(self, item: Item) -> set[str]:
        """Return by their names the words and phrases of an item that are kept among what was learned."""
        if self._chain is None:
            return set()
        tokens = Tokens(item.text, MOST_TOKENS)
        return self._vocabulary.named_by(tokens.traits()) | self._phrases.named_by(tokens)

    def without(self, names: Collection[str]) -> Self:
        """Return the same without some words and phrases, as `words_kept_of` names them: to forget what said them.

        Texts that say none of them are guessed as before.
        """
        made = type(self)(self.dictionary, most_traits=self.most_traits)
        made._learned = dict(self._learned)
        if self._chain is None:
            return made
        left = [at for name, at in self._vocabulary.numbers.items() if name not in names]
        made._set(self._vocabulary.kept(left), self._chain.weights[left], self._chain.transitions)
        made._phrases = self._phrases.without(names)
        return made

    def save(self, folder: Path | str) -> None:
        """Write what was learned into a folder: JSON and a checksum, no code. Raises NotTrained, OSError."""
        self._check_trained()
        write_parts(folder, {MODEL: self._as_json()}, format_number=FORMAT)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return what `save` wrote. Raises NotTrained where there is none, ChecksumMismatch where it was changed."""
        try:
            facts = json.loads(read_parts(folder, [MODEL], format_number=FORMAT)[MODEL])
            made = cls(facts["dictionary"], most_traits=facts["most_traits"])
            made._learned = facts["learned"]
            if facts["chain"] is not None:
                vocabulary = Vocabulary(made.most_traits)
                vocabulary.numbers = {name: at for at, name in enumerate(facts["chain"]["traits"])}
                weights, moves = (np.array(facts["chain"][part], dtype=np.float64) for part in ("weights", "moves"))
                made._set(vocabulary, weights.reshape(len(vocabulary.numbers), len(moves)), moves)
                made._phrases = Phrases.from_facts(facts["chain"]["phrases"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotTrained(f"In {folder} lies no suggester of spans: {type(error).__name__}: {error}") from error
        return made

    def _found(self, rows: Sequence[Sequence[int]]) -> list[Found]:
        assert self._chain is not None
        emissions = self._emissions(rows)
        return found_in(emissions, self._chain.transitions, len(self.labels_), tuple(self._learned["scale"]))

    def _emissions(self, rows: Sequence[Sequence[int]]) -> Array:
        assert self._chain is not None
        return summed(self._chain.weights, rows)

    def _rows(self, tokens: Tokens, said: Sequence[Said], places: Iterable[tuple[int, int, str]]) -> list[list[int]]:
        """Return the numbers of the traits of each token, with what phrases and the dictionary's places say of it."""
        told = told_traits(tokens, said, places)
        return self._vocabulary.of([*own, *more] for own, more in zip(tokens.traits(), told, strict=True))

    def _keep(self, chain: Chain, vocabulary: Vocabulary) -> None:
        rounded = chain.weights.round(DIGITS)
        left = np.flatnonzero(np.abs(rounded).max(axis=1) >= TOO_SMALL).tolist()
        self._set(vocabulary.kept(left), rounded[left], chain.transitions.round(DIGITS))

    def _set(self, vocabulary: Vocabulary, weights: Array, transitions: Array) -> None:
        self._vocabulary, self._chain = vocabulary, Chain(weights, transitions)
        self._names = list(vocabulary.numbers)

    def _as_json(self) -> str:
        chain = self._chain and {
            "traits": list(self._vocabulary.numbers),
            "weights": self._chain.weights.tolist(),
            "moves": self._chain.transitions.tolist(),
            "phrases": self._phrases.as_facts(),
        }
        mine = {"dictionary": self.dictionary, "most_traits": self.most_traits}
        return json.dumps({**mine, "learned": self._learned, "chain": chain})
