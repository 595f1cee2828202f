"""A customer leaves altogether: back at once by Undo; else pages without room for what never comes, and a door back."""

from typing import Any

import pytest

from tests.journeys.conftest import Product, eventually
from tests.journeys.widget.conftest import WATCH

pytestmark = pytest.mark.journey

ROWS = "earmark-duplicates .row .title a"
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')"
#: How much stands between the end of the post and the end of its column, in px.
BELOW = """() => {
  const end = (node) => node.getBoundingClientRect().bottom;
  return Math.round(end(document.querySelector(".said")) - end(document.querySelector("#post")));
}"""
LINES_PX = 60
#: Write down each height that the tags have from here on, in every frame: shifts right after a key are no layout shifts to a browser.
HELD = """() => {
  const tags = document.querySelector("earmark-tags");
  window.__held = new Set();
  const look = () => {
    __held.add(Math.round(tags.getBoundingClientRect().height));
    requestAnimationFrame(look);
  };
  look();
}"""

#: Let what is told a while later be told much later, so that it still waits however slow the machine is.
UNHURRIED = """(() => {
  const wait = setTimeout;
  window.setTimeout = (act, ms, ...given) => wait(act, ms >= 1500 ? 60_000 : ms, ...given);
})()"""
#: Whether the widget keeps that a row was seen, which it tells a while later.
WAITS = """Object.keys(sessionStorage).some((key) => sessionStorage[key].includes('"seen"'))"""


def test_leaving_is_taken_back_by_keys_or_leaves_no_hole(visit: Any, product: Product) -> None:
    first, second = "1771529", "1696998"
    page = visit("customer-4", first, scripts=(WATCH, UNHURRIED))

    page.locator("earmark-duplicates .head button").last.focus()
    page.keyboard.press("Enter")
    page.evaluate(HELD)
    leave = page.get_by_role("button", name="Leave altogether")
    leave.focus()
    page.keyboard.press("Enter")
    eventually(lambda: page.evaluate(FOCUSED) == "Undo: Leave altogether")
    assert page.locator(ROWS).count() == 0
    page.keyboard.press("Enter")
    page.locator(ROWS).first.wait_for()
    assert len(set(page.evaluate("[...__held]"))) == 1
    assert page.evaluate(FOCUSED) or page.evaluate("document.activeElement.localName") == "earmark-duplicates"

    page.wait_for_function(WAITS)
    page.locator("earmark-duplicates .head button").last.click()
    with page.expect_response("**/left"):
        leave.click()
    page.get_by_role("button", name="Undo: Leave altogether").wait_for()
    assert page.evaluate("__seen.shifts") == []

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/w/" in request.url else None)
    page.evaluate("dispatchEvent(new Event('online'))")  # what still waits would leave now, and meet the person anew
    page.goto(f"{product.forum}/t/{second}", wait_until="networkidle")
    assert page.evaluate(BELOW) < LINES_PX
    assert (asked, page.evaluate("__seen.shifts"), page.locator("[item]").count()) == ([], [], 0)

    page.route("**/left", lambda route: route.fulfill(status=503))
    page.get_by_role("button", name="Take part again").click()
    page.get_by_role("status").get_by_text("No answer. Try again later.").wait_for()
    page.unroute("**/left")
    page.get_by_role("button", name="Take part again").click()
    page.locator("earmark-duplicates").scroll_into_view_if_needed()
    page.locator(ROWS).first.wait_for()
