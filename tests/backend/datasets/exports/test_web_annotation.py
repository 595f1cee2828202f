"""What the Web Annotation Data Model asks of an annotation, a page and a collection, by its sections."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from earmark.anchors import describe

from backend.datasets.exports.web_annotation import Annotated, Collections, annotation_of, iri_of

TEXT = "👍🏽 שלום Firefox hangs"
IRI = re.compile(r"^(https?://|urn:)[^\x00-\x20<>\"{}|\\^`\x7f]+$")
MOTIVATIONS = {
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing", "highlighting", "identifying",
    "linking", "moderating", "questioning", "replying", "tagging",
}  # fmt: skip


def words(**facts: Any) -> Annotated:
    told = {"unit": "1/7", "item": "5", "url": "https://forum.example/t/5", "picture": "", "label": "Product"}
    anchor = {"anchor": describe(TEXT, 8, 15).wire, "probability": 0.97, "settled_at": "2026-03-01T12:00:00+00:00"}
    return Annotated(**(told | anchor | facts))


def box(**facts: Any) -> Annotated:
    return words(**{"anchor": {"region": "xywh=percent:10,20,30,40"}, "picture": "/shots/a b.png"} | facts)


def check_annotation(found: dict[str, Any]) -> None:
    """Section 3.1: one IRI, the type, one target or more; 3.2.4 and 3.3.5 of bodies; 3.3.2 of times; 4 of targets."""
    assert IRI.match(found["id"]) and found["type"] == "Annotation"
    assert found["motivation"] in MOTIVATIONS and found["body"]["purpose"] in MOTIVATIONS
    assert found["body"]["type"] == "TextualBody" and isinstance(found["body"]["value"], str)
    assert found["created"].endswith("Z") and datetime.fromisoformat(found["created"])
    assert IRI.match(found["target"]["source"]["id"]) and found["target"]["source"]["type"] in {"Text", "Image"}
    selectors = found["target"]["selector"]
    for selector in selectors if isinstance(selectors, list) else [selectors]:
        check_selector(selector)


def check_selector(found: dict[str, Any]) -> None:
    """Section 4.2: what a selector of each type has."""
    if found["type"] == "TextQuoteSelector":
        assert set(found) == {"type", "exact", "prefix", "suffix"} and found["exact"]
    elif found["type"] == "TextPositionSelector":
        assert set(found) == {"type", "start", "end"} and 0 <= found["start"] < found["end"]
    else:
        assert (found["type"], found["conformsTo"]) == ("FragmentSelector", "http://www.w3.org/TR/media-frags/")
        assert re.match(r"^xywh=percent:[\d.]+,[\d.]+,[\d.]+,[\d.]+$", found["value"])


def test_words_are_annotated_as_the_model_asks_and_found_by_quote_and_by_code_points():
    found = annotation_of(words())
    check_annotation(found)
    quote, position = found["target"]["selector"]
    assert TEXT[position["start"] : position["end"]] == quote["exact"] == "Firefox"
    assert quote["prefix"] + quote["exact"] + quote["suffix"] in TEXT
    assert found["body"]["value"] == "Product" and found["created"] == "2026-03-01T12:00:00Z"
    assert found["target"]["source"]["id"] == "https://forum.example/t/5"


def test_a_part_of_a_picture_is_a_media_fragment_of_it_seen_in_its_page():
    found = annotation_of(box())
    check_annotation(found)
    assert found["target"]["source"]["id"] == "https://forum.example/shots/a%20b.png"
    assert found["target"]["scope"] == "https://forum.example/t/5"


@pytest.mark.parametrize("address", ["", "/t/5", "javascript:alert(1)", "http://[", "mailto:a@b.example", "https:///x"])
def test_what_has_no_address_on_the_web_is_named_by_a_uuid_that_stays(address):
    for spot in (words(url=address), box(url=address, picture=address)):
        found = annotation_of(spot)
        check_annotation(found)
        assert found["target"]["source"]["id"].startswith("urn:uuid:")
        assert found["target"]["source"]["item"] == "5" and "scope" not in found["target"]
        assert found == annotation_of(spot)
    assert annotation_of(words(url=address, item="6"))["target"]["source"]["id"] != found["target"]["source"]["id"]


def test_an_address_keeps_its_letters_and_loses_what_no_iri_has():
    assert iri_of('https://ü.example/日本 "a"?q={x}&p=%20') == "https://ü.example/日本%20%22a%22?q=%7Bx%7D&p=%20"


def test_each_split_is_a_collection_of_one_page_that_holds_all_it_counts(tmp_path):
    with Collections(tmp_path, name="1/products", label="Products") as collections:
        for number, split in enumerate(["train", "test", "train"]):
            collections.write(words(unit=str(number), label="two\u2028lines"), split)
    assert collections.counts == {"train": 2, "test": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test.annotations.jsonld", "train.annotations.jsonld"]
    for split, count in collections.counts.items():
        held = json.loads((tmp_path / f"{split}.annotations.jsonld").read_text())
        check_collection(held, count)
        assert held["label"] == f"Products, {split}"


def check_collection(held: dict[str, Any], count: int) -> None:
    """Sections 5.1 and 5.2: types, IRIs, the total, and a first page that lists in order from 0."""
    assert held["@context"][0] == "http://www.w3.org/ns/anno.jsonld" and "probability" in held["@context"][1]
    assert held["type"] == "AnnotationCollection" and IRI.match(held["id"]) and held["total"] == count
    page = held["first"]
    assert page["type"] == "AnnotationPage" and held["last"] == page["id"] and IRI.match(page["id"])
    assert page["startIndex"] == 0 and len({each["id"] for each in page["items"]}) == count == len(page["items"])
    for each in page["items"]:
        check_annotation(each)
        assert "@context" not in each


def test_terms_of_our_own_are_defined_and_a_chance_nobody_knows_is_left_out():
    found = annotation_of(words(probability=None, settled_at=None))
    assert "probability" not in found and "created" not in found
