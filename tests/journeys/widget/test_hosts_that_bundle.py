"""Hosts that bring the widget as a package: the examples in React and Vue, and a page that calls `install` itself."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.widget.conftest import BASE, Hosts, Visit, eventually

pytestmark = pytest.mark.journey

FRAMEWORKS = ("react", "vue")
TITLES = {"asked": "Archive does nothing", "second": "Sent mail is lost", "third": "Keychain asks again"}
THREADS = [{"id": key, "title": title, "body": f"What stands in {key}."} for key, title in TITLES.items()]
#: Vue makes a Trusted Types policy of its own.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types vue"
)
TYPES = {".js": "text/javascript", ".css": "text/css"}


@dataclass
class Bundled:
    """A page of a host that bundled the widget, and what it asked its own server."""

    visit: Visit
    folder: Path
    identity: str = "someone"
    signed_count: int = 0
    scripts_of_server: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def page(self) -> Any:
        return self.visit.page

    def serve(self, context: Any) -> "Bundled":
        origin = self.visit.mock.origin
        context.route(f"{origin}/t/*", self._page)
        context.route(f"{origin}/files/*", self._file)
        context.route(f"{origin}/identity", self._sign)
        context.route(f"{origin}/w/*.js", self._refuse)
        self.page.on("response", self._hear)
        return self

    def go(self, item: str) -> "Bundled":
        self.page.goto(f"{self.visit.mock.origin}/t/{item}")
        return self

    def places(self) -> list[tuple[str, str]]:
        """Return the places that were asked for so far: each made an exposure."""
        return sorted((place["item"], place["question"]) for place in self.asked)

    def _hear(self, response: Any) -> None:
        if response.ok and response.url.endswith(("/w/v1/session", "/w/v1/suggest")):
            self.asked.extend(json.loads(response.request.post_data).get("places", []))

    def _page(self, route: Any) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        html = (self.folder / f"{name}.html").read_text().replace('"key":""', f'"key":"{self.visit.key}"')
        route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    def _file(self, route: Any) -> None:
        path = self.folder / route.request.url.rsplit("/", 1)[1]
        route.fulfill(body=path.read_text(), content_type=TYPES[path.suffix])

    def _sign(self, route: Any) -> None:
        self.signed_count += 1
        route.fulfill(status=200 if self.identity else 401, body=self.identity, content_type="text/plain")

    def _refuse(self, route: Any) -> None:
        self.scripts_of_server.append(route.request.url)
        route.abort()


Opens = Callable[..., Bundled]


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, bundled once with the package as it is packed, and rendered as their servers do."""
    folder = tmp_path_factory.mktemp("bundles")
    node = shutil.which("node")
    assert node, "node is needed for the tests of the widget"
    subprocess.run([node, "tests/widget/examples.mjs", str(folder), json.dumps(THREADS)], cwd=BASE, check=True)
    return folder


@pytest.fixture
def opens(hosts: Hosts, bundles: Path) -> Iterator[Opens]:
    """How a test opens a host's page of a thread; no script may ever come from Earmark's server."""
    opened: list[Bundled] = []

    def open_host(host: str, item: str = "asked", *, identity: str = "someone", **faults: Any) -> Bundled:
        context = hosts.context()
        visit = hosts.blank(context, faults=faults or None)
        made = Bundled(visit, bundles / host, identity).serve(context).go(item)
        opened.append(made)
        return made

    yield open_host
    assert [one.scripts_of_server for one in opened if one.scripts_of_server] == []


def all_drawn(host: Bundled) -> None:
    host.visit.button("Same").first.wait_for()
    host.visit.button("Solves it").wait_for()
    host.page.locator("earmark-tags .chip").first.wait_for()


def three_of(*items: str) -> list[tuple[str, str]]:
    return sorted((item, question) for item in items for question in ("duplicate", "topics", "tone"))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_rendered_markup_is_hydrated_and_each_place_is_asked_for_once(opens: Opens, framework: str) -> None:
    host = opens(framework)
    all_drawn(host)
    assert "<earmark-duplicates item=" in (host.folder / "asked.html").read_text()
    assert host.places() == three_of("asked")
    assert len(host.visit.ledger.called("session")) == 1
    assert host.page.get_by_role("heading", name="Asked before?").count() == 1
    assert host.visit.seen("violations") == [] and host.visit.seen("shifts") == []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_elements_keep_their_state_while_the_page_renders_again(opens: Opens, framework: str) -> None:
    host = opens(framework)
    all_drawn(host)
    host.visit.button("Same").first.click()
    host.page.evaluate("window.kept = document.querySelector('earmark-duplicates').shadowRoot.querySelector('.row')")
    host.page.get_by_role("textbox", name="Find a thread").press_sequentially("sent mail")
    eventually(lambda: host.page.get_by_role("navigation").get_by_role("link").count() == 1)
    assert host.page.evaluate("window.kept.isConnected && window.kept.textContent.includes('Same problem.')")
    assert host.places() == three_of("asked")
    assert host.visit.settle().values == ["duplicate"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_mark_brings_the_answer_that_stands_elsewhere(opens: Opens, framework: str) -> None:
    host = opens(framework)
    host.visit.button("Same").first.click()
    told = host.page.get_by_role("status").filter(has_text="Answered over there:")
    told.wait_for()
    assert "fixed in 2.53.8.1" in told.inner_text()
    host.page.locator("earmark-duplicates .undo").first.click()
    told.wait_for(state="detached")
    ledger = host.visit.settle()
    assert ledger.values == ["duplicate"] and len(ledger.of("undo")) == 1


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_each_route_has_its_own_and_answers_are_there_on_the_way_back(opens: Opens, framework: str) -> None:
    host = opens(framework)
    host.visit.button("Same").first.click()
    host.page.get_by_role("link", name=TITLES["second"]).click()
    host.page.locator("earmark-duplicates .row", has_text="Like second").first.wait_for()
    host.page.locator("earmark-tags .chip", has_text="About second").wait_for()
    assert host.page.get_by_role("status").count() == 0
    host.page.go_back()
    host.page.locator("earmark-duplicates .said", has_text="Same problem.").wait_for()
    assert host.places() == three_of("asked", "second")
    assert len(host.visit.ledger.called("session")) == 1
    assert host.visit.settle().values == ["duplicate"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_elements_come_and_go_with_what_holds_them(opens: Opens, framework: str) -> None:
    host = opens(framework)
    host.visit.button("Same").first.click()
    host.visit.settle()
    for _ in range(3):
        host.visit.button("Read without marks").click()
        eventually(lambda: host.page.locator("earmark-duplicates").count() == 0)
        host.visit.button("Help sort this thread").click()
    host.page.locator("earmark-duplicates .said", has_text="Same problem.").wait_for()
    assert host.places() == three_of("asked")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_app_that_is_unmounted_leaves_nothing_of_ours(opens: Opens, framework: str) -> None:
    host = opens(framework)
    all_drawn(host)
    host.page.evaluate("import('/files/client.js').then(({ app }) => app.unmount())")
    eventually(lambda: host.page.evaluate("!('earmark' in window)"))
    calls = len(host.visit.settle().calls)  # what was seen, on a slow machine, leaves with it
    host.page.evaluate(
        "document.body.append(document.createElement('earmark-tags')); dispatchEvent(new Event('online'))"
    )
    host.page.wait_for_timeout(200)
    assert len(host.visit.ledger.calls) == calls


# ---- a page that calls `install` itself ----

ELEMENT = """([name, question, item]) => {
  const made = document.createElement(name);
  made.setAttribute("question", question); made.setAttribute("item", item);
  document.querySelector("main").append(made);
}"""
INSTALL = """([key, more]) => {
  const identity = () => fetch("/identity", { method: "POST" }).then((answer) => answer.ok ? answer.text() : Promise.reject(new Error("nobody")));
  window.begin = () => install({ key, base: "/w", identity, ...more });
  window.first = begin();
}"""
RULE = {
    "question": "duplicate", "kind": "pair", "path": "/t/*", "selector": "main", "where": "append",
    "item_from": "url", "item_key": "/t/{item}", "reserve_px": 0,
}  # fmt: skip


def install(host: Bundled, **more: Any) -> Bundled:
    eventually(lambda: host.page.evaluate("'install' in window"))
    host.page.evaluate(INSTALL, [host.visit.key, more])
    return host


def put(host: Bundled, name: str = "duplicates", question: str = "duplicate", item: str = "asked") -> None:
    host.page.evaluate(ELEMENT, [f"earmark-{name}", question, item])


def listeners(host: Bundled) -> int:
    """Return how many listeners stand on what belongs to the page."""
    client = host.page.context.new_cdp_session(host.page)
    total = 0
    for target in ("window", "document", "document.documentElement", "document.body", "window.navigation"):
        found = client.send("Runtime.evaluate", {"expression": target})["result"]
        total += len(client.send("DOMDebugger.getEventListeners", {"objectId": found["objectId"]})["listeners"])
    client.detach()
    return total


def test_it_sleeps_until_an_element_stands_in_the_page(opens: Opens) -> None:
    host = install(opens("bare"))
    host.page.wait_for_timeout(200)
    assert host.signed_count == 0 and host.visit.ledger.calls == []
    put(host)
    host.visit.button("Same").first.wait_for()
    assert host.signed_count == 1


def test_installing_again_is_the_same(opens: Opens) -> None:
    host = install(opens("bare"))
    put(host)
    assert host.page.evaluate("begin() === first && first === window.earmark")
    host.visit.button("Same").first.wait_for()
    assert host.page.evaluate("begin() === first")
    assert host.places() == [("asked", "duplicate")]


def test_destroyed_it_leaves_no_trace_and_may_come_again(opens: Opens) -> None:
    host = opens("bare")
    eventually(lambda: host.page.evaluate("'install' in window"))
    before = listeners(host)
    install(host)
    put(host)
    host.visit.button("Same").first.wait_for()
    assert listeners(host) > before
    host.page.evaluate("void earmark('destroy')")
    assert host.page.evaluate("'earmark' in window") is False
    assert listeners(host) == before
    assert host.page.evaluate("document.querySelector('earmark-duplicates').shadowRoot.childNodes.length") == 0
    host.page.evaluate("void begin()")
    host.visit.button("Same").first.click()
    assert host.visit.settle().values == ["duplicate"]


def test_after_an_end_elements_in_a_tree_of_the_hosts_own_come_again_too(opens: Opens) -> None:
    host = install(opens("bare"))
    host.page.evaluate("""() => {
      const tree = document.querySelector("main").appendChild(document.createElement("div")).attachShadow({ mode: "open" });
      const made = tree.appendChild(document.createElement("earmark-duplicates"));
      for (const [key, value] of Object.entries({ item: "asked", question: "duplicate" })) made.setAttribute(key, value);
      void earmark("scan");
    }""")
    host.visit.button("Same").first.wait_for()
    host.page.evaluate("void earmark('destroy'), void begin()('scan')")
    host.visit.button("Same").first.click()
    assert host.visit.settle().values == ["duplicate"]


@pytest.mark.parametrize("wait_ms", [0, 20, 60, 150])
def test_install_may_follow_destroy_in_the_same_breath(opens: Opens, wait_ms: int) -> None:
    host = opens("bare", rules=[RULE], session={"delay_ms": 100, "times": 2})
    install(host, rules=True)
    host.page.evaluate(
        """async (wait) => {
          await new Promise((on) => setTimeout(on, wait));
          void earmark("destroy"); void begin();
        }""",
        wait_ms,
    )
    host.visit.button("Same").first.wait_for()
    host.page.wait_for_timeout(150)
    assert host.page.locator("earmark-duplicates").count() == 1
    assert host.page.evaluate("typeof earmark") == "function"
    host.page.evaluate("void earmark('destroy')")
    assert host.page.locator("earmark-duplicates").count() == 0


def test_after_destroy_calls_are_refused_and_elements_stay_empty(opens: Opens) -> None:
    host = install(opens("bare"))
    put(host)
    host.visit.button("Same").first.wait_for()
    host.page.evaluate("void earmark('destroy')")
    put(host, item="second")
    said = host.page.evaluate("first('suggest', { question: 'duplicate', item: 'third' }).catch((why) => why.message)")
    assert said == "earmark: it was destroyed."
    host.page.wait_for_timeout(200)
    assert host.places() == [("asked", "duplicate")]
    assert host.visit.button("Same").count() == 0


def test_a_host_whose_word_expired_is_asked_anew(opens: Opens) -> None:
    host = opens("bare", session={"status": 401, "code": "identity_invalid", "times": 1})
    install(host)
    put(host)
    host.visit.button("Same").first.wait_for()
    assert host.signed_count == 2


def test_what_stands_stays_while_the_host_signs_anew(opens: Opens) -> None:
    host = install(opens("bare"))
    put(host)
    host.visit.button("Same").first.wait_for()
    host.page.evaluate("window.kept = document.querySelector('earmark-duplicates').shadowRoot.querySelector('.row')")
    host.visit.faults(expire_tokens=True, session={"status": 401, "code": "identity_invalid", "times": 1})
    host.visit.button("Same").first.click()
    assert host.visit.settle().values == ["duplicate"]
    assert host.page.evaluate("window.kept.isConnected && window.kept.textContent.includes('Same problem.')")
    assert host.signed_count == 2 and host.places() == [("asked", "duplicate")]


def test_a_host_that_signs_for_nobody_is_not_asked_in_circles(opens: Opens) -> None:
    host = opens("bare", identity="", session={"status": 401, "code": "identity_invalid"})
    install(host)

    def asked(times: int) -> bool:
        host.page.wait_for_timeout(20)  # what the browser asks is heard while it is waited for
        return host.signed_count >= times

    put(host)
    eventually(lambda: asked(1), why="the host was never asked")
    host.page.wait_for_timeout(300)
    put(host, "tags", "topics", "second")
    eventually(lambda: asked(2), why="it was not asked for the second")
    host.page.wait_for_timeout(300)
    assert host.signed_count == 2


def test_languages_and_searching_come_with_the_package(opens: Opens) -> None:
    host = install(opens("bare"), lang="de")
    put(host)
    host.page.get_by_role("heading", name="Ähnliche Themen").wait_for()
    host.page.locator("earmark-duplicates .foot button").click()
    host.page.get_by_role("combobox").fill("archive")
    host.page.get_by_role("option").first.wait_for()


def test_a_page_without_our_elements_speaks_by_calls(opens: Opens) -> None:
    host = install(opens("bare"))
    saved = host.page.evaluate(
        """async () => {
          const heard = [];
          await earmark("on", "decide", ({ value }) => heard.push(value));
          const { candidates } = await earmark("suggest", { question: "duplicate", item: "asked" });
          const told = await earmark("decide", { question: "duplicate", item: "asked", candidate: candidates[0].id, value: "related" });
          return [heard, told.status, told.value ?? null];
        }"""
    )
    assert saved[:2] == [["related"], "ok"]
