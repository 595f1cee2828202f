"""The command `earmark evaluate labels`: how well labels are guessed, and how many answers that takes."""

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

from earmark._lines import begun, check_outputs
from earmark.errors import EarmarkError, FileNotUnderstood, NotTrained
from earmark.evaluation.calibration import Bin, reliability
from earmark.evaluation.console import counted, say
from earmark.evaluation.files import UnknownItem, read_items, read_known, read_lines
from earmark.evaluation.label_measures import Labelled, of_choices, of_tags, said_of
from earmark.evaluation.naming import add_rename, well_named
from earmark.evaluation.reliability import as_file, reliability_diagram
from earmark.evaluation.running import fitted, guessed, made_as, taught_too
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.labelled import LabelledItem, labels_of, rates_of
from earmark.suggesters.protocol import ITEM_SUGGESTERS, SPAN_SUGGESTERS, Suggester, discover
from earmark.types import Item

SIZES = (30, 100, 300, 1_000)
FIGURES = 4
_COMPLETE = "\0complete"
Dictionary = Mapping[str, Sequence[str]]


def add_to(inner: Any) -> None:
    """Add `labels` to the parsers of `evaluate`."""
    labels = inner.add_parser("labels", help="ask a suggester for tags or choices of which the right ones are known")
    labels.add_argument("--items", action="append", required=True, metavar="F", help="{id, title, body, …}")
    labels.add_argument("--train", action="append", default=[], metavar="F", help="known answers to learn from")
    labels.add_argument(
        "--answers",
        required=True,
        metavar="F",
        help="a choice: {item, label}; tags: {item, fits, does_not_fit}, or {item, fits, is_complete: true}",
    )
    labels.add_argument("--suggester", required=True, metavar="NAME", help="dictionary, neighbours, linear, stacked, …")
    labels.add_argument("--dictionary", metavar="F", help="words that speak for labels: JSON, {label: [words]}")
    labels.add_argument("--curve", action="store_true", help="also learn from the first 30, 100, 300 and 1,000 answers")
    labels.add_argument("--seed", type=int, help="draw the order of known answers; otherwise it is the file's")
    labels.add_argument("--plot", metavar="F.svg", help="draw chances beside how often they came true")
    add_rename(labels)
    labels.set_defaults(run=evaluate_labels)


def evaluate_labels(given: argparse.Namespace) -> int:
    """Teach a suggester, ask it, and print the measures as JSON. Raises EarmarkError, OSError."""
    check_outputs([given.plot], [*given.items, *given.train, given.answers, given.dictionary])
    items = well_named(read_items(given.items, dict(given.rename), say=say), say)
    taught = [each for path in given.train for each in read_answers(path, items)]
    asked = read_answers(given.answers, items)
    one_of = is_choice([*given.train, given.answers])
    taught, asked = completed(taught, asked) if not one_of else (taught, asked)
    if given.seed is not None:
        random.Random(given.seed).shuffle(taught)  # noqa: S311 - an order, no secret
    words = read_dictionary(given.dictionary)
    if told := taught_too((each.item.id for each in asked), (each.item.id for each in taught), "items"):
        say(told)
    say(f"indexing {len(items):,} items")
    index = ItemIndex()
    index.apply(items.values())

    def report(some: Sequence[LabelledItem]) -> dict[str, Any]:
        return measured(given.suggester, some, asked, index, one_of=one_of, dictionary=words)

    whole = {"kind": "choice" if one_of else "tags", "answered": len(asked), **report(taught)}
    if given.plot:
        bins = [Bin(**each) for each in whole["reliability"]]
        drawn = reliability_diagram(bins, title=f"{whole['suggester']}: chances beside how often they came true")
        with begun(given.plot) as out:
            out.write(as_file(drawn))
    if given.curve:
        sizes = [size for size in SIZES if size < len(taught)]
        whole["curve"] = [report(taught[:size]) for size in sizes]
    print(json.dumps(whole))
    return 0


def measured(
    name: str,
    taught: Sequence[LabelledItem],
    asked: Sequence[LabelledItem],
    index: ItemIndex,
    *,
    one_of: bool,
    dictionary: Dictionary | None = None,
) -> dict[str, Any]:
    """Return the measures of a suggester by name, taught with some answers and asked for others."""
    began = time.monotonic()
    suggester = made(name, one_of=one_of, dictionary=dictionary)
    if hasattr(suggester, "fit"):
        say(f"learning from {len(taught):,} answers")
        fitted(suggester, taught)
    fitting, began = time.monotonic() - began, time.monotonic()
    labels = sorted({*labels_of(taught), *labels_of(asked)})
    answers = []
    for each in counted(asked, len(asked), "items"):
        found = guessed(suggester, each.item, index, len(labels))
        answers.append(Labelled([(one.candidate_id, one.score) for one in found], each.fits))
    asking = time.monotonic() - began
    if not any(each.guessed for each in answers):
        say(guessed_nothing(name, taught, dictionary))
    rates = rates_of(taught, labels, one_of=one_of)
    found_measures = (of_choices if one_of else of_tags)(answers, rates)
    return {
        "suggester": suggester.name,
        "version": suggester.version,
        "taught": len(taught),
        **{measure: round(value, FIGURES) for measure, value in found_measures.items()},
        "reliability": [asdict(each) for each in reliability(said_of(answers, one_of=one_of))],
        **_learned(suggester),
        "fit_seconds": round(fitting, 1),
        "ms_an_item": round(1000 * asking / len(asked), 1),
    }


def guessed_nothing(name: str, taught: Sequence[object], dictionary: Dictionary | None) -> str:
    """Return in words that a suggester abstained from all it was asked about, and what it had."""
    words = "a dictionary" if dictionary else "no dictionary"
    had = f"{len(taught):,} known answers (--train) and {words} (--dictionary)"
    return f"{name} guessed nothing at all; it was given {had}"


def _learned(suggester: Any) -> dict[str, Any]:
    """Return the suggester's report; nothing where it has none, or learned nothing from so few answers."""
    try:
        return {"learned": dict(suggester.report_)}
    except (AttributeError, NotTrained):
        return {}


def made(name: str, *, one_of: bool, dictionary: Dictionary | None = None) -> Suggester:
    """Return a suggester by name, told what it takes of whether it is a choice and of the dictionary."""
    if name in ITEM_SUGGESTERS:
        raise EarmarkError(f"The suggester {name} guesses items, not labels: try `earmark evaluate suggester`.")
    if name in SPAN_SUGGESTERS:
        raise EarmarkError(f"The suggester {name} guesses spans: try `earmark evaluate spans`.")
    known = discover()
    if name not in known:
        there = set(known).difference(ITEM_SUGGESTERS, SPAN_SUGGESTERS)
        raise EarmarkError(f"There is no suggester {name} of labels; there are {', '.join(sorted(there))}.")
    takes = inspect.signature(known[name]).parameters
    offered = {"one_of": one_of, "dictionary": dictionary}
    return made_as(name, known[name], **{each: value for each, value in offered.items() if each in takes})


def read_answers(path: Path | str, items: Mapping[str, Item]) -> list[LabelledItem]:
    """Return the answers of a file in its order; how many are about no item is said, and these are left out.

    Raises FileNotUnderstood, OSError; EarmarkError for none.
    """
    answers = read_known(path, lambda facts: _answer(facts, items), say)
    if not answers:
        raise EarmarkError(f"{path} holds no answers.")
    return answers


def is_choice(paths: Sequence[Path | str]) -> bool:
    """Return whether the files hold choices rather than tags; raises FileNotUnderstood where they hold both."""
    found = None
    for path in paths:
        for number, is_one in enumerate(read_lines(path, lambda facts, _: "label" in facts), start=1):
            if found is not None and is_one != found:
                raise FileNotUnderstood(path, number, "choices ({item, label}) and tags ({item, fits}) are mixed")
            found = is_one
    return bool(found)


def completed(
    taught: Sequence[LabelledItem], asked: Sequence[LabelledItem]
) -> tuple[list[LabelledItem], list[LabelledItem]]:
    """Return tags whose answers say that they are complete with every other label as one that does not fit."""
    labels = labels_of([*taught, *asked])

    def whole(each: LabelledItem) -> LabelledItem:
        if _COMPLETE not in each.fits:
            return each
        return LabelledItem(each.item, {label: bool(each.fits.get(label)) for label in labels}, each.weight)

    return [whole(each) for each in taught], [whole(each) for each in asked]


def _answer(facts: Mapping[str, Any], items: Mapping[str, Item]) -> LabelledItem:
    if "item" not in facts:
        there = f"; there are {', '.join(facts)}"[:200] if facts else ""
        raise ValueError(f"no item: each line is {{item, label}} or {{item, fits}}, the item's id{there}")
    item = items.get(str(facts["item"]))
    if item is None:
        raise UnknownItem(f"item {facts['item']!r} is none of the items")
    weight = facts.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < 1e9:
        raise ValueError("weight is not a number of 0 and up")
    if "label" in facts:
        if not isinstance(facts["label"], str) or not facts["label"]:
            raise ValueError("label is not a text")
        return LabelledItem.chosen(item, facts["label"], float(weight))
    if not {"fits", "does_not_fit"} & facts.keys():
        raise ValueError("no label (of a choice), nor fits or does_not_fit (of tags)")
    fitting, others = _texts(facts, "fits"), _texts(facts, "does_not_fit")
    fits = {**dict.fromkeys(others, False), **dict.fromkeys(fitting, True)}
    if facts.get("is_complete") is True:
        fits[_COMPLETE] = False
    return LabelledItem(item, fits, float(weight))


def _texts(facts: Mapping[str, Any], name: str) -> list[str]:
    found = facts.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
        raise ValueError(f"{name} is not a list of texts")
    return found


def read_dictionary(path: str | None) -> Dictionary | None:
    """Return the words by label of a JSON file, if one is named. Raises FileNotUnderstood, OSError."""
    if path is None:
        return None
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileNotUnderstood(path, 1, f"not JSON: {error}") from None
    if not isinstance(told, dict) or not all(isinstance(words, list) for words in told.values()):
        raise FileNotUnderstood(path, 1, "not an object of lists of words by label")
    return {label: [str(word) for word in words] for label, words in told.items()}
