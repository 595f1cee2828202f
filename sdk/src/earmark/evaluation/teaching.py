"""What teaching is worth: `learned` by number of examples, and without each part of what it looks at, beside `hybrid`.

Queries that are asked about are never learned from; each candidate pool is looked at once.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from earmark.errors import EarmarkError
from earmark.evaluation.assembly import QUERIES_A_LINE, Bench, Say
from earmark.evaluation.files import Query
from earmark.evaluation.measures import MRR_DEPTH, compared, summary
from earmark.evaluation.running import unreachable
from earmark.suggesters.describing import SIGNALS, PoolCandidate
from earmark.suggesters.examples import Example, examples_of
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.likeness import LIKENESS
from earmark.suggesters.pool import TEXTS
from earmark.suggesters.standing import STANDING

SIZES = (30, 100, 300, 1_000, 3_000)
SEEDS = 5
SAMPLES = 1_000
MEASURE = f"MRR@{MRR_DEPTH}"

_WORDS = [name for name in SIGNALS if name not in TEXTS]
PARTS: Mapping[str, Collection[str]] = {
    "words": [f"{name}{form}" for name in _WORDS for form in ("", "_z", "_rank")],
    "meaning": [f"{name}{form}" for name in TEXTS for form in ("", "_z", "_rank")],
    "likeness of texts": [f"{name}{form}" for name in LIKENESS for form in ("", "_z")],
    "fields": ["facets", "same_author", "same_kind"],
    "time": ["age", "within_an_hour", "within_a_day", "within_a_week", "age_evidence"],
    "known clusters": ["known_mates", "mates_in_pool", "best_mate"],
    "standing among others": STANDING,
    "lengths": ["title_length", "body_length"],
}
"""What features are of one kind; each field of the host (`field …`) belongs to the fields."""


@dataclass(frozen=True)
class Asked:
    """A query that is asked about: what is right, and the candidates to order."""

    query: str
    positives: frozenset[str]
    pool: Sequence[PoolCandidate]


@dataclass(frozen=True)
class Lesson:
    """What is there to learn, by query as a log would hold it, and what is asked afterwards."""

    hybrid: HybridSuggester
    logs: Mapping[str, Sequence[Example]]
    asked: Sequence[Asked]

    def rankings(self, odds: Callable[[Sequence[PoolCandidate]], Sequence[float]]) -> dict[str, list[str]]:
        """Return the pools that are asked about, by query, in the order of odds; ties by id."""
        found = {}
        for each in self.asked:
            told = dict(zip((candidate.id for candidate in each.pool), odds(each.pool), strict=True))
            found[each.query] = sorted(told, key=lambda key: (-told[key], key))
        return found

    def by_hybrid(self) -> dict[str, list[str]]:
        """Return what the hybrid makes of the pools."""
        return self.rankings(lambda pool: [self.hybrid.log_odds(each) for each in pool])

    def measured(self, rankings: Mapping[str, Sequence[str]]) -> float:
        """Return MRR@10 of rankings in percent."""
        return summary(self.answers, rankings)[MEASURE]

    @property
    def answers(self) -> dict[str, frozenset[str]]:
        """Return what is right, by query that is asked about."""
        return {each.query: each.positives for each in self.asked}

    def without(self, columns: Sequence[int]) -> Lesson:
        """Return the same, some features of which say nothing."""
        logs = {query: [_silenced(each, columns) for each in log] for query, log in self.logs.items()}
        asked = [replace(each, pool=[_silenced(one, columns) for one in each.pool]) for each in self.asked]
        return Lesson(self.hybrid, logs, asked)


def held_back(queries: Sequence[Query]) -> tuple[Sequence[Query], Sequence[Query]]:
    """Return the first two thirds of queries to learn from, and the last third to ask about."""
    cut = len(queries) * 2 // 3
    return queries[:cut], queries[cut:]


def lesson(bench: Bench, taught: Sequence[Query], asked: Sequence[Query]) -> Lesson:
    """Return what is there to learn, without queries that are asked about, and to ask; each query is there once.

    Raises EarmarkError where one of them is nothing.
    """
    asked = [query for query in asked if query.positives]
    kept_back = {query.id for query in asked}
    known = [query for query in taught if query.positives]
    taught = [query for query in known if query.id not in kept_back]
    if known and asked and not taught:
        raise EarmarkError("All queries to learn from are asked about as well, so nothing is left to learn; part them.")
    if not taught or not asked:
        raise EarmarkError("Known answers are needed both to learn from and to ask about; two queries are the least.")
    if out_of_reach := unreachable(asked, bench.items):
        bench.say(out_of_reach)
    learned = LearnedReranker(HybridSuggester(bench.pool(bench.known(taught))))
    logs: dict[str, Sequence[Example]] = {}
    questions = []
    for number, query in enumerate([*taught, *asked], start=1):
        ranked = learned.around(bench.items[query.id], bench.index)
        right = query.positives or frozenset()
        if number <= len(taught):
            logs[query.id] = examples_of(query.id, ranked, right)
        else:
            questions.append(Asked(query.id, right, [each.compact() for each in ranked]))
        if number % QUERIES_A_LINE == 0 or number == len(taught) + len(asked):
            bench.say(f"looked at {number:,} of {len(taught) + len(asked):,} queries")
    return Lesson(learned.hybrid, logs, questions)


def curve(told: Lesson, *, sizes: Sequence[int] = SIZES, seeds: int = SEEDS, say: Say) -> dict[str, Any]:
    """Return MRR@10 by number of examples, each drawn `seeds` times by query, and of all, which are one draw."""
    whole = sum(map(len, told.logs.values()))
    usual = told.measured(told.by_hybrid())
    points = []
    for size in [*(size for size in sorted(set(sizes)) if size < whole), whole]:
        figures = []
        for seed in range(seeds if size < whole else 1):
            order = random.Random(seed).sample(sorted(told.logs), len(told.logs))  # noqa: S311 - no secret
            examples = [example for query in order for example in told.logs[query]]
            learned = LearnedReranker(told.hybrid).fit(examples[:size])
            figures.append(told.measured(told.rankings(learned.log_odds)))
        points.append({"examples": size, "figures": figures})
        say(f"{size:,} examples: {', '.join(f'{each:.1f}' for each in figures)}; hybrid {usual:.1f}")
    return {**_facts(told), "hybrid": usual, "learned": points}


def ablation(told: Lesson, *, samples: int = SAMPLES, say: Say) -> dict[str, Any]:
    """Return what `hybrid` and `learned` (taught anew each time) lose without each part, with 95 % intervals.

    What candidates there are stays the same. Parts that say nothing of any candidate are left out.
    """
    usual, best = told.by_hybrid(), _taught(told)
    parts = []
    for part, columns in _columns(told):
        less = told.without(columns)
        found = {
            name: asdict(compared(told.answers, whole, lacking, samples=samples)[MEASURE])
            for name, whole, lacking in (("hybrid", usual, less.by_hybrid()), ("learned", best, _taught(less)))
        }
        less_of = ", ".join(f"{name} {each['difference']:+.1f}" for name, each in found.items())
        say(f"without {part}: {less_of}")
        parts.append({"part": part, **found})
    return {**_facts(told), "hybrid": told.measured(usual), "learned": told.measured(best), "without": parts}


def _facts(told: Lesson) -> dict[str, Any]:
    return {"measure": MEASURE, "taught_queries": len(told.logs), "asked_queries": len(told.asked)}


def _taught(told: Lesson) -> dict[str, list[str]]:
    learned = LearnedReranker(told.hybrid).fit([example for log in told.logs.values() for example in log])
    return told.rankings(learned.log_odds)


def _columns(told: Lesson) -> Iterator[tuple[str, list[int]]]:
    """Yield each part that says something of any candidate, with the places of its features."""
    names = LearnedReranker(told.hybrid).features
    said = [False] * len(names)
    for each in (candidate for asked in told.asked for candidate in asked.pool):
        said = [before or value != 0 for before, value in zip(said, each.features, strict=True)]
    for part, mine in PARTS.items():
        columns = [at for at, name in enumerate(names) if name in mine or (part == "fields" and name[:6] == "field ")]
        if any(said[at] for at in columns):
            yield part, columns


def _silenced(each: Any, columns: Sequence[int]) -> Any:
    """Return a candidate or an example with noughts in some features."""
    features = array("d", each.features)
    for at in columns:
        features[at] = 0.0
    return replace(each, features=features)
