"""Tests enter a browser's rooms one after the other, and find nothing of who was there before."""

from typing import Any

import pytest

from tests.journeys.conftest import chromium
from tests.journeys.flags import BY_PLAYWRIGHT, CHROMIUM_FLAGS, UNSEEN
from tests.journeys.rooms import Rooms
from tests.journeys.widget.conftest import Mock

pytestmark = pytest.mark.journey

LEAVE = """async () => {
  localStorage.left = sessionStorage.left = "here";
  document.cookie = "left=here";
  await caches.open("left");
  await new Promise((done) => { indexedDB.open("left").onsuccess = ({ target }) => done(target.result.close()); });
}"""
LEFT = "async () => [localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length, (await indexedDB.databases()).length]"
FETCHED = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/w/')).map(({ transferSize }) => transferSize)"


@pytest.fixture
def own(browser: Any) -> Rooms:
    return Rooms(browser)


def visit(context: Any, mock: Mock) -> Any:
    page = context.new_page()
    page.goto(f"{mock.origin}/bare?key=rooms")
    return page


def test_the_next_one_finds_the_room_as_if_nobody_had_been_there(own: Rooms, mock: Mock) -> None:
    context = own.enter()
    page = visit(context, mock)
    page.evaluate(LEAVE)
    assert page.evaluate(LEFT) == [1, 1, "left=here", 1, 1]
    context.route("**/*", lambda route: route.abort())
    context.set_offline(True)
    own.leave(context)

    assert own.enter() is context
    page = visit(context, mock)
    assert page.evaluate(LEFT) == [0, 0, "", 0, 0]
    sizes = page.evaluate(FETCHED)
    assert sizes and all(sizes), "the widget's files are fetched anew"
    assert page.evaluate("history.length") <= 2
    context.close()


def test_nobody_enters_a_room_that_somebody_is_in(own: Rooms) -> None:
    first, second = own.enter(), own.enter()
    assert first is not second
    own.leave(first)
    assert own.enter() is first
    for context in (first, second):
        context.close()


def test_a_room_is_entered_by_who_wants_it_as_it_is(own: Rooms) -> None:
    dark = own.enter(color_scheme="dark")
    own.leave(dark)
    light, scripted = own.enter(color_scheme="light"), own.enter(color_scheme="dark", scripts=("window.first = 1",))
    assert len({id(dark), id(light), id(scripted)}) == 3
    for context in (dark, light, scripted):
        context.close()


def test_few_empty_rooms_are_kept(own: Rooms) -> None:
    own.most_empty = 1
    first, last = own.enter(), own.enter()
    own.leave(first)
    own.leave(last)
    assert [room.context for room in own.empty] == [last]
    last.close()


def test_a_new_room_is_made_for_who_asks_for_one(own: Rooms) -> None:
    first = own.enter()
    own.leave(first)
    second = own.enter(is_new=True)
    assert first is not second
    for context in (first, second):
        context.close()


def turned_off(browser: Any) -> set[str]:
    """Return the features that a browser was started without."""
    line = browser.new_browser_cdp_session().send("SystemInfo.getInfo")["commandLine"]
    return set(line.rpartition(" --disable-features=")[2].split(maxsplit=1)[0].split(","))


def test_the_browser_lacks_what_playwright_turns_off_and_what_nobody_sees(browser: Any) -> None:
    assert turned_off(browser) == {*BY_PLAYWRIGHT, *UNSEEN}
    usual = browser.browser_type.launch(
        executable_path=chromium(), args=[flag for flag in CHROMIUM_FLAGS if "features" not in flag]
    )
    try:
        assert turned_off(usual) == set(BY_PLAYWRIGHT)
    finally:
        usual.close()
