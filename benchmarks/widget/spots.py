"""What do spans and regions cost a host's page beside Recogito's text annotator and Annotorious, in bytes and in CPU?

`python benchmarks/widget/spots.py` in an idle moment; it writes `spots.json` and exits 1 where a budget is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import measure
from measure import HAS_A_BUTTON, SHOWN, THROTTLE, Cost, Visit, costs, files_of
from stage import BASE, HERE, Stage, staged

KB = 1024
BYTES, OPENING_MS = 6 * KB, 60
REST_S = 0.5
TELLING = "**/v1/events"
REST, PRESS = "(door) => void door", "(door) => door.click()"
BASES = {"span": "text", "recogito": "text", "region": "picture", "annotorious": "picture"}
MORE = ("duplicates", "span-more", "region-more")
DOORS = {"span": "earmark-span", "region": "earmark-region"}
#: What comes when somebody first marks words or a box of their own.
TOOLS = ("chooser", "draw")
_OURS = f"[...document.querySelectorAll('earmark-span, earmark-region')].every({HAS_A_BUTTON})"
SHOWN |= {
    **dict.fromkeys(("text", "picture"), "true"),
    **dict.fromkeys(("span", "region", "span-more", "region-more"), _OURS),
    **dict.fromkeys(("recogito", "annotorious"), "window.annotator != null"),
}


def main() -> int:
    """Measure, print, keep; 1 where a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--most-minutes", type=float, default=5, help="no further round begins after this")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    if not (HERE / "node_modules" / "@annotorious").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    until = time.monotonic() + given.most_minutes * 60
    with staged() as stage:
        figures = _measured(stage, given.rounds, until)
    (given.out / "spots.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    missed = [kind for kind in DOORS if figures["chunk_bytes"][kind] > BYTES]
    missed += [f"opening {kind}" for kind in DOORS if figures["opening_ms"][kind]["median"] > OPENING_MS]
    print("missed:", ", ".join(missed) or "nothing")
    return 1 if missed else 0


def _measured(stage: Stage, rounds: int, until: float) -> dict[str, Any]:
    stage.control("bench", {})
    variants = ("text", "picture", *BASES, *MORE)
    costs(stage, variants, 1, until)
    load = os.getloadavg()[0]
    found = costs(stage, variants, rounds, until)
    unthrottled = costs(stage, ("text", "picture", *BASES), rounds, until, throttle=1)
    files = {variant: [asdict(file) for file in files_of(stage, f"/bench/{variant}")] for variant in BASES}
    chunks = json.loads((BASE / "widget" / "dist" / "manifest.json").read_text())
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "chromium": stage.browser.version,
        "load": [load, os.getloadavg()[0]],
        "rounds": len(found["text"]),
        "chunk_bytes": {chunk: _packed(f"{stage.origin}/w/{chunks[f'{chunk}.js']}") for chunk in (*DOORS, *TOOLS)},
        "page_bytes": {variant: sum(file["body"] for file in each) for variant, each in files.items()},
        "page_ms_at_throttle": {variant: _beyond(found[variant], found[base]) for variant, base in BASES.items()},
        "beside_duplicates_ms": {each: _beyond(found[each], found["duplicates"]) for each in MORE[1:]},
        "opening_ms": {kind: _spread([_opening(stage, kind, THROTTLE) for _ in range(rounds)]) for kind in DOORS},
        "opening_ms_without_throttle_times_4": {
            kind: _spread([THROTTLE * _opening(stage, kind, 1) for _ in range(rounds)]) for kind in DOORS
        },
        "page_ms_without_throttle_times_4": {
            variant: _beyond(unthrottled[variant], unthrottled[base], THROTTLE) for variant, base in BASES.items()
        },
    }


def _packed(address: str) -> int:
    """Return the bytes of a file's body as it is sent."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return len(answer.read())


def _beyond(costs_: list[Cost], base: list[Cost], times: int = 1) -> dict[str, float]:
    return _spread([times * (one.thread - other.thread) for one, other in zip(costs_, base, strict=True)]) | {
        "longest_task": median(one.longest_task for one in costs_)
    }


def _spread(values: list[float]) -> dict[str, float]:
    low, middle, high = quantiles(values, n=4)
    return {"low": round(low, 1), "median": round(middle, 1), "high": round(high, 1)}


def _opening(stage: Stage, kind: str, rate: int) -> float:
    """Return the CPU of the main thread in ms that pressing a kind's door takes, beyond a moment of rest as long.

    What the page tells of its own accord, that the rows were seen, is over before, and finding the door is too, which
    takes Playwright 4 ms without throttle. Calling the page costs the moment of rest as much as the press.
    """
    with Visit(stage) as visit:
        visit.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        with visit.page.expect_response(TELLING):
            visit.go(f"/bench/{kind}")
            door = visit.page.locator(DOORS[kind]).get_by_role("button", name="Mark").first
            door.wait_for()
            door.scroll_into_view_if_needed()
        found = door.element_handle()
        found.evaluate(REST)
        time.sleep(REST_S)
        visit.throttle(rate)
        clocks = [visit.metrics()["TaskDuration"]]
        for act in (REST, PRESS):
            found.evaluate(act)
            time.sleep(measure.SETTLE_S)
            clocks.append(visit.metrics()["TaskDuration"])
        return (clocks[2] - clocks[1]) - (clocks[1] - clocks[0])


if __name__ == "__main__":
    sys.exit(main())
