"""What we draw is open to everyone: axe finds nothing, in light and dark, wide and narrow."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from tests.journeys.conftest import Product, eventually
from tests.journeys.rooms import Rooms

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES = ("light", "dark")
LOOKS = {
    "wide and light": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "wide and dark": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 360, "height": 800}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 320, "height": 800}, "color_scheme": "dark"},
}

#: A thread that no other journey marks.
LOOKED_AT = "1721366"


#: Let the admin follow what the browser prefers by now: it looks as a page is opened, and where its own switch is used.
FOLLOW = """() => {
  const admin = Alpine.$data(document.documentElement);
  admin.switchTheme("light");
  admin.switchTheme("auto");
}"""
IS_DARK = "document.documentElement.classList.contains('dark')"
STANDS = "document.getAnimations().every(({ playState }) => playState !== 'running')"


def recolour(page: Any, scheme: str) -> None:
    """Let a page be seen in other colours, as it stands, and wait until all have turned."""
    page.emulate_media(color_scheme=scheme)
    eventually(lambda: page.evaluate(STANDS), why="the colours never stood still")


def recolour_admin(staff: Any, scheme: str) -> None:
    """Let a page of the admin be seen in other colours, as one that is opened in them is."""
    staff.emulate_media(color_scheme=scheme)
    staff.evaluate(FOLLOW)
    eventually(lambda: staff.evaluate(IS_DARK) == (scheme == "dark"), why=f"it never was {scheme}")
    recolour(staff, scheme)


def assert_open_to_everyone(staff: Any, within: str, where: str) -> None:
    """Ask of a page of the admin that axe finds nothing in it and that it does not scroll sideways, in light and dark."""
    for scheme in SCHEMES:
        recolour_admin(staff, scheme)
        assert (where, scheme, violations(staff, within)) == (where, scheme, [])
        assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where}, {scheme}"


def violations(page: Any, within: str = "document") -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
    found = page.evaluate(
        f"axe.run({within}, {{resultTypes: ['violations']}}).then((result) => JSON.stringify(result.violations))"
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in json.loads(found)]


def is_found(page: Any, words: str) -> bool:
    """Search anew, and return whether anything is found: the index of a product that just began follows by and by."""
    search, option = page.get_by_role("combobox", name="Search for another"), page.locator("[role=option]").first
    search.fill("")
    search.press_sequentially(words)
    with suppress(TimeoutError):
        option.wait_for(timeout=5_000)
    return bool(option.is_visible())


@pytest.mark.parametrize(
    "looks", [("wide and light", "wide and dark"), ("narrow and light",), ("narrow and dark",)], ids=", then ".join
)
def test_the_forum_and_the_widget_in_each_state(visit: Any, looks: tuple[str, ...]) -> None:
    page = visit("customer-1", "1771529", **LOOKS[looks[0]])
    rows = page.locator("earmark-duplicates .row")

    def assert_clean() -> None:
        for look in looks:
            recolour(page, str(LOOKS[look]["color_scheme"]))
            assert (look, violations(page)) == (look, [])
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), look

    assert_clean()
    rows.nth(0).get_by_role("button", name="Same", exact=True).click()
    rows.nth(0).get_by_text("Same problem.").wait_for()
    rows.nth(1).get_by_role("button", name=re.compile("^Read")).click()
    page.locator("earmark-duplicates").get_by_role("button", name="About this question").click()
    page.locator("earmark-duplicates .note").wait_for()
    page.get_by_role("button", name="Search for another").click()
    page.get_by_role("combobox", name="Search for another").wait_for()
    eventually(lambda: is_found(page, "archive"), within_s=60, why="the index never held it")
    assert_clean()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    rows.nth(0).get_by_role("button", name=re.compile("^Undo")).click()
    rows.nth(0).get_by_role("button", name="Same", exact=True).wait_for()


@pytest.mark.parametrize("look", ["wide and light", "narrow and dark"])
def test_the_forums_other_pages(rooms: Rooms, product: Product, look: str) -> None:
    context = rooms.enter(**LOOKS[look])
    page = context.new_page()
    for path in ("/", "/?q=archive", "/about"):
        page.goto(product.forum + path)
        assert violations(page) == [], path
    rooms.leave(context)


def test_the_overview_and_the_story(staff: Any, product: Product) -> None:
    staff.goto(product.admin)
    assert_open_to_everyone(staff, "'.em'", "the overview")
    staff.goto(f"{product.admin}questions/item/?q=1720773")
    staff.locator("tr:has-text('1720773') a").first.click()
    staff.get_by_role("heading", name="Answer as an expert").wait_for()
    assert_open_to_everyone(staff, "'.em'", "the story")


def test_a_page_of_the_admin_that_is_opened_in_the_dark_is_dark(staff: Any, product: Product) -> None:
    staff.emulate_media(color_scheme="dark")
    staff.goto(product.admin)
    assert staff.evaluate(IS_DARK)
    assert violations(staff, "'.em'") == []


def test_a_link_in_a_list_is_told_from_the_words_around_it(staff: Any, product: Product) -> None:
    staff.goto(f"{product.admin}questions/item/?q=1720773")
    link = staff.locator("#result_list tr:has-text('1720773') a").first
    assert "underline" in link.evaluate("(link) => getComputedStyle(link).textDecorationLine")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_suggesters(staff: Any, product: Product, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 900})
    for path in (
        "suggestions/suggester/", "suggestions/trainedversion/", "suggestions/trainedversion/add/",
        "suggestions/promotion/", "suggestions/remotesuggester/", "suggestions/remotesuggester/add/", "rules/",
        "search-index",
    ):  # fmt: skip
        staff.goto(product.admin + path)
        assert_open_to_everyone(staff, "document.querySelector('.em') || document.querySelector('#main')", path)


#: The name of the link or button that has the focus; the page, which has it where nothing else does, holds all names.
FOCUSED = """() => {
  const at = document.activeElement;
  return at.matches("a, button, [role=button]") ? at.getAttribute("aria-label") || at.innerText : "";
}"""


def press_until(page: Any, key: str, name: str) -> None:
    """Press a key until what has the focus is so named."""
    for _ in range(60):
        page.keyboard.press(key)
        if name in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"nothing named {name!r} gets the focus")


def open_menu(page: Any) -> None:
    """Open the menu of a narrow window by keys; the focus is in it at once, whatever is pressed next."""
    press_until(page, "Tab", "Show or hide the menu")
    door = page.get_by_role("button", name="Show or hide the menu")
    assert door.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#nav-sidebar-inner') !== null")
    assert door.get_attribute("aria-expanded") == "true"


def test_in_a_narrow_window_keys_alone_open_the_menu_the_filters_and_what_leaves(staff: Any, product: Product) -> None:
    staff.set_viewport_size({"width": 1000, "height": 900})
    staff.goto(f"{product.admin}suggestions/promotion/")
    open_menu(staff)
    press_until(staff, "Tab", "Trained versions")
    staff.keyboard.press("Enter")
    staff.wait_for_url("**/trainedversion/")
    press_until(staff, "Tab", "Filters")
    staff.keyboard.press(" ")
    staff.get_by_text("Shadow: trained, shows nothing").wait_for()
    staff.keyboard.press("Escape")
    staff.goto(f"{product.admin}suggestions/promotion/")
    open_menu(staff)
    press_until(staff, "Tab", "unfold_more")
    staff.keyboard.press("Enter")
    staff.get_by_role("button", name="Log out").wait_for()


def test_in_a_wide_window_one_door_shows_and_hides_the_menu(staff: Any, product: Product) -> None:
    staff.goto(product.admin)
    door, first = staff.get_by_role("button", name="Show or hide the menu"), staff.get_by_role("link", name="Items")
    first.wait_for()
    assert door.count() == 1
    for is_open in (False, True):
        door.press("Enter")
        first.wait_for(state="visible" if is_open else "hidden")
        assert door.get_attribute("aria-expanded") == str(is_open).lower()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_people_and_of_what_they_were_shown(staff: Any, product: Product, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 900})
    with product.client as client:
        shown = client.suggest(LOOKED_AT, "duplicate", annotator="somebody looked at")
        shown.seen(*shown.candidates)
        shown.accept(shown.candidates[0])
    for path in ("", "people/", "annotators/annotator/", "judgements/slot/", "judgements/judgement/", "projects/job/"):
        staff.goto(product.admin + path)
        assert_open_to_everyone(staff, "document.querySelector('.em') || document.querySelector('#main')", path)
    staff.goto(f"{product.admin}people/")
    staff.locator("tbody a[href*='/people/']").first.click()
    staff.get_by_role("heading", name="Their data").wait_for()
    assert_open_to_everyone(staff, "'.em'", "a person")
    staff.goto(f"{product.admin}questions/item/?q={LOOKED_AT}")
    staff.locator(f"tr:has-text('{LOOKED_AT}') a").first.click()
    staff.locator(".em-scroll table").first.wait_for()
    assert_open_to_everyone(staff, "'.em'", "an item that somebody was shown")


def test_a_field_of_a_questions_form_is_as_high_as_what_stands_in_it(staff: Any, product: Product) -> None:
    staff.goto(f"{product.admin}questions/question/")
    staff.get_by_role("link", name="tone", exact=True).click()
    labels = staff.locator("#id_labels")
    labels.wait_for()
    short = labels.bounding_box()["height"]
    labels.fill(json.dumps([f"Label {n}" for n in range(12)], indent=2))
    assert short < 100
    assert labels.evaluate("(field) => field.scrollHeight <= field.clientHeight"), "nothing of it is out of view"
