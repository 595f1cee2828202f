"""Staff paste a page of theirs and see where placement rules put elements; what they paste stays where it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.conftest import Product
from tests.journeys.test_everyone_can_use_it import LOOKS, violations

pytestmark = pytest.mark.journey

PAGE = """<!doctype html><html><head><title>Thread</title><link rel="stylesheet" href="https://canary.invalid/a.css">
<base href="https://canary.invalid/"><meta http-equiv="refresh" content="0; url=https://canary.invalid/">
<script>window.top.hacked = 1; fetch("https://canary.invalid/")</script></head><body onload="top.hacked = 1">
<img src="https://canary.invalid/x.png" onerror="top.hacked = 1"><style>body { background: url(https://canary.invalid/b) }</style>
<main><h1>Archive <b onmouseover="alert(1)">function</b></h1>
<article class="post" data-id="17">My archive button does nothing.</article>
<article class="post" data-id="18"><svg onload="top.hacked = 1"></svg>Mine neither.</article>
<article class="post">No id.</article></main><iframe src="https://canary.invalid/f"></iframe>
<noscript><p class="only-without-scripts">x</p></noscript></body></html>"""

RULES = {
    "by the address": ("/t/*", "main > h1", "url", "/t/{item}", "after"),
    "by an attribute": ("/**", "article.post", "attribute", "data-id", "before"),
    "another path": ("/forum/**", "main", "url", "/t/{item}", "after"),
    "finds nothing": ("/t/*", "article.thread", "url", "/t/{item}", "after"),
    "only without scripts": ("/t/*", ".only-without-scripts", "url", "/t/{item}", "after"),
    "no such attribute": ("/t/*", "h1", "attribute", "data-id", "after"),
    "another address": ("/t/*", "h1", "url", "/thread/{item}", "after"),
}


@pytest.fixture
def trying(staff: Any, product: Product) -> Iterator[Any]:
    """The page that tries rules, with the rules above kept; what it asks of others than us is written down."""
    address = f"{product.admin}questions/placementrule/"
    staff.goto(address)
    if "article.thread" not in staff.content():
        for path, selector, item_from, item_key, where in RULES.values():
            staff.goto(f"{address}add/")
            staff.select_option("#id_question", label="duplicate")
            for name, value in (("path", path), ("selector", selector), ("item_key", item_key)):
                staff.fill(f"#id_{name}", value)
            staff.select_option("#id_item_from", item_from)
            staff.select_option("#id_where", where)
            staff.click("[name=_save]")
            staff.wait_for_url(address)
    staff.strangers = []
    staff.on(
        "request", lambda asked: product.admin.split("/admin")[0] in asked.url or staff.strangers.append(asked.url)
    )
    staff.get_by_role("link", name="Try on a page").click()
    staff.locator(".em-try #page-heading").wait_for()
    yield staff


def paste(page: Any, html: str = PAGE, address: str = "https://forum.example/t/1771529?page=2") -> None:
    """Paste a page in place of the one before, and wait until what was found is told and drawn."""
    page.fill("#html", "")
    page.get_by_text("Paste a page to see.").wait_for()
    page.fill("#address", address)
    page.fill("#html", html)
    page.get_by_text("rules put").wait_for()
    page.frame_locator("#picture iframe").locator("earmark-place").first.wait_for(state="attached")


def cards(page: Any) -> dict[str, str]:
    found = page.locator("#found .em-card").all_inner_texts()
    return dict(zip(RULES, found, strict=True))


def test_each_rule_says_where_its_element_stands_or_why_not(trying: Any) -> None:
    paste(trying)
    told = cards(trying)
    assert "Item 1771529, after html › body › main › h1" in told["by the address"]
    assert "2 places" in told["by an attribute"] and "Item 17, before" in told["by an attribute"]
    assert "1 more found, without the attribute data-id" in told["by an attribute"]
    assert "The path /t/1771529 does not match /forum/**." in told["another path"]
    assert "The selector article.thread finds nothing on this page." in told["finds nothing"]
    assert "finds nothing" in told["only without scripts"]
    assert "the attribute data-id is missing or empty" in told["no such attribute"]
    assert "No item's id is where /thread/{item} has it, in /t/1771529" in told["another address"]
    outline = trying.locator("#found .em-outline").nth(1).locator("li")
    assert outline.nth(1).inner_text() == "duplicate, item 17"
    drawn = trying.frame_locator("#picture iframe").locator("earmark-place")
    assert drawn.all_inner_texts() == [
        "Earmark: duplicate, item 1771529",
        "Earmark: duplicate, item 17",
        "Earmark: duplicate, item 18",
    ]


def test_nothing_of_what_is_pasted_runs_or_leaves(trying: Any) -> None:
    paste(trying)
    paste(trying, PAGE + "<svg><script>top.hacked = 1</script></svg><math><style><img src=x onerror=top.hacked=1>")
    trying.frame_locator("#picture iframe").locator("math").wait_for(state="attached")
    trying.wait_for_timeout(500)
    assert trying.evaluate("window.hacked") is None
    assert [url for url in trying.strangers if not url.startswith("about:")] == []
    assert trying.locator("#found img, #found script, #found svg").count() == 0


def test_a_rule_is_tried_before_it_is_kept(trying: Any) -> None:
    paste(trying)
    trying.get_by_text("Try a rule that is not kept yet").click()
    trying.fill("#draft-selector", "p{}")
    trying.get_by_text("The browser takes p{} for no selector.").wait_for()
    trying.fill("#draft-selector", "main")
    trying.fill("#draft-item-key", "/**?page={item}")
    trying.get_by_text("not kept yet · 1 place").wait_for()
    trying.get_by_role("link", name="Keep this rule").click()
    assert trying.input_value("#id_selector") == "main"
    assert trying.input_value("#id_item_key") == "/**?page={item}"


def test_what_two_rules_put_at_the_same_place_stands_once(trying: Any) -> None:
    paste(trying)
    before = trying.locator("#verdict").inner_text()
    trying.get_by_text("Try a rule that is not kept yet").click()
    trying.select_option("#draft-question", label="duplicate")
    trying.fill("#draft-item-key", "/t/{item}")
    trying.fill("#draft-selector", "h1")
    trying.get_by_text("not kept yet · 1 place").wait_for()
    told = trying.locator("#found .em-card").first.inner_text()
    assert "Another rule puts the same there; it stands once." in told
    assert trying.get_by_text("Another rule puts the same there").count() == 1
    assert trying.locator("#verdict").inner_text() == before.replace("2 of 7 rules", "3 of 8 rules")
    drawn = trying.frame_locator("#picture iframe").locator("earmark-place")
    assert drawn.first.inner_text() == "Earmark: duplicate, item 1771529" and drawn.count() == 3


@pytest.mark.parametrize("look", ["wide and light", "narrow and dark"])
def test_the_page_is_open_to_everyone(trying: Any, look: str) -> None:
    trying.emulate_media(color_scheme=LOOKS[look]["color_scheme"])
    trying.set_viewport_size(LOOKS[look]["viewport"])
    trying.reload()
    paste(trying)
    trying.get_by_text("Try a rule that is not kept yet").click()
    assert violations(trying, "'.em'") == []
    assert trying.evaluate("document.querySelector('.em').scrollWidth <= document.querySelector('.em').clientWidth")
