"""Hosts that wreck every guest: the widget works or goes quiet, and never throws."""

from typing import Any

import pytest

from tests.journeys.rooms import Rooms
from tests.journeys.widget.conftest import Hosts, Mock, eventually

pytestmark = pytest.mark.journey

ELEMENTS = ("earmark-duplicates", "earmark-tags", "earmark-choice")
TELL_LOOK = """(tag) => {
  const root = document.querySelector(tag).shadowRoot;
  const card = root.querySelector("section"), button = root.querySelector("button");
  const { fontSize, fontStyle, letterSpacing, textTransform, color } = getComputedStyle(card);
  return { fontSize, fontStyle, letterSpacing, textTransform, color, padding: getComputedStyle(button).padding };
}"""


def come_to(visit: Any, tag: str) -> None:
    """Scroll to an element and wait until it has drawn."""
    visit.page.evaluate("(tag) => document.querySelector(tag).scrollIntoView({ block: 'center' })", tag)
    visit.until("(tag) => !!document.querySelector(tag).shadowRoot?.querySelector('[data-value]')", tag)


def looks(visit: Any) -> list[Any]:
    for tag in ELEMENTS:
        come_to(visit, tag)
    return [visit.page.evaluate(TELL_LOOK, tag) for tag in ELEMENTS]


@pytest.fixture(scope="module")
def sober(rooms: Rooms, mock: Mock) -> list[Any]:
    """How the three look on a page that leaves everyone alone."""
    hosts = Hosts(rooms, mock)
    told = looks(hosts.open("hostile", host="plain"))
    hosts.close()
    return told


@pytest.mark.parametrize("host", ["unset", "none", "giant", "loud", "before", "flipped", "tampering"])
def test_answers_are_given_on_a_page_that_is(hosts: Hosts, sober: list[Any], host: str) -> None:
    visit = hosts.open("hostile", host=host)
    assert looks(visit) == sober, "what the host shouts stays outside"
    for tag, name in zip(ELEMENTS, ("Same", "“Archive” fits", "Solves it"), strict=True):
        come_to(visit, tag)
        button = visit.button(name).first
        if host in ("before", "flipped"):
            button.evaluate("(button) => button.click()")
        else:
            button.click()
    assert sorted(visit.settle().values) == ["Solves it", "duplicate", "fits"]
    assert visit.seen("violations") == []


@pytest.mark.parametrize("host", ["deaf", "boxed"])
def test_it_goes_quiet_on_a_page_that_makes_it_unusable(hosts: Hosts, host: str) -> None:
    visit = hosts.open("hostile", host=host)
    visit.comes_to_rest()
    assert visit.seen("violations") == []


def test_markup_and_scripts_in_names_stay_words(hosts: Hosts) -> None:
    for kind in ("duplicates", "tags"):
        visit = hosts.open("one", kind=kind, item="hostile")
        visit.page.get_by_text("<img src=x").first.wait_for()
        assert visit.page.title() != "broken"
        links = "[...document.querySelector('main').lastElementChild.shadowRoot.querySelectorAll('a[href]')].map((a) => a.protocol)"
        assert set(visit.page.evaluate(links)) <= {"http:", "https:"}


def test_a_list_with_an_address_that_cannot_be_read_is_drawn_all_the_same(hosts: Hosts) -> None:
    visit = hosts.open("one", item="unreadable")
    visit.page.get_by_text("Archive message action does not work").first.wait_for()
    assert visit.button("Same").count() == 2


SILENCES: list[tuple[str, dict[str, Any]]] = [
    ("session", {"status": 500}),
    ("session", {"status": 401}),
    ("session", {"drop": "before_taking"}),
    ("suggest", {"status": 403}),
    ("suggest", {"status": 429, "retry_after": 30}),
    ("suggest", {"drop": "before_taking"}),
    ("suggest", {"delay_ms": 60_000}),
]


@pytest.mark.parametrize(
    ("verb", "fault"), SILENCES, ids=[f"{verb} {next(iter(fault.values()))}" for verb, fault in SILENCES]
)
def test_it_goes_quiet_when_the_server_does_not_answer(hosts: Hosts, verb: str, fault: dict[str, Any]) -> None:
    visit = hosts.open("thread", faults={verb: fault})
    eventually(lambda: visit.ledger.called(verb), why="the server was never asked")
    visit.page.wait_for_timeout(500)
    assert visit.button("Same").count() == 0
    assert visit.seen("shifts") == []


def test_it_goes_quiet_when_its_files_are_missing(hosts: Hosts) -> None:
    context = hosts.context()
    context.route(
        "**/w/*.js", lambda route: route.abort() if "earmark." not in route.request.url else route.continue_()
    )
    visit = hosts.open("thread", context=context)
    visit.comes_to_rest()
    assert visit.seen("shifts") == []
    assert visit.page.evaluate("typeof window.earmark") == "function"


@pytest.mark.parametrize("path", ["twice", "versions"])
def test_two_copies_of_the_script_draw_once_and_send_once(hosts: Hosts, path: str) -> None:
    visit = hosts.open(path)
    visit.button("Same").first.click()
    visit.page.wait_for_timeout(200)
    ledger = visit.settle()
    assert ledger.values == ["duplicate"] and ledger.most_deliveries == 1
    assert len(ledger.called("session")) == 1
    assert visit.seen("violations") == []


def test_storage_that_is_blocked_costs_nothing(hosts: Hosts) -> None:
    blocked = "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"
    visit = hosts.open("one", scripts=(blocked,))
    visit.button("Same").first.click()
    visit.said("Same problem.").wait_for()
    eventually(lambda: visit.ledger.values == ["duplicate"])


def test_storage_that_is_full_costs_nothing(hosts: Hosts) -> None:
    full = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    visit = hosts.open("one", scripts=(full,))
    visit.button("Same").first.click()
    visit.said("Same problem.").wait_for()
    eventually(lambda: visit.ledger.values == ["duplicate"])


@pytest.mark.parametrize("path", ["crossing", "frames"])
def test_it_works_across_web_origins(hosts: Hosts, path: str) -> None:
    visit = hosts.open(path)
    for frame in visit.page.frames[1:] or [visit.page]:
        frame.get_by_role("button", name="Same", exact=True).first.click()
        frame.locator(".said", has_text="Same problem.").wait_for()
    count = max(1, len(visit.page.frames) - 1)
    eventually(lambda: visit.ledger.values == ["duplicate"] * count)
    assert visit.seen("violations") == []
