"""How much of the widget's CPU is script, as the design's budget says, and how much the page's own work about it?

A trace tells for each task of the main thread what it did: compiling and running script counts (with microtasks,
timers and listeners), layout, style and painting inside of it do not. `python benchmarks/widget/script.py`
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from statistics import median
from typing import Any

from measure import SETTLE_S, SHOWN, THROTTLE, WATCH, NotShown, Visit
from stage import Stage, staged

VARIANTS = ("bare", "duplicates", "tags", "choice", "sentry")
WANTED_MS = 50
CATEGORIES = ["devtools.timeline", "v8", "disabled-by-default-v8.compile", "disabled-by-default-devtools.timeline"]
SCRIPT = {
    "EvaluateScript", "FunctionCall", "RunMicrotasks", "TimerFire", "FireAnimationFrame", "EventDispatch", "v8.compile",
    "v8.compileModule", "v8.evaluateModule", "V8.GCScavenger", "MinorGC", "MajorGC", "v8.run", "V8.Execute",
    "v8.callFunction", "v8.newInstance", "v8.callModuleMethod", "v8.produceCache", "v8.parseOnBackground",
}  # fmt: skip
NOT_SCRIPT = {
    "Layout", "UpdateLayoutTree", "PrePaint", "Paint", "Layerize", "Commit", "HitTest", "ParseHTML",
    "ParseAuthorStyleSheet",
}  # fmt: skip
Event = dict[str, Any]


def main() -> int:
    """Measure without and with the throttle, print medians beyond the bare page; 1 where script is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    with staged() as stage:
        found = {rate: _rounds(stage, given.rounds, rate) for rate in (1, THROTTLE)}
    rows = {
        variant: {
            "without the throttle, times 4": _beyond(found[1], variant, THROTTLE),
            "at the throttle": _beyond(found[THROTTLE], variant, 1),
        }
        for variant in VARIANTS[1:]
    }
    print(json.dumps(rows, indent=1))
    return int(any(row["at the throttle"] > WANTED_MS for kind, row in rows.items() if kind != "sentry"))


def _rounds(stage: Stage, rounds: int, rate: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant in VARIANTS:
            found[variant].append(_in_the_end(stage, variant, rate))
    return found


def _in_the_end(stage: Stage, variant: str, rate: int) -> float:
    for _ in range(5):
        try:
            return script_of(stage, variant, rate)
        except NotShown:
            continue
    raise NotShown(variant)


def script_of(stage: Stage, variant: str, rate: int) -> float:
    """Return the ms of thread time that script took of the main thread in one cold visit."""
    with Visit(stage, WATCH) as visit:
        visit.go("/bench/blank")
        visit.throttle(rate)
        stage.browser.start_tracing(page=visit.page, categories=CATEGORIES)
        visit.go(f"/bench/{variant}")
        time.sleep(SETTLE_S)
        is_shown = visit.page.evaluate(SHOWN[variant])
        told = json.loads(stage.browser.stop_tracing())
        if not is_shown:
            raise NotShown(variant)
        return script_ms(told["traceEvents"])


def script_ms(events: list[Event]) -> float:
    """Return the thread time in ms of script on the page's main thread, without what is no script inside of it."""
    marked = [event for event in events if event.get("ph") == "X" and "tdur" in event]
    main = _main_thread(events)
    mine = [event for event in marked if (event["pid"], event["tid"]) == main]
    script = _outermost(event for event in mine if event["name"] in SCRIPT)
    other = _outermost(event for event in mine if event["name"] in NOT_SCRIPT)
    inside = sum(_tdur(one) for one in other if any(_holds(each, one) for each in script))
    return (sum(map(_tdur, script)) - inside) / 1000


def _main_thread(events: list[Event]) -> tuple[int, int]:
    """Return the renderer's main thread that did most in the page."""
    names = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    busy = dict.fromkeys(names, 0.0)
    for one in events:
        if (one["pid"], one["tid"]) in busy:
            busy[(one["pid"], one["tid"])] += one.get("tdur", 0)
    return max(busy, key=lambda thread: busy[thread])


def _outermost(events: Iterable[Event]) -> list[Event]:
    """Return the events that lie within no other of them."""
    found: list[Event] = []
    for event in sorted(events, key=lambda one: (one["ts"], -one["dur"])):
        if not found or not _holds(found[-1], event):
            found.append(event)
    return found


def _holds(outer: Event, inner: Event) -> bool:
    return bool(outer["ts"] <= inner["ts"] and inner["ts"] + inner["dur"] <= outer["ts"] + outer["dur"])


def _tdur(event: Event) -> float:
    return float(event["tdur"])


def _beyond(found: dict[str, list[float]], variant: str, times: int) -> float:
    return round(median((one - bare) * times for one, bare in zip(found[variant], found["bare"], strict=True)), 1)


if __name__ == "__main__":
    sys.exit(main())
