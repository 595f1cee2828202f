"""Whoever sits at the desk needs no mouse: answering, taking back, going on and back, noting, reading how to decide."""

from collections.abc import Callable

import pytest

from tests.journeys.widget.conftest import Hosts, eventually
from tests.journeys.widget.desk_stages import Desk, sit_down
from tests.journeys.widget.test_keys_do_everything import FOCUSED, RING

pytestmark = pytest.mark.journey

FIRST_ANSWERS = {
    "pair": "Same",
    "tags": "“Archive” fits",
    "choice": "Solves it",
    "span": "Product",
    "region": "Menu item",
}
SECOND_ANSWERS = {
    "pair": "related", "tags": "does_not_fit", "choice": "Asks back", "span": "Protocol", "region": "Menu bar"
}  # fmt: skip
#: What lies over the middle of what has the focus, where that is not itself.
COVERED = """() => {
  const node = document.activeElement;
  const { x, y, width, height } = node.getBoundingClientRect();
  const over = document.elementFromPoint(x + width / 2, y + height / 2);
  return node.contains(over) || over?.contains(node) ? "" : (over?.outerHTML.slice(0, 80) ?? "out of sight");
}"""


class Keys:
    """Somebody at the desk without a mouse."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.page = desk.asked(), desk.page

    @property
    def at(self) -> str:
        return str(self.page.evaluate(FOCUSED)).split("\n")[0]

    @property
    def id(self) -> str:
        return str(self.page.evaluate("document.activeElement.id || document.activeElement.localName"))

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def until(self, holds: Callable[[], bool], why: str) -> None:
        eventually(holds, why=f"{why}; the focus is at {self.id} {self.at!r}")

    def arrive(self, where: str) -> None:
        """Wait until something has the focus by its id."""
        self.until(lambda: self.id == where, f"the focus never came to {where}")

    def begin(self, title: str) -> None:
        """Wait until a unit stands there with the focus on what is asked."""
        self.until(lambda: self.desk.titles[:1] == [title], f"{title} never came")
        self.arrive("h1")

    def tab_to(self, where: str) -> list[str]:
        """Press Tab until something has the focus by its id or name; nothing on the way is hidden or without a ring."""
        passed: list[str] = []
        for _ in range(20):
            self.press("Tab")
            assert self.page.evaluate(COVERED) == "", f"{self.id} {self.at!r} is covered"
            if where in (self.id, self.at):
                assert self.page.evaluate(RING), f"no ring around {where}"
                return passed
            passed.append(self.at)
        raise AssertionError(f"no Tab leads to {where}, only to {passed}")

    @property
    def values(self) -> list[str]:
        return self.desk.visit.settle().values


@pytest.mark.parametrize("kind", FIRST_ANSWERS)
def test_single_keys_do_everything(hosts: Hosts, kind: str) -> None:
    keys = Keys(sit_down(hosts, kind))
    first, *_ = keys.desk.titles
    keys.arrive("h1")

    keys.press("n")
    keys.arrive("note")
    keys.page.keyboard.type("1 s u b n")
    keys.press("Escape")
    keys.arrive("h1")
    keys.press("1")
    keys.arrive("next")
    keys.press("u")
    keys.until(lambda: keys.at == FIRST_ANSWERS[kind], "taking back did not lead to what was taken back")
    keys.press("2")
    keys.arrive("next")
    keys.press("Enter")
    keys.begin("لا يعمل أرشفة الرسائل")

    keys.press("b")
    keys.until(lambda: keys.desk.titles[:1] == [first], "nothing led back")
    keys.arrive("next")
    assert keys.page.input_value("#note") == "1 s u b n"
    keys.press("Enter")
    keys.begin("لا يعمل أرشفة الرسائل")
    keys.press("s")
    keys.until(lambda: "أرشفة" not in keys.desk.titles[0], "it was not skipped")
    keys.press("s")
    keys.until(lambda: keys.desk.titles == [], "nothing was left, and it did not say so")
    keys.arrive("h1")
    keys.press("b")
    keys.until(lambda: len(keys.desk.titles) > 0, "nothing led back from the end")

    assert keys.values[-1] == SECOND_ANSWERS[kind]
    [noted] = {event["note"] for event in keys.desk.visit.ledger.of("judge")}
    assert noted == "1 s u b n"


def test_who_has_answered_is_invited_to_no_note_that_would_not_be_taken(hosts: Hosts) -> None:
    keys = Keys(sit_down(hosts, next(iter(FIRST_ANSWERS))))
    note, its_key = keys.page.locator("#note"), keys.page.locator(".noted kbd")
    assert note.is_visible() and its_key.is_visible()
    keys.press("1")
    keys.arrive("next")
    assert not note.is_visible() and not its_key.is_visible()
    keys.press("u")
    note.wait_for()
    keys.press("n")
    keys.page.keyboard.type("so")
    keys.press("Escape")
    keys.press("1")
    keys.arrive("next")
    assert note.is_visible() and note.is_disabled() and not its_key.is_visible()


@pytest.mark.parametrize("kind", FIRST_ANSWERS)
def test_tab_and_enter_do_everything(hosts: Hosts, kind: str) -> None:
    keys = Keys(sit_down(hosts, kind))
    is_open = "document.querySelector('details').open"
    assert keys.page.evaluate(is_open)
    keys.tab_to("summary")
    keys.press("Enter")
    assert not keys.page.evaluate(is_open)
    keys.press("Enter")
    keys.tab_to("Open the original")
    passed = keys.tab_to(FIRST_ANSWERS[kind])
    in_between = {"Open the original", *keys.desk.titles}
    assert set(passed) <= in_between, "only links, and a text that scrolls, lie between the guideline and the answers"
    keys.press("ArrowRight", "Enter")
    keys.arrive("next")
    keys.press("Shift+Tab", "Shift+Tab")
    assert keys.id == "keys"
    keys.press("Tab", "Space")
    assert keys.id == "self" and keys.page.is_checked("#self")
    keys.press("Space", "Tab", "Enter")
    keys.begin("لا يعمل أرشفة الرسائل")
    keys.tab_to("skip")
    keys.press("Enter")
    keys.until(lambda: "أرشفة" not in keys.desk.titles[0], "it was not skipped")
    assert keys.values == [SECOND_ANSWERS[kind]]


def test_single_keys_can_be_turned_off_and_stay_off(hosts: Hosts) -> None:
    keys = Keys(sit_down(hosts, "pair"))
    keys.tab_to("keys")
    keys.press("Space")
    assert not keys.page.locator("kbd").first.is_visible()
    keys.press("1", "s", "n")
    assert keys.id == "keys"
    keys.page.reload()
    keys.desk.asked()
    keys.press("1", "s", "n")
    assert keys.id == "h1" and len(keys.desk.titles) == 2
    keys.tab_to("Same")
    keys.press("Enter")
    keys.arrive("next")
    keys.press("Shift+Tab", "Shift+Tab", "Space")
    keys.press("u")
    keys.until(lambda: keys.at == "Same", "single keys did not come back")
    assert keys.values == ["duplicate"]


@pytest.mark.parametrize("kind", FIRST_ANSWERS)
def test_an_answer_moves_nothing(hosts: Hosts, kind: str) -> None:
    """What somebody reads stands still, and the way on stands where the way past stood."""
    desk = sit_down(hosts, kind).asked()
    places = """() => ["article", ".noted", "#note", "#self", "#skip:not([hidden]),#next:not([hidden])"].map((one) => {
      const { x, y, width } = document.querySelector(one).getBoundingClientRect();
      return [one, x, y, width].join(" ");
    })"""
    before = desk.page.evaluate(places)
    desk.answer()
    assert desk.page.evaluate(places) == before
    desk.page.keyboard.press("u")
    desk.page.locator("#skip").wait_for()
    assert desk.page.evaluate(places) == before
