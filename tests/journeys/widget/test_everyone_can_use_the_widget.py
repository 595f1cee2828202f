"""The widget is open to everyone: every state of each kind, in each way of looking at it."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.journeys.widget.conftest import BASE, KINDS, Hosts
from tests.journeys.widget.stages import LOOKS, TEXT_200, recolour, stage

pytestmark = pytest.mark.journey

AXE = (BASE / "widget/node_modules/axe-core/axe.min.js").read_text()
#: What axe cannot decide, with what we know of it: rule and selector → why it is well.
EXPLAINED: dict[tuple[str, str], str] = {}
LEAST_PX = 24
#: Looks that differ in colours alone: a page is brought to its states once, and then seen in each.
COLOURS = ("light", "dark", "forced")
SMALL = """(least) => {
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? deep(node.shadowRoot) : [])]);
  return [...document.querySelectorAll("figure")].flatMap(deep)
    .filter((node) => node.matches("a[href], button, input, [role=option], [tabindex='0']") && node.checkVisibility({ visibilityProperty: true }))
    .map((node) => [node.getAttribute("aria-label") ?? node.textContent, node.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < least || height < least)
    .map(([name, { width, height }]) => `${name}: ${Math.round(width)} × ${Math.round(height)}`);
}"""


def asked_of_axe(page: Any) -> tuple[list[str], list[str]]:
    """Return axe's violations, and what it could not decide and we do not explain."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {AXE} }}")
    found = json.loads(
        page.evaluate(
            "axe.run('main', { resultTypes: ['violations', 'incomplete'] }).then((result) => JSON.stringify(result))"
        )
    )
    told = {
        what: [(one["id"], node) for one in found[what] for node in one["nodes"]]
        for what in ("violations", "incomplete")
    }
    say = lambda rule, node: f"{rule}: {node['target'][-1]} {node['html'][:120]} {node['any'][:1]}"  # noqa: E731
    open_ones = [
        (rule, node) for rule, node in told["incomplete"] if (rule, str(node["target"][-1][-1])) not in EXPLAINED
    ]
    return [say(*one) for one in told["violations"]], [say(*one) for one in open_ones]


@pytest.mark.parametrize("looks", [COLOURS, *((look,) for look in LOOKS if look not in COLOURS)], ids="-".join)
@pytest.mark.parametrize("kind", KINDS)
def test_each_state_is_open_to_everyone(hosts: Hosts, kind: str, looks: tuple[str, ...]) -> None:
    visit = stage(hosts, kind, looks[0])
    for look in looks:
        recolour(visit, look)
        violations, undecided = asked_of_axe(visit.page)
        assert (look, violations) == (look, [])
        assert (look, undecided) == (look, [])
        assert (look, visit.page.evaluate(SMALL, LEAST_PX)) == (look, [])
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{look}: it scrolls sideways"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_for_who_wants_no_motion(hosts: Hosts, kind: str) -> None:
    visit = hosts.open("one", kind=kind, options={"reduced_motion": "reduce"})
    visit.page.locator("[data-value]").first.wait_for()
    moving = """(tag) => [...document.querySelector(tag).shadowRoot.querySelectorAll("*")].filter((node) => {
      const { transitionDuration, animationName } = getComputedStyle(node);
      return parseFloat(transitionDuration) > 0 || animationName !== "none";
    }).length"""
    assert visit.page.evaluate(moving, f"earmark-{kind}") == 0


@pytest.mark.parametrize("words", ["en", "de", "es", "ar"])
def test_every_word_is_in_the_language_that_was_asked_for(hosts: Hosts, words: str) -> None:
    """Of the words that stand in the cards, none is left in English where another language is asked for."""
    visit = hosts.open("thread", words=words)
    visit.until(
        "document.querySelectorAll('main *').length > 0 && [...document.querySelectorAll('earmark-duplicates,earmark-tags,earmark-choice')].every((mark) => mark.shadowRoot?.querySelector('[data-value]'))"
    )
    names = """[...document.querySelectorAll("earmark-duplicates,earmark-tags,earmark-choice")]
      .flatMap((mark) => [...mark.shadowRoot.querySelectorAll("button,h2,[aria-label]")])
      .map((node) => node.getAttribute("aria-label") ?? node.textContent)"""
    told = visit.page.evaluate(names)
    english = (
        "About this question",
        "Not sure",
        "Different",
        "Related",
        "does not fit",
        "Add tag",
        "Same",
        "Read “",
        "Search",
        "Why am I",
    )
    assert {word for word in english for name in told if word in name} == (set(english) if words == "en" else set())


#: What is wrong with a card: words on two lines that would have room on one, and what reaches out of it.
CRAMPED = """() => {
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((node) => [node, ...(node.shadowRoot ? deep(node.shadowRoot) : [])]);
  const card = deep(document).find((node) => node.matches("section[part=card]"));
  const { left, right } = card.getBoundingClientRect(), room = card.clientWidth - 80, wrong = new Set();
  const isDrawn = (node) => !node.closest(".unseen, svg") && node.checkVisibility();
  for (const node of card.querySelectorAll("*")) {
    const box = node.getBoundingClientRect();
    if (isDrawn(node) && (box.left < left - 1 || box.right > right + 1)) wrong.add(`outside: ${node.localName} ${node.textContent}`);
  }
  const texts = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    if (!isDrawn(text.parentElement)) continue;
    for (const { 0: word, index } of text.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = [...range.getClientRects()].filter(({ width }) => width);
      const width = lines.reduce((sum, line) => sum + line.width, 0);
      if (new Set(lines.map(({ top }) => Math.round(top))).size > 1 && width < room) wrong.add(`cut: ${word}`);
    }
  }
  return [...wrong];
}"""


@pytest.mark.parametrize("letters", ["100%", "200%"])
@pytest.mark.parametrize("words", ["de", "ar"])
@pytest.mark.parametrize("kind", KINDS)
def test_on_the_narrowest_phone_no_word_is_cut_that_has_room_and_nothing_sticks_out(
    hosts: Hosts, kind: str, words: str, letters: str
) -> None:
    script = TEXT_200.replace("200%", letters)
    query = {"words": words, "lang": words, "dir": "rtl" if words == "ar" else "ltr"}
    visit = hosts.open(
        "one", options={"viewport": {"width": 320, "height": 720}}, scripts=(script,), kind=kind, **query
    )
    visit.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    first = visit.page.locator("[data-value]").first
    first.wait_for()
    assert visit.page.evaluate(CRAMPED) == []
    first.click()
    visit.page.locator(".undo").first.wait_for()
    visit.settle()
    assert visit.page.evaluate(CRAMPED) == []


@pytest.mark.parametrize("kind", ["duplicates", "tags"])
def test_on_the_narrowest_phone_a_refusal_and_a_search_stay_within_the_card(hosts: Hosts, kind: str) -> None:
    visit = hosts.open(
        "one", options={"viewport": {"width": 320, "height": 720}}, scripts=(TEXT_200,), kind=kind, item="error",
        words="de", lang="de",
    )  # fmt: skip
    visit.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    visit.page.locator("[data-value]").first.click()
    visit.page.locator(".failed").wait_for()
    assert visit.page.evaluate(CRAMPED) == []
    visit.page.locator("button.quiet:has(svg)").last.click()
    visit.page.get_by_role("combobox").fill("nirgendwo")
    visit.page.locator(".find .ask").get_by_text("Nichts gefunden").wait_for()
    assert visit.page.evaluate(CRAMPED) == []


#: Of each row of related threads: its title, where its answers lie, and how wide their lines are.
ROWS = """() => [...document.querySelectorAll("earmark-duplicates")].flatMap((mark) => [...mark.shadowRoot.querySelectorAll(".row")]).map((row) => ({
  title: row.querySelector(".title").textContent,
  answers: [...row.querySelectorAll(".seg button")].map((one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    return { left, top, right, bottom, line: getComputedStyle(one).borderTopWidth };
  }),
}))"""


@pytest.mark.parametrize("words", ["de", "ar"])
def test_answers_that_stand_in_several_lines_are_told_apart_by_a_line(hosts: Hosts, words: str) -> None:
    lie = {"dir": "rtl"} if words == "ar" else {}
    narrow = {"viewport": {"width": 300 if words == "de" else 240, "height": 900}}
    visit = hosts.open("thread", options=narrow, words=words, lang=words, **lie)
    visit.page.locator("earmark-duplicates").scroll_into_view_if_needed()
    visit.page.locator(".seg").first.wait_for(state="attached")
    for row in visit.page.evaluate(ROWS):
        answers = row["answers"]
        tops = sorted({answer["top"] for answer in answers})
        assert len(tops) > 1, "they wrap"
        assert {answer["line"] for answer in answers} == {"1px"}
        for above, below in pairwise(tops):
            ends = {answer["bottom"] for answer in answers if answer["top"] == above}
            assert ends == {below + 1}, "the line of the one is that of the other"


def test_who_hears_an_answer_hears_which_thread_it_is_about(hosts: Hosts) -> None:
    visit = hosts.open("thread")
    visit.page.locator(".seg").first.wait_for(state="attached")
    titles = [row["title"] for row in visit.page.evaluate(ROWS)]
    nodes = visit.page.context.new_cdp_session(visit.page).send("Accessibility.getFullAXTree")["nodes"]
    told = {
        node["nodeId"]: {key: node.get(key, {}).get("value", "") for key in ("role", "name", "description")}
        for node in nodes
    }
    groups = [
        node
        for node in nodes
        if told[node["nodeId"]]["role"] == "toolbar" and "same problem" in told[node["nodeId"]]["name"]
    ]
    assert [told[group["nodeId"]]["name"] for group in groups] == [
        f"Is it the same problem as “{title}”?" for title in titles
    ]
    for group, title in zip(groups, titles, strict=True):
        answers = [told[key] for key in group["childIds"]]
        assert [answer["name"] for answer in answers] == ["Same", "Related", "Different", "Not sure"]
        assert {answer["description"] for answer in answers} == {title}
