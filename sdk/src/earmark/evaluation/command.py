"""The commands `earmark evaluate suggester` and `earmark evaluate compare`; `labels` and `reports` hold the others."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from earmark._lines import begun, check_outputs
from earmark.errors import EarmarkError
from earmark.evaluation import labels, reports, spans
from earmark.evaluation.assembly import Bench
from earmark.evaluation.console import count_of, say
from earmark.evaluation.files import (
    POSITIVE_LABELS,
    Ranking,
    holds_pairs,
    read_items,
    read_pairs,
    read_queries,
    read_rankings,
)
from earmark.evaluation.measures import compared, summary
from earmark.evaluation.naming import add_rename, well_named, well_named_pairs
from earmark.evaluation.running import asked, of_items, ordered, taught_too, unreachable

Commands = Any  # argparse keeps the type of its sub-parsers to itself


def add_to(commands: Commands) -> None:
    """Add `evaluate` with its commands to a parser's."""
    evaluate = commands.add_parser("evaluate", help="measure suggesters on files of known answers")
    inner = evaluate.add_subparsers(required=True, metavar="COMMAND")
    suggester = inner.add_parser("suggester", help="ask a suggester about the queries of a file")
    suggester.add_argument("--items", action="append", default=[], metavar="F", help="{id, title, body, created, …}")
    asked_about = suggester.add_mutually_exclusive_group(required=True)
    asked_about.add_argument("--queries", metavar="F", help="{query, positives}: candidates are earlier items")
    asked_about.add_argument("--pairs", metavar="F", help="{qid, cid, …}: candidates are given")
    suggester.add_argument("--train", action="append", default=[], metavar="F", help="known answers to learn from")
    suggester.add_argument("--suggester", required=True, metavar="NAME", help="lexical, semantic, hybrid, learned, …")
    suggester.add_argument(
        "--out", required=True, metavar="RUN.jsonl", help="where {query, ranked} lines go, packed for .gz"
    )
    suggester.add_argument("--model", metavar="DIR", help="the folder of embedding models (EARMARK_MODELS)")
    suggester.set_defaults(run=evaluate_suggester)
    add_rename(suggester)
    labels.add_to(inner)
    spans.add_to(inner)
    reports.add_to(inner)
    compare = inner.add_parser("compare", help="whether one run is better than another, by a paired bootstrap")
    answers = compare.add_mutually_exclusive_group(required=True)
    answers.add_argument("--queries", metavar="F", help="{query, positives}")
    answers.add_argument("--pairs", metavar="F", help="{qid, cid, label}")
    compare.add_argument("first", help="a run, as `evaluate suggester` writes it")
    compare.add_argument("second", help="another one, of the same queries")
    compare.add_argument("--samples", type=count_of, default=10_000, help="how often queries are drawn anew")
    compare.set_defaults(run=compare_runs)
    add_rename(compare)


def evaluate_suggester(given: argparse.Namespace) -> int:
    """Ask a suggester, write its run, and print the measures where answers are known."""
    if given.queries and not given.items:
        raise EarmarkError("--queries needs --items, the file of what can be found.")
    check_outputs([given.out], [*given.items, *given.train, given.queries, given.pairs])
    began = time.monotonic()
    bench = Bench(given.model, say=say)
    rename = dict(given.rename)
    bench.take(well_named(read_items(given.items, rename, say=say), say).values())
    if given.queries and not bench.items:
        raise EarmarkError(f"{', '.join(given.items)}: there is no item.")
    training = [path for path in given.train if not holds_pairs(path)]
    training_pairs = [well_named_pairs(read_pairs(path, rename), say) for path in given.train if holds_pairs(path)]
    pairs = well_named_pairs(read_pairs(given.pairs, rename), say) if given.pairs else []
    for some in (*training_pairs, pairs):
        bench.take(pair.candidate for pair in some)
    queries = of_items(given.queries, read_queries(given.queries), bench.items, say) if given.queries else []
    if out_of_reach := unreachable(queries, bench.items):
        say(out_of_reach)
    labelled = [of_items(path, read_queries(path), bench.items, say) for path in training]
    taught = [query.id for some in labelled for query in some if query.positives]
    taught += [pair.query.id for some in training_pairs for pair in some if pair.is_positive]
    if told := taught_too([*(query.id for query in queries), *(pair.query.id for pair in pairs)], taught):
        say(told)
    suggester = bench.suggester(given.suggester, labelled, training_pairs)
    asking_began = time.monotonic()
    if given.pairs:
        rankings = ordered(suggester, pairs, bench.index, say)
    else:
        rankings = asked(suggester, queries, bench.items, bench.index, say)
    ranked = _written(given.out, rankings)
    asking = time.monotonic() - asking_began
    answers = _answers(given, rename)
    facts = {"suggester": suggester.name, "version": suggester.version, "queries": len(ranked)}
    times = {"ms_a_query": round(1000 * asking / max(1, len(ranked)), 1), "seconds": round(time.monotonic() - began, 1)}
    if answers:
        if not any(answers.values()):
            say(_nothing_right(given))
        found = summary(answers, ranked)
        extra = bench.pool_recall(queries) if not given.pairs else {}
        print(json.dumps({**facts, "answered": len(answers), **_named(found, bool(given.pairs)), **extra, **times}))
    else:
        told = "positives" if given.queries else "label"
        say(f"{given.queries or given.pairs} has no {told}, so nothing is measured; what was found is in {given.out}")
    return 0


def _nothing_right(given: argparse.Namespace) -> str:
    told = f"{given.queries or given.pairs} names nothing that is right, so all counts as missed"
    return (
        f"{told}; labels that say so are {', '.join(sorted(POSITIVE_LABELS))}, numbers above 0" if given.pairs else told
    )


def compare_runs(given: argparse.Namespace) -> int:
    """Print for each measure how far the second run is ahead of the first."""
    answers = _answers(given, dict(given.rename))
    if not answers:
        raise EarmarkError("The file holds no answers, so nothing can be compared.")
    first, second = (_run_of(path, answers) for path in (given.first, given.second))
    found = compared(answers, first, second, samples=given.samples)
    print(json.dumps({"queries": len(answers), **{name: asdict(each) for name, each in found.items()}}))
    return 0


def _run_of(path: str, answers: Mapping[str, object]) -> dict[str, Sequence[str]]:
    """Return what a run ranked by query; says how many of those that are answered it lacks."""
    ranked = {key: ranking.ranked for key, ranking in read_rankings(path).items()}
    if lacking := len(answers.keys() - ranked.keys()):
        say(f"{path} lacks {lacking:,} of {len(answers):,} queries; these count as if it had found nothing")
    return ranked


def _answers(given: argparse.Namespace, rename: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return what is right for each query of which that is told; a list of pairs may hold nothing right."""
    if given.queries:
        return {query.id: query.positives for query in read_queries(given.queries) if query.positives is not None}
    found: dict[str, set[str]] = {}
    for pair in read_pairs(given.pairs, rename):
        if pair.is_positive is not None:
            right = found.setdefault(pair.query.id, set())
            if pair.is_positive:
                right.add(pair.candidate.id)
    return {query: frozenset(right) for query, right in found.items()}


def _named(found: dict[str, float], is_lists: bool) -> dict[str, float]:
    """Return the measures; of given lists, which are short, MAP and MRR go by their plain names too."""
    return {**found, "MAP": found["MAP@100"], "MRR": found["MRR@10"]} if is_lists else found


def _written(path: str, rankings: Iterable[Ranking]) -> dict[str, list[str]]:
    ranked: dict[str, list[str]] = {}
    with begun(path) as out:
        for ranking in rankings:
            ranked[ranking.query] = list(ranking.ranked)
            out.write(json.dumps({"query": ranking.query, "ranked": ranked[ranking.query]}) + "\n")
    return ranked
