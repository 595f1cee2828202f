"""Words of a host's text are marked by mouse, by touch and by keys, at any size, and the text stays what it was."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, Visit, eventually
from tests.journeys.widget.test_it_leaves_as_it_came import MARKUP, of_ours, without_widget
from tests.journeys.widget.test_keys_do_everything import judged, keys

pytestmark = pytest.mark.journey

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SIZES: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1200, "height": 900}},
    "phone": PHONE,
    "zoom-200": {"viewport": {"width": 600, "height": 450}, "device_scale_factor": 2},
    "low": {"viewport": {"width": 900, "height": 300}},
}
#: Select words as a person does, and return where they are on the screen.
SELECT = """([words, last]) => {
  const node = document.querySelector("main > p").firstChild;
  const at = last ? node.data.lastIndexOf(words) : node.data.indexOf(words);
  getSelection().setBaseAndExtent(node, at, node, at + words.length);
}"""
WHERE = """(words) => {
  const node = document.querySelector("main > p").firstChild;
  const range = document.createRange();
  const at = node.data.indexOf(words);
  range.setStart(node, at);
  range.setEnd(node, at + words.length);
  const { left, top, right, bottom } = range.getClientRects()[0];
  return { left, top, right, bottom };
}"""
DRAWN = "Object.fromEntries([...CSS.highlights].map(([name, all]) => [name.slice(8), [...all].map(String)]))"
ROW = "() => document.querySelector('earmark-span').shadowRoot.activeElement?.closest('li')?.querySelector('q').textContent"
COUNT_CHANGES = """addEventListener("DOMContentLoaded", () => {
  window.changes = [];
  new MutationObserver((all) => window.changes.push(...all.map(({ type, target }) => `${type} ${target.nodeName}`)))
    .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
});"""


def opened(hosts: Hosts, **how: Any) -> Visit:
    visit = hosts.open("one", kind="span", **how)
    visit.page.locator("[data-value]").first.wait_for()
    return visit


def select(visit: Visit, words: str) -> Any:
    """Select words of the host's text, and return the bar that opens."""
    visit.page.evaluate(SELECT, [words, False])
    bar = visit.page.locator(".bar")
    bar.wait_for()
    return bar


def marked(visit: Visit) -> list[tuple[str, str, str]]:
    return [
        (event["answer"]["anchor"]["quote"]["exact"], event["answer"]["value"], event["via"])
        for event in visit.settle().of("judge")
    ]


def test_words_are_marked_with_the_mouse_and_taken_back(hosts: Hosts) -> None:
    visit = opened(hosts)
    where = visit.page.evaluate(WHERE, "POP3 accounts")
    visit.page.mouse.click(where["left"] + 1, where["top"] + 8)
    visit.page.locator(".layer").wait_for(state="attached")  # what hears of the button comes with the first click
    visit.page.mouse.move(where["left"] + 1, where["top"] + 8)
    visit.page.mouse.down()
    visit.page.mouse.move(where["right"] - 1, where["top"] + 8, steps=4)
    assert visit.page.locator(".bar:visible").count() == 0, "nothing opens while the button is down"
    visit.page.mouse.up()
    visit.page.locator(".bar").get_by_role("button", name="Protocol").click()
    assert marked(visit) == [("POP3 accounts", "Protocol", "mouse")]
    assert visit.page.evaluate(DRAWN)["own"] == ["POP3 accounts"]
    visit.button("Undo: POP3 accounts").click()
    assert len(visit.settle().of("undo")) == 1
    assert "own" not in visit.page.evaluate(DRAWN)
    assert visit.seen("shifts") == [] and visit.seen("violations") == []


def test_words_are_marked_by_touch(hosts: Hosts) -> None:
    visit = opened(hosts, options=PHONE)
    bar = select(visit, "POP3 accounts")
    bar.get_by_role("button", name="Protocol").tap()
    assert marked(visit) == [("POP3 accounts", "Protocol", "touch")]
    where = visit.page.evaluate(WHERE, "IMAP")
    visit.page.touchscreen.tap(where["left"] + 4, where["top"] + 6)
    eventually(lambda: visit.page.evaluate(ROW) == "IMAP", why="a tap on a mark leads to its row")
    assert visit.page.evaluate(DRAWN)["now"] == ["IMAP"], "and the row shows its mark"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", ["SeaMonkey", "to archive", "work again"])
def test_the_bar_is_in_the_window_and_never_over_the_words(hosts: Hosts, size: str, words: str) -> None:
    visit = opened(hosts, options=SIZES[size])
    box = select(visit, words).bounding_box()
    where = visit.page.evaluate(WHERE, words)
    assert box["x"] >= 0 and box["x"] + box["width"] <= SIZES[size]["viewport"]["width"]
    assert box["y"] >= 0 and box["y"] + box["height"] <= SIZES[size]["viewport"]["height"]
    assert box["y"] >= where["bottom"] or box["y"] + box["height"] <= where["top"]
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def test_the_bar_follows_its_words_as_the_page_is_scrolled(hosts: Hosts) -> None:
    visit = opened(hosts, options=SIZES["low"])
    bar = select(visit, "to archive")
    apart = lambda: bar.bounding_box()["y"] - visit.page.evaluate(WHERE, "to archive")["bottom"]  # noqa: E731
    before = apart()
    visit.page.mouse.wheel(0, 40)
    eventually(lambda: visit.page.evaluate("scrollY") > 0)
    eventually(lambda: abs(apart() - before) <= 1, why="it stays behind")


MOVES = {
    "what stands before them grows": "document.querySelector('h1').style.marginBottom = '120px'",
    "the page runs the other way": "document.documentElement.dir = 'rtl'",
}


@pytest.mark.parametrize("what", MOVES)
def test_what_stands_around_words_chosen_by_keys_follows_them_where(hosts: Hosts, what: str) -> None:
    visit = opened(hosts)
    visit.button("Mark words").click()
    visit.page.locator(".caret:focus").wait_for()
    caret = "document.querySelector('earmark-span').shadowRoot.activeElement.getBoundingClientRect().toJSON()"

    def follows() -> bool:
        word, around = visit.page.evaluate(WHERE, "In SeaMonkey"), visit.page.evaluate(caret)
        down = (around["top"] + around["bottom"] - word["top"] - word["bottom"]) / 2
        return bool(abs(around["left"] - word["left"]) < 2 and abs(down) < 2)

    before = visit.page.evaluate(WHERE, "In SeaMonkey")
    eventually(follows)
    visit.page.evaluate(MOVES[what])
    assert visit.page.evaluate(WHERE, "In SeaMonkey") != before
    eventually(follows, within_s=10, why="it stays where they were")


def test_keys_mark_words_from_the_load_of_the_page_to_undo(hosts: Hosts) -> None:
    typist = keys(hosts, "span")
    passed = typist.tab_to("Mark words")
    assert passed == ["Yes", "Yes"], "one stop for each row"
    typist.press("Enter")
    typist.page.locator(".caret:focus").wait_for()
    typist.press("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight")
    eventually(lambda: typist.said == "moving messages", why=typist.said)
    typist.press("Enter", "ArrowRight", "ArrowRight", "ArrowLeft")
    assert typist.at == "Protocol2"
    typist.press("Enter")
    assert typist.at == "Undo: moving messages" and typist.said == "Protocol."
    assert judged(typist.visit) == [("Protocol", "keyboard")]
    typist.press("Enter")
    assert typist.at == "Mark words" and typist.said == "Taken back."
    assert len(typist.visit.settle().of("undo")) == 1


def test_keys_go_by_sentences_and_by_characters(hosts: Hosts) -> None:
    typist = keys(hosts, "span")
    typist.tab_to("Mark words")
    typist.press("Enter")
    typist.page.locator(".caret:focus").wait_for()
    now = lambda: typist.page.evaluate(DRAWN)["now"][0]  # noqa: E731
    for sentence in ("Control+ArrowRight", "Alt+ArrowRight"):
        typist.press(sentence)
        assert now().endswith(".") and now()[0] in "IT"
    typist.press("Space", "ArrowRight", "Shift+ArrowRight")
    assert now() == "hi" and typist.page.evaluate("history.length") <= 2
    typist.press("2")
    assert typist.visit.ledger.values == [], "a digit means nothing before the bar is open"
    typist.press("Enter", "Escape", "Escape")
    assert typist.at == "Mark words"


@pytest.mark.parametrize(("direction", "forward"), [("ltr", "ArrowRight"), ("rtl", "ArrowLeft")])
def test_a_boundary_is_moved_by_keys(hosts: Hosts, direction: str, forward: str) -> None:
    typist = keys(hosts, "span", dir=direction)
    typist.tab_to("Yes")
    typist.press(forward, forward)
    assert typist.at == "Move its boundary"
    typist.press("Enter")
    typist.page.locator(".handle:focus").wait_for()
    typist.press(forward, "Enter", "Enter")
    assert marked(typist.visit) == [("SeaMonkey 2.53.8 moving", "Product", "keyboard")]
    assert typist.at == "Undo: SeaMonkey 2.53.8"


def test_a_boundary_is_moved_with_the_mouse(hosts: Hosts) -> None:
    visit = opened(hosts)
    visit.button("Move its boundary").first.click()
    handle = visit.page.locator(".handle").last
    box = handle.bounding_box()
    to = visit.page.evaluate(WHERE, "moving")["right"]
    visit.page.mouse.move(box["x"] + 12, box["y"] + 12)
    visit.page.mouse.down()
    visit.page.mouse.move(to, box["y"] + 14, steps=6)
    visit.page.mouse.up()
    visit.page.locator(".bar").get_by_role("button", name="Product").click()
    assert marked(visit) == [("SeaMonkey 2.53.8 moving", "Product", "mouse")]


def test_the_page_is_what_it_was_while_words_are_marked_and_after(hosts: Hosts) -> None:
    before = without_widget(hosts, "one", kind="span")
    visit = opened(hosts, scripts=(COUNT_CHANGES,))
    visit.page.evaluate("window.changes.length = 0")
    select(visit, "POP3").get_by_role("button", name="Version").click()
    visit.button("Yes").first.click()
    assert set(visit.page.evaluate(DRAWN)) == {"guess", "own", "now"}
    assert visit.page.evaluate("window.changes") == [], "no node of the host's is touched"
    assert visit.page.evaluate(MARKUP) == before[0]
    visit.page.evaluate("earmark('destroy')")
    visit.page.wait_for_timeout(100)
    assert visit.page.evaluate(MARKUP) == before[0]
    assert of_ours(visit) == []
    assert visit.page.evaluate("CSS.highlights.size + document.adoptedStyleSheets.length") == 0


def test_marks_follow_a_text_that_the_host_changes(hosts: Hosts) -> None:
    visit = opened(hosts)
    visit.page.evaluate(
        "document.querySelector('main > p').textContent = 'Good morning. In SeaMonkey 2.53.8 moving messages to archive fails. I saw this after upgrading from 2.53.6. This affects both IMAP and POP3 accounts.'"
    )
    visit.until(f"({DRAWN}).guess?.join() === 'SeaMonkey 2.53.8,IMAP'")
    visit.page.evaluate("document.querySelector('main > p').textContent = 'All of it works now, thank you.'")
    visit.until(f"!({DRAWN}).guess")
    assert visit.button("Yes").count() == 0


def test_without_highlights_boxes_over_the_lines_show_the_marks(hosts: Hosts) -> None:
    visit = opened(hosts, scripts=("delete CSS.highlights;",))
    box = """document.querySelector("earmark-span").shadowRoot.querySelector(".over .guess")?.getBoundingClientRect().toJSON()"""

    def lies() -> bool:
        drawn, where = visit.page.evaluate(box), visit.page.evaluate(WHERE, "SeaMonkey 2.53.8")
        return bool(drawn) and abs(drawn["x"] - where["left"]) <= 1 and abs(drawn["y"] - where["top"]) <= 1

    eventually(lies, why="no box lies over the words")  # each time that they are drawn the boxes are others
    select(visit, "POP3").get_by_role("button", name="Version").click()
    eventually(lambda: visit.page.locator(".over .own").count() == 1)
    assert visit.seen("violations") == []


def test_the_bar_of_words_that_fill_the_window_is_in_it(hosts: Hosts) -> None:
    visit = opened(hosts, options={"viewport": {"width": 320, "height": 200}})
    visit.page.evaluate("scrollTo(0, 0)")
    visit.page.evaluate("getSelection().selectAllChildren(document.querySelector('main > p'))")
    bar = visit.page.locator(".bar")
    bar.wait_for()
    visit.page.evaluate("scrollBy(0, document.querySelector('main > p').getBoundingClientRect().top + 30)")
    inside = lambda: 0 <= bar.bounding_box()["y"] <= 200 - bar.bounding_box()["height"]  # noqa: E731
    eventually(inside, why="it stands out of the window")


def test_the_bars_of_two_questions_about_a_text_stand_apart(hosts: Hosts) -> None:
    visit = opened(hosts)
    visit.page.evaluate("""() => {
      document.querySelector("main > p").id = "text";
      const other = document.querySelector("earmark-span").cloneNode();
      other.setAttribute("for", "text");
      document.querySelector("main").append(other);
    }""")
    visit.until("document.querySelectorAll('earmark-span')[1].shadowRoot.querySelector('[data-value]')")
    visit.page.evaluate(SELECT, ["POP3", False])
    bars = visit.page.locator(".bar:visible")
    eventually(lambda: bars.count() == 2)
    first, second = sorted((bar.bounding_box() for bar in bars.all()), key=lambda box: box["y"])
    assert first["y"] + first["height"] <= second["y"]


def test_a_row_brings_its_words_into_view_where_the_text_is_scrolled_alone(hosts: Hosts) -> None:
    visit = opened(hosts)
    visit.page.evaluate("""() => {
      const { style } = document.querySelector("main > p");
      [style.width, style.height, style.overflow] = ["200px", "60px", "auto"];
    }""")
    inside = """() => {
      const range = [...CSS.highlights.get("earmark-guess")].find((one) => `${one}` === "IMAP");
      const { top, bottom } = range.getBoundingClientRect();
      const room = document.querySelector("main > p").getBoundingClientRect();
      return top >= room.top && bottom <= room.bottom;
    }"""
    assert not visit.page.evaluate(inside)
    visit.page.locator(".lead", has_text="IMAP").click()
    eventually(lambda: visit.page.evaluate(inside), why="the words stay out of view")


def test_in_forced_colours_which_paint_all_marks_alike_lines_tell_guesses_from_answers(hosts: Hosts) -> None:
    visit = opened(hosts, options={"forced_colors": "active"})
    visit.button("Yes").first.click()
    line = """(look) => {
      const { textDecorationLine, textDecorationStyle } = getComputedStyle(document.querySelector("main > p"), `::highlight(earmark-${look})`);
      return `${textDecorationLine} ${textDecorationStyle}`;
    }"""
    assert [visit.page.evaluate(line, look) for look in ("guess", "own")] == ["underline dotted", "underline solid"]


def test_words_of_a_text_in_a_shadow_tree_are_marked_with_the_mouse(hosts: Hosts) -> None:
    visit = opened(hosts)
    visit.page.evaluate("""() => {
      const main = document.querySelector("main");
      const tree = Object.assign(document.createElement("div"), { id: "shadow" });
      tree.attachShadow({ mode: "open" }).append(...main.querySelectorAll(":scope > p, earmark-span"));
      main.append(tree);
    }""")
    visit.page.locator("[data-value]").first.wait_for()
    where = visit.page.evaluate("""() => {
      const node = document.getElementById("shadow").shadowRoot.querySelector("p").firstChild;
      const range = document.createRange();
      range.setStart(node, node.data.indexOf("POP3"));
      range.setEnd(node, node.data.indexOf("POP3") + 4);
      const { left, top, right } = range.getBoundingClientRect();
      return { left, top, right };
    }""")
    visit.page.mouse.move(where["left"] + 1, where["top"] + 8)
    visit.page.mouse.down()
    visit.page.mouse.move(where["right"] - 1, where["top"] + 8, steps=4)
    visit.page.mouse.up()
    visit.page.locator(".bar").get_by_role("button", name="Protocol").click()
    assert marked(visit) == [("POP3", "Protocol", "mouse")]
