"""After `destroy()` and after elements go, the host's page is what it was; coming and going a hundred times costs nothing."""

from contextlib import suppress
from typing import Any

import pytest

from tests.journeys.widget.conftest import KINDS, Hosts, Visit, eventually
from tests.journeys.widget.test_no_rule_of_the_page_is_broken import RULES

pytestmark = pytest.mark.journey

MARKUP = (
    'document.documentElement.outerHTML.replace(/nonce="[^"]*"/g, \'\').replace(/key=k\\d+|data-key="k\\d+"/g, \'\')'
)
GLOBALS = "Object.getOwnPropertyNames(window).filter((name) => !name.startsWith('__playwright')).sort().join()"
TARGETS = (
    "window",
    "document",
    "document.documentElement",
    "document.body",
    "window.navigation",
    "window.visualViewport",
)
NATIVE = "[history.pushState, history.replaceState, window.fetch, attachInternals, Element.prototype.attachShadow]"


def of_ours(visit: Visit) -> list[str]:
    """Return the listeners of the widget's own files on what belongs to the host."""
    client = visit.page.context.new_cdp_session(visit.page)
    scripts: dict[str, str] = {}
    client.on("Debugger.scriptParsed", lambda told: scripts.__setitem__(told["scriptId"], told["url"]))
    client.send("Debugger.enable")
    found = []
    for target in TARGETS:
        result = client.send("Runtime.evaluate", {"expression": target})["result"]
        for one in client.send("DOMDebugger.getEventListeners", {"objectId": result["objectId"]})["listeners"]:
            if "/w/" in scripts.get(one["scriptId"], ""):
                found.append(f"{target}: {one['type']}")
    client.detach()
    return found


def without_widget(hosts: Hosts, path: str, **query: str) -> tuple[str, str]:
    """Return markup and names of the page as it is where the widget's script never came."""
    context = hosts.context()
    context.route("**/w/earmark.js", lambda route: route.abort())
    visit = hosts.open(path, context=context, **query)
    visit.page.wait_for_timeout(100)
    return visit.page.evaluate(MARKUP), visit.page.evaluate(GLOBALS)


def test_destroy_leaves_no_trace_of_what_lay_over_pictures(hosts: Hosts) -> None:
    before = without_widget(hosts, "one", kind="region")
    visit = hosts.open("one", kind="region")
    visit.button("Yes").first.click()
    visit.button("Mark").click()
    visit.page.get_by_label("Width in %").wait_for()
    assert of_ours(visit) != [], "it listens while it lives"
    visit.page.evaluate("earmark('destroy')")
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate(MARKUP) == before[0]
    assert visit.page.evaluate(GLOBALS) == before[1]
    assert of_ours(visit) == []
    assert visit.page.evaluate("document.querySelector('earmark-region').shadowRoot.childNodes.length") == 0


@pytest.mark.parametrize("path", ["thread", "rules/t/first"])
def test_destroy_leaves_no_trace(hosts: Hosts, path: str) -> None:
    before = without_widget(hosts, path)
    last = RULES[0] | {"selector": "#end", "item_from": "url", "item_key": "/rules/t/{item}"}
    visit = hosts.open(path, faults={"rules": [*RULES, last]})
    visit.button("Same").first.click()
    visit.button("Search for another").first.click()
    assert of_ours(visit) != [], "it listens while it lives"
    visit.page.evaluate("earmark('destroy')")
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate(MARKUP) == before[0]
    assert visit.page.evaluate(GLOBALS) == before[1]
    assert of_ours(visit) == []
    left = "[...document.querySelectorAll('*')].filter((node) => node.shadowRoot?.childNodes.length).length"
    assert visit.page.evaluate(left) == 0
    assert visit.page.evaluate("document.adoptedStyleSheets.length") == 0
    assert visit.page.evaluate("history.pushState.toString().includes('[native code]')")


def test_after_destroy_nothing_is_sent_drawn_or_watched(hosts: Hosts) -> None:
    visit = hosts.open("thread")
    visit.button("Same").first.wait_for()
    visit.page.evaluate("earmark('destroy')")
    calls = len(visit.settle().calls)  # what was seen, on a slow machine, leaves with it
    visit.page.evaluate(
        """() => {
          const late = document.createElement("earmark-duplicates");
          late.setAttribute("item", "three"); late.setAttribute("question", "duplicate");
          document.querySelector("main").append(late);
          document.dispatchEvent(new Event("visibilitychange")); dispatchEvent(new Event("online"));
        }"""
    )
    visit.page.wait_for_timeout(500)
    assert len(visit.ledger.calls) == calls
    assert (
        visit.page.evaluate("document.querySelector('main > earmark-duplicates').shadowRoot?.childNodes.length ?? 0")
        == 0
    )


def test_what_waits_leaves_with_destroy(hosts: Hosts) -> None:
    visit = hosts.open("one")
    visit.button("Same").first.wait_for()
    visit.page.evaluate(
        """() => {
          document.querySelector("earmark-duplicates").shadowRoot.querySelector("[data-value=duplicate]").click();
          earmark("destroy");
        }"""
    )
    eventually(lambda: visit.ledger.values == ["duplicate"])


@pytest.mark.parametrize("kind", ["duplicates", "tags"])
def test_destroyed_it_may_come_again_whatever_stands_first(hosts: Hosts, kind: str) -> None:
    visit = hosts.open("one", policy="nonces-only")
    visit.button("Same").first.wait_for()
    visit.page.evaluate("earmark('destroy')")
    visit.page.wait_for_timeout(100)
    visit.page.evaluate(
        """([kind, question]) => {
          const next = document.createElement(`earmark-${kind}`);
          next.setAttribute("item", "two"); next.setAttribute("question", question);
          document.querySelector("earmark-duplicates").replaceWith(next);
          const old = document.querySelector("script[src*=earmark]");
          const again = document.createElement("script");
          for (const { name, value } of old.attributes) again.setAttribute(name, value);
          again.nonce = old.nonce;
          document.head.append(again);
        }""",
        [kind, {"duplicates": "duplicate", "tags": "topics"}[kind]],
    )
    drawn = f"document.querySelector('earmark-{kind}').shadowRoot?.querySelector('.row,.chip')"
    visit.until(f"!!{drawn}")


def test_destroy_before_anything_came_is_destroy_too(hosts: Hosts) -> None:
    visit = hosts.open("bare")
    visit.until("!!window.earmark")
    visit.page.evaluate("earmark('destroy')")
    visit.page.wait_for_timeout(300)
    assert visit.ledger.called("session") == []
    assert of_ours(visit) == []


def test_elements_keep_the_hosts_attributes_as_they_are(hosts: Hosts) -> None:
    visit = hosts.open("thread")
    visit.button("Same").first.click()
    visit.button("Undo", exact=False).first.click()
    attributes = "[...document.querySelectorAll('earmark-duplicates,earmark-tags,earmark-choice')].map((mark) => mark.getAttributeNames().join())"
    assert set(visit.page.evaluate(attributes)) == {"item,question"}


def test_an_element_that_goes_takes_its_own_along(hosts: Hosts) -> None:
    visit = hosts.open("thread")
    visit.button("Same").first.wait_for()
    visit.page.evaluate("document.querySelectorAll('earmark-duplicates').forEach((mark) => mark.remove())")
    visit.page.wait_for_timeout(100)
    assert visit.page.get_by_text("Related threads").count() == 0
    visit.button("Solves it").click()
    assert visit.settle().values == ["Solves it"]


COME_AND_GO = """async ([tag, question, times]) => {
  const home = document.createElement("div");
  home.append(document.querySelector(tag).previousElementSibling.cloneNode(true));
  document.querySelector("main").append(home);
  for (let at = 0; at < times; at++) {
    const mark = document.createElement(tag);
    mark.setAttribute("item", "asked");
    mark.setAttribute("question", question);
    const drawn = new Promise((done) => mark.addEventListener("earmark:show", done, { once: true }));
    home.append(mark);
    await drawn;
    if (at % 3 === 0) mark.shadowRoot.querySelector("[data-value]")?.click();
    if (at % 3 === 0) mark.shadowRoot.querySelector(".undo")?.click();
    mark.remove();
  }
  home.remove();
}"""


#: By how much a page may have grown by a hundred comings and goings.
MOST = {"Nodes": 20, "JSEventListeners": 5, "JSHeapUsedSize": 200_000}


def measured(client: Any) -> dict[str, float]:
    for _ in range(3):
        client.send("HeapProfiler.collectGarbage")
    return {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_comings_and_goings_leave_nothing_behind(hosts: Hosts, kind: str) -> None:
    question = {"duplicates": "duplicate", "tags": "topics", "choice": "tone", "span": "products", "region": "parts"}[
        kind
    ]
    visit = hosts.open("one", kind=kind, context=hosts.context(is_new=True))
    visit.page.wait_for_timeout(500)
    client = visit.page.context.new_cdp_session(visit.page)
    client.send("Performance.enable")
    visit.page.evaluate(COME_AND_GO, [f"earmark-{kind}", question, 30])
    before = measured(client)
    visit.page.evaluate(COME_AND_GO, [f"earmark-{kind}", question, 100])

    def too_much() -> dict[str, float]:
        after = measured(client)
        return {name: after[name] - before[name] for name, most in MOST.items() if after[name] - before[name] > most}

    with suppress(AssertionError):  # what still waits for an answer or a timer goes with it; what leaks stays
        eventually(lambda: not too_much(), within_s=10)
    assert too_much() == {}
