"""Delivery: each event arrives at most once, exactly once where it left memory, and what is lost is counted."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from tests.journeys.conftest import chromium
from tests.journeys.flags import CHROMIUM_FLAGS
from tests.journeys.rooms import Rooms
from tests.journeys.widget.conftest import KINDS, Hosts, Ledger, Mock, Visit, eventually
from tests.journeys.widget.test_manners import HIDDEN

pytestmark = pytest.mark.journey

ANSWERS = {
    "duplicates": ("Same", "duplicate"),
    "tags": ("“Archive” fits", "fits"),
    "choice": ("Solves it", "Solves it"),
    "span": ("Yes", "Product"),
    "region": ("Yes", "Menu item"),
}
TWO = ["duplicate", "related"]
#: A page that goes out of sight once it has drawn, so that only answers leave it, however slow the machine is.
UNSEEN = (
    HIDDEN.replace("isAway = true", "isAway = false")
    + "; document.addEventListener('earmark:show', () => { window.isAway = true })"
)


def mark_two(visit: Visit) -> None:
    """Say Same of the first thread and Related of the second."""
    visit.button("Same").first.click()
    visit.button("Related").first.click()


def stored(visit: Visit, values: list[str]) -> Ledger:
    """Wait until these answers are stored, and return the ledger, which holds no others."""
    eventually(lambda: len(visit.ledger.values) >= len(values), why=f"stored: {visit.ledger.values}")
    time.sleep(0.3)
    ledger = visit.ledger
    assert sorted(ledger.values) == sorted(values)
    return ledger


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_stored_once(hosts: Hosts, kind: str) -> None:
    button, value = ANSWERS[kind]
    visit = hosts.open("one", kind=kind)
    visit.button(button).first.click()
    ledger = stored(visit, [value])
    assert ledger.most_deliveries == 1 and ledger.lost_count == 0
    assert {call["type"] for call in ledger.called("events")} == {"text/plain;charset=UTF-8"}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_survives_a_page_that_is_closed_at_once(hosts: Hosts, kind: str) -> None:
    button, value = ANSWERS[kind]
    visit = hosts.open("one", kind=kind)
    visit.button(button).first.click()
    visit.page.close(run_before_unload=False)
    assert stored(visit, [value]).most_deliveries == 1


def test_an_answer_on_its_way_survives_a_slow_server_and_a_closed_page(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"delay_ms": 600}})
    visit.button("Same").first.click()
    eventually(lambda: visit.ledger.called("events"))
    visit.page.close(run_before_unload=False)
    assert stored(visit, TWO[:1]).most_deliveries == 1


def test_an_undo_leaves_beside_its_answer_that_is_on_its_way_as_the_page_is_closed(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"delay_ms": 600}})
    visit.button("Same").first.click()
    eventually(lambda: visit.ledger.called("events"))
    visit.page.locator(".undo").first.click()
    visit.page.close(run_before_unload=False)
    eventually(lambda: visit.ledger.of("undo"), why="the answer stood though it was taken back")
    ledger = stored(visit, TWO[:1])
    assert ledger.most_deliveries == 1 and ledger.lost_count == 0


def test_answers_survive_leaving_for_another_page(hosts: Hosts) -> None:
    visit = hosts.open("one")
    mark_two(visit)
    visit.go("bare")
    visit.go("one", item="quiet")
    ledger = stored(visit, TWO)
    assert ledger.conflict_count == 0 and ledger.lost_count == 0
    assert ledger.most_deliveries <= 3, "at once, with the page that goes, and with the next; each is stored once"


def test_what_is_on_its_way_and_what_waits_behind_it_leave_with_the_page(hosts: Hosts) -> None:
    """Going makes the page's own fetch fail, while what it carries arrives; what waited leaves with a second one."""
    visit = hosts.open("one", faults={"events": {"delay_ms": 400}})
    mark_two(visit)
    eventually(lambda: visit.ledger.called("events"))
    visit.go("bare")
    assert stored(visit, TWO).most_deliveries <= 2, "under the same id, and stored once"


def test_what_was_seen_leaves_when_the_page_does(hosts: Hosts) -> None:
    visit = hosts.open("one")
    visit.button("Same").first.wait_for()
    kept = 'Object.values(sessionStorage).join().split(\'"type":"seen"\').length - 1'
    eventually(lambda: visit.page.evaluate(kept) == 2 or len(visit.ledger.of("seen")) == 2)
    visit.go("bare")
    eventually(lambda: len(visit.ledger.of("seen")) == 2)
    assert visit.ledger.most_deliveries == 1


def test_what_waited_leaves_after_a_reload(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"status": 503}})
    mark_two(visit)
    visit.said("Sends when online.").wait_for()
    visit.faults(events=None)
    visit.page.reload()
    ledger = stored(visit, TWO)
    assert ledger.conflict_count == 0 and ledger.lost_count == 0
    assert ledger.most_deliveries <= 3, "again in its time, with the page that goes, and with the next; stored once"


@pytest.fixture
def remembering(browser: Any, mock: Mock) -> Iterator[Hosts]:
    """Hosts in a browser that keeps pages alive for the way back, which Playwright switches off."""
    made = browser.browser_type.launch(
        executable_path=chromium(), args=CHROMIUM_FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    hosts = Hosts(Rooms(made), mock)
    yield hosts
    hosts.close()
    made.close()


def test_who_goes_back_while_nothing_arrives_loses_neither_answer(remembering: Hosts) -> None:
    visit = remembering.open("one", faults={"events": {"status": 503}})
    visit.page.evaluate("addEventListener('pageshow', (event) => { window.cameBack = event.persisted })")
    visit.button("Same").first.click()
    visit.said("Sends when online.").wait_for()
    visit.go("one", item="three")
    visit.button("Related").first.click()
    visit.said("Sends when online.").wait_for()
    visit.page.evaluate("setTimeout(() => history.back())")
    visit.until("window.cameBack")
    visit.faults(events=None)
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    stored(visit, TWO)


def test_a_page_that_comes_back_from_the_cache_goes_on(remembering: Hosts) -> None:
    visit = remembering.open("one", faults={"events": {"status": 503}})
    visit.page.evaluate("addEventListener('pageshow', (event) => { window.cameBack = event.persisted })")
    visit.button("Same").first.click()
    visit.said("Sends when online.").wait_for()
    visit.go("bare")
    visit.faults(events=None)
    visit.page.evaluate("setTimeout(() => history.back())")
    visit.until("window.cameBack")
    visit.button("Related").first.click()
    assert stored(visit, TWO).most_deliveries <= 2


def test_offline_answers_leave_when_the_network_is_back(hosts: Hosts) -> None:
    visit = hosts.open("one")
    visit.button("Same").first.wait_for()
    visit.page.context.set_offline(True)
    mark_two(visit)
    eventually(lambda: visit.page.locator(".said", has_text="Sends when online.").count() == 2)
    assert visit.ledger.values == []
    visit.page.context.set_offline(False)
    assert stored(visit, TWO).most_deliveries == 1
    visit.said("Sends when online.").wait_for(state="hidden")


FAULTS: dict[str, dict[str, Any]] = {
    "500 twice": {"status": 500, "times": 2},
    "503 with a time to wait": {"status": 503, "retry_after": 1, "times": 1},
    "429 with a time to wait": {"status": 429, "code": "too_many_calls", "retry_after": 1, "times": 1},
    "a connection that breaks before anything is taken": {"drop": "before_taking", "times": 2},
    "an answer that is slow": {"delay_ms": 800, "times": 1},
    "a 401": {"status": 401, "code": "session_expired", "times": 1},
}


@pytest.mark.parametrize("named", FAULTS)
def test_answers_are_stored_exactly_once_after(hosts: Hosts, named: str) -> None:
    visit = hosts.open("one", faults={"events": dict(FAULTS[named])})
    mark_two(visit)
    ledger = stored(visit, TWO)
    assert ledger.most_deliveries == 1 and ledger.lost_count == 0
    visit.said("Same problem.").wait_for()
    assert visit.said("Not saved.").count() == 0


def test_an_answer_whose_receipt_was_lost_is_sent_again_and_known(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"drop": "after_taking", "times": 1}})
    visit.button("Same").first.click()
    ledger = stored(visit, TWO[:1])
    eventually(lambda: visit.ledger.most_deliveries == 2, why="it was never sent again")
    visit.settle()
    assert visit.ledger.most_deliveries == 2 and ledger.conflict_count == 0
    assert visit.button("Undo", exact=False).count() == 1


def test_an_answer_taken_back_before_its_receipt_came_is_undone_there_too(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"drop": "after_taking", "times": 1}})
    visit.button("Same").first.click()
    eventually(lambda: visit.ledger.values == ["duplicate"])
    visit.button("Undo", exact=False).first.click()
    ledger = visit.settle()
    assert [event["judgement"] for event in ledger.of("undo")] == [event["id"] for event in ledger.of("judge")]


def test_the_time_that_a_server_asks_for_is_waited(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"status": 429, "retry_after": 2, "times": 1}})
    visit.button("Same").first.click()
    eventually(lambda: visit.ledger.called("events"))
    visit.button("Related").first.click()
    stored(visit, TWO)
    first, second = visit.ledger.called("events")[:2]
    assert second["at_ms"] - first["at_ms"] >= 2000, "a second answer does not make it ask earlier"


def test_a_server_that_may_not_be_read_is_asked_less_and_less_often(hosts: Hosts) -> None:
    """Too busy for our headers, it says nothing of a time to wait; chance would spread what is measured here."""
    busy = {"status": 503, "is_bare": True, "retry_after": 60, "times": 3}
    context = hosts.context(scripts=("Math.random = () => 0.999",), is_new=True)
    visit = hosts.open("crossing", context=context, faults={"events": busy})
    mark_two(visit)
    visit.said("Sends when online.").wait_for()
    ledger = stored(visit, TWO)
    at_ms = [call["at_ms"] for call in ledger.called("events")]
    first, second, third = [later - earlier for earlier, later in pairwise(at_ms)][:3]
    assert first >= 1990 and second >= 3990 and third >= 7990
    assert first < second < third
    assert ledger.lost_count == 0 and ledger.most_deliveries == 1


def test_a_page_whose_server_may_not_be_read_stays_as_it_is(hosts: Hosts) -> None:
    visit = hosts.open("crossing", faults={"session": {"status": 503, "is_bare": True}})
    eventually(lambda: len(visit.ledger.called("session")) >= 3)
    first, _, third = [call["at_ms"] for call in visit.ledger.called("session")][:3]
    assert third - first >= 2490, "of its own accord it asks again after half of five seconds at the earliest"
    assert visit.page.locator("earmark-duplicates button").count() == 0 and visit.seen("shifts") == []
    visit.faults(session=None)
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.button("Same").first.wait_for()


def test_a_session_that_ended_is_asked_for_again(hosts: Hosts) -> None:
    visit = hosts.open("one")
    visit.button("Same").first.wait_for()
    visit.faults(expire_tokens=True)
    mark_two(visit)
    ledger = stored(visit, TWO)
    assert ledger.most_deliveries == 1 and len(ledger.called("session")) == 2


def test_the_host_is_told_to_sign_anew_and_what_waited_then_leaves(hosts: Hosts) -> None:
    visit = hosts.open(
        "one",
        scripts=(
            "document.addEventListener('earmark:identity', () => { window.mustSign = (window.mustSign ?? 0) + 1 })",
        ),
    )
    visit.button("Same").first.wait_for()
    visit.faults(expire_tokens=True, session={"status": 401, "code": "identity_invalid"})
    mark_two(visit)
    visit.until("window.mustSign >= 1")
    assert visit.ledger.values == []
    visit.faults(session=None)
    visit.page.evaluate("earmark('identify', 'someone')")
    assert stored(visit, TWO).most_deliveries == 1
    visit.page.wait_for_timeout(500)
    eventually(
        lambda: visit.button("Undo", exact=False).count() == len(TWO),
        why="what waited stands in the list that came meanwhile",
    )


def test_words_that_were_marked_before_the_host_signed_anew_stay_in_the_list(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="span")
    visit.button("Yes").first.wait_for()
    visit.faults(expire_tokens=True, session={"status": 401, "code": "identity_invalid"})
    visit.button("Mark words").click()
    visit.page.locator(".caret:focus").wait_for()
    for key in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        visit.page.keyboard.press(key)
    visit.page.locator(".bar button").first.click()
    visit.said("Sends when online.").wait_for()
    marked = visit.page.locator("li:has(.said) q").inner_text()
    visit.faults(session=None)
    visit.page.evaluate("earmark('identify', 'someone')")
    assert len(visit.settle().values) == 1
    row = visit.page.locator("li:has(.yours)", has_text=marked)
    row.wait_for()
    row.get_by_role("button", name="Undo").click()
    assert len(visit.settle().of("undo")) == 1


def test_a_batch_that_is_too_large_is_sent_in_parts(hosts: Hosts) -> None:
    visit = hosts.open("one", faults={"events": {"status": 503}})
    mark_two(visit)
    eventually(lambda: visit.page.locator(".said", has_text="Sends when online.").count() == 2)
    visit.faults(events={"most_events": 1})
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    ledger = stored(visit, TWO)
    visit.settle()
    assert ledger.most_deliveries == 1 and visit.ledger.lost_count == 0
    assert any(call["status"] == 413 for call in ledger.called("events"))


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_the_server_will_never_take_is_counted_as_lost_and_said(hosts: Hosts, status: int) -> None:
    visit = hosts.open("one", scripts=(UNSEEN,), faults={"events": {"status": status, "times": 1}})
    visit.button("Same").first.click()
    visit.said("Not saved.").wait_for()
    visit.button("Try again").click()
    ledger = stored(visit, ["duplicate"])
    assert ledger.lost_count == 1


def test_more_than_the_outbox_holds_is_counted_as_lost(hosts: Hosts) -> None:
    """Of 230 answers given offline, what is not stored is reported, one for one."""
    visit = hosts.open("one", kind="choice", item="quiet", scripts=(UNSEEN,))
    visit.until("window.isAway")
    visit.page.evaluate(
        """() => Promise.all(Array.from({ length: 230 }, (_, at) => earmark("suggest", { question: "tone", item: `many${at}` })))"""
    )
    visit.settle()
    visit.page.context.set_offline(True)
    visit.page.evaluate(
        """() => new Promise((done) => {
          let count = 0;
          document.addEventListener("earmark:decide", () => ++count < 230 || setTimeout(done));
          for (let at = 0; at < 230; at++) void earmark("decide", { question: "tone", item: `many${at}`, value: "Solves it" });
        })"""
    )
    visit.page.context.set_offline(False)
    eventually(lambda: len(visit.ledger.of("judge")) + visit.ledger.lost_count >= 230)
    ledger = visit.settle()
    assert len(ledger.of("judge")) == 200 and ledger.lost_count == 30
    assert ledger.most_deliveries == 1


def test_what_was_lost_is_still_reported_by_the_next_page(hosts: Hosts) -> None:
    visit = hosts.open("one", scripts=(UNSEEN,), faults={"events": {"status": 400, "times": 1}})
    visit.button("Same").first.click()
    visit.said("Not saved.").wait_for()
    visit.page.reload()
    visit.button("Related").first.click()
    eventually(lambda: visit.ledger.lost_count == 1)


def test_two_tabs_send_each_their_own(hosts: Hosts) -> None:
    context = hosts.context()
    first = hosts.open("one", context=context)
    second = hosts.open("one", context=context, key=first.key, item="three")
    mark_two(first)
    mark_two(second)
    ledger = stored(first, TWO * 2)
    assert ledger.most_deliveries == 1 and len(ledger.of("judge")) == 4


def test_a_duplicated_tab_makes_no_event_count_twice(hosts: Hosts) -> None:
    """A page opened by another starts with a copy of its session storage, as a duplicated tab does."""
    visit = hosts.open("one", faults={"events": {"status": 503}})
    mark_two(visit)
    visit.said("Sends when online.").wait_for()
    with visit.page.expect_popup() as opened:
        visit.page.evaluate("window.open(location.href + '&item=three'); undefined")
    copy = hosts.watch(opened.value, visit.key)
    copy.button("Same").first.wait_for()
    assert copy.page.evaluate("Object.keys(sessionStorage).length") > 0
    visit.faults(events=None)
    for page in (visit.page, copy.page):
        page.evaluate("dispatchEvent(new Event('online'))")
    ledger = stored(visit, TWO)
    assert ledger.most_deliveries <= 2 and ledger.conflict_count == 0


def test_what_waits_is_never_sent_under_another_name(hosts: Hosts) -> None:
    visit = hosts.open("one", identity="ann", faults={"events": {"status": 503}})
    mark_two(visit)
    visit.said("Sends when online.").wait_for()
    visit.go("one", identity="bob", item="three")
    visit.button("Same").first.wait_for()
    visit.faults(events=None)
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.page.wait_for_timeout(500)
    assert visit.ledger.values == []
    visit.go("one", identity="ann", item="three")
    ledger = stored(visit, TWO)
    assert {row["person"] for row in ledger.taken.values() if row["event"]["type"] == "judge"} == {"ann"}


def test_an_answer_given_just_before_another_person_signs_in_stays_with_its_giver(hosts: Hosts) -> None:
    visit = hosts.open("one", identity="ann", faults={"events": {"delay_ms": 500, "times": 1}})
    mark_two(visit)
    visit.page.evaluate("earmark('identify', 'bob')")
    visit.button("Same").first.wait_for()
    visit.page.wait_for_timeout(1500)
    judged = {row["person"] for row in visit.ledger.taken.values() if row["event"]["type"] == "judge"}
    assert judged <= {"ann"}


def test_a_refused_answer_is_said_and_may_be_left(hosts: Hosts) -> None:
    visit = hosts.open("one", item="error")
    visit.button("Same").first.click()
    visit.said("Not saved.").wait_for()
    visit.button("Leave it").click()
    assert visit.button("Same").count() == 2
    assert visit.settle().refused != {}
