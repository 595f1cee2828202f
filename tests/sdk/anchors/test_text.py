"""Tests of earmark.anchors.text."""

import json
from pathlib import Path

import pytest
from earmark.anchors import read_html, read_text, text_of

TEXTS = json.loads((Path(__file__).parents[2] / "anchors" / "vectors.json").read_text())["texts"]


@pytest.mark.parametrize("known", TEXTS, ids=[known["why"] for known in TEXTS])
def test_markup_is_read_as_it_counts(known):
    assert read_html(known["html"]) == known["text"]


@pytest.mark.parametrize(
    "shown",
    [
        "<p>One line.<br>Another.</p><p>A  third.</p>",
        "<pre>One line.\r\nAnother.\r\n\r\nA third.</pre>",
        "One line. Another. A third.",
    ],
)
def test_a_plain_text_is_the_same_however_a_page_shows_it(shown):
    assert read_html(shown) == read_text("One line.\r\nAnother.\n\nA third.\n")


def test_a_lone_surrogate_counts_as_the_replacement_character():
    assert read_text(json.loads('"a \\ud83d b"')) == "a \ufffd b"


def test_an_items_text_is_its_body_read_as_it_says_that_it_is():
    markup = "<p>One &amp; two</p><p>three</p>"
    assert text_of(markup, {"format": "html"}) == "One & two three"
    assert text_of("One\n\n <two>", {}) == text_of("One\n\n <two>", {"format": 3}) == "One <two>"
