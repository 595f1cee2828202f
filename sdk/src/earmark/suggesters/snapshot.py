"""Reading an index of items: one consistent state of it, while others write."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import tantivy

from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters.sketch import facts_in, is_cut, packed_checksum, words_said
from earmark.suggesters.words import words_of
from earmark.types import Item

TITLE, BODY, TYPED, FACT = "title", "body", "typed", "fact"
TEXT_FIELDS = (TITLE, BODY)
SKETCH = "sketch"
KIND = "kind"
PREFIX_WORDS = 40
LONGEST_FACT = 1000
LISTED_AT_ONCE = 50_000
ROOM = 4
LEAST_ROOM = 200
"""So many times what is wanted is asked for, at least so many, where later items are left out afterwards."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Where = Mapping[str, Any]
_Clause = tuple[tantivy.Occur, tantivy.Query]
_Found = tuple[Any, Any]
"""A score and the address of an item."""


class Hit(NamedTuple):
    """A found item with its score (0 and up, comparable within one query only)."""

    id: str
    score: float
    created_at: datetime | None = None


class Term(NamedTuple):
    """A word in a field, with the weight it has in a query."""

    field: str
    word: str
    weight: float


@dataclass(frozen=True)
class FieldFacts:
    """What BM25 knows of a field: how many items there are, also those deleted of late, and the mean count of words."""

    count: float
    usual_length: float


@dataclass
class LookedUp:
    """What was looked up in an index while it holds so many items: who uses a word of a field, facts of fields."""

    count: int = -1
    used: dict[tuple[str, str], int] = dataclass_field(default_factory=dict)
    idfs: dict[str, tuple[float, float]] = dataclass_field(default_factory=dict)
    fields: dict[str, FieldFacts] = dataclass_field(default_factory=dict)


def idf_of(used: int, count: float) -> float:
    """Return BM25's inverse document frequency of a word that so many of all items use."""
    return math.log(1 + (max(count, used) - used + 0.5) / (used + 0.5))


def as_microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970 of an aware time; a naive one is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


class named_errors:
    """Give tantivy's errors, and its panics (which `except Exception` lets through), a name of ours.

    A class, since it stands around each look-up of a word, and making a generator takes several times what that takes.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raise what was raised by its name; raises SomeoneElseWrites, IndexFailed."""
        if error is None:
            return
        if isinstance(error, ValueError):
            if "LockBusy" in str(error):
                raise SomeoneElseWrites("Another process is writing this index.") from error
            raise IndexFailed(str(error)) from error
        if type(error).__name__ == "PanicException":
            raise IndexFailed(f"tantivy panicked: {error}") from None


def facts_of(item: Item) -> Iterator[str]:
    """Yield what an item can be filtered by, as the index has it: its kind, and each scalar of its metadata."""
    if item.kind:
        yield _fact(KIND, item.kind)
    for name, value in item.metadata.items():
        field = f"metadata.{name}" if name == KIND else name
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str | int | float):
                yield _fact(field, each)


def _fact(field: str, value: Any) -> str:
    """Return a field with its value as one word; 1 and 1.0 are the same, 1 and True are not."""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return json.dumps([field, plain])[:LONGEST_FACT]


class Snapshot:
    """What an index held when it was last reloaded. Safe to use from several threads.

    It remembers what it read, so it is made anew for each request; `looked_up` is remembered beyond it by who gives it.
    """

    def __init__(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        *,
        stemmed: tantivy.TextAnalyzer,
        plain: tantivy.TextAnalyzer,
        looked_up: LookedUp | None = None,
    ) -> None:
        self._searcher = searcher
        self._schema = schema
        self._stemmed = stemmed
        self._plain = plain
        self._looked_up = looked_up if looked_up is not None else LookedUp()
        self._read: dict[str, bytes] = {}
        self._seen: dict[tuple[int, int], tuple[str, datetime | None]] = {}
        self._early: set[tuple[datetime | None, bool]] = set()
        self._words: dict[str, list[tuple[str, str]]] = {}

    @property
    def count(self) -> int:
        """Return how many items can be found."""
        return int(self._searcher.num_docs)

    def count_of(self, kind: str) -> int:
        """Return how many items are of a kind; those deleted of late count."""
        return self.used(FACT, _fact(KIND, kind))

    def words(self, text: str) -> list[tuple[str, str]]:
        """Return a text's words in order: each as the index has it (lower case, stemmed), and as spelt."""
        found = self._words.get(text)
        if found is not None:
            return found
        known = list(words_of(text))
        stems = self._stemmed.analyze(" ".join(word for word, _ in known))
        found = self._words[text] = [(stem, spelt) for stem, (_, spelt) in zip(stems, known, strict=True)]
        return found

    def idf(self, field: str, word: str) -> float:
        """Return BM25's inverse document frequency of a word in a field; a word nobody uses counts as used once."""
        return self.idfs(word)[TEXT_FIELDS.index(field)]

    def idfs(self, word: str) -> tuple[float, float]:
        """Return what `idf` does, of a word in titles and in bodies."""
        found = self._looked_up.idfs.get(word)
        if found is None:
            count, in_title, in_body = self.count, self.used(TITLE, word), self.used(BODY, word)
            found = idf_of(max(1, in_title), count), idf_of(max(1, in_body), count)
            self._looked_up.idfs[word] = found
        return found

    def used(self, field: str, word: str) -> int:
        """Return how many items say a word in a field, also those deleted of late."""
        known = self._looked_up.used
        found = known.get((field, word))
        if found is None:
            with named_errors():
                found = known[field, word] = int(self._searcher.doc_freq(field, word))
        return found

    def facts_of_field(self, field: str, words: Iterable[str]) -> FieldFacts | None:
        """Return what BM25 knows of a field, asked by any word that is used in it; None where none of these is."""
        known = self._looked_up.fields
        for word in words:
            if field in known:
                break
            query = self._term(field, word)
            with named_errors():
                hits = self._searcher.search(query, limit=1, count=False).hits if self.used(field, word) else []
                told = dict(_told_in(json.loads(query.explain(self._searcher, hits[0][1]).to_json()))) if hits else {}
            if told:
                known[field] = FieldFacts(told["N"], told["avgdl"])
        return known.get(field)

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
        where = where or {}
        if among is None and self._is_usual(where) and (before, bool(where)) not in self._early:
            left_out = {without} if isinstance(without, str) else set(without)
            found = self._of_the_best(query, k, before, left_out, where)
            if found is not None:
                return found
            self._early.add((before, bool(where)))
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
        clauses = [(tantivy.Occur.Must, either), (tantivy.Occur.Must, self._with_ids(among))]
        return {hit.id for hit in self._hits(tantivy.Query.boolean_query(clauses), len(among))}

    def said(self, words: Sequence[str], among: Collection[str]) -> dict[str, set[str]]:
        """Return by id which of some words (as `words` gives them) each of the given items says in title or body."""
        sketches = self.sketches(among)
        sums = {word: packed_checksum(word) for word in words}
        found = {key: set(words_said(sketches[key], sums)) if key in sketches else set() for key in among}
        cut = [key for key, sketch in sketches.items() if is_cut(sketch)]
        for word in words if cut else ():
            for key in self.saying(word, cut):
                found[key].add(word)
        return found

    def sketches(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return by id what is kept of items to compare them with others (see `sketch.sketched`), of those there."""
        lacking = [key for key in ids if key not in self._read]
        if lacking:
            self._hits(self._with_ids(lacking), len(lacking))
        return {key: self._read[key] for key in ids if key in self._read}

    def said_by(self, field: str) -> list[tuple[str, int]]:
        """Return each word of a field with how many items say it; looks at all words there are."""
        with named_errors():
            return list(self._searcher.terms_with_prefix(field, ""))

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
            known = tantivy.Query.term_set_query(self._schema, FACT, [_fact(field, one) for one in _several(value)])
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

    def _is_usual(self, where: Where) -> bool:
        """Return whether so many items meet the conditions that the best of all hold enough of them."""
        return not where or (set(where) == {KIND} and self._share(KIND, where[KIND]) >= 1 / 2)

    def _share(self, field: str, value: Any) -> float:
        """Return about which share of all items has a fact: those deleted of late count, those changed of late may."""
        return sum(self.used(FACT, _fact(field, each)) for each in _several(value)) / max(1, self.count)

    def _of_the_best(
        self, query: tantivy.Query, k: int, before: datetime | None, without: Collection[str], where: Where
    ) -> list[Hit] | None:
        """Return the k best by leaving out of the best of all what is not wanted; None where too few are left.

        Without conditions tantivy passes by what cannot be among the best, which is several times as quick.
        """
        most = k + len(without) if before is None and not where else max(LEAST_ROOM, ROOM * k)
        until = None if before is None else as_microseconds(before)
        found = self._found(query, most)
        hits: list[Hit] = []
        with named_errors():
            for each, when in self._with_times(found, at_once=2 * k):
                if until is None or (when is not None and when < until):
                    hit = self._hit(each, when)
                    if hit.id not in without and self._is_of_kind(hit.id, where):
                        hits.append(hit)
                if len(hits) == k:
                    return _ordered(hits)
        return _ordered(hits) if len(found) < most else None

    def _is_of_kind(self, key: str, where: Where) -> bool:
        return not where or facts_in([self._read[key]])[0][1] in _several(where[KIND])

    def _hits(self, query: tantivy.Query, k: int) -> list[Hit]:
        found = self._found(query, k)
        with named_errors():
            return _ordered([self._hit(each, when) for each, when in self._with_times(found, at_once=len(found))])

    def _found(self, query: tantivy.Query, k: int) -> list[_Found]:
        """Return score and address of the k best."""
        with named_errors():
            found: list[_Found] = self._searcher.search(query, limit=k, count=False).hits
            return found

    def _with_times(self, found: Sequence[_Found], *, at_once: int) -> Iterator[tuple[_Found, float | None]]:
        """Yield what was found with when it was created, looked up for so many at once: mostly the first will do."""
        for start in range(0, len(found), at_once or 1):
            some = found[start : start + at_once]
            created = self._searcher.fast_field_values("created", [address for _, address in some])
            yield from zip(some, created, strict=True)

    def _hit(self, found: _Found, when: float | None) -> Hit:
        score, address = found
        place = address.segment_ord, address.doc
        seen = self._seen.get(place)
        if seen is None:
            document = self._searcher.doc(address)
            key: str = document["id"][0]
            seen = self._seen[place] = key, _moment(when)
            self._read[key] = document[SKETCH][0]
        return Hit(seen[0], score, seen[1])


def _several(value: Any) -> Collection[Any]:
    """Return the values of which one will do."""
    return value if isinstance(value, list | tuple | set | frozenset) else [value]


def _told_in(explained: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers that an explanation of tantivy's names: N, the count of items, and avgdl, the mean length."""
    name, comma, _ = str(explained.get("description", "")).partition(",")
    if comma:
        yield name, float(explained["value"])
    for each in explained.get("details", ()):
        yield from _told_in(each)


def _ordered(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def _moment(microseconds: float | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=int(microseconds))
