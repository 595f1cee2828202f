"""The command `earmark import label-studio`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, get_args

from earmark.client import Earmark
from earmark.evaluation.naming import renaming
from earmark.label_studio.bringing import LabelStudioOptions, LabelStudioReport, import_label_studio
from earmark.types import AnnotatorKind, Question

Commands = Any


def add_to(commands: Commands, reach: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    """Add `label-studio` to a parser's commands."""
    parser = commands.add_parser(
        "label-studio",
        parents=[reach],
        help="tasks, annotations and predictions that Label Studio exported as JSON",
        description="Register the items of tasks, record annotations as imported answers, push predictions as "
        "suggestions. Done again it changes nothing.",
    )
    parser.add_argument("file", help="what Label Studio exports in the format JSON, plain or .gz")
    parser.add_argument("--question", required=True, metavar="ID", help="the question that is answered")
    parser.add_argument("--control", default="", metavar="NAME", help="the from_name that asks it, where several could")
    parser.add_argument("--item-from", default="", metavar="FIELD", help="the field of data that holds your item's id")
    parser.add_argument(
        "--content", default="", metavar="FIELD", help="the field of data that was labelled: text, image"
    )
    parser.add_argument("--pictures-at", default="", metavar="URL", help="where pictures lie that data names by a path")
    parser.add_argument(
        "--label", action="append", type=renaming, default=[], metavar="THEIRS=OURS", help="may be repeated"
    )
    parser.add_argument(
        "--annotators", choices=get_args(AnnotatorKind), default="colleague", help="who they are, if they are new"
    )
    parser.add_argument("--prefix", default="label-studio-", help="begins the names of items and people made here")
    parser.add_argument("--dry-run", action="store_true", help="say what would be taken, and write nothing")
    parser.set_defaults(run=run, when_stopped="the same command goes on: what was taken is not taken twice")


def bring_them(client: Earmark, given: argparse.Namespace) -> int:
    """Bring a file in, print what became of it, and return 1 where something was not taken."""
    options = LabelStudioOptions(
        question=given.question,
        control=given.control,
        item_from=given.item_from,
        content_from=given.content,
        pictures_at=given.pictures_at,
        prefix=given.prefix,
        annotators=given.annotators,
        rename=dict(given.label),
        is_dry_run=given.dry_run,
    )
    report = import_label_studio(client, given.file, options, say=_say)
    for line in _told(report, client.questions.get(given.question)):
        _say(line)
    if given.dry_run:
        _say("dry run: nothing was written")
    print(_counts(report))  # noqa: T201
    return 1 if report.left_out else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


def _counts(report: LabelStudioReport) -> str:
    return (
        f"{report.tasks_count} tasks: {report.created_count} items created, {report.matched_count} known; "
        f"{report.answers_count} answers, {report.known_count} of them known; {report.guesses_count} suggestions; "
        f"{report.skipped_count} skipped, {report.empty_count} empty, {report.beside.total()} of other controls; "
        f"{len(report.left_out)} not taken"
    )


def _told(report: LabelStudioReport, question: Question) -> list[str]:
    """Return what the counts do not say by themselves."""
    lines = [f"{count:,} results of {name} answer something else" for name, count in report.beside.most_common()]
    if report.empty_count:
        lines.append(f"{report.empty_count:,} annotations have no result: that nothing was found has no unit here")
    if report.unscored_count:
        lines.append(f"{report.unscored_count:,} predictions tell no score from 0 to 1; 0.5 was taken")
    if report.answers_count and question.settling_policy == "confirm":
        lines.append(
            f"{question.id!r} settles by `confirm`: imported answers propose, and others will be asked. "
            "Where these people are to be believed, let it settle by `trusting`, or by `expert` where they came in "
            "with --annotators expert the first time: what kind of person somebody is stays"
        )
    return lines
