"""How often is the older thread of a known pair among the first three candidates of the newer one?"""

import argparse
import csv
import gzip
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from earmark.suggesters import Item, ItemIndex, LexicalSuggester

FIRST = 3
DATA = os.environ.get("EARMARK_DATA")


def read_threads(folder: Path) -> dict[str, Item]:
    """Return the threads by id."""
    with gzip.open(folder / "threads.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        row["id"]: Item(row["id"], row["title"], row["body"], datetime.fromisoformat(row["created"])) for row in rows
    }


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_pairs(folder: Path, threads: dict[str, Item]) -> dict[str, set[str]]:
    """Return the older threads of each newer one."""
    older_of: dict[str, set[str]] = defaultdict(set)
    with gzip.open(folder / "duplicates.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            older, newer = sorted((row["a"], row["b"]), key=lambda key: threads[key].created_at or EPOCH)
            older_of[newer].add(older)
    return older_of


def main() -> int:
    """Measure, print, and fail where fewer are found than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA and Path(DATA) / "demo_threads",
        required=not DATA,
        help="the folder of threads.jsonl.gz and duplicates.csv.gz",
    )
    parser.add_argument("--at-least", type=int, default=34)
    given = parser.parse_args()
    threads = read_threads(given.data)
    older_of = read_pairs(given.data, threads)
    index, suggester = ItemIndex(), LexicalSuggester()
    began = time.perf_counter()
    index.rebuild(threads.values())
    build_s = time.perf_counter() - began
    found, took_ms = 0, []
    for newer, older in older_of.items():
        began = time.perf_counter()
        guesses = suggester.suggest(threads[newer], index, FIRST)
        took_ms.append((time.perf_counter() - began) * 1000)
        found += any(guess.candidate_id in older for guess in guesses)
    print(f"{len(threads)} threads indexed in {build_s:.2f} s; suggester {suggester.name} {suggester.version}")
    print(f"older thread among the first {FIRST}: {found} of {len(older_of)}")
    print(f"a suggestion takes {statistics.median(took_ms):.1f} ms (median), {max(took_ms):.1f} ms (longest)")
    return 0 if found >= given.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
