"""What we draw is open to everyone: axe finds nothing, in light and dark, wide and narrow."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Product

pytestmark = pytest.mark.journey

AXE = Path(__file__).resolve().parents[2] / "widget" / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = {
    "wide and light": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "wide and dark": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 360, "height": 800}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 320, "height": 800}, "color_scheme": "dark"},
}


def violations(page: Any, within: str = "document") -> list[str]:
    page.add_script_tag(path=str(AXE))
    found = page.evaluate(
        f"axe.run({within}, {{resultTypes: ['violations']}}).then((result) => JSON.stringify(result.violations))"
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in json.loads(found)]


@pytest.mark.parametrize("look", LOOKS)
def test_the_forum_and_the_widget_in_each_state(visit: Any, look: str) -> None:
    page = visit("customer-1", "1771529", **LOOKS[look])
    rows = page.locator("earmark-duplicates .row")
    assert violations(page) == []
    rows.nth(0).get_by_role("button", name="Same", exact=True).click()
    rows.nth(0).get_by_text("Same problem.").wait_for()
    rows.nth(1).get_by_role("button", name=re.compile("^Read")).click()
    page.locator("earmark-duplicates").get_by_role("button", name="About this question").click()
    page.locator("earmark-duplicates .note").wait_for()
    page.get_by_role("button", name="Search for another").click()
    page.get_by_role("combobox", name="Search for another").wait_for()
    page.keyboard.type("archive")
    page.locator("earmark-duplicates [role=option]").first.wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    rows.nth(0).get_by_role("button", name=re.compile("^Undo")).click()
    rows.nth(0).get_by_role("button", name="Same", exact=True).wait_for()


@pytest.mark.parametrize("look", ["wide and light", "narrow and dark"])
def test_the_forums_other_pages(browser: Any, product: Product, look: str) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    for path in ("/", "/?q=archive", "/about"):
        page.goto(product.forum + path)
        assert violations(page) == [], path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_overview_and_the_story(staff: Any, product: Product, scheme: str) -> None:
    staff.emulate_media(color_scheme=scheme)
    staff.goto(product.admin)
    assert violations(staff, "'.em'") == []
    staff.goto(f"{product.admin}questions/item/?q=1720773")
    staff.locator("tr:has-text('1720773') a").first.click()
    staff.get_by_role("heading", name="Answer as an expert").wait_for()
    assert violations(staff, "'.em'") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_suggesters(staff: Any, product: Product, scheme: str, width: int) -> None:
    staff.emulate_media(color_scheme=scheme)
    staff.set_viewport_size({"width": width, "height": 900})
    for path in (
        "suggestions/suggester/", "suggestions/trainedversion/", "suggestions/trainedversion/add/",
        "suggestions/promotion/", "suggestions/remotesuggester/", "suggestions/remotesuggester/add/", "rules/",
        "search-index",
    ):  # fmt: skip
        staff.goto(product.admin + path)
        assert violations(staff, "document.querySelector('.em') || document.querySelector('#main')") == [], path
        assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
