"""Pages that change under the widget: routes, recycled rows, swapped bodies, React, placement rules."""

from typing import Any

import pytest

from tests.journeys.widget.conftest import Hosts, Visit, eventually
from tests.journeys.widget.test_no_rule_of_the_page_is_broken import RULES

pytestmark = pytest.mark.journey


def follow(visit: Visit, name: str) -> None:
    visit.page.get_by_role("link", name=name, exact=True).click()


def threads_of(visit: Visit) -> list[str]:
    """Return the items whose threads are shown, from their titles."""
    titles = visit.page.locator("earmark-duplicates").get_by_role("link").all_inner_texts()
    return sorted({title.split(",")[0].removeprefix("Like ") for title in titles if title.startswith("Like ")})


def shows(visit: Visit, item: str) -> None:
    eventually(lambda: threads_of(visit) == [item], why=f"shown: {threads_of(visit)}, not {item}")


def test_each_route_has_its_own_and_the_way_back_too(hosts: Hosts) -> None:
    visit = hosts.open("spa/t/first")
    shows(visit, "first")
    follow(visit, "Second")
    shows(visit, "second")
    follow(visit, "About")
    eventually(lambda: threads_of(visit) == [])
    visit.page.go_back()
    shows(visit, "second")
    visit.page.go_back()
    shows(visit, "first")
    assert len(visit.ledger.called("session")) == 1
    assert visit.seen("shifts") == []


def test_an_answer_stays_when_its_route_comes_back(hosts: Hosts) -> None:
    visit = hosts.open("spa/t/first")
    visit.button("Same").first.click()
    visit.settle()
    follow(visit, "Second")
    shows(visit, "second")
    follow(visit, "First")
    visit.said("Same problem.").wait_for()
    assert visit.ledger.values == ["duplicate"]


def test_fast_clicks_through_routes_end_where_the_person_is(hosts: Hosts) -> None:
    visit = hosts.open("spa/t/first", faults={"suggest": {"delay_ms": 150}})
    for name in ("Second", "First", "About", "Second", "First", "Second"):
        follow(visit, name)
        visit.page.wait_for_timeout(40)
    shows(visit, "second")
    visit.page.wait_for_timeout(600)
    assert threads_of(visit) == ["second"]


def test_an_item_that_changes_brings_its_own_list(hosts: Hosts) -> None:
    visit = hosts.open("one", item="first")
    visit.button("Same").first.click()
    visit.page.evaluate("document.querySelector('earmark-duplicates').setAttribute('item', 'second')")
    shows(visit, "second")
    live = "document.querySelector('earmark-duplicates').shadowRoot.querySelector('[aria-live]').textContent"
    assert visit.page.evaluate(live) == "", "what was said of another item is not said of this one"
    visit.page.evaluate("document.querySelector('earmark-duplicates').removeAttribute('item')")
    eventually(lambda: threads_of(visit) == [])


def test_late_content_is_found(hosts: Hosts) -> None:
    visit = hosts.open("bare")
    visit.comes_to_rest()
    assert visit.ledger.calls == []
    visit.page.evaluate(
        """() => {
          const late = document.createElement("earmark-duplicates");
          late.setAttribute("question", "duplicate"); late.setAttribute("item", "late");
          document.querySelector("main").append(late);
        }"""
    )
    shows(visit, "late")


IN_VIEW = """() => {
  const list = document.getElementById("list").getBoundingClientRect();
  return [...document.querySelectorAll("#list > .row")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= list.top && bottom <= list.bottom;
  }).map((row) => [row.querySelector("h2").textContent.replace("Thread ", ""), row.querySelector("earmark-tags").shadowRoot?.textContent.match(/About (row\\d+)/)?.[1] ?? "",
                   row.querySelector("earmark-choice").shadowRoot?.querySelectorAll("[data-value]").length]);
}"""


def test_a_recycled_row_never_shows_what_belonged_to_another(hosts: Hosts) -> None:
    visit = hosts.open("virtual")
    go = "(to) => { document.getElementById('list').scrollTop = to }"
    for to in [*range(0, 4000, 400), 120_000, 239_000, 60_000]:
        visit.page.evaluate(go, to)
        visit.page.wait_for_timeout(15)
        for name, about, _ in visit.page.evaluate(IN_VIEW):
            assert about in ("", name)
    eventually(lambda: all(name == about and count == 4 for name, about, count in visit.page.evaluate(IN_VIEW)))
    assert visit.page.evaluate("document.querySelectorAll('earmark-tags,earmark-choice').length") == 12
    assert visit.seen("shifts") == []


def test_answers_in_recycled_rows_go_to_the_row_they_were_given_in(hosts: Hosts) -> None:
    visit = hosts.open("virtual")
    visit.button("“About row0” fits").click()
    visit.page.evaluate("document.getElementById('list').scrollTop = 24000")
    visit.button("“About row101” fits").click()
    visit.page.evaluate("document.getElementById('list').scrollTop = 0")
    visit.button("Undo: About row0").wait_for()
    assert [event["answer"]["tag"] for event in visit.settle().of("judge")] == ["About row0", "About row101"]


def test_a_swapped_body_has_its_own_and_the_kept_copy_comes_alive_again(hosts: Hosts) -> None:
    visit = hosts.open("swap/t/first")
    shows(visit, "first")
    visit.button("Same").first.click()
    follow(visit, "Second")
    shows(visit, "second")
    visit.page.go_back()
    shows(visit, "first")
    visit.said("Same problem.").wait_for()
    visit.button("Related").first.click()
    assert visit.settle().values == ["duplicate", "related"]
    assert visit.ledger.most_deliveries == 1


def test_react_hydrates_what_the_server_drew_without_a_word(hosts: Hosts) -> None:
    visit = hosts.open("react", item="first")
    shows(visit, "first")
    visit.until("document.querySelector('article').dataset.mounts >= 1")
    assert visit.page.evaluate("window.reactErrors") == []


def test_react_renders_again_and_answers_stay(hosts: Hosts) -> None:
    visit = hosts.open("react", item="first")
    visit.button("Same").first.click()
    for _ in range(20):
        visit.page.click("#again")
    visit.said("Same problem.").wait_for()
    visit.page.click("#toggle")
    eventually(lambda: threads_of(visit) == [])
    visit.page.click("#toggle")
    visit.said("Same problem.").wait_for()
    visit.page.click("#other")
    shows(visit, "other")
    assert visit.settle().values == ["duplicate"]
    assert visit.page.evaluate("window.reactErrors") == []


PLACED = "[...document.querySelectorAll('earmark-duplicates,earmark-tags')].map((mark) => [mark.localName, mark.getAttribute('item'), mark.previousElementSibling?.localName, mark.nextElementSibling?.id])"


def placed(visit: Visit) -> list[Any]:
    return visit.page.evaluate(PLACED)


def test_rules_put_one_sibling_beside_what_they_find_and_move_nothing(hosts: Hosts) -> None:
    visit = hosts.open("rules/t/first", faults={"rules": RULES})
    beside = [["earmark-tags", "first", "h1", ""], ["earmark-duplicates", "first", "article", "between"]]
    eventually(lambda: placed(visit) == beside, why=f"{placed(visit)}")
    visit.page.wait_for_timeout(400)
    assert visit.seen("shifts") == []


def test_what_a_rule_placed_is_drawn_where_nothing_in_view_follows(hosts: Hosts) -> None:
    last = RULES[0] | {"selector": "#end", "item_from": "url", "item_key": "/rules/t/{item}"}
    visit = hosts.open("rules/t/first", faults={"rules": [last]})
    shows(visit, "first")
    visit.button("Same").first.click()
    assert visit.settle().values == ["duplicate"]
    assert visit.seen("shifts") == []


def test_rules_of_other_paths_are_left_alone(hosts: Hosts) -> None:
    visit = hosts.open("rules/u/first", faults={"rules": RULES})
    eventually(lambda: placed(visit))
    assert [name for name, *_ in placed(visit)] == ["earmark-duplicates"]


def test_rules_that_cannot_be_read_take_nothing_from_the_others(hosts: Hosts) -> None:
    broken = [RULES[0] | {"selector": selector} for selector in ("article[", "::before", "", "article, , p")]
    visit = hosts.open("rules/t/first", faults={"rules": [*broken, *RULES]})
    eventually(lambda: len(placed(visit)) == 2)


def test_rules_follow_the_route_of_a_single_page(hosts: Hosts) -> None:
    rule = RULES[0] | {"path": "/spa/t/*", "selector": "article", "question": "helped", "kind": "choice"}
    visit = hosts.open("spa/t/first", faults={"rules": [rule]})
    items = "[...document.querySelectorAll('earmark-choice')].map((mark) => mark.getAttribute('item'))"
    eventually(lambda: visit.page.evaluate(items) == ["first"])
    follow(visit, "Second")
    eventually(lambda: visit.page.evaluate(items) == ["second"])
    follow(visit, "About")
    eventually(lambda: visit.page.evaluate(items) == [])
    visit.page.go_back()
    eventually(lambda: visit.page.evaluate(items) == ["second"])


def test_rules_place_once_in_a_swapped_body_and_in_its_kept_copy(hosts: Hosts) -> None:
    rule = RULES[0] | {"path": "/swap/**", "selector": "article", "question": "helped", "kind": "choice"}
    visit = hosts.open("swap/t/first", faults={"rules": [rule]})
    items = "[...document.querySelectorAll('earmark-choice')].map((mark) => mark.getAttribute('item'))"
    eventually(lambda: visit.page.evaluate(items) == ["first"])
    follow(visit, "Second")
    eventually(lambda: visit.page.evaluate(items) == ["second"])
    visit.page.go_back()
    eventually(lambda: visit.page.evaluate(items) == ["first"])
    visit.page.wait_for_timeout(300)
    assert visit.page.evaluate(items) == ["first"]


def test_an_element_that_is_moved_keeps_its_answer(hosts: Hosts) -> None:
    visit = hosts.open("one", item="first")
    visit.button("Same").first.click()
    visit.said("Same problem.").wait_for()
    visit.page.evaluate("document.querySelector('main').prepend(document.querySelector('earmark-duplicates'))")
    visit.page.mouse.wheel(0, 5000)
    visit.page.evaluate("document.querySelector('main').append(document.querySelector('earmark-duplicates'))")
    visit.said("Same problem.").wait_for()
    assert visit.settle().values == ["duplicate"]


def test_elements_in_a_tree_of_the_hosts_own_come_once_the_page_says_so(hosts: Hosts) -> None:
    visit = hosts.open("bare")
    visit.page.evaluate("""() => {
      const holds = document.querySelector("main").appendChild(document.createElement("div")).attachShadow({ mode: "open" });
      const text = Object.assign(document.createElement("p"), { id: "text", textContent: document.querySelector("main p").textContent });
      const made = document.createElement("earmark-span");
      for (const [key, value] of Object.entries({ item: "asked", question: "products", for: "text" })) made.setAttribute(key, value);
      holds.append(text, made);
      earmark("scan");
    }""")
    visit.button("Yes").first.click()
    assert visit.settle().values == ["Product"]


def test_in_a_dialog_an_element_has_the_width_that_it_was_given(hosts: Hosts) -> None:
    visit = hosts.open("bare")
    visit.page.evaluate("""() => {
      const holds = document.querySelector("main").appendChild(document.createElement("dialog"));
      const made = holds.appendChild(document.createElement("earmark-duplicates"));
      for (const [key, value] of Object.entries({ item: "asked", question: "duplicate" })) made.setAttribute(key, value);
      Object.assign(made.style, { inlineSize: "40rem", maxInlineSize: "100%" });
      holds.showModal();
    }""")
    visit.button("Same").first.click()
    assert visit.page.evaluate("document.querySelector('earmark-duplicates').offsetWidth") == 640
    assert visit.settle().values == ["duplicate"]


TREE = """(slotted) => {
  const main = document.querySelector("main"), holds = document.createElement("div"), made = document.createElement("earmark-choice");
  for (const [key, value] of Object.entries({ item: "asked", question: "tone" })) made.setAttribute(key, value);
  const after = Object.assign(document.createElement("p"), { textContent: "What follows." });
  const tree = holds.attachShadow({ mode: "open" });
  if (slotted) {
    tree.append(document.createElement("slot"), after);
    holds.append(made);
  } else tree.append(made);
  main.append(holds, ...(slotted ? [] : [after]));
  earmark("scan");
}"""


@pytest.mark.parametrize("is_slotted", [False, True], ids=["within", "slotted"])
def test_what_follows_a_tree_of_the_hosts_own_is_not_moved(hosts: Hosts, is_slotted: bool) -> None:
    visit = hosts.open("bare")
    visit.page.evaluate(TREE, is_slotted)
    eventually(lambda: visit.ledger.called("session"))
    visit.page.wait_for_timeout(500)
    assert visit.seen("shifts") == []
    assert visit.page.locator("earmark-choice [data-value]").count() == 0


def test_an_element_in_another_document_is_empty_and_has_its_answer_once_it_is_back(hosts: Hosts) -> None:
    visit = hosts.open("one", item="first")
    visit.button("Same").first.click()
    visit.settle()
    visit.page.evaluate("""() => {
      const frame = document.querySelector("main").appendChild(document.createElement("iframe"));
      window.made = document.querySelector("earmark-duplicates");
      frame.contentDocument.body.append(made);
    }""")
    visit.page.wait_for_timeout(500)
    assert visit.page.evaluate("made.shadowRoot.childNodes.length") == 0
    visit.page.evaluate("document.querySelector('main').append(made)")
    visit.said("Same problem.").wait_for()


def test_nothing_comes_while_somebody_types_in_a_field_of_the_hosts_own_kind(hosts: Hosts) -> None:
    visit = hosts.open("bare")
    visit.page.evaluate("""() => {
      const holds = document.querySelector("main").appendChild(document.createElement("div"));
      holds.attachShadow({ mode: "open" }).append(document.createElement("input"));
      earmark("scan");
    }""")
    eventually(lambda: visit.ledger.called("session"))
    visit.page.locator("input").press_sequentially("a word")
    visit.page.evaluate("""() => {
      const made = document.querySelector("main").appendChild(document.createElement("earmark-duplicates"));
      for (const [key, value] of Object.entries({ item: "asked", question: "duplicate" })) made.setAttribute(key, value);
    }""")
    visit.page.wait_for_timeout(600)
    assert visit.ledger.called("suggest") == []
    visit.button("Same").first.wait_for()


@pytest.mark.parametrize("is_within", [False, True], ids=["in the page", "in a tree of the host's own"])
def test_what_is_typed_in_a_field_of_ours_holds_nothing_up(hosts: Hosts, is_within: bool) -> None:
    visit = hosts.open("one", item="first")
    visit.button("Same").first.wait_for()
    visit.page.evaluate(
        """(isWithin) => {
      window.made = document.querySelector("earmark-duplicates");
      if (isWithin) document.querySelector("main").appendChild(document.createElement("div")).attachShadow({ mode: "open" }).append(made);
    }""",
        is_within,
    )
    visit.button("Search for another").click()
    visit.page.evaluate("performance.now = () => 1e6")  # a pause after the last key would have no end
    visit.page.get_by_role("combobox").press("a")
    visit.page.evaluate("made.setAttribute('item', 'second')")
    visit.page.get_by_role("link", name="Like second").first.wait_for()
