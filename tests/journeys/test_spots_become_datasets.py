"""Words of a post and parts of a picture, marked in the forum, arrive in files that spaCy and pycocotools read."""

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from pycocotools.coco import COCO
from spacy.training.converters import conll_ner_to_docs

from tests.journeys.conftest import Product, eventually, freeze

pytestmark = pytest.mark.journey

THREAD, PICTURE = "1720773", "related"
SELECT = """(words) => {
  const walker = document.createTreeWalker(document.getElementById("post"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
  }
}"""


def test_names_in_a_post_become_what_spacy_reads(visit: Any, staff: Any, product: Product, tmp_path: Path) -> None:
    page = visit("customer-1", THREAD)
    span, named = page.locator("earmark-span"), page.locator("#answered .named li")
    span.scroll_into_view_if_needed()
    row = span.get_by_role("listitem").filter(has_text="Linux").first
    row.get_by_role("button", name="Yes").click()
    named.filter(has_text="Linux").wait_for()

    page.evaluate(SELECT, "task manager")
    span.locator(".bar").get_by_role("button", name="Product").click()
    named.filter(has_text="task manager").wait_for()
    page.evaluate(SELECT, "saw tooth")
    span.locator(".bar").get_by_role("button", name="System").click()
    named.filter(has_text="saw tooth").wait_for()
    span.get_by_role("button", name="Undo: saw tooth").click()
    named.filter(has_text="saw tooth").wait_for(state="detached")

    page.reload()
    span.scroll_into_view_if_needed()
    span.get_by_role("button", name="+2").click()
    span.get_by_role("button", name="Undo: task manager").wait_for()

    files = freeze(staff, product, "products", "products", tmp_path)
    lines = [line for text in texts_of(files, ".spacy.jsonl") for line in text.splitlines()]
    (told,) = [line for line in map(json.loads, lines) if line["id"] == THREAD]
    doc = spacy.blank("en").make_doc(told["text"])
    spans = [doc.char_span(each["start"], each["end"], each["label"]) for each in told["spans"]]
    assert sorted((each.text, each.label_) for each in spans) == [("Linux", "System"), ("task manager", "Product")]
    docs = [doc for text in texts_of(files, ".iob") for doc in conll_ner_to_docs(text, no_print=True)]
    (doc,) = [doc for doc in docs if "".join(token.text for token in doc) == "".join(told["text"].split())]
    assert sorted((each.text, each.label_) for each in doc.ents) == [("Linux", "System"), ("task manager", "Product")]


def texts_of(files: dict[str, Path], ending: str) -> list[str]:
    """Return what stands in the files of a form, one for each split that holds anything."""
    return [path.read_text(encoding="utf-8") for name, path in files.items() if name.endswith(ending)]


def test_boxes_in_a_picture_become_what_pycocotools_reads(
    visit: Any, staff: Any, product: Product, tmp_path: Path
) -> None:
    page = visit("customer-1", THREAD)
    page.goto(f"{product.forum}/pictures/{PICTURE}")
    region = page.locator("earmark-region")
    region.get_by_role("button", name="Yes").first.wait_for()
    region.get_by_role("button", name="Yes").first.click()
    region.get_by_text("Button.").first.wait_for()
    region.get_by_role("button", name="Mark", exact=True).press("Enter")
    region.get_by_label("Width in %").wait_for()
    at = "document.querySelector('earmark-region').shadowRoot.activeElement?.getAttribute('aria-label')"
    eventually(lambda: (page.evaluate(at) or "").startswith("Arrows move"))
    page.keyboard.press("Enter")
    region.get_by_role("button", name="Menu").wait_for()
    page.keyboard.press("2")
    region.get_by_role("button", name="Undo: Menu").wait_for()

    def is_told() -> bool:
        page.goto(f"{product.forum}/pictures?shows=Menu")
        return page.locator(".gallery li", has_text="Related threads").count() > 0

    eventually(is_told)
    files = freeze(staff, product, "controls", "controls", tmp_path)
    all_files = [COCO(str(path)) for name, path in files.items() if name.endswith(".coco.json")]
    ((coco, image),) = [
        (coco, image) for coco in all_files for image in coco.dataset["images"] if image["item"] == f"picture-{PICTURE}"
    ]
    assert (image["width"], image["height"]) == (1360, 800)
    names = {each["id"]: each["name"] for each in coco.loadCats(coco.getCatIds())}
    found = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
    boxes = {names[each["category_id"]]: each["bbox"] for each in found}
    pushed = json.loads((Path(__file__).parents[2] / "demo/forum/data/pictures.json").read_text())
    known = next(each["buttons"] for each in pushed if each["key"] == PICTURE)
    accepted = [round(side) for side in boxes["Button"]]
    assert accepted in [[each["x"], each["y"], each["width"], each["height"]] for each in known]
    x, y, width, height = boxes["Menu"]
    assert (x + width / 2, y + height / 2) == (pytest.approx(680, abs=2), pytest.approx(400, abs=2)), "in the middle"
