"""The commands `earmark evaluate curve` and `earmark evaluate ablation`: a report as JSON, and as a picture."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from earmark._lines import begun, check_outputs
from earmark.errors import EarmarkError
from earmark.evaluation.assembly import Bench
from earmark.evaluation.console import count_of, counts_of, say
from earmark.evaluation.drawing import ablation_drawn, curve_drawn
from earmark.evaluation.files import holds_pairs, read_items, read_queries, united
from earmark.evaluation.naming import add_rename, well_named
from earmark.evaluation.running import of_items
from earmark.evaluation.teaching import SEEDS, SIZES, Lesson, ablation, curve, held_back, lesson
from earmark.suggesters.extras import check_learning


def add_to(inner: Any) -> None:
    """Add `curve` and `ablation` to the parsers of `evaluate`."""
    by_size = inner.add_parser("curve", help="how good learned is by number of examples, beside hybrid")
    by_size.add_argument("--sizes", type=counts_of, default=SIZES, metavar="N,N,…", help="besides all there are")
    by_size.add_argument("--seeds", type=count_of, default=SEEDS, help="how often as many examples are drawn (5)")
    by_size.set_defaults(run=report_curve)
    by_part = inner.add_parser("ablation", help="what hybrid and learned lose without each kind of feature")
    by_part.set_defaults(run=report_ablation)
    for command in (by_size, by_part):
        command.add_argument("--items", action="append", required=True, metavar="F", help="{id, title, body, …}")
        add_rename(command)
        command.add_argument("--train", action="append", required=True, metavar="F", help="{query, positives}")
        command.add_argument("--queries", metavar="F", help="those to ask about; else the last third of --train")
        command.add_argument("--out", required=True, metavar="REPORT.json", help="where the figures go")
        command.add_argument("--plot", metavar="PLOT.svg", help="where the picture goes")
        command.add_argument("--model", metavar="DIR", help="the folder of embedding models (EARMARK_MODELS)")


def report_curve(given: argparse.Namespace) -> int:
    """Teach with ever more examples; write and print what came of it. Raises EarmarkError, OSError."""
    told = curve(_lesson(given), sizes=given.sizes, seeds=given.seeds, say=say)
    return _written(given, told, curve_drawn(told))


def report_ablation(given: argparse.Namespace) -> int:
    """Teach without each part; write and print what came of it. Raises EarmarkError, OSError."""
    told = ablation(_lesson(given), say=say)
    return _written(given, told, ablation_drawn(told))


def _lesson(given: argparse.Namespace) -> Lesson:
    check_outputs([given.out, given.plot], [*given.items, *given.train, given.queries])
    for path in (*given.train, *([given.queries] if given.queries else [])):
        if holds_pairs(path):
            raise EarmarkError(f"{path} holds given candidates; lines {{query, positives}} are needed here.")
    check_learning()
    bench = Bench(given.model, say=say)
    bench.take(well_named(read_items(given.items, dict(given.rename), say=say), say).values())
    known = united(query for path in given.train for query in of_items(path, read_queries(path), bench.items, say))
    if given.queries:
        return lesson(bench, known, united(of_items(given.queries, read_queries(given.queries), bench.items, say)))
    return lesson(bench, *held_back([query for query in known if query.positives]))


def _written(given: argparse.Namespace, told: Mapping[str, Any], picture: str) -> int:
    with begun(given.out) as out:
        out.write(json.dumps(told, indent=1) + "\n")
    if given.plot:
        with begun(given.plot) as out:
            out.write(picture)
    print(json.dumps(told))
    return 0
