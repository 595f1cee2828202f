"""The widget on hosts' pages: one mock server, one browser, and a watch over what a guest must never do."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Error

from tests.journeys.rooms import Rooms

BASE = Path(__file__).resolve().parents[3]
KINDS = ("duplicates", "tags", "choice", "span", "region")
#: What a host's page sees of layout shifts and broken policies, from before its first script.
WATCH = """(() => {
  const seen = { violations: [], shifts: [] };
  Object.defineProperty(window, "__seen", { value: seen });
  document.addEventListener("securitypolicyviolation", (event) =>
    seen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput) seen.shifts.push({
        value, moved: sources.map(({ node, previousRect: a, currentRect: b }) =>
          `${node?.nodeName}.${node?.className} ${Math.round(a.y)}+${Math.round(a.height)} to ${Math.round(b.y)}+${Math.round(b.height)}`),
      });
  }).observe({ type: "layout-shift", buffered: true });
})();"""
PATIENCE_MS = 30_000
#: What Chromium writes of each failed request, which hosts' pages of these tests have on purpose.
NETWORK_NOISE = ("Failed to load resource", "has been blocked by CORS policy")


@dataclass
class Ledger:
    """What a project of the mock server took."""

    taken: dict[str, dict[str, Any]]
    refused: dict[str, dict[str, Any]]
    calls: list[dict[str, Any]]
    malformed: list[str]
    conflict_count: int
    lost_count: int

    def of(self, kind_of_event: str) -> list[dict[str, Any]]:
        """Return the stored events of a type, each once, in the order of arrival."""
        return [row["event"] for row in self.taken.values() if row["event"]["type"] == kind_of_event]

    @property
    def values(self) -> list[str]:
        """Return what was answered, in the order of arrival."""
        return [event["answer"]["value"] for event in self.of("judge")]

    def called(self, verb: str) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["verb"] == verb]

    @property
    def most_deliveries(self) -> int:
        return max((row["times"] for row in self.taken.values()), default=0)


@dataclass(frozen=True)
class Mock:
    """The server of tests/widget/mock_server.mjs, at two web origins."""

    origin: str
    elsewhere: str

    def ledger(self, key: str, faults: dict[str, Any] | None = None) -> Ledger:
        """Return what arrived for a project, after setting faults of its server."""
        body = json.dumps(faults).encode() if faults else None
        with urllib.request.urlopen(f"{self.origin}/control?key={key}", data=body, timeout=10) as answer:
            return Ledger(**json.load(answer))


@dataclass
class Visit:
    """A page of a host, opened for a project of its own."""

    mock: Mock
    key: str
    page: Any
    errors: list[str]
    elsewhere: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return self.mock.ledger(self.key)

    def go(self, path: str, *, at: str = "", **query: str) -> None:
        """Go to a page of the same project."""
        self.page.goto(f"{at or self.mock.origin}/{path}?{urlencode({'key': self.key, **query})}")

    def faults(self, **faults: Any) -> None:
        """Let the server fail from now on; None lifts a fault."""
        self.mock.ledger(self.key, faults)

    def seen(self, what: str) -> list[Any]:
        """Return the `violations` or `shifts` of all frames so far."""
        return [one for frame in self.page.frames for one in frame.evaluate(f"window.__seen?.{what} ?? []")]

    def button(self, name: str | Any, **options: Any) -> Any:
        return self.page.get_by_role("button", name=name, **{"exact": True, **options})

    def until(self, expression: str, arg: Any = None) -> None:
        """Wait until an expression holds in the page (Playwright's own way evaluates text, which policies forbid)."""

        def holds() -> Any:
            try:
                return self.page.evaluate(expression, arg)
            except Error:
                return False  # The page is on its way to another.

        eventually(holds, why=f"never held: {expression} {arg}")

    def comes_to_rest(self) -> None:
        """Wait until a page that was just opened has all its files and asked for nothing more for half a second."""
        self.page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)

    def was_answered(self, verb: str) -> None:
        """Wait until the server has answered a call."""
        eventually(lambda: any("status" in call for call in self.ledger.called(verb)), why=f"no {verb} was answered")

    def said(self, words: str) -> Any:
        """Return where the card, not its live region, says these words of an answer."""
        return self.page.locator(".said", has_text=words).first

    def settle(self) -> Ledger:
        """Wait until nothing is on its way any more, and return the ledger."""
        kept = "Object.keys(sessionStorage).filter((key) => key.startsWith('earmark:')).length"
        eventually(lambda: self.page.evaluate(kept) == 0, why="the outbox was never emptied")
        return self.ledger


def eventually(found: Callable[[], Any], *, within_s: float = 30, why: str = "") -> Any:
    """Return what `found` gives once it is true; fails after `within_s` seconds."""
    give_up_at = time.monotonic() + within_s
    while not (result := found()):
        assert time.monotonic() < give_up_at, why or "it did not happen in time"
        time.sleep(0.05)
    return result


@pytest.fixture(scope="session")
def mock() -> Iterator[Mock]:
    """The mock server, on free ports, for all tests of the widget."""
    node = shutil.which("node")
    assert node, "node is needed for the tests of the widget"
    process = subprocess.Popen(
        [node, "tests/widget/mock_server.mjs", "0"], cwd=BASE, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stdout is not None
    yield Mock(**json.loads(process.stdout.readline()))
    process.terminate()
    process.wait(10)


_keys = count(1)


@dataclass
class Hosts:
    """Opens pages; when the test is over, asks of each what must never have happened."""

    rooms: Rooms
    mock: Mock
    contexts: list[Any] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def context(self, *, scripts: tuple[str, ...] = (), is_new: bool = False, **options: Any) -> Any:
        """Return a context that nobody else is in; a new one where tests before must leave nothing in memory."""
        wide = {"viewport": {"width": 1200, "height": 900}}
        entered = self.rooms.enter(scripts=(WATCH, *scripts), is_new=is_new, **wide | options)
        entered.set_default_timeout(PATIENCE_MS)
        self.contexts.append(entered)
        return entered

    def open(
        self, path: str, *, context: Any = None, key: str = "", options: dict[str, Any] | None = None,
        scripts: tuple[str, ...] = (), faults: dict[str, Any] | None = None, at: str = "", **query: str,
    ) -> Visit:  # fmt: skip
        """Open a host's page; `query` fills it in (see mock_pages.mjs), `faults` are set before."""
        visit = self.blank(context or self.context(scripts=scripts, **(options or {})), key, faults)
        visit.go(path, at=at, **query)
        return visit

    def blank(self, context: Any, key: str = "", faults: dict[str, Any] | None = None) -> Visit:
        """Return an empty page under watch."""
        key = key or f"k{next(_keys)}"
        if faults:
            self.mock.ledger(key, faults)
        return self.watch(context.new_page(), key)

    def watch(self, page: Any, key: str) -> Visit:
        visit = Visit(self.mock, key, page, [])
        page.on("pageerror", lambda error: visit.errors.append(f"thrown: {error}"))
        page.on("console", lambda told: self._hear(visit, told))
        page.on("request", lambda request: self._see(visit, request.url))
        self.visits.append(visit)
        return visit

    def _hear(self, visit: Visit, told: Any) -> None:
        if told.type in ("error", "warning") and not any(noise in told.text for noise in NETWORK_NOISE):
            visit.errors.append(f"{told.type}: {told.text}")

    def _see(self, visit: Visit, url: str) -> None:
        if not url.startswith((f"{self.mock.origin}/", f"{self.mock.elsewhere}/", "data:")):
            visit.elsewhere.append(url)

    def close(self) -> None:
        cookies = [cookie for context in self.contexts for cookie in context.cookies()]
        for context in self.contexts:
            self.rooms.leave(context)
        for visit in self.visits:
            ledger = visit.ledger
            assert visit.errors == []
            assert visit.elsewhere == [], "requests to third parties"
            assert ledger.malformed == [] and ledger.conflict_count == 0
            assert not any(call["has_cookie"] for call in ledger.calls)
        assert cookies == []


@pytest.fixture
def hosts(rooms: Rooms, mock: Mock) -> Iterator[Hosts]:
    """How a test opens hosts' pages; nothing thrown, no foreign request, no cookie is allowed on any of them."""
    made = Hosts(rooms, mock)
    yield made
    made.close()
