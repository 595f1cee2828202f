"""Manners: nothing leaves where privacy is asked for, nobody is asked who does not look or is busy typing."""

import pytest

from tests.journeys.widget.conftest import KINDS, Hosts, eventually

pytestmark = pytest.mark.journey

PRIVATE = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })"
HIDDEN = """(() => {
  window.isAway = true;
  const away = { hidden: { get: () => window.isAway, configurable: true },
                 visibilityState: { get: () => (window.isAway ? "hidden" : "visible"), configurable: true } };
  Object.defineProperties(document, away);
})()"""
AWAY_ONCE_SHOWN = "document.addEventListener('earmark:show', () => (window.isAway = true))"
DOORS = {"duplicates": "Show related threads", "tags": "Show", "choice": "Show", "span": "Show", "region": "Show"}
FIRST = {"duplicates": "Same", "tags": "“Archive” fits", "choice": "Solves it", "span": "Yes", "region": "Yes"}


@pytest.mark.parametrize("kind", KINDS)
def test_with_global_privacy_control_nothing_leaves_before_a_click(hosts: Hosts, kind: str) -> None:
    visit = hosts.open("one", kind=kind, scripts=(PRIVATE,))
    visit.button(DOORS[kind]).wait_for()
    visit.comes_to_rest()
    assert visit.ledger.calls == []
    assert visit.page.evaluate("Object.keys(sessionStorage).length + Object.keys(localStorage).length") == 0
    visit.button(DOORS[kind]).click()
    visit.button(FIRST[kind]).first.click()
    assert len(visit.settle().values) == 1
    assert visit.seen("shifts") == []


def test_with_global_privacy_control_rules_ask_nothing_either(hosts: Hosts) -> None:
    visit = hosts.open("rules/t/first", scripts=(PRIVATE,))
    visit.comes_to_rest()
    assert visit.ledger.calls == []


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_asked_while_the_page_is_hidden(hosts: Hosts, kind: str) -> None:
    visit = hosts.open("one", kind=kind, scripts=(HIDDEN,))
    visit.comes_to_rest()
    assert visit.button(FIRST[kind]).count() == 0
    visit.page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")
    visit.button(FIRST[kind]).first.wait_for()
    assert visit.seen("shifts") == []


def test_nothing_counts_as_seen_while_the_page_is_hidden(hosts: Hosts) -> None:
    visit = hosts.open("one", scripts=(HIDDEN.replace("isAway = true", "isAway = false"), AWAY_ONCE_SHOWN))
    visit.button("Same").first.wait_for()
    visit.page.wait_for_timeout(1500)
    visit.page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert visit.settle().of("seen") == []


def test_nobody_is_asked_while_they_type_in_the_hosts_page(hosts: Hosts) -> None:
    visit = hosts.open(
        "thread", options={"viewport": {"width": 1200, "height": 1400}}, faults={"session": {"delay_ms": 2500}}
    )
    visit.page.click("#reply")
    for letter in "I have the same":
        visit.page.keyboard.type(letter)
        visit.page.wait_for_timeout(120)
        assert visit.button("Same").count() == 0
    visit.was_answered("session")
    visit.page.wait_for_timeout(600)
    assert visit.button("Same").count() == 0, "a pause for breath is not the end"
    visit.button("Same").first.wait_for()
    assert visit.page.evaluate("document.activeElement.id") == "reply", "the focus is not taken away"
    assert visit.seen("shifts") == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_is_paused_asks_nobody(hosts: Hosts, kind: str) -> None:
    visit, asked = hosts.blank(hosts.context()), []
    visit.page.route("**/w/v1/session", lambda route: asked.append(route), times=1)
    visit.go("one", kind=kind)
    visit.until("!!window.earmark")
    eventually(lambda: visit.page.evaluate("earmark('pause', true)") or asked, why="nothing was asked")
    asked[0].continue_()
    visit.page.wait_for_timeout(1000)
    assert visit.button(FIRST[kind]).count() == 0
    visit.page.evaluate("earmark('pause', false)")
    visit.button(FIRST[kind]).first.wait_for()


def test_who_leaves_altogether_is_asked_nothing_any_more(hosts: Hosts) -> None:
    visit = hosts.open("thread")
    visit.button("Same").first.wait_for()
    visit.page.evaluate("earmark('optOut', true)")
    eventually(lambda: visit.button("Same").count() == 0, why="it is still asked")
    visit.page.reload()
    visit.comes_to_rest()
    assert visit.button("Same").count() == 0 and visit.button("Solves it").count() == 0


def test_a_list_that_nobody_is_asked_about_is_useful_and_has_one_quiet_door(hosts: Hosts) -> None:
    visit = hosts.open("one", item="quiet")
    visit.page.get_by_text("Archive message action does not work").wait_for()
    assert visit.button("Same").count() == 0
    visit.button("Mark").first.click()
    visit.button("Same").click()
    assert visit.settle().values == ["duplicate"]


def test_an_empty_list_is_nothing_unless_the_host_wants_a_door(hosts: Hosts) -> None:
    visit = hosts.open("one", item="empty")
    visit.was_answered("session")
    visit.comes_to_rest()
    assert visit.page.evaluate("document.querySelector('earmark-duplicates').offsetHeight") == 0
    with_door = hosts.open("one", item="empty", attributes="door")
    with_door.page.get_by_text("No thread like this one yet. If you know one, name it.").wait_for()


@pytest.mark.parametrize("kind", KINDS)
def test_hiding_these_questions_is_told_and_kept_for_the_page(hosts: Hosts, kind: str) -> None:
    visit = hosts.open("one", kind=kind)
    visit.button("About this question").click()
    visit.button("Hide these questions").click()
    eventually_hidden = visit.button(FIRST[kind])
    eventually_hidden.first.wait_for(state="hidden")
    assert len(visit.settle().of("hide")) == 1


def test_a_receipt_leaves_the_page_where_the_person_has_scrolled_to(hosts: Hosts) -> None:
    low = {"viewport": {"width": 1200, "height": 500}}
    visit = hosts.open("thread", options=low, faults={"events": {"delay_ms": 700}})
    visit.button("“Archive” fits").click()
    visit.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    there = visit.page.evaluate("scrollY")
    assert there > 300
    visit.settle()
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate("scrollY") == there


def test_a_host_may_say_no_to_an_answer(hosts: Hosts) -> None:
    visit = hosts.open("one")
    visit.page.evaluate("document.addEventListener('earmark:decide', (event) => event.preventDefault())")
    visit.button("Same").first.click()
    visit.page.wait_for_timeout(300)
    assert visit.ledger.values == [] and visit.button("Same").count() == 2


def test_a_host_hears_what_was_shown_answered_taken_back_and_saved(hosts: Hosts) -> None:
    visit = hosts.open("one", scripts=(HEAR,))
    visit.button("Same").first.click()
    visit.until("window.heard.some(([name]) => name === 'saved')")
    visit.button("Undo", exact=False).first.click()
    heard = visit.page.evaluate("window.heard")
    assert [name for name, _ in heard] == ["show", "decide", "saved", "undo"]
    about = {"question": "duplicate", "item": "asked", "candidate": "1718839"}
    for _, detail in heard[1:]:
        assert about.items() <= detail.items()
    assert heard[1][1]["value"] == "duplicate"
    assert heard[2][1]["status"] == "ok" and heard[2][1]["state"] == "settled"
    assert heard[3][1]["judgement"] == heard[2][1]["judgement"]


HEAR = """window.heard = [];
for (const name of ["show", "decide", "saved", "undo"])
  document.addEventListener(`earmark:${name}`, ({ detail }) => window.heard.push([name, structuredClone(detail)]));"""
