"""Tests of earmark.suggesters.bm25: what it computes from sketches is what the real tantivy scores."""

import random

import pytest
from earmark.suggesters import Item, ItemIndex, Term
from earmark.suggesters.bm25 import Counted
from earmark.suggesters.likeness import Sketches

TERMS = [
    Term("title", "red", 2.0),
    Term("body", "red", 1.0),
    Term("body", "fox", 0.5),
    Term("title", "nowher", 3.0),
    Term("body", "nowher", 3.0),
]


def drawn(count):
    draw = random.Random(4)
    words = ["red", "fox", "jump", "over", "lazy", "dog"]
    return [
        Item(str(at), " ".join(draw.choices(words, k=draw.randrange(1, 9))), " ".join(draw.choices(words, k=at * 3)))
        for at in range(count)
    ]


def computed(snapshot, keys):
    sketches = snapshot.sketches(keys)
    facts = {field: snapshot.facts_of_field(field, ["nowher", "red"]) for field in ("title", "body")}
    counted = Counted.of(Sketches([sketches[key] for key in keys]))
    return dict(zip(keys, counted.scores(TERMS, snapshot, facts).tolist(), strict=True)), counted.is_exact


def searched(snapshot, keys):
    return {hit.id: hit.score for hit in snapshot.best(TERMS, len(keys), among=keys)}


def test_the_scores_are_those_of_the_index_for_texts_of_any_length():
    items = drawn(120)
    index = ItemIndex()
    index.apply(items)
    keys = [each.id for each in items]
    scores, is_exact = computed(index.snapshot(), keys)
    told = searched(index.snapshot(), keys)
    assert all(is_exact)
    assert len(told) > 100
    assert scores == {key: pytest.approx(told.get(key, 0.0), rel=1e-5) for key in keys}


def test_the_scores_are_those_of_the_index_while_deleted_items_still_count():
    items = drawn(60)
    index = ItemIndex()
    index.apply(items)
    index.apply(removed=[str(at) for at in range(20)])
    keys = [str(at) for at in range(20, 60)]
    scores, _ = computed(index.snapshot(), keys)
    told = searched(index.snapshot(), keys)
    assert scores == {key: pytest.approx(told.get(key, 0.0), rel=1e-5) for key in keys}


def test_an_item_that_says_more_than_its_sketch_holds_is_told_of():
    index = ItemIndex()
    index.apply([Item("long", "a", "word " * 3_000), Item("often", "a", "w " * 300), Item("short", "a", "word")])
    assert computed(index.snapshot(), ["long", "often", "short"])[1] == [False, False, True]


def test_a_field_whose_words_nobody_uses_has_no_facts():
    index = ItemIndex()
    index.apply([Item("gone", "gone"), Item("1", "title only")])
    index.apply(removed=["gone"])
    snapshot = index.snapshot()
    assert snapshot.facts_of_field("body", ["titl"]) is None
    assert snapshot.facts_of_field("title", ["gone", "titl"]).usual_length <= 2.0
