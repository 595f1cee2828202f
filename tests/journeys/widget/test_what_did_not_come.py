"""Files of the widget that do not come at first: no prompt is spent on them, and they come later by themselves."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, Visit

pytestmark = pytest.mark.journey

#: Tags at the end of the page, about the item that the address names.
RULE = {
    "question": "topics", "kind": "tags", "path": "**", "selector": "main", "item_from": "url", "item_key": "/{item}",
    "where": "after", "reserve_px": 0,
}  # fmt: skip


def lose(visit: Visit, name: str, times: int = 1) -> None:
    """Let a file of the widget get lost on its way as often as this."""
    visit.page.route(f"**/w/{name}.*.js", lambda route: route.abort(), times=times)


def asked(visit: Visit) -> list[str]:
    """Return, as they come, the questions of the places that the page asks about."""
    found: list[str] = []

    def hear(request: Any) -> None:
        if request.url.endswith(("/v1/session", "/v1/suggest")):
            found.extend(place["question"] for place in request.post_data_json.get("places") or [])

    visit.page.on("request", hear)
    return found


def test_a_kind_that_gets_lost_is_not_asked_for_until_it_came(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True))
    lose(visit, "tags")
    questions = asked(visit)
    visit.go("thread")
    visit.button("Solves it").wait_for()
    assert "topics" not in questions
    visit.button("“Archive” fits").wait_for()
    assert questions.count("topics") == 1
    assert visit.seen("shifts") == []


def test_rules_that_get_lost_take_no_list_along_and_are_followed_later(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True), faults={"rules": [RULE]})
    lose(visit, "place")
    visit.go("one")
    visit.button("Same").first.wait_for()
    assert visit.page.locator("main + earmark-tags").count() == 0
    visit.page.locator("main + earmark-tags").wait_for()
    visit.button("Add tag").wait_for()
    assert visit.seen("shifts") == []


def test_what_got_lost_with_the_network_comes_back_with_it(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True))
    lose(visit, "tags", times=99)
    visit.go("thread")
    visit.button("Solves it").wait_for()
    visit.page.unroute_all()
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.button("“Archive” fits").wait_for(timeout=3000)
    assert visit.seen("shifts") == []


def test_words_that_get_lost_come_later_and_move_nothing(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True))
    lose(visit, "de")
    visit.go("one", lang="de", words="de")
    visit.button("Same").first.wait_for()
    visit.button("Dasselbe").first.wait_for()
    assert visit.button("Same").count() == 0
    assert visit.seen("shifts") == []
