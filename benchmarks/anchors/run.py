"""Are marked words found again after edits, by widget and SDK, beside Hypothesis-style matching?"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(BASE))

from earmark.anchors import TextAnchor, describe, find, look_elsewhere  # noqa: E402

from benchmarks.anchors import hypothesis_style  # noqa: E402
from benchmarks.anchors.bundle import bundle  # noqa: E402
from benchmarks.anchors.cases import SEED, Case, big_page, cases, read_posts  # noqa: E402
from tests.journeys.conftest import CHROMIUM_FLAGS, chromium  # noqa: E402

DATA = os.environ.get("EARMARK_DATA")
ALIKE = 0.8
"""What is found is right where its overlap with the right answer is this share of both together."""
GUARDS = {"realistic": (0.97, 0.01, 1.0), "stress": (0.94, 0.03, 0.01)}
"""At least found, at most wrong, at most moved of the deleted."""
Span = tuple[int, int] | None
IN_PAGE = """rows => rows.map(({ anchor, after }) => {
  const began = performance.now();
  const found = anchors.find(anchor, after);
  const took = performance.now() - began;
  const points = at => Array.from(after.slice(0, at)).length;
  return [found && [points(found.start), points(found.end)], took];
})"""


@dataclass
class Score:
    """What became of a set of cases; `twin` counts deleted words that were moved onto the very same words elsewhere."""

    counts: Counter[str]
    took_ms: list[float]

    def share(self, what: str) -> float:
        return self.counts[f"survives {what}"] / max(1, self.total("survives"))

    def total(self, fate: str) -> int:
        return sum(count for name, count in self.counts.items() if name.startswith(f"{fate} "))

    def holds(self, kind: str) -> bool:
        found, wrong, moved = GUARDS[kind]
        is_still = self.counts["deleted wrong"] <= moved * self.total("deleted")
        return self.share("right") >= found and self.share("wrong") <= wrong and is_still


def judge(case: Case, found: Span) -> str:
    if found is None:
        return "stale"
    if case.right is None:
        return "wrong"
    together = max(found[1], case.right[1]) - min(found[0], case.right[0])
    overlap = min(found[1], case.right[1]) - max(found[0], case.right[0])
    return "right" if overlap >= ALIKE * together else "wrong"


def score(rows: Iterable[tuple[Case, Span, float]]) -> Score:
    made = Score(Counter(), [])
    for case, found, took_ms in rows:
        what = judge(case, found)
        made.counts[f"{case.fate} {what}"] += 1
        if case.fate == "deleted" and found and case.after[slice(*found)] == case.before[case.start : case.end]:
            made.counts["twin"] += 1
        made.took_ms.append(took_ms)
    return made


def exact_share(rows: list[tuple[Case, Span, float]]) -> float:
    """Return how many of the surviving ones were found to the character."""
    alive = [(case.right, found) for case, found, _ in rows if case.fate == "survives"]
    return sum(right == found for right, found in alive) / max(1, len(alive))


@cache
def anchor_of(case: Case) -> TextAnchor:
    """Return the anchor as the server keeps it; looking elsewhere is no part of finding."""
    return look_elsewhere(describe(case.before, case.start, case.end), case.before)


def by_sdk(case: Case) -> Span:
    found = find(anchor_of(case), case.after)
    return (found.start, found.end) if found else None


def by_hypothesis(case: Case) -> Span:
    return hypothesis_style.find(case.before, case.start, case.end, case.after)


def in_python(which: Callable[[Case], Span], some: list[Case]) -> list[tuple[Case, Span, float]]:
    rows = []
    for case in some:
        began = time.perf_counter()
        found = which(case)
        rows.append((case, found, 1000 * (time.perf_counter() - began)))
    return rows


def in_chromium(page: Any, some: list[Case]) -> list[tuple[Case, Span, float]]:
    rows = []
    for case in some:
        anchor_of(case)
    for at in range(0, len(some), 50):
        part = some[at : at + 50]
        sent = [{"anchor": anchor_of(one).wire, "after": one.after} for one in part]
        for case, (found, took_ms) in zip(part, page.evaluate(IN_PAGE, sent), strict=True):
            rows.append((case, found and (found[0], found[1]), took_ms))
    return rows


def line(name: str, who: str, rows: list[tuple[Case, Span, float]]) -> Score:
    made = score(rows)
    deleted = f"{made.counts['deleted wrong']} of {made.total('deleted')}, {made.counts['twin']}"
    figures = [made.share("right"), exact_share(rows), made.share("wrong"), made.share("stale")]
    shares = " | ".join(f"{100 * figure:.1f}" for figure in figures)
    print(f"| {name} | {who} | {shares} | {deleted} | {statistics.median(made.took_ms):.2f} |", flush=True)
    return made


def measure(page: Any, name: str, some: list[Case], every: int) -> Score:
    """Print a line for ours and for theirs; fails where SDK and widget differ."""
    ours = in_chromium(page, some)
    made = line(name, "Earmark, Chromium", ours)
    line(name, "Hypothesis-style", in_python(by_hypothesis, some))
    sdk = in_python(by_sdk, some[::every])
    differ = sum(mine[1] != theirs[1] for mine, theirs in zip(ours[::every], sdk, strict=True))
    assert not differ, f"SDK and widget differ in {differ} cases"
    return made


def time_big_page(page: Any, posts: list[str]) -> None:
    """Print the milliseconds a span takes on a page of 100,000 characters with 100 edits."""
    some = big_page(posts, random.Random(f"{SEED} big"))
    for who, rows in (("Chromium", in_chromium(page, some)), ("Python", in_python(by_sdk, some[::3]))):
        for fate in ("survives", "deleted"):
            took = sorted(took_ms for case, _, took_ms in rows if case.fate == fate)
            p95 = took[int(0.95 * len(took))]
            print(f"| 100 kB, {fate} | {who} | {len(took)} | {statistics.median(took):.2f} | {p95:.1f} |", flush=True)


def main() -> int:
    """Measure, print a table in Markdown, and fail where a figure gets worse than its guard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", nargs="+", default=["demo", *(["forum", "jira"] if DATA else [])])
    parser.add_argument("--part", choices=["measure", "tune"], default="measure")
    parser.add_argument("--every", type=int, default=5, help="compare the SDK with the widget on each so-manyth case")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.add_script_tag(content=bundle())
        print(f"Chromium {browser.version}, seed {SEED}, load {os.getloadavg()[0]:.1f}\n")
        print("| set | by | found % | to the character % | wrong % | missed % | deleted: moved, same words | ms |")
        print("| --- " * 8 + "|")
        sums: dict[str, Score] = {}
        for source in given.sources:
            posts = read_posts(source, Path(DATA) if DATA else None)
            for kind in ("realistic", "stress"):
                made = measure(page, f"{kind}, {source}", cases(posts, kind, given.part), given.every)
                sums.setdefault(kind, Score(Counter(), []))
                sums[kind].counts += made.counts
                sums[kind].took_ms += made.took_ms
        for kind, made in sums.items():
            shares = ", ".join(f"{what} {100 * made.share(what):.2f} %" for what in ("right", "wrong", "stale"))
            moved = f"{made.counts['deleted wrong']} of {made.total('deleted')} deleted moved"
            print(f"\n{kind}, all sources: {shares}, {moved} ({made.counts['twin']} onto the same words)")
        holds = all(made.holds(kind) for kind, made in sums.items())
        print("\n| page | in | spans | median ms | 95 % ms |\n" + "| --- " * 5 + "|")
        time_big_page(page, read_posts("demo", None))
        browser.close()
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
