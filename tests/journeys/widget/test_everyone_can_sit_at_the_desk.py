"""The desk is open to everyone: each kind in every state, in each way of looking at it."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts
from tests.journeys.widget.desk_stages import LOOKS, QUESTIONS, Desk, ends_of, sit_down, units_of
from tests.journeys.widget.test_everyone_can_use_the_widget import AXE, LEAST_PX

pytestmark = pytest.mark.journey

#: What is smaller than a fingertip; of a box that has a label, the label counts too.
SMALL = """(least) => {
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? deep(node.shadowRoot) : [])]);
  return deep(document.querySelector("main"))
    .filter((node) => node.matches("a[href], button, input, textarea, summary") && node.checkVisibility({ visibilityProperty: true }))
    .map((node) => [node.id || node.getAttribute("aria-label") || node.textContent, (node.closest("label") ?? node).getBoundingClientRect()])
    .filter(([, { width, height }]) => width < least || height < least)
    .map(([name, { width, height }]) => `${name}: ${Math.round(width)} × ${Math.round(height)}`);
}"""

#: Ask axe, which is told to judge the names of keys too, though they are one letter; what it cannot decide counts as found.
ASK = """() => {
  const contrastRatio = { normal: { expected: 4.5 }, large: { expected: 3 } };
  const options = { ignoreUnicode: true, ignoreLength: true, ignorePseudo: false, boldValue: 700, boldTextPt: 14, largeTextPt: 18, contrastRatio, pseudoSizeThreshold: 0.25 };
  axe.configure({ checks: [{ id: "color-contrast", options }] });
  return axe.run("main", { resultTypes: ["violations", "incomplete"] }).then(({ violations, incomplete }) =>
    [...violations, ...incomplete].flatMap(({ id, nodes }) => nodes.map(({ target, html, any }) => `${id}: ${target.at(-1)} ${html.slice(0, 120)} ${any[0]?.message}`)));
}"""
#: So high that the answers, which stay at the window's end, cover nothing: axe cannot see through them.
HIGH_PX = 4000


def faults_of(desk: Desk, state: str, looks: Iterable[str]) -> list[str]:
    """Return what stands in somebody's way at a desk as it is now, in each of some looks."""
    found = [f"{state}, {look}: {fault}" for look in looks for fault in _seen(desk, look)]
    desk.look("light")
    return found


def _seen(desk: Desk, look: str) -> list[str]:
    desk.look(look, height=HIGH_PX)
    if not desk.page.evaluate("'axe' in window"):
        desk.page.evaluate(f"() => {{ {AXE} }}")
    small = desk.page.evaluate(SMALL, LEAST_PX)
    is_wide = desk.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*desk.page.evaluate(ASK), *small, *["it scrolls sideways"] * is_wide]


@pytest.mark.parametrize("kind", QUESTIONS)
def test_each_state_of_a_unit_is_open_to_everyone(hosts: Hosts, kind: str) -> None:
    desk = sit_down(hosts, kind)
    assert [fault for state in units_of(desk) for fault in faults_of(desk, state, LOOKS)] == []


@pytest.mark.parametrize("kind", QUESTIONS)
def test_each_state_of_a_unit_is_open_from_the_right(hosts: Hosts, kind: str) -> None:
    desk = sit_down(hosts, kind, "ar")
    assert desk.page.locator("html").get_attribute("dir") == "rtl"
    assert [fault for state in units_of(desk) for fault in faults_of(desk, state, ["light", "320"])] == []


def test_where_no_unit_is_the_desk_is_open_to_everyone(hosts: Hosts) -> None:
    assert [fault for state, desk in ends_of(hosts, "tags") for fault in faults_of(desk, state, LOOKS)] == []


def test_where_no_unit_is_the_desk_is_open_from_the_right(hosts: Hosts) -> None:
    assert [fault for state, desk in ends_of(hosts, "tags", "ar") for fault in faults_of(desk, state, ["320"])] == []


#: Which buttons of the page hold a word that is broken: one that stands in more than one line.
BROKEN = """() => [...document.querySelectorAll("main button")].filter((button) => button.checkVisibility()).flatMap((button) =>
  [...button.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node : node.firstChild)).flatMap((text) =>
    [...text.data.matchAll(/\\S+/g)].filter(({ index, 0: word }) => {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
    }).map(([word]) => word)))"""


@pytest.mark.parametrize("words", ["", "de", "es", "ar"])
def test_no_word_of_a_door_is_broken_on_the_narrowest_page_with_the_largest_letters(hosts: Hosts, words: str) -> None:
    desk = sit_down(hosts, "pair", words).asked()
    desk.look("text-200-320")
    assert desk.page.evaluate(BROKEN) == []
    desk.answer()
    assert desk.page.evaluate(BROKEN) == []
    desk.onward()
    desk.visit.faults(deskNext={"status": 400, "code": "invalid", "times": 1})
    desk.page.locator("#skip").click()
    desk.page.locator(".alone #back").wait_for()
    assert desk.page.evaluate(BROKEN) == []
    assert faults_of(desk, "refused", ["light", "dark", "320", "text-200-320"]) == []


#: Where the lines of a guideline lie, one rectangle a paragraph, and the edges of what holds it.
LINES = """() => {
  const held = document.querySelector(".guideline").getBoundingClientRect();
  const text = document.querySelector(".guideline .text").firstChild;
  const ends = [...text.data.matchAll(/[^\\n]+/g)].map((found) => [found.index, found.index + found[0].length]);
  const lines = ends.map(([start, end]) => {
    const range = document.createRange();
    range.setStart(text, start);
    range.setEnd(text, end);
    const first = range.getClientRects()[0];
    return [first.left, first.right];
  });
  return { lines, left: held.left, right: held.right };
}"""


def test_a_guideline_in_another_script_lies_where_the_page_begins_and_reads_in_its_own_direction(hosts: Hosts) -> None:
    desk = sit_down(hosts, "pair", "ar")
    guideline = desk.page.locator(".guideline .text")

    def lie(text: str) -> dict[str, Any]:
        guideline.evaluate("(node, text) => { node.textContent = text }", text)
        found: dict[str, Any] = desk.page.evaluate(LINES)
        return found

    short = lie("Same means: one fix ends both.")
    assert abs(short["lines"][0][1] - short["right"]) < 1, "it begins where the page begins, not at the far side"
    two = lie("Same means: one fix ends both, and neither thread needs an answer of its own.\nنعم")
    (english_left, english_right), (arabic_left, arabic_right) = two["lines"]
    assert abs(english_right - two["right"]) < 1 and abs(arabic_right - two["right"]) < 1
    assert arabic_left > english_left
    assert guideline.evaluate("(node) => getComputedStyle(node).direction") == "ltr"
    long = lie("A same problem is one that a single fix would end. " * 12)
    assert long["lines"][0][0] - long["left"] >= -1, "a long one is as wide as the page lets it"
    assert long["lines"][0][1] <= long["right"] + 1
