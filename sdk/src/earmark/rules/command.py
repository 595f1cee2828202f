"""The commands `earmark rules analyse` and `earmark rules apply`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earmark._lines import begun, check_outputs
from earmark.errors import EarmarkError
from earmark.evaluation.files import read_items, read_pairs
from earmark.rules.analysis import Answers, RuleReport, analyse_rules
from earmark.rules.files import read_answers, vote_lines
from earmark.rules.finding import load_rules
from earmark.rules.rule import Rule
from earmark.rules.running import Asked, apply_rules, later_first
from earmark.rules.votes import Cast
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.types import Item

CANDIDATES = 30
SAY_EVERY = 2_560
Commands = Any  # argparse keeps the type of its sub-parsers to itself


def add_to(commands: Commands) -> None:
    """Add `rules` with its commands to a parser's."""
    rules = commands.add_parser("rules", help="ask rules about a catalogue, and see how they do")
    inner = rules.add_subparsers(required=True, metavar="COMMAND")
    both = argparse.ArgumentParser(add_help=False)
    both.add_argument("--rules", required=True, metavar="MODULE_OR_FILE", help="such as shop.rules or rules.py")
    both.add_argument("--items", action="append", default=[], metavar="F", help="{id, title, body, created, …}")
    both.add_argument("--pairs", metavar="F", help="{qid, cid, …}: the pairs that rules over pairs are asked about")
    both.add_argument(
        "--answers",
        metavar="F",
        help="{item, value}, {item, label, value}, {item, start, end, value} or {query, positives}",
    )
    analyse = inner.add_parser("analyse", parents=[both], help="coverage, overlap, conflict, accuracy by rule")
    analyse.add_argument("--tags", action="store_true", help="labels stand beside each other, even without answers")
    analyse.set_defaults(run=analyse_them)
    applied = inner.add_parser("apply", parents=[both], help="write what rules vote, a JSON line a vote")
    applied.add_argument("--out", required=True, metavar="VOTES.jsonl", help="where {item, rule, value, …} lines go")
    applied.set_defaults(run=apply_them)


def analyse_them(given: argparse.Namespace) -> int:
    """Print a table for people on standard error and the same as JSON on standard output."""
    rules, answers = load_rules(given.rules), _answers(given)
    if given.tags and answers is None:
        answers = Answers("tags")
    reports = analyse_rules(_casts(given, rules, answers), answers)
    for line in table(reports):
        _say(line)
    kind = answers.kind if answers else ("pair" if rules[0].about == "pair" else "choice")
    print(json.dumps({"kind": kind, "rules": [_facts(report) for report in reports]}))
    return 0


def apply_them(given: argparse.Namespace) -> int:
    """Write the votes, and print how many there are of each outcome."""
    check_outputs([given.out], [*given.items, given.pairs, given.answers, given.rules])
    rules = load_rules(given.rules)
    outcomes: Counter[str] = Counter()

    def counted() -> Iterator[Cast]:
        for cast in _casts(given, rules, _answers(given)):
            outcomes[cast.outcome.value] += 1
            yield cast

    written = 0
    with begun(given.out) as out:
        for line in vote_lines(counted()):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
    print(json.dumps({"rules": len(rules), "votes": written, "calls": dict(sorted(outcomes.items()))}))
    return 0


def table(reports: Sequence[RuleReport]) -> list[str]:
    """Return the lines of a table for people: a head, and a line for each version of a rule."""
    rows: list[tuple[str, ...]] = [
        ("rule", "version", "coverage", "overlap", "conflict", "right when judged", "failed", "late", "ms")
    ]
    rows += [_row(report) for report in reports]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(report: RuleReport) -> tuple[str, ...]:
    low, high = report.interval
    of = f"{report.right_count} of {report.judged_count}"
    judged = "nothing was judged"
    if report.accuracy is not None:
        judged = f"{_percent(report.accuracy)} ({_percent(low)} to {_percent(high)}, {of})"
    return (
        report.rule,
        report.version,
        _percent(report.coverage),
        _percent(report.overlap),
        _percent(report.conflict),
        judged,
        str(report.failed_count),
        str(report.late_count + report.skipped_count),
        "–" if report.median_ms is None else f"{report.median_ms:.3f}",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _facts(report: RuleReport) -> dict[str, Any]:
    low, high = report.interval
    shares = {"coverage": report.coverage, "overlap": report.overlap, "conflict": report.conflict}
    right = {"accuracy": report.accuracy, "low": low, "high": high, "right": report.right_count}
    calls = {
        "asked": report.asked_count,
        "voted": report.voted_count,
        "abstained": report.abstained_count,
        "failed": report.failed_count,
        "late": report.late_count,
        "skipped": report.skipped_count,
        "median_ms": report.median_ms,
    }
    return {"rule": report.rule, "version": report.version, **shares, **right, "judged": report.judged_count, **calls}


def _answers(given: argparse.Namespace) -> Answers | None:
    return read_answers(given.answers) if given.answers else None


def _casts(given: argparse.Namespace, rules: Sequence[Rule], answers: Answers | None) -> Iterator[Cast]:
    kinds = {rule.about for rule in rules}
    if len(kinds) > 1:
        raise EarmarkError(f"{given.rules} holds rules over items and rules over pairs; put them into two files.")
    if answers is not None and (answers.kind == "pair") != (kinds == {"pair"}):
        raise EarmarkError(f"The rules are about {kinds.pop()}s, the answers are of kind {answers.kind}.")
    if not given.items and not (given.pairs and kinds == {"pair"}):
        raise EarmarkError("--items F names the items to ask about.")
    items = read_items(given.items, say=_say)
    if given.items and not items:
        raise EarmarkError(f"{', '.join(given.items)}: there is no item.")
    units = _pairs(given, items, answers) if kinds == {"pair"} else iter(items.values())
    return apply_rules(rules, units, progress=_progress)


def _pairs(given: argparse.Namespace, items: Mapping[str, Item], answers: Answers | None) -> Iterator[Asked]:
    """Yield the pairs to ask about: those given, else those answered and each query with what is most alike."""
    if given.pairs:
        yield from ((pair.query, pair.candidate) for pair in read_pairs(given.pairs))
        return
    answered = [ids for ids in (answers.values if answers else ()) if all(key in items for key in ids)]
    seen = {frozenset(ids) for ids in answered}
    for ids in answered:
        yield later_first(*(items[key] for key in ids))
    wanted = [key for key in items if answers is None or key in answers.complete]
    if wanted:
        yield from _most_alike(wanted, items, seen)


def _most_alike(wanted: Sequence[str], items: Mapping[str, Item], seen: set[frozenset[str]]) -> Iterator[Asked]:
    _say(f"indexing {len(items):,} items")
    index, finder = ItemIndex(), LexicalSuggester()
    index.apply(items.values())
    for key in wanted:
        for guess in finder.suggest(items[key], index, CANDIDATES):
            if frozenset((key, guess.candidate_id)) not in seen:
                yield items[key], items[guess.candidate_id]


def _progress(done: int) -> None:
    if done % SAY_EVERY == 0:
        _say(f"asked about {done:,}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
