"""The command `earmark evaluate spans`: how well spans are guessed, and how many marked texts that takes."""

from __future__ import annotations

import argparse
import inspect
import json
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from earmark.errors import EarmarkError, NotTrained
from earmark.evaluation.calibration import reliability
from earmark.evaluation.console import counted, say
from earmark.evaluation.files import UnknownItem, read_items, read_known
from earmark.evaluation.labels import FIGURES, SIZES, Dictionary, guessed_nothing, read_dictionary
from earmark.evaluation.naming import add_rename, well_named
from earmark.evaluation.running import fitted, guessed, made_as, taught_too
from earmark.evaluation.span_measures import Answered, of_spans, said_of_spans
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.marked import MarkedSpan, MarkedText, labels_marked
from earmark.suggesters.protocol import ITEM_SUGGESTERS, LABEL_SUGGESTERS, Suggester, discover
from earmark.suggesters.spans import DictionarySpans
from earmark.types import Item

MOST_GUESSED = 1_000


def add_to(inner: Any) -> None:
    """Add `spans` to the parsers of `evaluate`."""
    spans = inner.add_parser("spans", help="ask a suggester for spans of texts of which all right ones are known")
    spans.add_argument("--items", action="append", default=[], metavar="F", help="{id, title, body, …}")
    spans.add_argument("--train", action="append", default=[], metavar="F", help="marked texts to learn from")
    spans.add_argument(
        "--answers",
        required=True,
        metavar="F",
        help="{item, spans: [{start, end, label}]} of --items, or lines of a frozen version: {id, text, spans}",
    )
    spans.add_argument("--suggester", default="sequence", metavar="NAME", help="sequence (the usual), dictionary, …")
    spans.add_argument("--dictionary", metavar="F", help="words and patterns by label: JSON, {label: [words, /…/]}")
    spans.add_argument("--curve", action="store_true", help="also learn from the first 30, 100, 300 and 1,000 texts")
    spans.add_argument("--seed", type=int, help="draw the order of marked texts; otherwise it is the file's")
    add_rename(spans)
    spans.set_defaults(run=evaluate_spans)


def evaluate_spans(given: argparse.Namespace) -> int:
    """Teach a suggester, ask it, and print the measures as JSON. Raises EarmarkError, OSError."""
    items = well_named(read_items(given.items, dict(given.rename), say=say), say)
    taught = [each for path in given.train for each in read_marked(path, items)]
    asked = read_marked(given.answers, items)
    if told := taught_too((each.item.id for each in asked), (each.item.id for each in taught), "texts"):
        say(told)
    if given.seed is not None:
        random.Random(given.seed).shuffle(taught)  # noqa: S311 - an order, no secret
    words = _readable(read_dictionary(given.dictionary), given.dictionary)
    report = {"answered": len(asked), **measured(given.suggester, taught, asked, dictionary=words)}
    if given.curve:
        sizes = [size for size in SIZES if size < len(taught)]
        report["curve"] = [measured(given.suggester, taught[:size], asked, dictionary=words) for size in sizes]
    print(json.dumps(report))
    return 0


def _readable(words: Dictionary | None, path: str) -> Dictionary | None:
    """Return a dictionary of which every pattern can be read; raises EarmarkError for another."""
    try:
        DictionarySpans(words)
    except ValueError as error:
        raise EarmarkError(f"{path}: {error}") from None
    return words


def measured(
    name: str, taught: Sequence[MarkedText], asked: Sequence[MarkedText], *, dictionary: Dictionary | None = None
) -> dict[str, Any]:
    """Return the measures of a suggester by name, taught with some texts and asked about others."""
    began = time.process_time()
    suggester = made(name, dictionary)
    if hasattr(suggester, "fit"):
        say(f"learning from {len(taught):,} texts")
        fitted(suggester, taught)
    fitting, began, index = time.process_time() - began, time.process_time(), ItemIndex()
    answers = [answered(suggester, each, index) for each in counted(asked, len(asked), "texts")]
    asking = time.process_time() - began
    if not any(each.guessed for each in answers):
        say(guessed_nothing(name, taught, dictionary))
    labels = sorted({*labels_marked(taught), *labels_marked(asked)})
    return {
        "suggester": suggester.name,
        "version": suggester.version,
        "taught": len(taught),
        **_rounded(of_spans(answers)),
        "by_label": {label: _rounded(of_spans([_alone(each, label) for each in answers])) for label in labels},
        "reliability": [asdict(each) for each in reliability(said_of_spans(answers))],
        **_learned(suggester),
        "fit_cpu_seconds": round(fitting, 1),
        "cpu_ms_a_text": round(1000 * asking / len(asked), 2),
    }


def answered(suggester: Suggester, marked: MarkedText, index: ItemIndex) -> Answered:
    """Return what a suggester guesses of a text beside what is marked in it."""
    guesses = [
        (MarkedSpan(each.anchor.position.start, each.anchor.position.end, each.candidate_id), each.score)
        for each in guessed(suggester, marked.item, index, MOST_GUESSED)
        if each.anchor is not None and hasattr(each.anchor, "position")
    ]
    return Answered(guesses, tuple(marked.spans))


def made(name: str, dictionary: Dictionary | None = None) -> Suggester:
    """Return a suggester of spans by name, told the dictionary where it takes one. Raises EarmarkError."""
    if name == DictionarySpans.name:
        return DictionarySpans(dictionary)
    if name in (*ITEM_SUGGESTERS, *LABEL_SUGGESTERS):
        raise EarmarkError(f"The suggester {name} guesses no spans; try sequence or dictionary.")
    known = discover()
    if name not in known:
        there = set(known).difference(ITEM_SUGGESTERS, LABEL_SUGGESTERS) | {DictionarySpans.name}
        raise EarmarkError(f"There is no suggester {name} of spans; there are {', '.join(sorted(there))}.")
    takes = inspect.signature(known[name]).parameters
    return made_as(name, known[name], **({"dictionary": dictionary} if "dictionary" in takes else {}))


def read_marked(path: Path | str, items: Mapping[str, Item]) -> list[MarkedText]:
    """Return the marked texts of a file in its order; how many are of no item is said, and these are left out.

    Raises FileNotUnderstood, OSError; EarmarkError for none.
    """
    found = read_known(path, lambda facts: _marked(facts, items), say)
    if not found:
        raise EarmarkError(f"{path} holds no marked texts.")
    return found


def _marked(facts: Mapping[str, Any], items: Mapping[str, Item]) -> MarkedText:
    spans, group = facts.get("spans"), facts.get("group", "")
    item = _item(facts, items)
    if not isinstance(spans, list) or not isinstance(group, str):
        raise ValueError("spans is not a list of {start, end, label}, or group is not a text")
    return MarkedText(item, [_span(each, len(item.text)) for each in spans], group)


def _item(facts: Mapping[str, Any], items: Mapping[str, Item]) -> Item:
    if isinstance(facts.get("text"), str) and isinstance(facts.get("id"), str):
        return Item(facts["id"], body=facts["text"])
    if "item" not in facts:
        raise ValueError("neither an item (of --items) nor an id and a text, which are texts both")
    item = items.get(str(facts["item"]))
    if item is None:
        raise UnknownItem(f"item {facts['item']!r} is none of the items, and no id and text are told")
    return item


def _span(facts: Any, length: int) -> MarkedSpan:
    told = facts if isinstance(facts, dict) else {}
    start, end, label = told.get("start"), told.get("end"), told.get("label")
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise ValueError("a span is {start, end, label}: two whole numbers and a text")
    if not 0 <= start < end <= length:
        raise ValueError(f"{start} to {end} is no stretch of a text of {length} code points")
    return MarkedSpan(start, end, label)


def _alone(answer: Answered, label: str) -> Answered:
    guessed = [(span, score) for span, score in answer.guessed if span.label == label]
    return Answered(guessed, [span for span in answer.marked if span.label == label])


def _learned(suggester: Any) -> dict[str, Any]:
    try:
        return {"learned": dict(suggester.report_)}
    except (AttributeError, NotTrained):
        return {}


def _rounded(told: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, FIGURES) for name, value in told.items()}
