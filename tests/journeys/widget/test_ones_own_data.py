"""One's own marks and data, from the menu of any card: taken back as far as the server says so, handed over, deleted."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.widget.conftest import KINDS, Hosts, Visit, eventually
from tests.journeys.widget.stages import LOOKS, TEXT_200
from tests.journeys.widget.test_everyone_can_use_the_widget import SMALL, asked_of_axe

pytestmark = pytest.mark.journey

FIRST = {"duplicates": "Same", "tags": "“Archive” fits", "choice": "Solves it", "span": "Yes", "region": "Yes"}
#: The words on the way, in each language that a look speaks.
WORDS = {
    "en": ("About this question", "Your marks", "Delete my data", "Delete for good"),
    "de": ("Über diese Frage", "Ihre Markierungen", "Meine Daten löschen", "Endgültig löschen"),
    "es": ("Sobre esta pregunta", "Tus marcas", "Borrar mis datos", "Borrar para siempre"),
    "ar": ("عن هذا السؤال", "علاماتك", "حذف بياناتي", "حذف نهائي"),
}
STORED = "Object.keys(sessionStorage).filter((key) => key.startsWith('earmark:'))"


def marked(hosts: Hosts, kind: str = "duplicates", **options: Any) -> Visit:
    """Open a page, give one answer, and open the list of one's marks."""
    visit = hosts.open("one", kind=kind, **options)
    visit.button(FIRST[kind]).first.click()
    visit.settle()
    visit.button("About this question").click()
    visit.button("Your marks").click()
    visit.button("Delete my data").wait_for()
    return visit


def test_taking_back_is_told_once_it_is_done_and_a_failure_is_shown(hosts: Hosts) -> None:
    visit = marked(hosts)
    note = visit.page.locator(".note")
    visit.faults(events={"delay_ms": 700, "status": 400, "code": "invalid", "times": 1})
    note.locator(".undo").click()
    assert note.locator("li").count() == 1 and "Taken back." not in visit.page.locator("[aria-live]").inner_text()
    note.locator("li .failed").wait_for()
    note.locator(".undo").click()
    note.locator("li.gone").wait_for()
    assert visit.page.locator("[aria-live]").inner_text() == "Taken back."
    assert note.get_by_text("Taken back.").last.is_visible() and not note.locator(".undo").is_visible()
    assert len(visit.settle().of("undo")) == 1
    assert visit.seen("shifts") == []


def test_an_undo_that_waits_for_the_network_says_so(hosts: Hosts) -> None:
    visit = marked(hosts)
    visit.page.context.set_offline(True)
    visit.page.locator(".note .undo").click()
    visit.page.locator(".note li", has_text="Sends when online.").wait_for()
    visit.page.context.set_offline(False)
    visit.page.locator(".note li.gone").wait_for()
    assert len(visit.settle().of("undo")) == 1


def test_ones_data_is_a_file_of_ones_own(hosts: Hosts) -> None:
    visit = marked(hosts)
    with visit.page.expect_download() as coming:
        visit.button("Download my data").click()
    assert coming.value.suggested_filename == "my-data.json"
    told = json.loads(Path(coming.value.path()).read_text())
    assert [row.get("value") for row in told["records"]] == [None, "duplicate"]
    visit.page.locator(".note", has_text="Downloaded.").wait_for()
    assert visit.seen("violations") == []


@pytest.mark.parametrize("kind", KINDS)
def test_deleted_nothing_is_shown_sent_or_kept_any_more(hosts: Hosts, kind: str) -> None:
    visit = marked(hosts, kind)
    visit.button("Delete my data").click()
    visit.button("Delete for good").click()
    visit.page.get_by_text("Your data is deleted.").first.wait_for()
    calls = len(visit.ledger.calls)
    card = visit.page.locator(f"earmark-{kind} .note")
    assert card.is_visible() and visit.page.locator(f"earmark-{kind} button").count() == 0
    visit.page.evaluate("document.querySelector('main').lastElementChild.setAttribute('item', 'another')")
    visit.page.evaluate("dispatchEvent(new Event('online'))")
    visit.page.wait_for_timeout(1200)
    assert len(visit.ledger.calls) == calls
    assert visit.page.evaluate(STORED) == []
    assert visit.seen("shifts") == []


def test_deleted_amid_a_page_nothing_moves(hosts: Hosts) -> None:
    visit = hosts.open("thread", options={"viewport": {"width": 1200, "height": 1400}})
    visit.button("Same").first.click()
    visit.settle()
    end = visit.page.locator("#end").bounding_box()
    duplicates = visit.page.locator("earmark-duplicates")
    duplicates.get_by_role("button", name="About this question").click()
    visit.button("Your marks").click()
    visit.button("Delete my data").click()
    opened = visit.page.locator("#end").bounding_box()
    visit.button("Delete for good").click()
    visit.page.get_by_text("Your data is deleted.").first.wait_for()
    visit.page.wait_for_timeout(400)
    assert visit.page.locator("earmark-tags button, earmark-choice button").count() == 0
    assert visit.page.locator("#end").bounding_box() == opened and end is not None
    assert visit.seen("shifts") == []


def test_by_keys_alone_it_is_asked_once_more_kept_and_then_deleted(hosts: Hosts) -> None:
    visit = marked(hosts)
    press = visit.page.keyboard.press
    focused = "(() => { let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at.textContent })()"
    for _ in range(3):
        press("Tab")
    assert visit.page.evaluate(focused) == "Delete my data"
    press("Enter")
    assert visit.page.evaluate(focused) == "Keep my data"
    press("Escape")
    assert visit.page.evaluate(focused) == "Delete my data"
    press("Enter")
    press("Shift+Tab")
    assert visit.page.evaluate(focused) == "Delete for good"
    press("Enter")
    eventually(lambda: visit.page.evaluate(focused).startswith("Your data is deleted."))


@pytest.mark.parametrize("look", [*LOOKS, "de", "es"])
def test_each_step_is_open_to_everyone(hosts: Hosts, look: str) -> None:
    options, query = LOOKS.get(look, ({}, {"words": look, "lang": look}))
    visit = hosts.open("one", options=options, scripts=(TEXT_200,) if look == "text-200" else (), **query)
    menu, marks, delete, sure = WORDS[query.get("words", "en")]
    visit.page.locator("[data-value]").first.click()
    visit.settle()
    for name in (menu, marks, delete, sure):
        visit.button(name).last.click()
        visit.page.wait_for_timeout(150)
        violations, undecided = asked_of_axe(visit.page)
        assert (name, violations, undecided) == (name, [], [])
        assert visit.page.evaluate(SMALL.replace("figure", "main"), 24) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: it scrolls sideways"
