"""Brings the desk to its states, in any look: for axe, and for people who look at pictures."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.journeys.widget.conftest import Hosts, Visit

QUESTIONS = {"pair": "duplicate", "tags": "topics", "choice": "tone", "span": "products", "region": "parts"}
#: How a desk that stands open is looked at: what the browser prefers, how wide it is, how large its letters are.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "320": {"width": 320},
    "zoom-200": {"width": 720},
    "text-200": {"letters": "200%"},
    "text-200-320": {"width": 320, "letters": "200%"},
}
WIDE = {"width": 1280, "height": 900}


class Desk:
    """A desk that somebody sits at."""

    def __init__(self, visit: Visit, kind: str, words: str = "") -> None:
        self.visit, self.page, self.kind, self.words = visit, visit.page, kind, words

    @property
    def titles(self) -> list[str]:
        return [str(title) for title in self.page.locator("article h2").all_inner_texts()]

    def look(self, look: str, *, height: int = WIDE["height"]) -> None:
        """Let the page be seen in a look, as it stands."""
        how = LOOKS[look]
        self.page.emulate_media(
            color_scheme=how.get("color_scheme", "light"), forced_colors=how.get("forced_colors", "none")
        )
        self.page.set_viewport_size({"width": how.get("width", WIDE["width"]), "height": height})
        self.page.evaluate("(size) => { document.documentElement.style.fontSize = size }", how.get("letters", ""))
        if self.kind == "region":
            self.page.wait_for_timeout(400)  # boxes follow a picture that was moved without an event

    def go(self) -> "Desk":
        """Open the desk, or open it anew."""
        query = urlencode({"lang": self.words}) if self.words else ""
        self.page.goto(f"{self.visit.mock.origin}/desk/{QUESTIONS[self.kind]}?{query}#{self.visit.key}")
        return self

    def asked(self) -> "Desk":
        self.page.locator("[data-value]").first.wait_for()
        return self

    def answer(self, nth: int = 1) -> "Desk":
        self.page.keyboard.press(str(nth))
        self.page.locator("#next").wait_for()
        self.visit.settle()
        return self

    def onward(self) -> "Desk":
        before = self.titles
        self.page.locator("#next, #skip").locator("visible=true").click()
        self.visit.until(
            "(before) => document.querySelector('h1') && String([...document.querySelectorAll('article h2')].map((one) => one.innerText)) !== String(before)",
            before,
        )
        return self


def sit_down(hosts: Hosts, kind: str, words: str = "", **faults: Any) -> Desk:
    """Open the desk of a kind in a language, with faults of its server."""
    visit = hosts.blank(hosts.context(viewport=WIDE), faults=faults or None)
    return Desk(visit, kind, words).go()


def units_of(desk: Desk) -> Iterator[str]:
    """Bring the desk of a kind to each state that a unit has, and name it."""
    desk.asked()
    desk.page.keyboard.press("n")
    desk.page.keyboard.type("They quote each other, and the second was answered on the same day by the same person.")
    yield "asked"
    desk.page.keyboard.press("Escape")
    desk.answer()
    yield "answered"
    desk.page.keyboard.press("u")
    desk.asked()
    desk.visit.faults(judge={"code": "unit_closed"})
    desk.page.keyboard.press("1")
    desk.page.locator(".failed").filter(visible=True).first.wait_for()
    yield "failed"
    desk.visit.faults(judge=None)
    desk.page.keyboard.press("Enter")
    desk.visit.until("document.querySelector('#back') && !document.querySelector('#back').hidden")
    desk.asked()
    desk.visit.faults(events={"status": 503})
    desk.page.keyboard.press("2")
    desk.page.locator(".said").filter(visible=True).first.wait_for()
    desk.visit.until(
        "![...document.querySelectorAll('.dock *')].find((one) => one.shadowRoot).shadowRoot.querySelector('.yours')"
    )
    yield "offline"
    desk.visit.faults(events=None)


def ends_of(hosts: Hosts, kind: str, words: str = "") -> Iterator[tuple[str, Desk]]:
    """Bring desks to each state that has no unit, and name it."""
    desk = sit_down(hosts, kind, words, deskNext={"drop": "after_taking", "delay_ms": 60_000, "times": 1})
    desk.page.locator("[role=status]").first.wait_for()
    yield "waiting", desk
    desk.go()
    desk.page.reload()
    desk.asked()
    for _ in range(3):
        desk.onward()
    desk.page.locator(".alone h1").wait_for()
    yield "nothing", desk
    desk.visit.faults(deskNext={"status": 503})
    desk.page.locator(".go").click()
    desk.visit.until("!document.querySelector('header')")
    yield "down", desk
    desk.visit.faults(deskNext=None, deskSession={"status": 401, "code": "link_expired"})
    desk.page.reload()
    desk.page.locator(".alone h1").wait_for()
    yield "expired", desk
