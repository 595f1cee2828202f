"""The command `earmark`: see whether all is well, bring in items, measure suggesters, try rules."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from earmark.client import Earmark
from earmark.doctor import examine
from earmark.errors import EarmarkError
from earmark.evaluation import command as evaluation
from earmark.evaluation.naming import renaming
from earmark.importing import ImportOptions, import_items
from earmark.label_studio import command as label_studio
from earmark.rules import command as rules
from earmark.version import __version__

USUAL_URL = "http://127.0.0.1:8000"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 all well, 1 something is wrong, 2 called in a wrong way."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack signs of ours, such as an arrow
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except (EarmarkError, OSError, EOFError) as error:
        print(f"earmark: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"earmark: stopped; {given.when_stopped}.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="earmark", description="See whether all is well, bring in items, and measure suggesters."
    )
    parser.add_argument("--version", action="version", version=f"earmark {__version__}")
    reach = argparse.ArgumentParser(add_help=False)
    reach.add_argument(
        "--url", default=os.environ.get("EARMARK_URL", USUAL_URL), help="Earmark's address (EARMARK_URL)"
    )
    reach.add_argument("--key", default=os.environ.get("EARMARK_KEY", ""), help="a secret key, sk_… (EARMARK_KEY)")
    parser.set_defaults(when_stopped="nothing was written")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", parents=[reach], help="check suggesters, address, key, clock and version")
    doctor.set_defaults(run=_doctor)
    items = commands.add_parser("items", help="work with items").add_subparsers(required=True, metavar="COMMAND")
    imported = items.add_parser("import", parents=[reach], help="register the items of a file")
    imported.add_argument("file", help="JSON lines, plain or .gz: id, title, body, url, kind, created_at, …")
    imported.add_argument(
        "--rename",
        action="append",
        type=renaming,
        default=[],
        metavar="THEIRS=OURS",
        help="such as created=created_at, may be repeated",
    )
    imported.add_argument("--url-of", default="", metavar="PATTERN", help="such as https://forum.example/t/{id}")
    imported.add_argument("--kind", default="", help="the kind of items that name none")
    imported.add_argument("--from-start", action="store_true", help="do not go on where an earlier run stopped")
    imported.set_defaults(run=_import, when_stopped="run the same command again to go on")
    others = commands.add_parser("import", help="bring in what was labelled elsewhere")
    label_studio.add_to(others.add_subparsers(required=True, metavar="FROM"), reach, _label_studio)
    evaluation.add_to(commands)
    rules.add_to(commands)
    return parser


def _doctor(given: argparse.Namespace) -> int:
    findings = examine(url=given.url, key=given.key)
    for finding in findings:
        print(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.name}: {finding.found}")
        if finding.to_do:
            print(f"      → {finding.to_do}")
    return 0 if all(finding.is_well for finding in findings) else 1


def _import(given: argparse.Namespace) -> int:
    options = ImportOptions(
        rename=dict(given.rename), url_of=given.url_of, kind=given.kind, from_start=given.from_start
    )
    with Earmark(given.key, given.url) as client:
        report = import_items(client, given.file, options, say=lambda line: print(line, file=sys.stderr))
    counts = f"{report.created_count} created, {report.updated_count} updated, {report.unchanged_count} unchanged"
    print(f"{counts}, {len(report.bad)} not taken")
    return 1 if report.bad else 0


def _label_studio(given: argparse.Namespace) -> int:
    with Earmark(given.key, given.url) as client:
        return label_studio.bring_them(client, given)
