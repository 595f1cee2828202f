"""Spots at the desk: the place that is asked is seen beside its answers, and what one marks beside it is one's own."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, eventually
from tests.journeys.widget.desk_stages import Desk, sit_down

pytestmark = pytest.mark.journey

#: Where the words that are asked, or the box, stand in the window, and what they are seen through.
PLACE = """() => {
  const sides = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const guessed = [...(CSS.highlights.get("earmark-guess") ?? [])][0] ?? document.querySelector("earmark-region").shadowRoot.querySelector(".box");
  return { spot: sides(guessed.getBoundingClientRect()), room: sides(document.querySelector(".room").getBoundingClientRect()), dock: sides(document.querySelector(".dock").getBoundingClientRect()) };
}"""
SIZES = [(1280, 900), (1280, 640), (768, 1024), (360, 640), (320, 568)]


def judged(desk: Desk) -> list[dict[str, Any]]:
    return desk.visit.settle().of("judge")


def asked_in_full(desk: Desk) -> None:
    """Wait until what is asked stands still."""
    desk.asked().page.wait_for_timeout(400)


@pytest.mark.parametrize("kind", ["span", "region"])
@pytest.mark.parametrize("size", SIZES)
def test_the_place_is_in_view_and_no_answer_stands_before_it(hosts: Hosts, kind: str, size: tuple[int, int]) -> None:
    desk = Desk(hosts.blank(hosts.context(viewport={"width": size[0], "height": size[1]})), kind).go()
    asked_in_full(desk)
    desk.page.locator("summary").click()
    desk.page.wait_for_timeout(300)
    desk.onward()
    asked_in_full(desk)

    def is_in_view() -> bool:
        spot, room, dock = (desk.page.evaluate(PLACE)[name] for name in ("spot", "room", "dock"))
        is_in_the_room = room["top"] <= spot["top"] and spot["bottom"] <= room["bottom"] + 1
        return spot["top"] >= 0 and spot["bottom"] <= size[1] and is_in_the_room and room["bottom"] <= dock["top"] + 1

    eventually(is_in_view, why=str(desk.page.evaluate(PLACE)))
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_words_at_the_end_of_a_long_text_are_scrolled_to_within_it(hosts: Hosts) -> None:
    desk = sit_down(hosts, "span")
    asked_in_full(desk)
    desk.visit.until("document.querySelector('.room').scrollTop > 0")
    place = desk.page.evaluate(PLACE)
    assert desk.page.evaluate("scrollY") == 0
    assert place["room"]["top"] <= place["spot"]["top"] and place["spot"]["bottom"] <= place["room"]["bottom"]


def test_where_the_desk_is_blind_no_label_is_told_apart(hosts: Hosts) -> None:
    desk = sit_down(hosts, "span")
    asked_in_full(desk)
    desk.page.locator(".guess").wait_for(state="attached")
    desk.onward()
    asked_in_full(desk)
    assert desk.page.locator(".guess").count() == 0
    assert desk.page.locator("[data-value]").all_inner_texts() == [
        "Product", "Protocol", "Version", "None of these", "Not sure"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["span", "region"])
def test_where_people_differ_a_digit_chooses_the_boundary_and_a_digit_the_label(hosts: Hosts, kind: str) -> None:
    desk = sit_down(hosts, kind).asked().onward().asked().onward().asked()
    desk.page.keyboard.press("2")
    desk.page.locator("[aria-pressed=true]").wait_for()
    assert judged(desk) == []
    desk.answer(3)
    [said] = judged(desk)
    assert said["answer"]["value"] == {"span": "Version", "region": "Button"}[kind]
    anchor = said["answer"]["anchor"]
    assert anchor.get("region", anchor.get("quote", {}).get("exact")) == {
        "span": "Message > Archive", "region": "xywh=percent:22,39.2,30,8.4"
    }[kind]  # fmt: skip


def test_the_boundary_of_words_is_moved_by_keys_before_they_are_answered(hosts: Hosts) -> None:
    desk = sit_down(hosts, "span")
    asked_in_full(desk)
    desk.visit.button("Move its boundary").focus()
    desk.page.keyboard.press("Enter")
    desk.visit.button("End").wait_for()
    for key in ("ArrowLeft", "Enter", "2"):
        desk.page.keyboard.press(key)
    desk.page.locator("#next").wait_for()
    [said] = judged(desk)
    assert said["answer"]["value"] == "Protocol" and said["candidate"].endswith("Product")
    assert said["answer"]["anchor"]["quote"]["exact"] == "SeaMonkey"


def test_the_boundary_of_a_box_is_moved_by_keys_and_numbers_answer_nothing(hosts: Hosts) -> None:
    desk = sit_down(hosts, "region")
    asked_in_full(desk)
    desk.visit.button("Move its boundary").focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_label("Width in %").fill("")
    desk.page.keyboard.type("12")
    assert judged(desk) == []
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("1")
    desk.page.locator("#next").wait_for()
    [said] = judged(desk)
    assert said["answer"]["value"] == "Menu item"
    assert said["answer"]["anchor"]["region"] == "xywh=percent:22,39.2,12,8.4"


def test_words_marked_beside_are_ones_own_and_end_nothing(hosts: Hosts) -> None:
    desk = sit_down(hosts, "span")
    asked_in_full(desk)
    desk.page.keyboard.press("n")
    desk.page.keyboard.type("of the asked one")
    desk.page.keyboard.press("Escape")
    desk.visit.button("Mark words").focus()
    desk.page.keyboard.press("Enter")
    desk.page.locator(".caret").wait_for()
    for key in ("ArrowRight", "Enter", "3"):
        desk.page.keyboard.press(key)
    desk.visit.said("Version.").wait_for()
    [own] = judged(desk)
    assert "candidate" not in own and "note" not in own
    assert desk.page.locator("#next").is_hidden()
    desk.answer(1)
    first, second = judged(desk)
    assert second["note"] == "of the asked one" and second["candidate"].endswith("Product")
    snapshots = {said["answer"]["anchor"]["snapshot"] for said in (first, second)}
    assert len(snapshots) == 1, "the text that is shown is the one that the server counts in"


def test_a_picture_that_does_not_come_is_told_and_the_unit_can_be_skipped(hosts: Hosts) -> None:
    desk = Desk(hosts.blank(hosts.context()), "region")
    desk.page.route("**/pictures/shot.svg", lambda route: route.abort())
    desk.go()
    desk.page.get_by_text("The picture does not come.").wait_for()
    assert not desk.page.locator("[data-value]").first.is_visible()
    desk.page.keyboard.press("1")
    assert judged(desk) == []
    desk.page.unroute("**/pictures/shot.svg")
    desk.visit.button("Try again").click()
    desk.asked()
    assert desk.page.get_by_text("The picture does not come.").count() == 0
    desk.onward()


def test_words_that_one_marked_beside_an_earlier_unit_are_listed_when_one_goes_back(hosts: Hosts) -> None:
    desk = sit_down(hosts, "span")
    asked_in_full(desk)
    desk.page.get_by_role("button", name="Mark words").click()
    desk.page.locator(".caret:focus").wait_for()
    for key in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        desk.page.keyboard.press(key)
    desk.page.locator("earmark-span .bar button").first.click()
    own = desk.page.locator("earmark-span li:has(.yours) q")
    own.wait_for()
    words = own.inner_text()
    desk.page.locator("[data-value]").first.click()
    desk.visit.settle()
    desk.onward()
    asked_in_full(desk)
    assert desk.page.locator("earmark-span li", has_text=words).count() == 0
    desk.page.locator("#back").click()
    desk.page.locator("earmark-span li:has(.yours)", has_text=words).wait_for()
    assert desk.page.locator("earmark-span li:has(.yours)").count() == 2
