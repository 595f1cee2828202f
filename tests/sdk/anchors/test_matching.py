"""Tests of earmark.anchors.matching against the tables that it spares us."""

from earmark.anchors.matching import OPEN, OTHER, SAME, align, scan
from hypothesis import given, settings
from hypothesis import strategies as st

LETTERS = st.text("abc", max_size=14)


def errors_by_the_whole_table(pattern, text):
    """The table of Sellers (1980): row by row, column by column."""
    above, found = list(range(len(pattern) + 1)), []
    for sign in text:
        column = [0]
        for row, wanted in enumerate(pattern, 1):
            column.append(min(above[row] + 1, column[-1] + 1, above[row - 1] + (wanted != sign)))
        above = column
        found.append(column[-1])
    return found


@given(st.text("abc", min_size=1, max_size=80), st.text("abc", max_size=120))
@settings(max_examples=300, deadline=None)
def test_the_scan_counts_as_the_whole_table_does(pattern, text):
    assert list(scan(pattern, text)) == errors_by_the_whole_table(pattern, text)


def test_the_same_text_aligns_with_itself():
    aligned = align("words", "many words here", range(0))
    assert (aligned.score, aligned.places) == (5 * SAME, [5, 6, 7, 8, 9])


def test_one_other_letter_is_exchanged_and_a_long_insertion_is_stepped_over():
    assert align("abcdefghij", "abcdXfghij", range(0)).places == list(range(10))
    assert align("abcdefghij", "abcdXfghij", range(0)).score == 9 * SAME + OTHER
    apart = align("abcdefghijklmnop", "abcdefgh" + "." * 20 + "ijklmnop", range(0))
    assert apart.places == [*range(8), *range(28, 36)]
    assert apart.score == 16 * SAME + OPEN - 19


def test_what_is_missing_has_no_place():
    assert align("abcdefghijklmnop", "abcdefklmnop", range(0)).places == [0, 1, 2, 3, 4, 5, *[None] * 4, *range(6, 12)]


@given(LETTERS, LETTERS)
@settings(deadline=None)
def test_places_rise_and_none_is_used_twice(pattern, text):
    places = [place for place in align(pattern, text, range(0)).places if place is not None]
    assert places == sorted(set(places))
