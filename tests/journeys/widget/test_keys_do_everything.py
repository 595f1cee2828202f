"""A keyboard does everything that a mouse can, and the focus is never lost."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, Visit, eventually

pytestmark = pytest.mark.journey

FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node === document.body ? "" : (node.getAttribute("aria-label") ?? node.textContent).trim();
}"""
SAID = "(tag) => document.querySelector(tag).shadowRoot.querySelector('[aria-live=polite]').textContent"
RING = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(node.closest(".find") ?? node);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
}"""
FIRST = "Archive message action does not work"


class Keys:
    """Someone without a mouse."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page = visit.page
        self.tag = self.page.evaluate("document.querySelector('main').lastElementChild.localName")

    @property
    def at(self) -> str:
        return str(self.page.evaluate(FOCUSED))

    @property
    def said(self) -> str:
        return str(self.page.evaluate(SAID, self.tag))

    def press(self, *names: str) -> "Keys":
        for name in names:
            self.page.keyboard.press(name)
        return self

    def type(self, words: str) -> None:
        """Type into the field that was opened, once it is there, and at once, so that it is searched for once."""
        self.page.get_by_role("combobox").wait_for()
        self.page.keyboard.insert_text(words)

    def tab_to(self, name: str, *, back: bool = False) -> list[str]:
        """Press Tab until something of this name has the focus; return what was passed on the way."""
        passed = []
        for _ in range(30):
            self.press("Shift+Tab" if back else "Tab")
            if self.at == name:
                assert self.page.evaluate(RING), f"no ring around {name}"
                return passed
            passed.append(self.at)
        raise AssertionError(f"{name} was not reached; passed: {passed}")


def keys(hosts: Hosts, kind: str, **query: str) -> Keys:
    visit = hosts.open("one", kind=kind, **query)
    visit.page.locator("[data-value]").first.wait_for()
    return Keys(visit)


def judged(visit: Visit) -> list[Any]:
    return [(event["answer"]["value"], event["via"]) for event in visit.settle().of("judge")]


def test_a_group_of_answers_is_one_stop(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates")
    passed = typist.tab_to("Search for another")
    assert passed.count("Same") == 2
    assert not {"Related", "Different", "Not sure"} & set(passed)
    assert typist.press("Tab").at == "", "and the widget lets the focus go"


@pytest.mark.parametrize(
    ("direction", "forward", "backward"), [("ltr", "ArrowRight", "ArrowLeft"), ("rtl", "ArrowLeft", "ArrowRight")]
)
def test_arrows_follow_the_direction_of_the_words(hosts: Hosts, direction: str, forward: str, backward: str) -> None:
    typist = keys(hosts, "duplicates", dir=direction)
    typist.tab_to("Same")
    assert [typist.press(forward).at for _ in range(3)] == ["Related", "Different", "Not sure"]
    assert typist.press(backward).at == "Different"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_pair_an_answer_goes_to_undo_and_undo_returns(hosts: Hosts, key: str) -> None:
    typist = keys(hosts, "duplicates")
    typist.tab_to("Same")
    typist.press("ArrowRight", key)
    assert typist.at == f"Undo: {FIRST}" and typist.said == "Related."
    typist.visit.settle()
    assert typist.at == f"Undo: {FIRST}", "the receipt leaves the focus alone"
    typist.press(key)
    assert typist.at == "Related" and typist.said == "Taken back."
    typist.press("ArrowRight", key)
    assert typist.at == f"Undo: {FIRST}"
    assert judged(typist.visit) == [("related", "keyboard"), ("different", "keyboard")]
    assert len(typist.visit.ledger.of("undo")) == 1


def test_pair_a_thread_is_read_in_place_and_escape_returns(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates")
    chevron = f"Read “{FIRST}” here"

    def is_open(state: str) -> bool:
        return typist.page.get_by_role("button", name=chevron, expanded=state == "open").is_visible()

    typist.tab_to(chevron)
    typist.press("Enter")
    eventually(lambda: is_open("open") and typist.at == chevron)
    typist.page.get_by_text("Paragraph 12.").wait_for()
    typist.tab_to("Open the thread")
    typist.press("Escape")
    assert is_open("closed") and typist.at == chevron
    typist.press("Space")
    eventually(lambda: is_open("open"))
    typist.press("Enter")
    eventually(lambda: is_open("closed") and typist.at == chevron)
    assert [event["candidate"] for event in typist.visit.settle().of("expand")] == ["1718839"] * 2


def test_pair_a_long_text_is_scrolled_by_keys_and_moves_nothing_else(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates")
    typist.page.get_by_role("button", name=f"Read “{FIRST}” here").click()
    typist.page.get_by_text("Paragraph 12.").wait_for()
    typist.tab_to(FIRST)
    text = typist.page.get_by_role("group", name=FIRST)
    assert text.evaluate("(node) => node === node.getRootNode().activeElement")
    typist.press("End")
    eventually(lambda: text.evaluate("(node) => node.scrollTop > 0"))
    assert typist.visit.seen("shifts") == []


def test_pair_another_thread_is_found_by_arrows(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates")
    typist.tab_to("Search for another")
    typist.press("Enter")
    box = typist.page.get_by_role("combobox")
    assert box.evaluate("(node) => node === node.getRootNode().activeElement")
    typist.type("copying imap")
    typist.page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    typist.press("ArrowDown")
    chosen = box.get_attribute("aria-activedescendant")
    assert chosen and typist.page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    typist.press("Enter")
    assert typist.at == "Same", "the focus is on the answers to what was found"
    typist.press("Enter")
    assert typist.at.startswith("Undo: Fix copying")
    assert [event["candidate"] for event in typist.visit.settle().of("judge")] == ["1719980"]


def test_pair_escape_leaves_the_search_in_two_steps(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates")
    typist.tab_to("Search for another")
    typist.press("Enter")
    typist.type("archive")
    typist.page.get_by_role("option").first.wait_for()
    typist.press("Escape")
    assert typist.page.get_by_role("option").count() == 0
    assert typist.page.get_by_role("combobox").count() == 1
    typist.press("Escape")
    assert typist.at == "Search for another"


def test_pair_a_list_nobody_is_asked_about_is_marked_by_keys(hosts: Hosts) -> None:
    visit = hosts.open("one", item="quiet")
    visit.button("Mark").first.wait_for()
    typist = Keys(visit)
    typist.tab_to("Mark")
    typist.press("Enter")
    assert typist.at == "Same"
    typist.press("ArrowLeft", "Enter")
    assert typist.at == f"Undo: {FIRST}"
    assert judged(visit) == [("unsure", "keyboard")]


def test_pair_what_was_not_saved_is_tried_again_or_left_by_keys(hosts: Hosts) -> None:
    typist = keys(hosts, "duplicates", item="error")
    typist.tab_to("Same")
    typist.press("Enter")
    typist.visit.said("Not saved.").wait_for()
    assert typist.at in ("Leave it", "Try again"), "the focus stays in the row"
    typist.visit.settle()
    if typist.at == "Leave it":
        typist.press("Tab")
    typist.press("Enter")
    typist.visit.said("Not saved.").wait_for()
    typist.tab_to("Leave it", back=typist.at == "Try again")
    typist.press("Enter")
    assert typist.at == "Same"


@pytest.mark.parametrize("kind", ["duplicates", "tags", "choice", "span"])
def test_the_menu_opens_and_closes_by_keys(hosts: Hosts, kind: str) -> None:
    typist = keys(hosts, kind)
    typist.tab_to("About this question")
    typist.press("Enter")
    typist.page.get_by_text("We show this to a few people a week.").wait_for()
    typist.tab_to("Your marks")
    typist.press("Enter")
    typist.page.get_by_text("You have not marked anything yet.").first.wait_for()
    typist.press("Escape")
    eventually(lambda: typist.at == "About this question", why=f"focus is on {typist.at!r}")
    typist.page.get_by_text("We show this to a few people a week.").wait_for(state="hidden")
    typist.press("Enter")
    typist.page.get_by_text("We show this to a few people a week.").wait_for()
    typist.tab_to("Hide these questions")
    typist.press("Enter")
    assert len(typist.visit.settle().of("hide")) == 1
    assert typist.at != "", "hiding does not lose the focus"


def test_tags_are_kept_and_sent_away_by_keys(hosts: Hosts) -> None:
    typist = keys(hosts, "tags")
    passed = typist.tab_to("Add tag")
    assert passed == ["“Archive” fits"], "one stop for all tags"
    typist.tab_to("“Archive” fits", back=True)
    assert [typist.press("ArrowRight").at for _ in range(3)] == [
        "“Archive” does not fit",
        "“Regression” fits",
        "“Regression” does not fit",
    ]
    typist.press("Enter")
    assert typist.at == "Undo: Regression" and typist.said == "Does not fit."
    typist.press("Enter")
    assert typist.at == "“Regression” does not fit" and typist.said == "Taken back."
    typist.press("ArrowLeft", "Space")
    assert typist.at == "Undo: Regression" and typist.said == "Fits."
    typist.press("Delete")
    assert typist.at == "“Regression” fits"
    assert judged(typist.visit) == [("does_not_fit", "keyboard"), ("fits", "keyboard")]
    typist.press("Enter")
    assert typist.at == "Undo: Regression"
    assert typist.visit.settle().values[-1] == "fits"


def test_a_tag_is_added_with_completion_by_keys(hosts: Hosts) -> None:
    typist = keys(hosts, "tags")
    typist.tab_to("Add tag")
    typist.press("Enter")
    typist.type("key")
    typist.page.get_by_role("option", name="Keyboard shortcuts").wait_for()
    typist.press("ArrowDown", "Enter")
    assert typist.at == "Undo: Keyboard shortcuts"
    assert [event["answer"]["tag"] for event in typist.visit.settle().of("judge")] == ["Keyboard shortcuts"]


@pytest.mark.parametrize(("question", "count"), [("topics", 0), ("words", 1)])
def test_a_new_tag_is_offered_only_where_the_question_allows_it(hosts: Hosts, question: str, count: int) -> None:
    typist = keys(hosts, "tags", question=question)
    typist.tab_to("Add tag")
    typist.press("Enter")
    with typist.page.expect_response("**/v1/search"):
        typist.type("quokka")
    typist.page.locator(f".find {'.list' if count else '.ask'}:not([hidden])").wait_for()
    assert typist.page.get_by_role("option").count() == count
    if count:
        typist.press("ArrowDown", "Enter")
        assert typist.at == "Undo: quokka"
        assert [event["answer"]["tag"] for event in typist.visit.settle().of("judge")] == ["quokka"]


@pytest.mark.parametrize(("question", "first", "second"), [("tone", "Solves it", "Asks back"), ("helped", "Yes", "No")])
def test_choice_an_answer_goes_to_undo_and_undo_returns(hosts: Hosts, question: str, first: str, second: str) -> None:
    typist = keys(hosts, "choice", question=question, attributes="thumbs")
    assert first not in typist.tab_to(first)
    typist.press("ArrowRight", "Enter")
    assert typist.at == f"Undo: {second}"
    typist.visit.settle()
    typist.press("Enter")
    assert typist.at == second and typist.said == "Taken back."
    typist.press("ArrowLeft", "Space")
    assert typist.at == f"Undo: {first}"
    assert judged(typist.visit) == [(second, "keyboard"), (first, "keyboard")]
