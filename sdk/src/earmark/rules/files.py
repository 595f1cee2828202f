"""The answers that rules are measured by, as JSON lines; the kind of question is told by the first line.

A choice: `{item, value}`. Tags: `{item, label, value}` with value `fits` or `does_not_fit`. Spans: `{item, start, end,
value}`, the value a label or `none`. Pairs: `{item, other, value}`, or as `earmark evaluate` takes them: `{query,
positives}`, where whatever is not among the positives is taken to be different, and `{qid, cid, label}`. The rows of
a frozen version's `labels.jsonl` are the first four.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from earmark.errors import FileNotUnderstood
from earmark.evaluation.files import POSITIVE_LABELS, read_lines
from earmark.rules.analysis import Answers
from earmark.rules.suggester import DUPLICATE
from earmark.rules.votes import Cast

FITS, DOES_NOT_FIT = "fits", "does_not_fit"
DIFFERENT = "different"
Row = tuple[str, str, str]
"""An item, what is beside it (another item, a tag, or nothing), and the answer."""


def read_answers(path: Path | str) -> Answers:
    """Return the answers of a file; of a unit that comes twice the last. Raises FileNotUnderstood, OSError."""
    form = next(read_lines(path, lambda facts, _: _form(facts)), None)
    if form is None:
        raise FileNotUnderstood(path, 1, "the file holds no answers")
    told = [row for rows in read_lines(path, lambda facts, _: _rows(facts, form)) for row in rows]
    queries = {item for item, _, _ in told} if form == "queries" else set()
    return _answers(form, [row for row in told if row[2]], queries)


def vote_lines(casts: Iterable[Cast]) -> Iterator[dict[str, Any]]:
    """Yield what was voted, a line a vote; `candidate` is there of pairs alone, `start` and `end` of spans."""
    for cast in casts:
        for vote in cast.votes:
            candidate = {"candidate": cast.unit[1]} if len(cast.unit) > 1 else {}
            facts = {"rule": cast.rule, "version": cast.version, "value": vote.value, "confidence": vote.confidence}
            place = {"start": vote.at[0], "end": vote.at[1]} if vote.at else {}
            said = {"is_against": vote.is_against, "reason": vote.reason}
            yield {"item": cast.unit[0], **candidate, **place, **facts, **said}


def _form(facts: Mapping[str, Any]) -> str:
    if "query" in facts and "positives" in facts:
        return "queries"
    if "qid" in facts and "cid" in facts:
        return "given"
    if "item" not in facts or "value" not in facts:
        raise ValueError("no answer: neither {item, value} nor {query, positives}")
    if facts.get("kind") == "region":
        raise ValueError("an answer about a part of a picture; rules say nothing of these")
    if facts.get("start") is not None:
        return "spans"
    if facts.get("other") is not None:
        return "pairs"
    return "tags" if facts.get("label") is not None else "choices"


def _rows(facts: Mapping[str, Any], form: str) -> Sequence[Row]:
    if _form(facts) != form:
        raise ValueError(f"an answer of another form than the first line's ({form})")
    return _READ[form](facts)


def _queries(facts: Mapping[str, Any]) -> Sequence[Row]:
    if not isinstance(facts["positives"], list):
        raise ValueError("positives is not a list of ids")
    query = _text(facts, "query")
    return [(query, "", ""), *((query, str(each), DUPLICATE) for each in facts["positives"])]


def _given(facts: Mapping[str, Any]) -> Sequence[Row]:
    label = facts.get("label")
    if label is None:
        return []
    value = DUPLICATE if str(label).strip().lower() in POSITIVE_LABELS else DIFFERENT
    return [(_text(facts, "qid"), _text(facts, "cid"), value)]


def _pairs(facts: Mapping[str, Any]) -> Sequence[Row]:
    return [(_text(facts, "item"), _text(facts, "other"), _text(facts, "value"))]


def _tags(facts: Mapping[str, Any]) -> Sequence[Row]:
    value = _text(facts, "value")
    if value not in (FITS, DOES_NOT_FIT, "unsure"):
        raise ValueError(f"value is {value}; of a tag it is {FITS}, {DOES_NOT_FIT} or unsure")
    return [(_text(facts, "item"), _text(facts, "label"), value)]


def _spans(facts: Mapping[str, Any]) -> Sequence[Row]:
    start, end = facts["start"], facts.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise ValueError(f"start and end are two whole numbers with 0 <= start < end, not {start!r} and {end!r}")
    return [(_text(facts, "item"), f"{start}-{end}", _text(facts, "value"))]


def _choices(facts: Mapping[str, Any]) -> Sequence[Row]:
    return [(_text(facts, "item"), "", _text(facts, "value"))]


_READ: Mapping[str, Callable[[Mapping[str, Any]], Sequence[Row]]] = {
    "queries": _queries,
    "given": _given,
    "pairs": _pairs,
    "tags": _tags,
    "choices": _choices,
    "spans": _spans,
}


def _answers(form: str, rows: Iterable[Row], queries: set[str]) -> Answers:
    if form == "choices":
        return Answers.of_choices({item: value for item, _, value in rows})
    beside = {(item, other): value for item, other, value in rows}
    if form == "spans":
        return Answers.of_spans({(item, *_place(at)): value for (item, at), value in beside.items()})
    if form == "tags":
        return Answers.of_tags({unit: value == FITS for unit, value in beside.items() if value != "unsure"})
    return Answers.of_pairs(beside, complete=queries, presumed=DIFFERENT if queries else "")


def _place(written: str) -> tuple[int, int]:
    start, _, end = written.partition("-")
    return int(start), int(end)


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError(f"no {name}")
    return str(value)
