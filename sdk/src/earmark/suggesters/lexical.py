"""Candidates by the words they share: BM25 over the most telling words of an item."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from earmark.suggesters.bm25 import scores_by_query
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.likeness import Sketches
from earmark.suggesters.protocol import Suggestion
from earmark.suggesters.reading import worth_reading
from earmark.suggesters.sketch import LONGEST_BODY
from earmark.suggesters.snapshot import BODY, TITLE, Hit, Snapshot, Term, Where
from earmark.types import Item

ALGORITHM = "3"
K1 = 1.2  # of BM25, as tantivy has it
MORE, SPARE = 2, 20
"""Where not all terms are searched, so many times what is wanted and so many more are found, to choose from."""
REASON_WORDS = 3
WORDS_TRIED_FOR_REASONS = 10


class _Telling(NamedTuple):
    """A word of the item that tells it from others: counts, inverse document frequencies, spelling."""

    word: str
    spelt: str
    weight: float
    title_count: int
    body_count: int
    title_idf: float
    body_idf: float

    @property
    def is_worth_saying(self) -> bool:
        """Return whether it means something to a person by itself: a word of three signs, or a version."""
        return len(self.spelt) > 2 and (any(map(str.isalpha, self.spelt)) or "." in self.spelt)


class LexicalSuggester:
    """A boosted OR of an item's most telling words, ranked by BM25 (Robertson and Zaragoza 2009).

    `terms`: how many words are asked for, those with the highest root of count times rarity, where a
    word of the item's title counts `title_query_weight` and one of its body `body_query_weight`. A match in a
    candidate's title weighs `title_weight` times one in its body. `only_earlier` keeps candidates
    created strictly before the item, `where` those with these facts (see `Snapshot.search`). Of the item's body the
    first LONGEST_BODY signs are read.

    In a large index not all terms are searched (see `worth_reading`), but all score what was found.

    The score is the BM25 sum over that which the item finds in itself: 0 to 1, rising with BM25,
    comparable between items; 1 for a twin. An item without words, or none of whose words is used
    elsewhere, abstains. Raises nothing.
    """

    name = "lexical"

    def __init__(
        self,
        *,
        terms: int = 40,
        title_weight: float = 1.5,
        title_query_weight: float = 3.0,
        body_query_weight: float = 0.3,
        only_earlier: bool = True,
        where: Where | None = None,
    ) -> None:
        self.terms = terms
        self.title_weight = title_weight
        self.title_query_weight = title_query_weight
        self.body_query_weight = body_query_weight
        self.only_earlier = only_earlier
        self.where = where

    @property
    def version(self) -> str:
        """Return the algorithm's version, with a checksum where hyperparameters differ from the defaults."""
        mine, usual = self._hyperparameters(), LexicalSuggester()._hyperparameters()
        checksum = "" if mine == usual else "-" + hashlib.sha256(repr(mine).encode()).hexdigest()[:8]
        return f"{ALGORITHM}-{'earlier' if self.only_earlier else 'any'}{checksum}"

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k candidates, best first; an empty list where no telling word is shared."""
        snapshot = index.snapshot()
        telling = self._telling_words(item, snapshot)
        asked = self._asked(telling)
        before = item.created_at if self.only_earlier else None
        hits = self._best(asked, k, snapshot, before=before, without=item.id)
        own = self._own_score(telling)
        reasons = _reasons(telling, [hit.id for hit in hits], snapshot)
        return [Suggestion(hit.id, min(1.0, hit.score / own), reasons[hit.id]) for hit in hits]

    def reasons(self, item: Item, ids: Sequence[str], snapshot: Snapshot) -> dict[str, list[str]]:
        """Return by id the reason that speaks for a candidate, however it was found: words that both say."""
        return _reasons(self._telling_words(item, snapshot), ids, snapshot)

    def terms_of(self, item: Item, snapshot: Snapshot) -> list[Term]:
        """Return what is asked for an item: its telling words in both fields, with their weights."""
        return self._asked(self._telling_words(item, snapshot))

    def _best(
        self, asked: list[Term], k: int, snapshot: Snapshot, *, before: datetime | None, without: str
    ) -> list[Hit]:
        """Return the k best; where not all terms are searched, of more that some find those that all score highest."""
        searched = worth_reading(asked, snapshot)
        most = k if searched is asked else MORE * k + SPARE
        hits = snapshot.best(searched, most if k > 0 else 0, before=before, without=without, where=self.where)
        if searched is asked or not hits:
            return hits
        sketches = snapshot.sketches([hit.id for hit in hits])
        there = Sketches([sketches[hit.id] for hit in hits])
        [scores] = scores_by_query({"": asked}, [hit.id for hit in hits], there, snapshot).values()
        scored = (hit._replace(score=score) for hit, score in zip(hits, scores.tolist(), strict=True))
        return sorted(scored, key=lambda hit: (-hit.score, hit.id))[:k]

    def _asked(self, telling: list[_Telling]) -> list[Term]:
        return [
            Term(field, each.word, each.weight * weight)
            for each in telling
            for field, weight in ((TITLE, self.title_weight), (BODY, 1.0))
        ]

    def _telling_words(self, item: Item, snapshot: Snapshot) -> list[_Telling]:
        title, body = snapshot.words(item.title), snapshot.words(item.body[:LONGEST_BODY])
        in_title, in_body = Counter(word for word, _ in title), Counter(word for word, _ in body)
        found = []
        for word, spelt in dict([*reversed(body), *reversed(title)]).items():
            weight = math.sqrt(self.title_query_weight * in_title[word] + self.body_query_weight * in_body[word])
            idfs = snapshot.idfs(word)
            # Its rarity is that where it is used most: what every body says is no telling word of a title.
            found.append((-weight * min(idfs), word, spelt, weight, idfs))
        found.sort(key=itemgetter(0, 1))
        return [
            _Telling(word, spelt, weight, in_title[word], in_body[word], *idfs)
            for _, word, spelt, weight, idfs in found[: self.terms]
        ]

    def _own_score(self, telling: list[_Telling]) -> float:
        """Return what BM25 would give the item itself, were its length the average one."""
        return sum(
            each.weight
            * (
                self.title_weight * each.title_idf * _saturated(each.title_count)
                + each.body_idf * _saturated(each.body_count)
            )
            for each in telling
        )

    def _hyperparameters(self) -> tuple[float, ...]:
        return self.terms, self.title_weight, self.title_query_weight, self.body_query_weight


def _saturated(count: int) -> float:
    return count * (K1 + 1) / (count + K1)


def _reasons(telling: list[_Telling], ids: Sequence[str], snapshot: Snapshot) -> dict[str, list[str]]:
    """Return a reason for each candidate: the rarest words that both say, as the item spells them."""
    tried = [each for each in telling if each.is_worth_saying][:WORDS_TRIED_FOR_REASONS]
    said = snapshot.said([each.word for each in tried], ids)
    shared: dict[str, list[str]] = {key: [] for key in ids}
    for each in tried:
        for key in ids:
            if each.word in said[key] and len(shared[key]) < REASON_WORDS:
                shared[key] = _with_word(shared[key], each.spelt)
    return {key: [_sentence(words)] if words else [] for key, words in shared.items()}


def _with_word(words: list[str], word: str) -> list[str]:
    """Return the words with one more, of a compound and its part only the compound."""
    if any(word.lower() in other.lower() for other in words):
        return words
    return [*(other for other in words if other.lower() not in word.lower()), word]


def _sentence(words: list[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    listed = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return f"both mention {listed}"
