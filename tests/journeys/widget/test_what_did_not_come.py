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


#: Let what waits for seconds wait for ever, so that nothing comes of its own accord.
NOTHING_BY_ITSELF = """(() => {
  const wait = setTimeout;
  window.setTimeout = (act, ms, ...given) => (ms >= 2000 ? 0 : wait(act, ms, ...given));
})()"""


class Lost:
    """A file of the widget that gets lost on its way at first; where it is asked for again it waits until it is let through."""

    def __init__(self, visit: Visit, name: str) -> None:
        self.count = 0
        self._held: list[Any] | None = []
        visit.page.route(f"**/w/{name}.*.js", self._meet)

    def _meet(self, route: Any) -> None:
        self.count += 1
        if self.count == 1:
            route.abort()
        elif self._held is None:
            route.continue_()
        else:
            self._held.append(route)

    def let_through(self) -> None:
        held, self._held = self._held or [], None
        for route in held:
            route.continue_()


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
    tags = Lost(visit, "tags")
    questions = asked(visit)
    visit.go("thread")
    visit.button("Solves it").wait_for()
    assert "topics" not in questions
    tags.let_through()
    visit.button("“Archive” fits").wait_for()
    assert questions.count("topics") == 1
    assert visit.seen("shifts") == []


def test_rules_that_get_lost_take_no_list_along_and_are_followed_later(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True), faults={"rules": [RULE]})
    rules = Lost(visit, "place")
    visit.go("one")
    visit.button("Same").first.wait_for()
    assert visit.page.locator("main + earmark-tags").count() == 0
    rules.let_through()
    visit.page.locator("main + earmark-tags").wait_for()
    visit.button("Add tag").wait_for()
    assert visit.seen("shifts") == []


def test_what_got_lost_with_the_network_comes_back_with_it(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(scripts=(NOTHING_BY_ITSELF,), is_new=True))
    tags = Lost(visit, "tags")
    tags.let_through()
    visit.go("thread")
    visit.button("Solves it").wait_for()
    assert tags.count == 1 and visit.button("“Archive” fits").count() == 0
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.button("“Archive” fits").wait_for()
    assert visit.seen("shifts") == []


def test_words_that_get_lost_come_later_and_move_nothing(hosts: Hosts) -> None:
    visit = hosts.blank(hosts.context(is_new=True))
    german = Lost(visit, "de")
    visit.go("one", lang="de", words="de")
    visit.button("Same").first.wait_for()
    german.let_through()
    visit.button("Dasselbe").first.wait_for()
    assert visit.button("Same").count() == 0
    assert visit.seen("shifts") == []
