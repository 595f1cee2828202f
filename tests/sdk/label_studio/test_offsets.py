"""Offsets as Label Studio counted them before and after its version 1.4, told apart by the words."""

import pytest
from earmark.anchors import TextAnchor
from earmark.label_studio.offsets import Stretch, anchors_of

FACES = "👋🏽 Roberto Jr"


def quotes(text, *spans):
    found = anchors_of(text, [Stretch(*span) for span in spans])
    return [each.quote.exact if isinstance(each, TextAnchor) else each.code for each in found]


def test_since_1_4_code_points_are_counted():
    assert quotes(FACES, (3, 10, "Roberto"), (11, 13, "Jr")) == ["Roberto", "Jr"]


def test_before_it_utf_16_units_were_and_the_words_tell():
    assert quotes(FACES, (5, 12, "Roberto"), (13, 15, "Jr")) == ["Roberto", "Jr"]


def test_the_spans_of_one_annotation_are_counted_in_one_way_where_they_can_be():
    text = "👋aaaa b"  # from 1 to 2 in code points and from 2 to 3 in UTF-16 stands the same sign
    assert [each.position.start for each in anchors_of(text, [Stretch(3, 4, "a"), Stretch(7, 8, "b")])] == [2, 6]
    assert [each.position.start for each in anchors_of(text, [Stretch(3, 4, "a"), Stretch(6, 7, "b")])] == [3, 6]


def test_without_words_offsets_are_code_points():
    assert quotes(FACES, (3, 10)) == ["Roberto"]


def test_one_that_fits_nowhere_is_told_and_the_others_are_taken():
    assert quotes(FACES, (3, 10, "Roberto"), (0, 2, "Jr"), (900, 901, "x")) == [
        "Roberto",
        "another_quote",
        "no_stretch",
    ]


@pytest.mark.parametrize("span", [(5, 5), (7, 3), (-1, 2), (0, 99)])
def test_what_is_no_stretch_of_the_text_is_none(span):
    assert quotes(FACES, span) == ["no_stretch"]


def test_a_span_that_ends_inside_of_a_character_is_none():
    assert quotes("👋👋👋", (0, 3, "👋x")) == ["another_quote"]


def test_cr_lf_may_have_been_one_sign_in_the_browser():
    assert quotes("a\r\nb\r\nFirefox", (4, 11, "Firefox")) == ["Firefox"]
    assert quotes("a\r\nb\r\nFirefox", (6, 13, "Firefox")) == ["Firefox"]


def test_ends_of_line_in_words_are_told_as_they_are_or_as_backslash_and_n():
    assert quotes("two\nlines", (0, 9, "two\\nlines")) == ["two lines"]
    assert quotes("two\nlines", (0, 9, "two\nlines")) == ["two lines"]


def test_anchors_count_in_the_text_as_it_counts_in_which_white_space_is_one():
    [anchor] = anchors_of("  I  use\n\n Firefox ", [Stretch(11, 18, "Firefox")])
    assert (anchor.position.start, anchor.position.end) == (6, 13)
    [blank] = anchors_of("a  b", [Stretch(2, 3, " ")])
    assert blank.code == "no_stretch"
    [end] = anchors_of("ab  ", [Stretch(1, 4, "b")])
    assert end.quote.exact == "b"
