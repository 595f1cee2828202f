"""Colleagues at the desk: every kind from the keyboard, and two at once, one of whom keeps losing the browser."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from earmark import Earmark, Item
from playwright.sync_api import TimeoutError

from tests.journeys.conftest import BASE, Product, eventually
from tests.journeys.flags import ALONE_FLAGS

pytestmark = pytest.mark.journey

#: EARMARK_DESK_UNITS=200 runs the whole of what was promised; the figures stand in benchmarks/desk/README.md.
UNITS = int(os.environ.get("EARMARK_DESK_UNITS", "24"))
ANSWERS_BEFORE_A_KILL = 7
TRIAL = "trial-of-the-desk"
"""Comes after the demo's name, as the admin opens the first project and other journeys expect the demo there."""

#: Whether no answer is on its way any more.
ALL_SENT = "Object.keys(sessionStorage).every((key) => !key.startsWith('earmark:'))"

LABELS = ["Asks for help", "Reports a fault", "Wishes for something"]


def open_desk(browser: Any, product: Product, question: str, kind: str = "colleague", **options: Any) -> Any:
    page = browser.new_context(**options).new_page()
    page.goto(product.client.desk.link(question, kind).url)
    page.locator("[data-value]").first.wait_for(timeout=20_000)
    return page


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.localName"))


@pytest.mark.parametrize(
    ("question", "element", "said"),
    [
        ("duplicate", "earmark-duplicates", "Related."),
        ("topics", "earmark-tags", None),
        ("tone", "earmark-choice", "Asks for help."),
        ("products", "earmark-span", "System."),
        ("controls", "earmark-region", "Menu."),
    ],
)
def test_everything_at_the_desk_is_done_from_the_keyboard(
    browser: Any, product: Product, question: str, element: str, said: str | None
) -> None:
    def assigned_count() -> int:
        return [row.origin for row in product.client.judgements.list(question=question)].count("assigned")

    before = assigned_count()
    page = open_desk(browser, product, question)
    first = page.locator("article h2").first.inner_text()
    assert focused(page) == "h1"

    page.keyboard.press("n")
    assert focused(page) == "note"
    page.keyboard.type("s is a letter here")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    eventually(lambda: focused(page) == "next")
    if said:
        page.locator(f"{element} .said b").get_by_text(said).wait_for()

    page.keyboard.press("u")
    eventually(lambda: page.locator(f"{element} [data-value]").count() >= 2)
    page.keyboard.press("1")
    eventually(lambda: focused(page) == "next")
    page.keyboard.press("Enter")
    eventually(lambda: page.locator("article h2").first.inner_text() != first or page.locator("#back").is_visible())

    page.keyboard.press("b")
    eventually(lambda: page.locator("article h2").first.inner_text() == first)
    assert page.locator("#next").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("s")
    page.locator("article").first.wait_for()

    eventually(lambda: assigned_count() >= before + 2)
    page.context.close()


def test_a_link_that_was_taken_back_opens_nothing_any_more(browser: Any, product: Product) -> None:
    link = product.client.desk.link("tone", "expert")
    page = browser.new_context().new_page()
    page.goto(link.url)
    page.locator("[data-value]").first.wait_for(timeout=20_000)
    product.client.desk.revoke(link.id)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="This link does not open the desk any more.").wait_for()
    page.context.close()


class Annotator(threading.Thread):
    """Somebody who answers until nothing is left, in a browser of their own that may be killed."""

    def __init__(self, url: str, home: Path, *, is_killed: bool) -> None:
        super().__init__(daemon=True)
        self.url, self.home, self.is_killed = url, home, is_killed
        self.answers_count = self.kills_count = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._sit_down():
                pass
        except BaseException as error:
            self.error = error

    def _sit_down(self) -> bool:
        """Answer until the browser is killed (False) or nothing is left (True)."""
        from playwright.sync_api import sync_playwright

        folder = self.home / f"profile {self.kills_count}"
        process, address = start_browser(folder)
        try:
            with sync_playwright() as playwright:
                page = playwright.chromium.connect_over_cdp(address).new_context().new_page()
                told: list[str] = []
                page.on("console", lambda message, told=told: told.append(message.text))
                page.on("requestfailed", lambda asked, told=told: told.append(f"{asked.url}: {asked.failure}"))
                page.on("response", lambda heard, told=told: told.append(f"{heard.status} {heard.url}"))
                end = page.get_by_role("heading", name="Nothing to answer just now.")
                page.goto(self.url)
                for count in range(1, 10_000):
                    try:
                        page.locator("[data-value]").or_(end).first.wait_for(timeout=30_000)
                    except TimeoutError:
                        shown = page.locator("body").evaluate("(body) => body.outerHTML")
                        raise AssertionError(f"neither a unit nor the end: {shown[:3000]}\n{told[-20:]}") from None
                    if end.count():
                        eventually(lambda page=page: page.evaluate(ALL_SENT))
                        return True
                    title = page.locator("article h2").first.inner_text()
                    page.keyboard.press(self._key(title))
                    self.answers_count += 1
                    if self.is_killed and count == ANSWERS_BEFORE_A_KILL:
                        self.kills_count += 1
                        os.killpg(process.pid, signal.SIGKILL)
                        return False
                    page.locator("#next").wait_for()
                    page.keyboard.press("Enter")
                    page.wait_for_function(
                        "title => document.querySelector('article h2')?.textContent !== title",
                        arg=title,
                        timeout=30_000,
                    )
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return False

    def _key(self, title: str) -> str:
        """Return the digit of a title: all agree on most, and the one with the kills differs on every ninth."""
        number = int(hashlib.sha256(title.encode()).hexdigest(), 16)
        differs = self.is_killed and number % 9 == 0
        return str(1 + (number + differs) % len(LABELS))


def start_browser(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    import shutil

    found = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    flags = [*ALONE_FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen(
        [found, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    port = folder / "DevToolsActivePort"
    eventually(lambda: port.exists() and len(port.read_text().splitlines()) == 2, within_s=30)
    return process, f"http://127.0.0.1:{port.read_text().splitlines()[0]}"


def project_with_units(product: Product, count: int) -> Earmark:
    """Register a host with that many items and one choice about each, wanted twice."""
    place = {"EARMARK_HOME": str(product.home), "EARMARK_PORT": str(product.port), "EARMARK_DEBUG": "1"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("EARMARK_", "DJANGO_"))}
    secret = {"EARMARK_SECRET_KEY": "the same draws in every run of the journeys"}
    done = subprocess.run(
        [sys.executable, "manage.py", "register_project", TRIAL, "--web-origin", "https://desk.example"],
        cwd=BASE, env=kept | place | secret, capture_output=True, text=True, check=True,
    )  # fmt: skip
    key = re.search(r"secret key\s+(sk_\S+)", done.stdout)
    assert key
    client = Earmark(key.group(1), base_url=product.connection["base_url"])
    client.items.upsert([Item(f"unit-{n}", f"Unit {n}", f"What number {n} says.") for n in range(count)])
    client.questions.create("tone", kind="choice", prompt="What does it want?", labels=LABELS, overlap=2)
    return client


@pytest.mark.timeout(300 + UNITS * 10)
def test_two_colleagues_at_once_answer_each_unit_twice_and_none_is_stuck(product: Product, tmp_path: Path) -> None:
    client = project_with_units(product, UNITS)
    people = [
        Annotator(client.desk.link("tone", annotator=name).url, tmp_path / name, is_killed=name == "ben")
        for name in ("anna", "ben")
    ]
    began_at = time.monotonic()
    for person in people:
        person.start()
    for person in people:
        person.join(60 + UNITS * 4)
        assert not person.is_alive() and person.error is None, person.error
    for url, person in [(person.url, person) for person in people]:  # who comes back finds what a kill left open
        again = Annotator(url, tmp_path / f"{person.home.name} again", is_killed=False)
        again.start()
        again.join(120)
        assert not again.is_alive() and again.error is None, again.error
    took_s = time.monotonic() - began_at

    said = [row for row in client.judgements.list(question="tone") if row.is_live]
    answered = Counter(row.item for row in said)
    assert len(answered) == UNITS
    assert set(answered.values()) == {2}
    assert len({(row.item, row.annotator) for row in said}) == len(said)

    def states() -> Counter[str]:
        return Counter(label.state for label in client.labels.list(question="tone"))

    eventually(lambda: states()["settled"] + states()["contested"] == UNITS, within_s=30)
    print(f"{UNITS} units, {people[1].kills_count} kills, {took_s:.0f} s: {dict(states())}")
    assert people[1].kills_count >= UNITS // (ANSWERS_BEFORE_A_KILL + 1) - 1
