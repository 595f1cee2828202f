"""Tests of earmark.suggesters.snapshot, on the real tantivy."""

from datetime import timedelta

import pytest
from earmark.suggesters import Item, ItemIndex, Term
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sdk.conftest import NOON


def ids(hits):
    return [hit.id for hit in hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("archive", "1"),
        ("archiv", "1"),
        ("arch", "1"),
        ("printing cal", "2"),
        ("Shift+A cannot", "5"),
        ("CRASH", "3"),
        ("dictionary", "4"),
        ("readmail", "3"),
        ("2.53", "1"),
    ],
)
def test_words_are_found_as_they_are_typed(index, query, first):
    assert first in ids(index.search(query, 2))


@pytest.mark.parametrize("query", ["", " ", "!?", "\0", "\ud800", "zzz", "+++", "a" * 5000, '"', "title:x AND ("])
def test_what_says_nothing_finds_nothing_and_breaks_nothing(index, query):
    assert index.search(query, 3) == []


def test_however_many_are_wanted_no_more_come_than_are_there(index):
    assert ids(index.search("archive", 2**40)) == ids(index.search("archive", 5))
    terms = [Term("title", "archiv", 1.0)]
    assert ids(index.snapshot().best(terms, 2**40)) == ids(index.snapshot().best(terms, 5)) != []


def test_a_finished_word_is_no_beginning(index):
    assert ids(index.search("calen", 3)) == ["2"]
    assert index.search("calen ", 3) == []


def test_items_with_all_words_come_before_items_with_some(index):
    assert ids(index.search("printing crash", 5))[0] == "3"
    assert "2" in ids(index.search("printing crash", 5))


def test_an_accent_may_be_left_out():
    index = ItemIndex()
    index.apply([Item("1", "Café Über")])
    assert ids(index.search("cafe", 1)) == ids(index.search("uber ", 1)) == ids(index.search("CAFÉ", 1)) == ["1"]


def test_no_more_come_than_are_asked_for(index):
    assert len(index.search("archive", 1)) == 1
    assert index.search("archive", 0) == []


def test_a_search_leaves_out_what_it_is_told_to(index):
    assert ids(index.search("archive", 5, without="1")) == ["5"]
    assert index.search("archive", 5, without={"1", "5"}) == []
    assert ids(index.search("archive", 5, before=NOON + timedelta(hours=4))) == ["1"]


def best(index, *words, **options):
    return ids(index.snapshot().best([Term("title", word, 1.0) for word in words], 9, **options))


def test_strictly_earlier_means_strictly(index):
    assert best(index, "archiv", before=NOON) == []
    assert best(index, "archiv", before=NOON + timedelta(microseconds=1)) == ["1"]


def test_an_item_whose_time_is_not_known_is_not_earlier_than_any():
    index = ItemIndex()
    index.apply([Item("1", "word"), Item("2", "word", created_at=NOON)])
    assert best(index, "word") == ["1", "2"]
    assert best(index, "word", before=NOON + timedelta(days=1)) == ["2"]


def test_a_heavier_word_counts_more(index):
    snapshot = index.snapshot()
    terms = [Term("title", "print", 1.0), Term("title", "archiv", 5.0)]
    assert set(ids(snapshot.best(terms, 2))) == {"1", "5"}


def test_of_equals_the_lower_id_comes_first():
    index = ItemIndex()
    index.apply([Item(key, "same") for key in "cab"])
    assert best(index, "same") == ["a", "b", "c"]


def test_a_hit_tells_when_its_item_was_created(index):
    [hit] = index.search("calendar", 1)
    assert hit.created_at == NOON + timedelta(hours=1)


def test_a_rare_word_weighs_more_than_a_common_one_and_an_unknown_one_as_much_as_the_rarest(index):
    idf = index.snapshot().idf
    assert idf("title", "zzz") == idf("title", "calendar") > idf("title", "archiv") > 0


def test_removed_items_never_make_a_weight_negative(index):
    index.apply(removed=["1", "2", "3", "4"])
    assert index.snapshot().idf("title", "archiv") > 0


def test_who_says_a_word_is_told_of_those_asked_about(index):
    snapshot = index.snapshot()
    assert snapshot.saying("archiv", ["1", "2", "5"]) == {"1", "5"}
    assert snapshot.saying("archiv", ["2"]) == set()
    assert snapshot.saying("archiv", []) == set()


def test_which_of_several_words_each_item_says_is_told_at_once(index):
    snapshot = index.snapshot()
    said = snapshot.said(["archiv", "2.53.8"], ["1", "2", "5", "unknown"])
    assert {key: "archiv" in words for key, words in said.items()} == {
        "1": True, "2": False, "5": True, "unknown": False
    }  # fmt: skip
    assert [key for key, words in said.items() if "2.53.8" in words] == ["1", "5"]
    assert snapshot.said(["archiv"], []) == {}


def test_who_says_a_word_far_down_is_told_too():
    index = ItemIndex()
    index.apply([Item("1", "Long", "filler " * 2_000 + "needle"), Item("2", "Short", "filler")])
    assert index.snapshot().said(["needl"], ["1", "2"]) == {"1": {"needl"}, "2": set()}


def test_of_the_best_those_left_out_make_room_for_others(threads):
    """Later items than the asking one are more than what is asked for at once, and all of them are better."""
    start = threads[0].created_at
    later = [Item(f"l{at}", "lamp lamp", created_at=start + timedelta(days=2)) for at in range(300)]
    earlier = [Item(f"e{at}", "lamp and more words here", created_at=start) for at in range(5)]
    index = ItemIndex()
    index.apply([*later, *earlier, Item("timeless", "lamp lamp")])
    found = index.snapshot().best([Term("title", "lamp", 1.0)], 3, before=start + timedelta(days=1), without="e0")
    assert ids(found) == ["e1", "e2", "e3"]
    assert "l0" not in ids(index.snapshot().best([Term("title", "lamp", 1.0)], 400, without=["l0", "l1"]))


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_can_be_indexed_searched_and_cut_into_words(text):
    index = ItemIndex()
    index.apply([Item("1", text, text)])
    index.search(text, 3)
    assert all(stem for stem, _ in index.snapshot().words(text))


FACTS = [
    Item("1", "same words", kind="bug", metadata={"os": "mac", "major": 2, "open": True, "tags": ["ui", "a b"]}),
    Item("2", "same words", kind="idea", metadata={"os": "linux", "major": 2.0, "open": False, "kind": "bug"}),
    Item("3", "same words", metadata={"os": None, "nested": {"os": "mac"}, "major": "2", "open": 1}),
]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({}, ["1", "2", "3"]),
        ({"kind": "bug"}, ["1"]),
        ({"metadata.kind": "bug"}, ["2"]),
        ({"os": "mac"}, ["1"]),
        ({"os": ["mac", "linux"]}, ["1", "2"]),
        ({"os": []}, []),
        ({"os": None}, []),
        ({"major": 2}, ["1", "2"]),
        ({"major": "2"}, ["3"]),
        ({"open": True}, ["1"]),
        ({"open": 1}, ["3"]),
        ({"tags": "a b"}, ["1"]),
        ({"kind": ["bug", "idea"], "os": "linux"}, ["2"]),
        ({"never": "there"}, []),
    ],
)
def test_items_are_kept_by_their_kind_and_any_field_of_their_metadata(where, kept):
    index = ItemIndex()
    index.apply(FACTS)
    assert sorted(hit.id for hit in index.search("same words", 9, where=where)) == kept
    terms = [Term("title", "word", 1.0)]
    assert sorted(hit.id for hit in index.snapshot().best(terms, 9, where=where)) == kept


def test_a_filter_changes_no_score():
    index = ItemIndex()
    index.apply(FACTS)
    scores = {hit.id: hit.score for hit in index.search("same", 9)}
    assert all(hit.score == pytest.approx(scores[hit.id]) for hit in index.search("same", 9, where={"major": 2}))


def test_a_fact_that_changed_is_found_as_it_is_now():
    index = ItemIndex()
    index.apply(FACTS)
    index.apply([Item("1", "same words", kind="idea")])
    assert index.search("same", 9, where={"kind": "bug"}) == []
    assert {hit.id for hit in index.search("same", 9, where={"kind": "idea"})} == {"1", "2"}


@pytest.mark.parametrize("where", [{"kind": "bug"}, {"os": "mac"}])
def test_a_fact_that_all_had_keeps_away_the_one_that_has_it_no_more(where):
    index = ItemIndex()
    index.apply([Item(each, "same words", kind="bug", metadata={"os": "mac"}) for each in "123"])
    terms = [Term("title", "word", 1.0)]
    assert set(ids(index.snapshot().best(terms, 9, where=where))) == {"1", "2", "3"}
    index.apply([Item("3", "same words", kind="idea", metadata={"os": "linux"})])
    assert set(ids(index.snapshot().best(terms, 9, where=where))) == {"1", "2"}
