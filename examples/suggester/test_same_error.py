"""Run with `pytest examples/suggester`; a suggester needs no server to be tried."""

from datetime import UTC, datetime, timedelta

import pytest
from earmark.suggesters import Item, ItemIndex
from same_error import SameError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def item(key, title, body="", days=0):
    return Item(key, title, body, created_at=NOON + timedelta(days=days))


@pytest.fixture
def index():
    made = ItemIndex()
    made.apply(
        [
            item("1", "Crash on start", "java.lang.NullPointerException at Main"),
            item("2", "Cannot save", "It says E_2041 and NullPointerException."),
            item("3", "The exception list is empty", "A pointer to null would help."),
        ]
    )
    return made


def test_items_that_name_the_same_error_are_found_with_the_reason(index):
    found = SameError().suggest(item("9", "It fails", "NullPointerException again", days=1), index, 5)
    assert {each.candidate_id: each.reasons for each in found} == {
        "1": ["both name NullPointerException"],
        "2": ["both name NullPointerException"],
    }
    assert all(0 < each.score < 1 for each in found)


def test_an_error_that_few_items_name_tells_more(index):
    best, *_ = SameError().suggest(item("9", "E_2041 NullPointerException", days=1), index, 5)
    assert (best.candidate_id, best.reasons) == ("2", ["both name E_2041"])


def test_how_sure_it_is_does_not_depend_on_how_many_are_wanted(index):
    asked = item("9", "NullPointerException", days=1)
    assert SameError().suggest(asked, index, 1)[0].score == SameError().suggest(asked, index, 20)[0].score


@pytest.mark.parametrize("name", [f"Very{'Long' * 20}Exception", f"0x{'7' * 70}"])
def test_a_name_too_long_for_the_index_says_nothing(index, name):
    index.apply([item("4", "very slow"), item("5", f"It says {name}")])
    assert SameError().suggest(item("9", name, days=1), index, 5) == []


def test_an_item_that_names_no_error_abstains(index):
    assert SameError().suggest(item("9", "The exception list", days=1), index, 5) == []


def test_later_items_and_the_item_itself_are_no_candidates(index):
    assert SameError().suggest(item("1", "NullPointerException", days=-1), index, 5) == []
    assert [each.candidate_id for each in SameError().suggest(item("2", "NullPointerException", days=1), index, 5)] == [
        "1"
    ]
