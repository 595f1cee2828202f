"""Take the gallery's pictures of a running demo, and write down where its pages say that buttons are.

`EARMARK_ADMIN_PASSWORD=… python -m tests.journeys.capture FORUM ADMIN`, with the addresses that the demo prints. What is
written (`static/gallery`, `data/pictures.json` of the forum) is committed; it needs Playwright, as the journeys do;
the pictures that are there were reduced to 96 colours.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.journeys.conftest import chromium
from tests.journeys.flags import CHROMIUM_FLAGS

FORUM = Path(__file__).resolve().parents[2] / "demo" / "forum"
PICTURES = FORUM / "static" / "gallery"
SIZE = {"width": 1360, "height": 800}
BUTTONS = "button, input[type=submit], a:text-is('Filters'), a[href$='/add/']"
SMALLEST_PX = 20


def main() -> None:
    """Take all pictures, one after the other."""
    forum, admin = sys.argv[1].rstrip("/"), sys.argv[2].rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        taken = [_picture(page, key, title) for key, title in _visits(page, forum, admin)]
        browser.close()
    (FORUM / "data" / "pictures.json").write_text(json.dumps(taken, indent=1) + "\n", encoding="utf-8")


def _visits(page: Page, forum: str, admin: str) -> Iterator[tuple[str, str]]:
    """Stand on each page in turn, and yield its key and what is to be seen there."""
    page.goto(forum)
    yield "threads", "The list of threads"
    page.locator(".threads a").nth(4).click()
    page.select_option("#customer", "customer-1")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_timeout(1500)
    yield "tags", "A thread with its topics"
    page.locator("earmark-duplicates").scroll_into_view_if_needed()
    page.wait_for_timeout(1200)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(500)
    yield "related", "Related threads below a thread"
    page.goto(f"{admin}/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", os.environ["EARMARK_ADMIN_PASSWORD"])
    yield "sign-in", "Signing in to the admin"
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    yield "admin", "The admin's overview"
    page.goto(f"{admin}/questions/question/")
    yield "questions", "Questions in the admin"


def _picture(page: Page, key: str, title: str) -> dict[str, Any]:
    page.screenshot(path=str(PICTURES / f"{key}.png"))
    found = [each.bounding_box() for each in page.locator(BUTTONS).all() if each.is_visible()]
    boxes = [{side: round(length) for side, length in box.items()} for box in found if box and _is_shown(box)]
    return {"key": key, "title": title, **SIZE, "buttons": boxes}


def _is_shown(box: Any) -> bool:
    is_inside = box["x"] >= 0 and box["y"] >= 0
    fits = box["x"] + box["width"] <= SIZE["width"] and box["y"] + box["height"] <= SIZE["height"]
    return is_inside and fits and min(box["width"], box["height"]) >= SMALLEST_PX


if __name__ == "__main__":
    main()
