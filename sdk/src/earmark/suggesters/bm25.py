"""The score that tantivy gives items for a query, computed from their sketches: BM25 (Robertson and Zaragoza 2009).

A pool asks for the scores of hundreds of candidates by several queries; looking each up in the index's lists would
take longer than finding the best of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from earmark.suggesters.likeness import Floats, Sketches, among
from earmark.suggesters.sketch import LARGEST_COUNT, LONGEST_BODY, checksum
from earmark.suggesters.snapshot import BODY, TEXT_FIELDS, TITLE, FieldFacts, Snapshot, Term, idf_of

K1, B = 1.2, 0.75
_EXACT = 24
"""Lengths are rounded down as tantivy does it: exactly below 40, then to four bits."""


def _rounded_length(code: int) -> int:
    bits, shift = (code - _EXACT) & 7, ((code - _EXACT) >> 3) - 1
    return code if code < _EXACT else _EXACT + (bits if shift < 0 else (bits | 8) << shift)


_LENGTHS = np.array([_rounded_length(code) for code in range(256)], dtype=np.int64)


@dataclass(frozen=True)
class Counted:
    """How often candidates say each of their words, and how long their fields are; made once for several queries."""

    sketches: Sketches
    lengths: Mapping[str, Floats]

    @classmethod
    def of(cls, sketches: Sketches) -> Counted:
        """Return what BM25 needs of candidates."""
        by_field = {TITLE: sketches.in_title, BODY: sketches.in_body}
        whole = {field: sketches.totals(counts) for field, counts in by_field.items()}
        rounded = {field: _LENGTHS[np.searchsorted(_LENGTHS, told, side="right") - 1] for field, told in whole.items()}
        return cls(sketches, {field: told.astype(np.float64) for field, told in rounded.items()})

    def scores(self, terms: Sequence[Term], snapshot: Snapshot, facts: Mapping[str, FieldFacts]) -> Floats:
        """Return each candidate's score: the weighted sum over the terms, as `Snapshot.best` has it to a millionth."""
        there, scores = self.sketches, np.zeros(self.sketches.count)
        for field, counts in ((TITLE, there.in_title), (BODY, there.in_body)):
            mine = sorted((checksum(term.word), term) for term in terms if term.field == field)
            told = facts.get(field)
            if not mine or told is None:
                continue
            sums = np.array([each for each, _ in mine], dtype=np.uint32)
            rarities = [idf_of(snapshot.used(field, term.word), told.count) for _, term in mine]
            weights = np.array([term.weight for _, term in mine]) * rarities * (K1 + 1)
            at, place = among(sums, there.words)
            owner, count = there.of_word[at], counts[at].astype(np.float64)
            shorter = K1 * (1 - B + B * self.lengths[field] / told.usual_length)
            scores += there.sums(weights[place] * count / (count + shorter[owner]), at)
        return scores

    @property
    def is_exact(self) -> list[bool]:
        """Return for each candidate whether its sketch holds all that it says, so that its score is right."""
        largest = np.maximum(self.sketches.in_title, self.sketches.in_body) == LARGEST_COUNT
        is_whole = (self.sketches.lengths[:, 1] <= LONGEST_BODY) & (self.sketches.totals(largest) == 0)
        told: list[bool] = is_whole.tolist()
        return told


def scores_by_query(
    queries: Mapping[str, Sequence[Term]], ids: Sequence[str], there: Sketches, snapshot: Snapshot
) -> dict[str, Floats]:
    """Return by query what `Snapshot.best` scores items, whose sketches are given in the order of their ids.

    Those whose sketches do not tell are looked up. Raises IndexFailed.
    """
    counted = Counted.of(there)
    words = {field: [t.word for terms in queries.values() for t in terms if t.field == field] for field in TEXT_FIELDS}
    facts = {field: told for field in words if (told := snapshot.facts_of_field(field, words[field]))}
    others = {key: row for row, (key, is_exact) in enumerate(zip(ids, counted.is_exact, strict=True)) if not is_exact}
    found = {}
    for name, terms in queries.items():
        scores = found[name] = counted.scores(terms, snapshot, facts)
        scores[list(others.values())] = 0.0
        for hit in snapshot.best(terms, len(others), among=others):
            scores[others[hit.id]] = hit.score
    return found
