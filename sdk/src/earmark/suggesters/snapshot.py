"""Reading an index of items: one consistent state of it, while others write."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import tantivy

from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters.words import words_of
from earmark.types import Item

TITLE, BODY, TYPED, FACT = "title", "body", "typed", "fact"
TEXT_FIELDS = (TITLE, BODY)
PREFIX_WORDS = 40
LONGEST_FACT = 1000
LISTED_AT_ONCE = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Where = Mapping[str, Any]
_Clause = tuple[tantivy.Occur, tantivy.Query]


@dataclass(frozen=True)
class Hit:
    """A found item with its score (0 and up, comparable within one query only)."""

    id: str
    score: float
    created_at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """A word in a field, with the weight it has in a query."""

    field: str
    word: str
    weight: float


def as_microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970 of an aware time; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


@contextmanager
def named_errors() -> Iterator[None]:
    """Give tantivy's errors, and its panics (which `except Exception` lets through), a name of ours."""
    try:
        yield
    except ValueError as error:
        if "LockBusy" in str(error):
            raise SomeoneElseWrites("Another process is writing this index.") from error
        raise IndexFailed(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexFailed(f"tantivy panicked: {error}") from None
        raise


def facts_of(item: Item) -> Iterator[str]:
    """Yield what an item can be filtered by, as the index has it: its kind, and each scalar of its metadata."""
    if item.kind:
        yield _fact("kind", item.kind)
    for name, value in item.metadata.items():
        field = f"metadata.{name}" if name == "kind" else name
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | int | float):
                yield _fact(field, each)


def _fact(field: str, value: Any) -> str:
    """Return a field with its value as one word; 1 and 1.0 are the same, 1 and True are not."""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return json.dumps([field, plain])[:LONGEST_FACT]


class Snapshot:
    """What an index held when it was last reloaded. Safe to use from several threads."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        *,
        stemmed: tantivy.TextAnalyzer,
        plain: tantivy.TextAnalyzer,
    ) -> None:
        self._searcher = searcher
        self._schema = schema
        self._stemmed = stemmed
        self._plain = plain

    @property
    def count(self) -> int:
        """Return how many items can be found."""
        return int(self._searcher.num_docs)

    def words(self, text: str) -> list[tuple[str, str]]:
        """Return a text's words in order: each as the index has it (lower case, stemmed), and as spelt."""
        known = list(words_of(text))
        stems = self._stemmed.analyze(" ".join(word for word, _ in known))
        return [(stem, spelt) for stem, (_, spelt) in zip(stems, known, strict=True)]

    def idf(self, field: str, word: str) -> float:
        """Return BM25's inverse document frequency of a word in a field; a word nobody uses counts as used once."""
        with named_errors():
            used = max(1, self._searcher.doc_freq(field, word))
        total = max(self.count, used)
        return math.log(1 + (total - used + 0.5) / (used + 0.5))

    def best(
        self,
        terms: Sequence[Term],
        k: int,
        *,
        before: datetime | None = None,
        without: str | Collection[str] = (),
        among: Collection[str] | None = None,
        where: Where | None = None,
    ) -> list[Hit]:
        """Return the k best items by the weighted sum of BM25 over the terms, best first, ties by id.

        `before` keeps items known to be created strictly earlier; `without` leaves out one id or several;
        `among` keeps the items with these ids, `where` those with these facts, see `search`. Raises IndexFailed.
        """
        if not terms or k < 1:
            return []
        k = min(k, max(1, self.count))  # room for so many is made at once
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(term.field, term.word), term.weight))
            for term in terms
        ]
        query = tantivy.Query.boolean_query(wanted)
        if among is not None:
            kept = tantivy.Query.const_score_query(self._with_ids(among), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, kept)])
        return self._hits(self._narrowed(query, before, without, where), k)

    def search(
        self,
        query: str,
        k: int,
        *,
        before: datetime | None = None,
        without: str | Collection[str] = (),
        where: Where | None = None,
    ) -> list[Hit]:
        """Return the k best items for words as they are typed, best first; an empty query finds nothing.

        Items with all words come before items with some. A last word that nothing follows yet counts
        as a beginning. Hits in the title weigh three times. `where` keeps items by their facts: `kind`, and
        any scalar field of the metadata by its name (one called kind as `metadata.kind`), each with a value or
        a list of those that will do; of a field that is a list, one must. Raises IndexFailed.
        """
        words = [self._typed_word(stem, 3.0) for stem, _ in self.words(query)]
        if not words or k < 1:
            return []
        k = min(k, max(1, self.count))
        start, spelt = list(words_of(query))[-1]
        if query.endswith(spelt):
            words[-1] = self._beginning(start, words[-1])
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, word) for word in words])
        hits = self._hits(self._narrowed(every, before, without, where), k)
        if len(hits) < k and len(words) > 1:
            some = tantivy.Query.boolean_query([(tantivy.Occur.Should, word) for word in words])
            seen = {hit.id for hit in hits}
            hits += [hit for hit in self._hits(self._narrowed(some, before, without, where), k) if hit.id not in seen]
        return hits[:k]

    def saying(self, word: str, among: Collection[str]) -> set[str]:
        """Return those of the given items that say a word (as `words` gives it) in title or body."""
        if not among:
            return set()
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term(field, word)) for field in TEXT_FIELDS])
        both = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, either),
                (tantivy.Occur.Must, self._with_ids(among)),
            ]
        )
        return {hit.id for hit in self._hits(both, len(among))}

    def segments_of(self, ids: Collection[str]) -> set[int]:
        """Return the numbers of the segments in which items are; of all, if one left traces elsewhere."""
        if not ids:
            return set()
        with named_errors():
            found = self._searcher.search(self._with_ids(ids), len(ids), count=False).hits
            if sum(self._searcher.doc_freq("id", key) for key in ids) > len(found):
                return set(range(self._searcher.num_segments))
        return {address.segment_ord for _, address in found}

    def ids_in(self, segments: Collection[int]) -> list[str]:
        """Return the ids of the items in some segments, by their numbers."""
        found: list[str] = []
        for start in range(0, self.count, LISTED_AT_ONCE):
            with named_errors():
                page = self._searcher.search(tantivy.Query.all_query(), LISTED_AT_ONCE, count=False, offset=start).hits
                addresses = [address for _, address in page if address.segment_ord in segments]
                found += [str(self._searcher.doc(address)["id"][0]) for address in addresses]
        return found

    def _typed_word(self, stem: str, title_weight: float) -> tantivy.Query:
        in_title = tantivy.Query.boost_query(self._term(TITLE, stem), title_weight)
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, in_title), (tantivy.Occur.Should, self._term(BODY, stem))]
        )

    def _beginning(self, typed: str, whole: tantivy.Query) -> tantivy.Query:
        [start] = self._plain.analyze(typed)
        clauses: list[_Clause] = [(tantivy.Occur.Should, whole)]
        for field, weight in ((TYPED, 3.0), (BODY, 1.0)):
            with named_errors():
                begun = self._searcher.terms_with_prefix(field, start, limit=PREFIX_WORDS)
            for word, _ in begun:
                query = tantivy.Query.boost_query(self._term(field, word), weight)
                clauses.append((tantivy.Occur.Should, query))
        return tantivy.Query.boolean_query(clauses)

    def _term(self, field: str, word: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, word, index_option="freq")

    def _with_ids(self, ids: Collection[str]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, "id", list(ids))

    def _narrowed(
        self,
        query: tantivy.Query,
        before: datetime | None,
        without: str | Collection[str],
        where: Where | None = None,
    ) -> tantivy.Query:
        clauses: list[_Clause] = [(tantivy.Occur.Must, query)]
        for field, value in (where or {}).items():
            each = value if isinstance(value, list | tuple | set | frozenset) else [value]
            known = tantivy.Query.term_set_query(self._schema, FACT, [_fact(field, one) for one in each])
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(known, 0.0)))
        if before is not None:
            earlier = tantivy.Query.range_query(
                self._schema,
                "created",
                tantivy.FieldType.Integer,
                upper_bound=as_microseconds(before),
                include_upper=False,
            )
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(earlier, 0.0)))
        if without:
            left_out = [without] if isinstance(without, str) else without
            clauses.append((tantivy.Occur.MustNot, self._with_ids(left_out)))
        return tantivy.Query.boolean_query(clauses) if len(clauses) > 1 else query

    def _hits(self, query: tantivy.Query, k: int) -> list[Hit]:
        with named_errors():
            found = self._searcher.search(query, limit=k, count=False).hits
            addresses = [address for _, address in found]
            created = self._searcher.fast_field_values("created", addresses) if addresses else []
            hits = [
                Hit(self._searcher.doc(address)["id"][0], float(score), _moment(when))
                for (score, address), when in zip(found, created, strict=True)
            ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def _moment(microseconds: float | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=int(microseconds))
