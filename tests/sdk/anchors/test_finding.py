"""Tests of earmark.anchors.finding: the edits that both suites read, and what must hold for any text."""

import json
from pathlib import Path

import pytest
from earmark.anchors import Elsewhere, Found, Position, Quote, TextAnchor, describe, find, look_elsewhere
from hypothesis import given, settings
from hypothesis import strategies as st

EDITS = json.loads((Path(__file__).parents[2] / "anchors" / "vectors.json").read_text())["edits"]


def unmark(marked):
    """Return a text without its brackets, and what stood between them; None where there are none."""
    text = marked.replace("⟦", "").replace("⟧", "")
    return text, (marked.index("⟦"), marked.index("⟧") - 1) if "⟦" in marked else None


@pytest.mark.parametrize("edit", EDITS, ids=[edit["why"] for edit in EDITS])
def test_words_are_found_where_a_person_finds_them(edit):
    before, (start, end) = unmark(edit["before"])
    after, right = unmark(edit["after"])
    anchor = describe(before, start, end)
    if "elsewhere" in edit:
        anchor = look_elsewhere(anchor, before)
        assert anchor.elsewhere == Elsewhere(**edit["elsewhere"])
    found = find(anchor, after)
    assert (found and (found.start, found.end)) == right, found and after[found.start : found.end]


@given(st.text(min_size=1, max_size=200), st.data())
@settings(max_examples=200, deadline=None)
def test_in_a_text_that_was_not_edited_the_words_are_where_they_were(text, data):
    text = text.encode("utf-8", "replace").decode()
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert find(describe(text, start, end), text) in (Found(start, end, 1.0), Found(start, end, 1))


@given(st.text("ab é👍\u0301", min_size=1, max_size=60), st.text("ab é👍\u0301", max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_found_lies_within_the_text_and_is_not_empty(before, after, data):
    start = data.draw(st.integers(0, len(before) - 1))
    found = find(describe(before, start, data.draw(st.integers(start + 1, len(before)))), after)
    assert found is None or (0 <= found.start < found.end <= len(after) and 0.5 <= found.sureness <= 1)


def test_no_words_are_found_nowhere():
    assert find(TextAnchor(Quote(""), Position(0, 1), ""), "a text") is None


def test_of_two_places_that_are_alike_the_nearer_one_is_found():
    line = "The log says nothing at all here, whatever I do with it, and then it stops. "
    before = line * 9
    at = before.index("nothing", 4 * len(line))
    found = find(describe(before, at, at + 7), "Hello. " + before)
    assert found.start == at + 7


def test_a_page_of_100_kilobytes_is_searched_to_its_other_end():
    filler = "".join(f"Line {n} of this page is like no other line of it. " for n in range(2200))
    marked = "Whoever reads this should know that the purple elephant was seen in the harbour at noon."
    anchor = describe(marked + " " + filler, marked.index("purple"), marked.index(" was"))
    after = filler + marked.replace("should know", "ought to know")
    assert len(after) > 100_000
    found = find(anchor, after)
    assert after[found.start : found.end] == "purple elephant"


@given(st.text("ab é👍\u0301", min_size=1, max_size=60), st.text("ab é👍\u0301", max_size=60), st.data())
@settings(max_examples=200, deadline=None)
def test_what_stands_elsewhere_takes_a_place_away_and_never_gives_another(before, after, data):
    start = data.draw(st.integers(0, len(before) - 1))
    anchor = describe(before, start, data.draw(st.integers(start + 1, len(before))))
    assert find(look_elsewhere(anchor, before), after) in (None, find(anchor, after))


def test_words_that_stand_once_stand_nowhere_else():
    text = "Nothing here is said twice over."
    assert look_elsewhere(describe(text, 8, 12), text).elsewhere == Elsewhere(0, 0.0)
