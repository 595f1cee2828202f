"""Tests of earmark.suggesters.reading, and of searching for some terms where all score."""

from datetime import timedelta

import pytest
from earmark.suggesters import Item, ItemIndex, LexicalSuggester, Term
from earmark.suggesters import reading as module
from earmark.suggesters.reading import worth_reading

from tests.sdk.conftest import NOON

TERMS = [
    Term("body", "common", 1.0),
    Term("body", "rare", 1.0),
    Term("body", "single", 1.0),
    Term("title", "unused", 9.0),
]


@pytest.fixture(scope="module")
def large():
    """Ninety items say “common”, ten of them “rare”, one “single”."""
    index = ItemIndex()
    said = ["common" + " rare" * (at < 10) + " single" * (at == 0) for at in range(90)]
    index.apply([Item(f"{at:02}", f"title{at}", body, created_at=NOON) for at, body in enumerate(said)])
    return index


@pytest.fixture
def little_is_read(monkeypatch):
    monkeypatch.setattr(module, "LEAST_READ", 20)
    monkeypatch.setattr(module, "READ_SHARE", 0.0)


def test_in_an_index_of_usual_size_every_term_is_searched(large):
    assert worth_reading(TERMS, large.snapshot()) is TERMS


@pytest.mark.usefixtures("little_is_read")
def test_of_more_than_may_be_read_the_rare_words_are_kept(large):
    assert [term.word for term in worth_reading(TERMS, large.snapshot())] == ["rare", "single", "unused"]


@pytest.mark.usefixtures("little_is_read")
def test_a_word_is_searched_however_many_say_it_where_there_is_no_other(large):
    assert worth_reading(TERMS[:1], large.snapshot()) == TERMS[:1]
    assert worth_reading([], large.snapshot()) == []


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_of_a_larger_index_more_is_read(large, monkeypatch, share):
    monkeypatch.setattr(module, "LEAST_READ", 0)
    monkeypatch.setattr(module, "READ_SHARE", share)
    kept = worth_reading([Term("body", "common", 1.0), Term("body", "rare", 1.0)], large.snapshot())
    assert [term.word for term in kept] == ["rare"]  # 90 and 10 are more than 45, and than 90


@pytest.mark.usefixtures("little_is_read")
def test_what_some_terms_find_is_scored_by_all(large, monkeypatch):
    asking = Item("new", "a new title", "common rare words", created_at=NOON + timedelta(days=1))
    some = LexicalSuggester().suggest(asking, large, 5)
    monkeypatch.setattr(module, "LEAST_READ", 10**6)
    every = LexicalSuggester().suggest(asking, large, 5)
    assert [each.candidate_id for each in some] == [each.candidate_id for each in every]
    assert [each.score for each in some] == pytest.approx([each.score for each in every], rel=1e-5)
    assert [each.reasons for each in some] == [each.reasons for each in every]


@pytest.mark.usefixtures("little_is_read")
def test_a_text_that_is_longer_than_a_sketch_is_scored_by_all_too():
    long = "rare common " + "filler " * 2_000 + "needle"
    index = ItemIndex()
    index.apply(
        [Item("long", "Long", long, created_at=NOON), Item("short", "Short", "rare filler", created_at=NOON)]
        + [Item(f"{at}", "", "common filler", created_at=NOON) for at in range(60)]
    )
    asking = Item("new", "Short", "rare needle common filler", created_at=NOON + timedelta(days=1))
    first, second = LexicalSuggester().suggest(asking, index, 2)
    assert {first.candidate_id, second.candidate_id} == {"long", "short"}


@pytest.mark.usefixtures("little_is_read")
def test_none_are_found_where_none_are_wanted(large):
    asking = Item("new", "", "common rare", created_at=NOON + timedelta(days=1))
    assert LexicalSuggester().suggest(asking, large, 0) == []


@pytest.mark.usefixtures("little_is_read")
def test_a_word_that_nobody_says_does_not_stand_in_for_one_that_many_say(large):
    unused, common = Term("title", "unused", 9.0), Term("body", "common", 1.0)
    assert common in worth_reading([unused, common], large.snapshot())
    asking = Item("new", "never heard of", "common", created_at=NOON + timedelta(days=1))
    assert len(LexicalSuggester().suggest(asking, large, 5)) == 5
