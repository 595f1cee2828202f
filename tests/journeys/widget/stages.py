"""Brings a page of every state to its states, in any language: for axe, and for people who look at pictures."""

from typing import Any

from tests.journeys.widget.conftest import Hosts, Visit, eventually

TEXT_200 = "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })"
DESKTOP = {"viewport": {"width": 1440, "height": 1100}}
#: How a page is looked at: options of the browser, and what fills in the page.
LOOKS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "light": ({**DESKTOP, "color_scheme": "light"}, {}),
    "dark": ({**DESKTOP, "color_scheme": "dark"}, {}),
    "forced": ({**DESKTOP, "forced_colors": "active"}, {}),
    "rtl": (DESKTOP, {"dir": "rtl", "lang": "ar", "words": "ar"}),
    "320": ({"viewport": {"width": 320, "height": 720}}, {}),
    "zoom-200": ({"viewport": {"width": 720, "height": 550}, "device_scale_factor": 2}, {}),
    "text-200": (DESKTOP, {}),
}
ANSWERED = "() => [...document.querySelectorAll('figure:not(#late) > :last-child')].every((mark) => mark.shadowRoot?.querySelector('section > :not([hidden], .unseen), slot[name=empty]') && !mark.shadowRoot.querySelector('[aria-busy]'))"
#: Bring the place that waits for ever anew: on a slow machine the first was asked for, and answered, with others.
LATE = """() => {
  const first = document.querySelector("#late > [item]"), alone = first.cloneNode();
  alone.setAttribute("item", "loading~alone");
  first.replaceWith(alone);
}"""
WAITS = "document.querySelector('#late').lastElementChild?.shadowRoot?.querySelector('[aria-busy]')"


def stage(hosts: Hosts, kind: str, look: str) -> Visit:
    """Open the page of every state of a kind in a look, and bring it to its states."""
    options, query = LOOKS[look]
    scripts = (TEXT_200,) if look == "text-200" else ()
    visit = hosts.open(kind, options=options, scripts=scripts, **query)
    visit.page.wait_for_load_state("load")
    for figure in visit.page.locator("figure").all():
        figure.scroll_into_view_if_needed()
    visit.until(ANSWERED)
    visit.page.locator("#late > [item]").wait_for(state="attached")
    visit.page.evaluate(LATE)
    visit.page.locator("#late").scroll_into_view_if_needed()
    visit.until(WAITS)
    BRING[kind](visit)
    return visit


def recolour(visit: Visit, look: str) -> None:
    """Let a page be seen in the colours of a look, as it stands, and wait until all have turned."""
    options, _ = LOOKS[look]
    visit.page.emulate_media(
        color_scheme=options.get("color_scheme", "light"), forced_colors=options.get("forced_colors", "none")
    )
    visit.until("document.getAnimations().every(({ playState }) => playState !== 'running')")


def figure(visit: Visit, caption: str) -> Any:
    return visit.page.locator("figure", has=visit.page.locator("figcaption", has_text=caption)).first


def answer(visit: Visit, caption: str, value: str) -> None:
    """Give an answer to the first entry of a figure that has none."""
    figure(visit, caption).locator(f"[data-value='{value}']").first.click()


def search(visit: Visit, caption: str, words: str) -> None:
    """Open the search of a figure, by the quiet button with a sign in it, and type."""
    figure(visit, caption).locator("button.quiet:has(svg)").last.click()
    figure(visit, caption).get_by_role("combobox").fill(words)
    figure(visit, caption).get_by_role("option").first.wait_for()


def fail(visit: Visit, value: str) -> None:
    """Let one answer be refused and, after it, one find nobody."""
    answer(visit, "Error", value)
    figure(visit, "Error").locator(".failed").wait_for()
    answer(visit, "Offline", value)
    eventually(lambda: figure(visit, "Offline").locator(".said:not(.yours)").count() == 1)


def bring_duplicates(visit: Visit) -> None:
    figure(visit, "Read here").locator("li button[aria-expanded]").first.click()
    fail(visit, "duplicate")
    answer(visit, "Offline", "unsure")
    search(visit, "Search for another", "archive")


def bring_tags(visit: Visit) -> None:
    fail(visit, "fits")
    search(visit, "Adding, with completion", "key")


def bring_choice(visit: Visit) -> None:
    answer(visit, "Undone", "Yes")
    figure(visit, "Undone").locator(".undo").click()
    fail(visit, "Solves it")
    figure(visit, "Asked, by keyboard").locator("[data-value]").first.focus()
    visit.page.keyboard.press("ArrowRight")


def bring_region(visit: Visit) -> None:
    answer(visit, "Error", "Menu item")
    figure(visit, "Error").locator(".failed").wait_for()
    answer(visit, "Offline", "Menu item")
    eventually(lambda: figure(visit, "Offline").locator(".said:not(.yours)").count() == 1)
    drawing = figure(visit, "Drawing").locator("earmark-region")
    drawing.locator(".foot .quiet").focus()
    visit.page.keyboard.press("Enter")
    drawing.locator(".cut").wait_for()


def bring_span(visit: Visit) -> None:
    for caption in ("Error", "Offline"):
        if (more := figure(visit, caption).get_by_role("button", name="+")).count():
            more.click()
    fail(visit, "Product")
    mine = figure(visit, "Marking one’s own")
    mine.locator("button.quiet:has(svg)").last.click()
    mine.locator(".caret:focus").wait_for()
    for key in ("ArrowRight", "Shift+ArrowRight", "Enter"):
        visit.page.keyboard.press(key)
    mine.locator(".bar button").first.wait_for()


BRING = {
    "duplicates": bring_duplicates,
    "tags": bring_tags,
    "choice": bring_choice,
    "span": bring_span,
    "region": bring_region,
}
