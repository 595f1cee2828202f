"""The measurements, each on pages of its own in a fresh browser context."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from stage import BASE, Stage

THROTTLE = 4
SETTLE_S = 1.0
VARIANTS = ("bare", "loader", "duplicates", "tags", "choice", "three", "sentry", "posthog")
KINDS = ("duplicates", "tags", "choice", "three")
HAS_A_BUTTON = "(one) => one.shadowRoot?.querySelector('button')"
#: What shows that a variant did what it is for.
SHOWN = {
    "bare": "true",
    "loader": "typeof earmark === 'function'",
    **dict.fromkeys(KINDS, f"[...document.querySelectorAll('main > :not(h1, p)')].every({HAS_A_BUTTON})"),
    "sentry": "document.querySelector('#sentry-feedback')?.shadowRoot != null",
    "posthog": "document.querySelector('[class^=PostHogSurvey]')?.shadowRoot != null",
}
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
WATCH = """(() => {
  const seen = { tasks: [], shifts: [] };
  Object.defineProperty(window, "__seen", { value: seen });
  const watch = (type, act) =>
    new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
  watch("longtask", ({ duration }) => seen.tasks.push(duration));
  watch("layout-shift", ({ value, hadRecentInput }) => hadRecentInput || seen.shifts.push(value));
})();"""


class NotShown(Exception):
    """A page did not show what it was to be measured for."""


@dataclass(frozen=True)
class Cost:
    """What one visit took of the main thread's CPU, in ms: all of its tasks, and of those layout with style."""

    thread: float
    layout: float
    longest_task: float
    shift: float


@dataclass(frozen=True)
class File:
    """One script as it crossed the wire: the encoded body, and all bytes with their headers."""

    name: str
    body: int
    transferred: int


class Visit:
    """A page in a context of its own, with a session of the debugging protocol."""

    def __init__(self, stage: Stage, *scripts: str) -> None:
        self.stage = stage
        self._context = stage.browser.new_context(viewport={"width": 1200, "height": 900}, user_agent=USER_AGENT)
        for script in scripts:
            self._context.add_init_script(script)
        self.page = self._context.new_page()
        self.cdp = self._context.new_cdp_session(self.page)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *failure: object) -> None:
        self._context.close()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.stage.origin}{path}")

    def throttle(self, rate: int = THROTTLE) -> None:
        self.cdp.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def metrics(self) -> dict[str, float]:
        """Return the main thread's clocks, in ms of its CPU."""
        found = self.cdp.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] * 1000 for one in found}


#: Work that is known: a loop of numbers alone, and small pieces of a page that are made, laid out and taken away.
WORK = {
    "a loop": (
        "(n) => { let x = 1; for (let i = 0; i < n; i++) x = (x * 16807 + i) % 2147483647; return x; }",
        200_000,
    ),
    "a page's work": (
        """(n) => { for (let i = 0; i < n; i++) {
          const made = document.createElement("div");
          made.innerHTML = "<p>one <b>two</b> three</p>".repeat(20);
          document.body.append(made);
          made.offsetHeight;
          made.remove();
        } }""",
        4,
    ),
}
WARM_TIMES, TIMES = 5, 15


def charged(stage: Stage) -> dict[str, float]:
    """Return how many times as much CPU the throttle has known work take; were it exact, that were `THROTTLE`."""
    found = {}
    with Visit(stage) as visit:
        visit.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        visit.go("/bench/blank")
        for what, (work, size) in WORK.items():
            for _ in range(WARM_TIMES):
                visit.page.evaluate(work, size)
            took: dict[int, list[float]] = {1: [], THROTTLE: []}
            for _ in range(TIMES):
                for rate, each in took.items():
                    visit.throttle(rate)
                    clocks = [visit.metrics()["TaskDuration"]]
                    for n in (0, size):  # a call alone costs something too
                        visit.page.evaluate(work, n)
                        clocks.append(visit.metrics()["TaskDuration"])
                    each.append(clocks[2] - 2 * clocks[1] + clocks[0])
            found[what] = _median([throttled / plain for plain, throttled in zip(*took.values(), strict=True)])
    return found


def cost_of(stage: Stage, variant: str, throttle: int = THROTTLE) -> Cost:
    """Visit a page once, cold, from a blank page of the same web origin.

    The clocks begin at the navigation. ThreadTime cannot be used: a throttled thread burns CPU while it is idle.
    """
    with Visit(stage, WATCH) as visit:
        visit.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        visit.go("/bench/blank")
        visit.throttle(throttle)
        visit.go(f"/bench/{variant}")
        time.sleep(SETTLE_S)
        clocks = visit.metrics()
        if not visit.page.evaluate(SHOWN[variant]):
            raise NotShown(variant)
        seen = visit.page.evaluate("__seen")
        layout = clocks["LayoutDuration"] + clocks["RecalcStyleDuration"]
        return Cost(clocks["TaskDuration"], layout, max(seen["tasks"], default=0.0), sum(seen["shifts"]))


def costs(
    stage: Stage, variants: tuple[str, ...], rounds: int, until: float, throttle: int = THROTTLE
) -> dict[str, list[Cost]]:
    """Visit all variants in turn, round by round, so that what disturbs the machine disturbs all alike.

    Begins no round after `until` on the monotonic clock, once there are two.
    """
    found: dict[str, list[Cost]] = {variant: [] for variant in variants}
    for at in range(rounds):
        if at >= 2 and time.monotonic() > until:
            break
        turn = at % len(variants)
        for variant in variants[turn:] + variants[:turn]:
            found[variant].append(_cost_in_the_end(stage, variant, throttle))
    return found


def _cost_in_the_end(stage: Stage, variant: str, throttle: int) -> Cost:
    """Visit anew where a busy machine did not show in time what was to be measured."""
    for _ in range(5):
        try:
            return cost_of(stage, variant, throttle)
        except NotShown:
            continue
    raise NotShown(variant)


def summed_up(found: dict[str, list[Cost]], times: int = 1) -> dict[str, dict[str, Any]]:
    """Return medians in ms, and what each variant takes beyond the bare page of the same round."""
    return {variant: _row(costs_, found["bare"], times) for variant, costs_ in found.items()}


def _row(costs_: list[Cost], bare: list[Cost], times: int) -> dict[str, Any]:
    pairs = list(zip(costs_, bare, strict=True))
    beyond = [(one.thread - other.thread) * times for one, other in pairs]
    return {
        "runs": len(costs_),
        "thread_ms": _median([one.thread * times for one in costs_]),
        "beyond_bare_ms": _median(beyond),
        "beyond_bare_quartiles_ms": _quartiles(beyond),
        "layout_beyond_bare_ms": _median([(one.layout - other.layout) * times for one, other in pairs]),
        "longest_task_ms": _median([one.longest_task for one in costs_]),
        "runs_with_a_task_over_50_ms": sum(one.longest_task > 50 for one in costs_),
        "largest_shift": round(max(one.shift for one in costs_), 5),
    }


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def _quartiles(values: list[float]) -> list[float]:
    low, _, high = statistics.quantiles(values, n=4)
    return [round(low, 2), round(high, 2)]


def files_of(stage: Stage, path: str, act: Callable[[Visit], None] | None = None) -> list[File]:
    """Return the scripts that a page brings, in order; with `act`, only those that it brings after the page stood."""
    with Visit(stage) as visit:
        requests: dict[str, str] = {}
        lengths: dict[str, float] = {}
        visit.cdp.on(
            "Network.requestWillBeSent", lambda told: requests.update({told["requestId"]: told["request"]["url"]})
        )
        visit.cdp.on(
            "Network.loadingFinished", lambda told: lengths.update({told["requestId"]: told["encodedDataLength"]})
        )
        visit.cdp.send("Network.enable")
        visit.go(path)
        visit.page.wait_for_timeout(1300)
        before = set(requests)
        if act:
            act(visit)
            visit.page.wait_for_timeout(600)
        bodies = visit.page.evaluate(
            "Object.fromEntries(performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize]))"
        )
        wanted = [one for one in requests if one in lengths and (not act or one not in before)]
        return [
            File(requests[one].rsplit("/", 1)[1], bodies.get(requests[one], 0), int(lengths[one]))
            for one in wanted
            if requests[one].split("?")[0].endswith(".js")
        ]


def _press(name: str) -> Callable[[Visit], None]:
    return lambda visit: visit.page.get_by_role("button", name=name).first.click()


def weights(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """Return what Chromium fetches for each page, and for what is brought on demand."""
    one = {"key": "bytes", "item": "asked"}
    rules = [{
        "path": "/one", "selector": "h1", "where": "after", "kind": "tags", "question": "topics", "item_from": "url",
        "item_key": "/{item}", "reserve_px": 0,
    }]  # fmt: skip
    stage.control("placed", {"rules": rules})
    stage.control("placed-pairs", {"rules": [rules[0] | {"kind": "pair", "question": "duplicate"}]})
    pages: dict[str, tuple[str, Callable[[Visit], None] | None]] = {
        "no place": (f"/bare?{urlencode(one)}", None),
        "duplicates": (f"/one?{urlencode(one)}", None),
        "tags": (f"/one?{urlencode(one | {'kind': 'tags'})}", None),
        "choice": (f"/one?{urlencode(one | {'kind': 'choice'})}", None),
        "all three": ("/bench/three", None),
        "duplicates in German": (f"/one?{urlencode(one | {'lang': 'de'})}", None),
        "duplicates in Spanish": (f"/one?{urlencode(one | {'lang': 'es'})}", None),
        "duplicates in Arabic": (f"/one?{urlencode(one | {'lang': 'ar'})}", None),
        "duplicates and a rule for tags": (f"/one?{urlencode(one | {'key': 'placed'})}", None),
        "tags and a rule for duplicates": (f"/one?{urlencode(one | {'key': 'placed-pairs', 'kind': 'tags'})}", None),
        "+ search for another": (f"/one?{urlencode(one)}", _press("another")),
        "+ add a tag": (f"/one?{urlencode(one | {'kind': 'tags'})}", _press("Add tag")),
        "+ the menu": (f"/one?{urlencode(one)}", _press("Why am I asked?")),
        "+ a call of earmark()": (
            f"/bare?{urlencode(one)}",
            lambda visit: visit.page.evaluate("void earmark('pause')"),
        ),
        "sentry": ("/bench/sentry", None),
        "posthog": ("/bench/posthog", None),
    }
    return {name: [asdict(file) for file in files_of(stage, *how)] for name, how in pages.items()}


#: Counts the time inside callbacks of mutation observers and of the frames they ask for.
CLOCKED = """(() => {
  window.__inside = 0;
  const clocked = (act) => function (...given) {
    const began = performance.now();
    try { return act.apply(this, given); } finally { window.__inside += performance.now() - began; }
  };
  const { MutationObserver: Before, requestAnimationFrame: frame } = window;
  window.MutationObserver = class extends Before { constructor(act) { super(clocked(act)); } };
  window.requestAnimationFrame = (act) => frame(clocked(act));
})();"""
ROUNDS = 9
#: Adds 1,000 nodes, 100 a task, in a page that holds a number of nodes already, and returns the ms inside callbacks.
ADD = """async ([already, rounds]) => {
  const old = document.createElement("div"), added = document.createElement("div");
  old.hidden = added.hidden = true;
  for (let at = 0; at < already; at++) old.append(document.createElement("p"));
  document.body.append(old, added);
  const pause = (ms) => new Promise((on) => setTimeout(on, ms));
  const took = [];
  await pause(300);
  for (let round = 0; round < rounds; round++) {
    window.__inside = 0;
    for (let batch = 0; batch < 10; batch++) {
      for (let at = 0; at < 100; at++) added.append(document.createElement("p"));
      await pause(20);
    }
    took.push(window.__inside);
    added.replaceChildren();
    await pause(40);
  }
  return took;
}"""


def watching(stage: Stage) -> dict[str, float]:
    """Return the ms that watching takes for each 1,000 added nodes, by what waits and how large the page is."""
    rule = {
        "path": "/**", "selector": "article[data-thread]", "where": "after", "kind": "tags", "question": "topics",
        "item_from": "attribute", "item_key": "data-thread", "reserve_px": 0,
    }  # fmt: skip
    stage.control("rules", {"rules": [rule, rule | {"selector": ".reply"}, rule | {"selector": "main > h1"}]})
    found = {}
    for variant in ("loader", "rules"):
        for already in (1000, 10000):
            with Visit(stage, CLOCKED) as visit:
                visit.go(f"/bench/{variant}")
                visit.page.wait_for_timeout(1500)
                visit.throttle()
                took = visit.page.evaluate(ADD, [already, ROUNDS])
            found[f"{variant}, {already} nodes"] = _median(took)
    return found


def shifts(stage: Stage) -> dict[str, float]:
    """Return the layout shift of each host's page at the throttle; where there is any, also that without the widget."""
    rule = {
        "path": "/rules/**", "selector": "article[data-thread]", "where": "after", "kind": "tags", "question": "topics",
        "item_from": "attribute", "item_key": "data-thread", "reserve_px": 0,
    }  # fmt: skip
    stage.control("shifts", {"rules": [rule]})
    found = {}
    for file in sorted((BASE / "tests/widget/pages").glob("*.html")):
        name = file.stem
        path = {"spa": "spa/t/first", "swap": "swap/t/first", "rules": "rules/t/first"}.get(name, name)
        found[name] = _shift_of(stage, path, "yes")
        if found[name]:
            found[f"{name}, without us"] = _shift_of(stage, path, "no")
    return found


def _shift_of(stage: Stage, path: str, loader: str) -> float:
    with Visit(stage, WATCH) as visit:
        visit.throttle()
        visit.page.goto(f"{stage.mock}/{path}?key=shifts&host=loud&loader={loader}")
        visit.page.wait_for_timeout(2200)
        values = [value for frame in visit.page.frames for value in frame.evaluate("window.__seen?.shifts ?? []")]
    return round(sum(values), 5)
