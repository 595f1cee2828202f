"""On each page and for each kind: no policy is broken, nothing is thrown, nobody else is asked, nothing moves."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.widget.conftest import KINDS, Hosts, Visit
from tests.journeys.widget.desk_stages import QUESTIONS, sit_down

pytestmark = pytest.mark.journey

RULES = [
    {
        "question": "duplicate", "kind": "pair", "path": "/rules/**", "selector": "article[data-thread=first]",
        "item_from": "attribute", "item_key": "data-thread", "where": "after", "reserve_px": 520,
    },
    {
        "question": "topics", "kind": "tags", "path": "/rules/t/*", "selector": "article[data-thread=first]",
        "item_from": "url", "item_key": "/rules/t/{item}", "where": "before", "reserve_px": 132,
    },
]  # fmt: skip
#: Every page, and what of the widget stands on it once it has answered.
PAGES = {
    "one kind=duplicates words=ar dir=rtl": ["earmark-duplicates"],
    "one kind=duplicates item=hostile": ["earmark-duplicates"],
    "one kind=tags item=hostile": ["earmark-tags"],
    "duplicates": ["earmark-duplicates"],
    "tags": ["earmark-tags"],
    "choice": ["earmark-choice"],
    "span": ["earmark-span"],
    "one kind=span item=hostile": ["earmark-span"],
    "one kind=region item=hostile": ["earmark-region"],
    "region": ["earmark-region"],
    "thread": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "thread policy=dynamic": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "amid": [],
    "tailwind": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "spa/t/first": ["earmark-duplicates", "earmark-tags"],
    "virtual": ["earmark-tags", "earmark-choice"],
    "swap/t/first": ["earmark-duplicates"],
    "react": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "twice": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "crossing": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "frames": [],
    "rtl words=ar dir=rtl lang=ar": ["earmark-duplicates", "earmark-tags", "earmark-choice"],
    "rules/t/first": [],
    "bare": [],
}
DRAWN = "(tag) => [...document.querySelectorAll(tag)].some((mark) => mark.shadowRoot?.querySelector('section:not([aria-busy] *)')?.offsetHeight > 20 && !mark.shadowRoot.querySelector('[aria-busy]'))"


@dataclass
class Walk:
    """What a visitor's way down a page and back brought to light."""

    violations: list[str]
    shifts: list[Any]
    title: str


def walk(hosts: Hosts, named: str) -> Walk:
    """Open a page, wait for the answer, scroll to the end and back, and say what was seen."""
    path, *query = named.split()
    visit = hosts.open(path, faults={"rules": RULES}, **dict(one.split("=") for one in query))
    for tag in PAGES[named]:
        visit.until(DRAWN, tag)
    visit.page.wait_for_timeout(200)
    scroll(visit, 8)
    scroll(visit, -8)
    return Walk(visit.seen("violations"), visit.seen("shifts"), visit.page.title())


def scroll(visit: Visit, steps: int) -> None:
    visit.page.mouse.move(300, 400)
    for _ in range(abs(steps)):
        visit.page.mouse.wheel(0, 500 if steps > 0 else -500)
        visit.page.wait_for_timeout(40)


@pytest.mark.parametrize("named", PAGES)
def test_no_policy_is_broken_and_nothing_moves(hosts: Hosts, named: str) -> None:
    found = walk(hosts, named)
    assert found.violations == []
    assert found.shifts == []
    assert found.title != "broken"


@pytest.mark.parametrize("kind", KINDS)
def test_no_policy_is_broken_by_what_a_person_does(hosts: Hosts, kind: str) -> None:
    """Answer, take back, open the menu, search: every chunk comes and draws under the strict policy."""
    visit = hosts.open("one", kind=kind)
    first = {"duplicates": "Same", "tags": "“Archive” fits", "choice": "Solves it", "span": "Yes", "region": "Yes"}[
        kind
    ]
    visit.button(first).first.click()
    visit.button("Undo: Archive" if kind == "tags" else "Undo", exact=False).first.click()
    visit.button("About this question").click()
    visit.button("Your marks").click()
    door = {"duplicates": "Search for another", "tags": "Add tag"}.get(kind)
    if door:
        visit.button(door).click()
        visit.page.get_by_role("combobox").fill("key" if kind == "tags" else "archive")
        visit.page.get_by_role("option").first.wait_for()
    if kind == "region":
        visit.button("Mark").click()
        visit.page.get_by_label("Width in %").wait_for()
    visit.page.wait_for_timeout(200)
    assert visit.seen("violations") == []
    assert visit.settle().malformed == []


@pytest.mark.parametrize("kind", QUESTIONS)
def test_no_policy_is_broken_at_the_desk(hosts: Hosts, kind: str) -> None:
    desk = sit_down(hosts, kind).asked()
    if kind == "span":
        desk.visit.button("Mark words").click()
        desk.page.locator(".caret").wait_for()
    if kind == "region":
        desk.visit.button("Mark").click()
        desk.page.get_by_label("Width in %").wait_for()
    desk.page.keyboard.press("Escape")
    desk.answer().onward().asked()
    assert desk.visit.seen("violations") == []


def test_growth_amid_a_text_waits_until_nobody_sees_it(hosts: Hosts) -> None:
    visit = hosts.open("amid")
    heights = "[...document.querySelectorAll('earmark-duplicates,earmark-tags,earmark-choice')].map((mark) => mark.offsetHeight)"
    visit.until("document.querySelector('earmark-duplicates').shadowRoot")
    visit.page.wait_for_timeout(600)
    *in_view, _below = visit.page.evaluate(heights)
    assert in_view == [0, 0, 0], "nothing grows where somebody reads on below it"
    scroll(visit, 2)
    visit.until(f"{heights}.every((height) => height > 20)")
    assert visit.page.evaluate(
        "[...document.querySelectorAll('earmark-duplicates')].at(-1).getBoundingClientRect().top > innerHeight"
    )
    scroll(visit, 6)
    scroll(visit, -8)
    visit.until("document.querySelector('h1').getBoundingClientRect().top > 0")
    assert visit.seen("shifts") == []


def test_each_page_of_the_proving_ground_is_walked(hosts: Hosts) -> None:
    from tests.journeys.widget.conftest import BASE

    made = {path.stem for path in (BASE / "tests/widget/pages").glob("*.html")}
    assert made - {named.split()[0].split("/")[0] for named in PAGES} == {"hostile", "versions"}, (
        "these have tests of their own"
    )
