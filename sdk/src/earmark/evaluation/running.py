"""Asking a suggester about each query of an evaluation; only what came strictly earlier is a candidate."""

from __future__ import annotations

import traceback
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from earmark.errors import EarmarkError, FileNotUnderstood
from earmark.evaluation.files import Pair, Query, Ranking
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import Suggester, Suggestion, fault_of
from earmark.types import Item

MOST_CANDIDATES = 100
SAY_EVERY = 50
MOST_LOOKED_AT = 10_000
"""Where guesses without end are cut."""
Say = Callable[[str], None]


@runtime_checkable
class Reranker(Protocol):
    """A suggester that also orders candidates found elsewhere."""

    def rank(
        self, item: Item, candidates: Sequence[Item], index: ItemIndex, ranks: Mapping[str, float] | None = None
    ) -> list[Suggestion]:
        """Return all the candidates, best first; `ranks` is the order they were found in."""
        ...


def asked(
    suggester: Suggester, queries: Sequence[Query], items: Mapping[str, Item], index: ItemIndex, say: Say
) -> Iterator[Ranking]:
    """Yield what a suggester finds for each query, at most MOST_CANDIDATES, all created strictly before it."""
    for number, query in enumerate(queries, start=1):
        item = items[query.id]
        found = guessed(suggester, item, index, MOST_CANDIDATES)
        ids = dict.fromkeys(each.candidate_id for each in found)
        kept = [key for key in ids if key != item.id and key in items and _is_earlier(items[key], item)]
        yield Ranking(query.id, kept[:MOST_CANDIDATES])
        if number % SAY_EVERY == 0 or number == len(queries):
            say(f"asked {number:,} of {len(queries):,} queries")


def guessed(suggester: Suggester, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
    """Return what a suggester guesses, as far as it may go. Raises EarmarkError where it raises or is no suggestion."""
    with _told_as(f"The suggester {suggester.name} fails for the item {item.id}"):
        found = list(islice(suggester.suggest(item, index, k), max(k, MOST_LOOKED_AT)))
    return _checked(suggester, item, found)


def ranked(
    suggester: Reranker, item: Item, candidates: Sequence[Item], index: ItemIndex, ranks: Mapping[str, float]
) -> list[Suggestion]:
    """Return candidates in a suggester's order. Raises EarmarkError where it raises or is no suggestion."""
    name = getattr(suggester, "name", "")
    with _told_as(f"The suggester {name} fails for the item {item.id}"):
        found = list(suggester.rank(item, candidates, index, ranks))
    return _checked(suggester, item, found)


def _checked(suggester: Any, item: Item, found: list[Suggestion]) -> list[Suggestion]:
    for each in found:
        if fault := fault_of(each):
            raise EarmarkError(f"The suggester {suggester.name} guesses wrongly for the item {item.id}: its {fault}.")
    return found


def fitted(suggester: Any, taught: Sequence[object]) -> None:
    """Teach a suggester known answers; raises EarmarkError where it raises."""
    with _told_as(f"The suggester {suggester.name} cannot be taught"):
        suggester.fit(taught)


@contextmanager
def _told_as(what: str) -> Iterator[None]:
    """Give what a suggester raises a name: it may raise anything, also what ends a program."""
    try:
        yield
    except (EarmarkError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise EarmarkError(f"{what}: {_told(error)}") from error


def _told(error: BaseException) -> str:
    """Return what went wrong in a suggester, and in which line of which file."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__]
    at = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{at}"


def made_as(name: str, make: Callable[..., Suggester], **given: object) -> Suggester:
    """Return a suggester that is made with what it takes; raises EarmarkError where it cannot be."""
    try:
        return make(**given)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise EarmarkError(f"The suggester {name} cannot be made: {type(error).__name__}: {error}") from error


def ordered(suggester: Suggester, pairs: Iterable[Pair], index: ItemIndex, say: Say) -> Iterator[Ranking]:
    """Yield the given candidates of each query in a suggester's order; of those it does not know, the given one."""
    lists = by_query(pairs)
    for number, pair_list in enumerate(lists.values(), start=1):
        item = pair_list[0].query
        candidates = [pair.candidate for pair in pair_list]
        if isinstance(suggester, Reranker):
            found = ranked(suggester, item, candidates, index, given_ranks(pair_list))
        else:
            found = guessed(suggester, item, index, index.count)
        wanted = {candidate.id for candidate in candidates}
        best = [each.candidate_id for each in found if each.candidate_id in wanted]
        rest = sorted(pair_list, key=lambda pair: pair.rank if pair.rank is not None else float("inf"))
        yield Ranking(item.id, list(dict.fromkeys([*best, *(pair.candidate.id for pair in rest)])))
        if number % SAY_EVERY == 0 or number == len(lists):
            say(f"ordered {number:,} of {len(lists):,} lists")


def by_query(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs of each query, in the order of the file."""
    lists: dict[str, list[Pair]] = {}
    for pair in pairs:
        lists.setdefault(pair.query.id, []).append(pair)
    return lists


def given_ranks(pairs: Iterable[Pair]) -> dict[str, float]:
    """Return the place of each candidate in the order it was given in, 1 the first; none where no rank is told.

    Those of one rank share the first of their places, whatever their order in the file.
    """
    told = [(pair.candidate.id, pair.rank) for pair in pairs if pair.rank is not None]
    ranks = sorted(rank for _, rank in told)
    return {key: float(bisect_left(ranks, rank) + 1) for key, rank in told}


def of_items(path: str, queries: Iterable[Query], items: Mapping[str, Item], say: Say) -> list[Query]:
    """Return the queries that are items, and say how many are not. Raises FileNotUnderstood where none is."""
    every = list(queries)
    known = [query for query in every if query.id in items]
    lost = next((query for query in every if query.id not in items), None)
    if lost is None:
        return known
    if not known:
        raise FileNotUnderstood(path, lost.line, f"the query {lost.id} is not among the items, nor is any other")
    count = len(every) - len(known)
    say(
        f"{path}, line {lost.line}: the query {lost.id} is not among the items; all such, {count:,} of {len(every):,}, "
        "are passed over, and count as missed where answers are measured"
    )
    return known


def taught_too(asked_about: Iterable[str], taught: Iterable[str], what: str = "queries") -> str:
    """Return in words how much of what is asked about is learned from too, which flatters; nothing where none is."""
    every = set(asked_about)
    both = len(every.intersection(taught))
    if not both:
        return ""
    return (
        f"{both:,} of {len(every):,} {what} are in --train too: what learns does better on them than on others; "
        "leave them out of --train"
    )


def unreachable(queries: Iterable[Query], items: Mapping[str, Item]) -> str:
    """Return in words how many right answers nothing can find, and why; nothing where all can be found."""
    right = [(items[query.id], positive) for query in queries for positive in query.positives or ()]
    absent = sum(positive not in items for _, positive in right)
    later = sum(positive in items and not _is_earlier(items[positive], query) for query, positive in right)
    if not absent + later:
        return ""
    return (
        f"{absent + later:,} of {len(right):,} right answers cannot be found and count as missed: "
        f"{absent:,} are not among the items, {later:,} are not created before their query"
    )


def _is_earlier(candidate: Item, item: Item) -> bool:
    """Return whether a candidate is known to be created strictly earlier; of an item without a time all are."""
    if item.created_at is None:
        return True
    return candidate.created_at is not None and candidate.created_at < item.created_at
