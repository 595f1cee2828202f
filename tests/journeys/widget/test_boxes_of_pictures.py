"""Boxes lie where their part of the picture lies, whatever the host does to it, and the picture stays the host's."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, Visit, eventually
from tests.journeys.widget.stages import figure
from tests.journeys.widget.test_keys_do_everything import Keys

pytestmark = pytest.mark.journey

NATURAL = (640, 344)
#: What is guessed in the mail window, in percent: left, top, width, height.
MENU_ITEM = (22, 39.2, 30, 8.4)
#: Where the frames of a figure's boxes are drawn: the middle of each line.
BOXES = """(figure) => [...figure.querySelector('earmark-region').shadowRoot.querySelectorAll('.box')].filter(({ offsetWidth }) => offsetWidth).map((box) => {
  const { x, y, width, height } = box.getBoundingClientRect();
  const line = (2 * width) / box.offsetWidth;
  return [x + line, y + line, width - 2 * line, height - 2 * line];
})"""
#: What stands uppermost at the middle of a box, within the widget or without.
SEEN_AT = "([x, y]) => document.elementFromPoint(x, y)?.localName"
HEAR_CLICKS = """document.addEventListener("click", ({ target }) => {
  (window.clicks ??= []).push(target.localName);
});"""

Box = tuple[float, float, float, float]


def part_of(whole: Box, percent: Box = MENU_ITEM) -> Box:
    """Return where a part of a picture lies that is drawn in a box."""
    x, y, width, height = whole
    left, top, wide, high = percent
    return (x + width * left / 100, y + height * top / 100, width * wide / 100, height * high / 100)


def rect(visit: Visit, selector: str) -> Box:
    box = visit.page.locator(selector).first.bounding_box()
    return (box["x"], box["y"], box["width"], box["height"])


def is_at(visit: Visit, caption: str, expected: Box, nth: int = 0) -> bool:
    found = figure(visit, caption).evaluate(BOXES)
    return len(found) > nth and all(abs(one - other) < 0.75 for one, other in zip(found[nth], expected, strict=True))


def lies(visit: Visit, caption: str, expected: Any, nth: int = 0) -> None:
    """Wait until a box lies where it should, which `expected` says anew each time."""
    eventually(
        lambda: is_at(visit, caption, expected(), nth),
        within_s=10,
        why=f"{figure(visit, caption).evaluate(BOXES)} is not {expected()}",
    )


@pytest.fixture
def visit(hosts: Hosts) -> Visit:
    return hosts.open("region", options={"viewport": {"width": 1440, "height": 1000}})


def look_at(visit: Visit, caption: str) -> Any:
    found = figure(visit, caption)
    found.scroll_into_view_if_needed()
    found.locator("[data-value]").first.wait_for()
    return found


def test_a_box_lies_on_its_part_of_the_picture(visit: Visit) -> None:
    look_at(visit, "Asked")
    lies(visit, "Asked", lambda: part_of(rect(visit, "figure:nth-of-type(2) img")))


def covered(box: Box) -> Box:
    """Return where the whole picture would lie that covers a box, 20 % of what is cut off to its left."""
    x, y, width, height = box
    scale = max(width / NATURAL[0], height / NATURAL[1])
    wide, high = NATURAL[0] * scale, NATURAL[1] * scale
    return (x + (width - wide) * 0.2, y, wide, high)


def contained(box: Box) -> Box:
    """Return where the picture lies within a border of 6 px and a padding of 4 and 20 px."""
    x, y, width, height = box[0] + 26, box[1] + 10, box[2] - 52, box[3] - 20
    scale = min(width / NATURAL[0], height / NATURAL[1])
    wide, high = NATURAL[0] * scale, NATURAL[1] * scale
    return (x + (width - wide) / 2, y + (height - high) / 2, wide, high)


def test_a_picture_that_is_cut_off_or_smaller_than_its_room_has_its_boxes_where_they_belong(visit: Visit) -> None:
    look_at(visit, "Cut off")
    lies(visit, "Cut off", lambda: part_of(covered(rect(visit, "#cover"))))
    look_at(visit, "Smaller than its room")
    lies(visit, "Smaller than its room", lambda: part_of(contained(rect(visit, "#contain"))))


def test_a_picture_that_is_scaled_has_its_boxes_where_they_belong(visit: Visit) -> None:
    look_at(visit, "Drawn at half")
    lies(visit, "Drawn at half", lambda: part_of(rect(visit, "#half")))
    visit.page.evaluate("document.querySelector('main').style.transform = 'scale(.8)'")
    lies(visit, "Drawn at half", lambda: part_of(rect(visit, "#half")))
    visit.page.evaluate("document.querySelector('main').style.cssText = 'zoom: 1.3'")
    lies(visit, "Drawn at half", lambda: part_of(rect(visit, "#half")))


def test_boxes_follow_a_pane_that_scrolls_and_are_cut_off_with_it(visit: Visit) -> None:
    found = look_at(visit, "In a pane")
    whole = lambda: part_of(rect(visit, "#paned"))  # noqa: E731
    lies(visit, "In a pane", whole)
    pane = visit.page.locator(".pane")
    pane.evaluate("(node) => node.scrollTo(60, 90)")
    lies(visit, "In a pane", whole)
    layer, room = rect(visit, "[item='asked~pane'] .over"), rect(visit, ".pane")
    assert layer[1] >= room[1] - 1 and layer[1] + layer[3] <= room[1] + room[3] + 1
    found.locator(".lead").last.click()
    visible = "(node) => node.scrollTop < 60"
    eventually(lambda: pane.evaluate(visible), why="the row does not lead to its box")


def test_a_row_leads_to_a_picture_that_is_scrolled_out_of_its_pane(visit: Visit) -> None:
    found = look_at(visit, "In a pane")
    visit.page.evaluate("document.querySelector('#paned').style.marginTop = '1200px'")
    whole = lambda: part_of(rect(visit, "#paned"))  # noqa: E731
    eventually(lambda: whole()[1] > rect(visit, ".pane")[1] + rect(visit, ".pane")[3], why="it is still in view")
    found.locator(".lead").first.click()

    def is_in_view() -> bool:
        _, top, _, height = rect(visit, ".pane")
        return top <= whole()[1] + whole()[3] / 2 <= top + height

    eventually(is_in_view, why="the row does not lead to its box")
    lies(visit, "In a pane", whole)


def test_a_box_that_a_row_leads_to_stays_on_its_part_of_a_picture_that_is_cut_off(visit: Visit) -> None:
    found = look_at(visit, "Cut off")
    whole = lambda: part_of(covered(rect(visit, "#cover")))  # noqa: E731
    lies(visit, "Cut off", whole)
    found.locator(".lead").last.click()
    eventually(lambda: found.locator(".over").evaluate("(layer) => layer.scrollLeft === 0"))
    lies(visit, "Cut off", whole)


def test_boxes_follow_whatever_moves_the_picture(visit: Visit) -> None:
    look_at(visit, "Asked")
    expected = lambda: part_of(rect(visit, "figure:nth-of-type(2) img"))  # noqa: E731
    lies(visit, "Asked", expected)
    visit.page.set_viewport_size({"width": 800, "height": 900})
    lies(visit, "Asked", expected)
    visit.page.evaluate(
        """() => {
          const note = document.createElement("p");
          note.textContent = "Put in later. ".repeat(80);
          document.querySelector("figure:nth-of-type(2) img").after(note);
          document.querySelector("earmark-region").setAttribute("for", "");
        }"""
    )
    visit.page.evaluate("document.querySelector('figure:nth-of-type(2) p').remove()")
    visit.page.evaluate("document.querySelector('h1').style.fontSize = '120px'")
    look_at(visit, "Asked")
    lies(visit, "Asked", expected)
    visit.page.evaluate(
        "document.querySelector('figure:nth-of-type(2) img').style.cssText = 'width: 60%; margin-left: 40px'"
    )
    lies(visit, "Asked", expected)


@pytest.mark.parametrize("turn", ["transform: rotate(10deg)", "transform: scaleX(-1)", "rotate: 10deg", "scale: -1 1"])
def test_a_picture_that_is_turned_or_mirrored_has_no_boxes_rather_than_wrong_ones(visit: Visit, turn: str) -> None:
    found = look_at(visit, "Asked")
    lies(visit, "Asked", lambda: part_of(rect(visit, "figure:nth-of-type(2) img")))
    found.locator("img").evaluate("(picture, turn) => (picture.style.cssText = turn)", turn)
    eventually(lambda: found.evaluate(BOXES) == [], why="a box lies on something else")
    found.locator("img").evaluate(
        "(picture) => (picture.style.cssText = 'rotate: 0deg; scale: .8; translate: 9px 4px')"
    )
    lies(visit, "Asked", lambda: part_of(rect(visit, "figure:nth-of-type(2) img")))


def test_on_paper_where_the_picture_lies_elsewhere_there_are_no_boxes(visit: Visit) -> None:
    found = look_at(visit, "Asked")
    lies(visit, "Asked", lambda: part_of(rect(visit, "figure:nth-of-type(2) img")))
    box = found.locator(".box").first
    assert box.is_visible()
    visit.page.emulate_media(media="print")
    assert not box.is_visible()
    visit.page.emulate_media(media="screen")
    assert box.is_visible()


def test_a_picture_that_comes_late_has_its_boxes_then(visit: Visit) -> None:
    look_at(visit, "That comes when it is near")
    lies(visit, "That comes when it is near", lambda: part_of(rect(visit, "#lazy")))


def test_another_picture_in_its_place_takes_the_boxes_away(visit: Visit) -> None:
    found = look_at(visit, "Asked")
    lies(visit, "Asked", lambda: part_of(rect(visit, "figure:nth-of-type(2) img")))
    found.get_by_role("button", name="Yes", exact=True).first.click()
    found.locator("img").evaluate("(picture) => (picture.src = '/pictures/tall.svg')")
    found.get_by_text("not of this picture. Your mark is kept with the earlier one.").wait_for()
    assert found.evaluate(BOXES) == []
    found.locator("img").evaluate("(picture) => picture.remove()")
    visit.page.wait_for_timeout(500)
    assert found.evaluate(BOXES) == []


def test_the_picture_keeps_its_clicks_until_somebody_marks(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region", scripts=(HEAR_CLICKS,))
    visit.button("Yes").first.wait_for()
    x, y, width, height = part_of(rect(visit, "main img"))
    middle = (x + width / 2, y + height / 2)
    visit.page.mouse.click(*middle)
    assert visit.page.evaluate("window.clicks") == ["img"]
    visit.button("Mark").click()
    visit.page.get_by_label("Width in %").wait_for()
    visit.page.mouse.click(*middle)
    assert visit.page.evaluate("window.clicks.at(-1)") == "earmark-region"
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("Escape")
    visit.button("Mark").wait_for()
    visit.page.mouse.click(*middle)
    assert visit.page.evaluate("window.clicks.at(-1)") == "img"


def test_a_box_is_drawn_by_mouse_pulled_and_named(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region", item="bare")
    visit.button("Mark").click()
    visit.page.get_by_label("Width in %").wait_for()
    x, y, width, height = rect(visit, "main img")
    at = lambda across, down: (x + width * across / 100, y + height * down / 100)  # noqa: E731
    drag(visit, at(10, 20), at(50, 60))
    drag(visit, at(30, 40), at(35, 45))
    visit.button("Button").click()
    visit.said("Button.").wait_for()
    [event] = visit.settle().of("judge")
    numbers = [float(one) for one in event["answer"]["anchor"]["region"].removeprefix("xywh=percent:").split(",")]
    assert numbers == pytest.approx([15, 25, 40, 40], abs=0.3)
    assert (event["answer"]["anchor"]["width"], event["answer"]["anchor"]["height"]) == NATURAL
    assert event["answer"]["value"] == "Button" and event["via"] == "mouse" and "candidate" not in event
    assert visit.seen("shifts") == []


def test_what_is_drawn_at_once_below_a_card_that_grew_is_where_it_was_drawn(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region", item="bare")
    visit.button("Mark").wait_for()
    visit.page.evaluate(
        """() => {
          const [mark, picture] = ["earmark-region", "main img"].map((one) => document.querySelector(one));
          mark.setAttribute("where", "before");
          picture.before(mark);
        }"""
    )
    visit.button("Mark").wait_for()
    visit.page.wait_for_timeout(600)  # until it is at rest
    before = rect(visit, "main img")[1]
    visit.button("Mark").click()
    visit.page.get_by_label("Width in %").wait_for()
    x, y, width, height = rect(visit, "main img")
    assert y > before + 20, "the card did not grow"
    drag(visit, (x + width * 0.2, y + height * 0.4), (x + width * 0.6, y + height * 0.8))
    numbers = [
        float(visit.page.get_by_label(f"{name} in %").input_value())
        for name in ("Left edge", "Upper edge", "Width", "Height")
    ]
    assert numbers == pytest.approx([20, 40, 40, 40], abs=0.5)


def drag(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    visit.page.mouse.move(*start)
    visit.page.mouse.down()
    visit.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    visit.page.mouse.move(*end)
    visit.page.mouse.up()


#: Wait until the page has not been scrolled for ten frames.
STANDS = """() => new Promise((done) => {
  let [at, count] = [scrollY, 0];
  const look = () => {
    count = scrollY === at ? count + 1 : 0;
    at = scrollY;
    count > 10 ? done() : requestAnimationFrame(look);
  };
  look();
})"""


def swipe(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a finger over the screen."""
    client = visit.page.context.new_cdp_session(visit.page)
    touch = lambda name, *points: client.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": name, "touchPoints": [{"x": x, "y": y} for x, y in points]}
    )
    touch("touchStart", start)
    for step in range(1, 11):
        touch("touchMove", tuple(one + (other - one) * step / 10 for one, other in zip(start, end, strict=True)))
        visit.page.wait_for_timeout(16)
    touch("touchEnd")
    client.detach()
    visit.page.wait_for_timeout(700)  # what was set rolling rolls on, and a tap before that only stops it
    visit.page.evaluate(STANDS)


def test_a_finger_scrolls_over_the_picture_and_draws_only_when_asked_to(hosts: Hosts) -> None:
    phone = {"viewport": {"width": 360, "height": 480}, "has_touch": True, "is_mobile": True}
    visit = hosts.open("one", kind="region", item="bare", options=phone)
    visit.button("Mark").wait_for()
    visit.page.locator("main img").scroll_into_view_if_needed()
    x, y, width, height = rect(visit, "main img")
    before = visit.page.evaluate("scrollY")
    swipe(visit, (x + 100, y + 120), (x + 100, y + 40))
    eventually(lambda: visit.page.evaluate("scrollY") != before, why="a finger does not scroll over the picture")
    visit.button("Mark").tap()
    visit.page.get_by_label("Width in %").wait_for()
    visit.page.locator("main img").scroll_into_view_if_needed()
    x, y, width, height = rect(visit, "main img")
    before = visit.page.evaluate("scrollY")
    swipe(visit, (x + width * 0.2, y + height * 0.2), (x + width * 0.6, y + height * 0.7))
    assert visit.page.evaluate("scrollY") == before, "it scrolls while a box is drawn"
    visit.page.locator(".cut").wait_for()
    visit.button("Menu bar").tap()
    [event] = visit.settle().of("judge")
    numbers = [float(one) for one in event["answer"]["anchor"]["region"].removeprefix("xywh=percent:").split(",")]
    assert numbers == pytest.approx([20, 20, 40, 50], abs=1)
    assert event["via"] == "touch"
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_box_is_made_moved_sized_kept_named_and_taken_back_by_keys(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region", item="bare")
    visit.button("Mark").wait_for()
    typist = Keys(visit)
    typist.tab_to("Mark")
    typist.press("Enter")
    typist.page.get_by_label("Width in %").wait_for()
    eventually(lambda: typist.at.startswith("Arrows move"))
    typist.press("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowDown", "Alt+ArrowLeft")
    eventually(lambda: typist.said == "x 36.9 %, y 34 %, w 30 %, h 31 %", why=typist.said)
    typist.press("Enter")
    assert typist.at == "Menu item1"
    typist.press("ArrowRight", "Enter")
    eventually(lambda: typist.at == "Undo: Menu bar", why=f"focus is on {typist.at!r}")
    [event] = visit.settle().of("judge")
    assert event["answer"] == {
        "kind": "region", "value": "Menu bar",
        "anchor": {"region": "xywh=percent:36.9,34,30,31", "width": 640, "height": 344},
    }  # fmt: skip
    assert event["via"] == "keyboard"
    typist.press("Enter")
    assert typist.at == "Mark", "what was taken back is gone, and the focus is at the door"


def test_escape_leaves_to_the_door_and_numbers_are_another_way(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region", item="bare")
    visit.button("Mark").wait_for()
    typist = Keys(visit)
    typist.tab_to("Mark")
    typist.press("Enter")
    eventually(lambda: typist.at.startswith("Arrows move"))
    typist.press("Escape")
    assert typist.at == "Mark"
    typist.press("Enter")
    eventually(lambda: typist.at.startswith("Arrows move"))
    for name, number in (
        ("Left edge in %", "1.5"),
        ("Upper edge in %", "2"),
        ("Width in %", "30"),
        ("Height in %", "40"),
    ):
        typist.tab_to(name)
        typist.press("Control+a")
        typist.page.keyboard.type(number)
    typist.tab_to("Menu item1")
    typist.press("3")
    assert visit.settle().values == ["Button"]
    assert visit.ledger.of("judge")[0]["answer"]["anchor"]["region"] == "xywh=percent:1.5,2,30,40"


def test_guesses_are_answered_and_moved_by_keys(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region")
    visit.button("Yes").first.wait_for()
    typist = Keys(visit)
    passed = typist.tab_to("Mark")
    assert passed == ["Yes", "Yes"], "one stop for each row"
    typist.tab_to("Yes", back=True)
    typist.press("ArrowRight", "Enter")
    assert typist.at == "Undo: Menu bar"
    typist.tab_to("Yes", back=True)
    typist.press("End", "Enter")
    eventually(lambda: typist.at.startswith("Arrows move"), why=f"focus is on {typist.at!r}")
    typist.press("ArrowLeft", "Shift+ArrowRight", "1")
    eventually(lambda: typist.at == "Undo: Menu item", why=f"focus is on {typist.at!r}")
    first, second = visit.settle().of("judge")
    assert (first["answer"]["value"], first["candidate"]) == ("none", "22,8.6,12,7.4 Menu bar")
    assert second["answer"]["anchor"]["region"] == "xywh=percent:21,39.2,31,8.4"
    assert second["candidate"] == "22,39.2,30,8.4 Menu item"


def test_the_number_at_a_box_leads_to_its_row(hosts: Hosts) -> None:
    visit = hosts.open("one", kind="region")
    visit.button("Yes").first.wait_for()
    visit.page.locator("button.num").last.click()
    row = visit.page.locator("earmark-region li").last
    assert row.evaluate("(row) => row.contains(row.getRootNode().activeElement)")
