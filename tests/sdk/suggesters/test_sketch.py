"""Tests of earmark.suggesters.sketch and likeness: what is kept of an item, and how alike two are by it."""

import math
import threading
import time
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from earmark.suggesters import Item, ItemIndex
from earmark.suggesters import likeness as likeness_of
from earmark.suggesters.likeness import LIKENESS, Rarities, Sketches, among, likeness
from earmark.suggesters.sketch import HEAD, facts_in, is_cut, packed_checksum, sketched, words_said
from earmark.suggesters.snapshot import Snapshot
from hypothesis import given
from hypothesis import strategies as st


def sums(*words):
    return {word: packed_checksum(word) for word in words}


def plain(item):
    """Return the sketch of an item whose words are indexed as they are spelt."""
    return sketched(item, [(word, word) for word in item.title.split()], [(word, word) for word in item.body.split()])


def alike(here, *there, said=()):
    rows = likeness(Sketches([plain(here)]), Sketches([plain(each) for each in there]), Rarities(said, 100))
    return [dict(zip(LIKENESS, row, strict=True)) for row in rows.tolist()]


RARE = math.log(1 + 99.5 / 1.5)


def test_words_that_only_one_item_says_are_the_rarest():
    rarities = Rarities([("common", 80), ("usual", 10)], 100)
    import numpy as np
    from earmark.suggesters.sketch import checksum

    told = rarities.of(np.array([checksum(word) for word in ("common", "usual", "new")], dtype=np.uint32))
    assert told.tolist() == pytest.approx([math.log(1 + 20.5 / 80.5), math.log(1 + 90.5 / 10.5), RARE])
    assert rarities.rare_from == pytest.approx(RARE)  # of so few items, what one says


def test_without_any_words_all_are_rare():
    import numpy as np

    assert Rarities([], 100).of(np.array([1, 2], dtype=np.uint32)).tolist() == pytest.approx([RARE, RARE])


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.integers(1, 50)), st.lists(st.integers(0, 2**32 - 1)))
def test_each_word_is_as_rare_as_it_is_used_however_near_their_checksums_lie(used, others):
    import numpy as np

    known = {**used, 2**32 - 1: 7, 2**32 - 2: 9, 0: 3, 1: 4}
    near = {min(2**32 - 1, key + 1) for key in known}
    asked = [*known, *others, *near]
    with patch.object(likeness_of, "checksum", int):
        told = Rarities(known.items(), 100).of(np.array(asked, dtype=np.uint32))
    assert told.tolist() == pytest.approx(
        [math.log(1 + (100 - n + 0.5) / (n + 0.5)) for n in (known.get(each, 1) for each in asked)]
    )


def test_of_two_words_with_one_checksum_the_commoner_tells():
    import numpy as np

    with patch.object(likeness_of, "checksum", len):
        told = Rarities([("one", 80), ("two", 10)], 100).of(np.array([3], dtype=np.uint32))
    assert told.tolist() == pytest.approx([math.log(1 + 20.5 / 80.5)])


def test_of_a_row_those_are_found_that_are_among_some_and_none_that_only_begins_alike():
    import numpy as np

    some = np.array([5, 1 << 16, 7 << 20], dtype=np.uint32)
    at, which = among(some, np.array([5, 6, 7 << 20, (1 << 16) + 1, 5, 1 << 16, 2**32 - 1], dtype=np.uint32))
    assert (at.tolist(), which.tolist()) == ([0, 2, 4, 5], [0, 2, 0, 1])
    assert [each.tolist() for each in among(some[:0], some)] == [[], []]


def test_twins_are_as_alike_as_can_be():
    [told] = alike(Item("1", "lamp broke", "it fell"), Item("2", "lamp broke", "it fell"))
    ones = ("title_cosine", "body_cosine", "text_cosine", "title_said_there", "title_said_here", "title_letters")
    assert [told[name] for name in ones] == pytest.approx([1.0] * len(ones))
    assert told["rare_words"] == pytest.approx(math.log(5))
    assert told["rarest_word"] == pytest.approx(RARE)
    assert told["telling_words"] == pytest.approx(3 * RARE)
    assert told["length"] == 0


def test_strangers_share_nothing():
    [told] = alike(Item("1", "lamp broke", "it fell"), Item("2", "door stuck", "again and again"))
    assert told.pop("length") == pytest.approx(math.log(3) - math.log(3))
    assert set(told.values()) == {0.0}


def test_each_of_several_is_compared_by_itself():
    first, second = alike(Item("1", "lamp broke"), Item("2", "lamp"), Item("3", "broke lamp again"))
    assert first["title_cosine"] == pytest.approx(1 / math.sqrt(2))
    assert second["title_cosine"] == pytest.approx(2 / math.sqrt(6))
    assert first["title_said_there"] == pytest.approx(0.5)
    assert first["title_said_here"] == pytest.approx(1.0)
    assert second["title_said_here"] == pytest.approx(2 / 3)


def test_a_repeated_word_weighs_by_the_root_of_its_count():
    [told] = alike(Item("1", "", "a a a a b"), Item("2", "", "a b"))
    assert told["body_cosine"] == pytest.approx((2 + 1) / math.sqrt(5 * 2))


def test_names_of_things_count_apart():
    [told] = alike(Item("1", "see readMail now"), Item("2", "the readMail now"))
    assert told["identifiers"] == pytest.approx(math.log1p(RARE))


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), min_size=1, max_size=5))
def test_any_texts_give_finite_likenesses_and_shares_from_0_to_1(texts):
    items = [Item(str(at), title, body) for at, (title, body) in enumerate(texts)]
    for told in alike(items[0], *items):
        assert all(math.isfinite(value) for value in told.values())
        assert all(-1e-9 <= told[name] <= 1 + 1e-9 for name in LIKENESS[:6])


def test_short_fields_are_kept_and_prose_is_not():
    metadata = {
        "shop": "north", "count": 3, "open": True, "since": datetime(2026, 1, 2, tzinfo=UTC), "none": None,
        "story": "x" * 81, "labels": ["a", "b" * 81, ["c"]], "nested": {"a": 1, "of": [{"b": "x"}, {"b": "y"}]}, "empty": [],
        "image": {"url": "p.png"},
    }  # fmt: skip
    [(author, kind, kept)] = facts_in([plain(Item("1", kind="report", author="ann", metadata=metadata))])
    assert (author, kind) == ("ann", "report")
    assert kept == {
        "shop": "north", "count": 3, "open": True, "since": "2026-01-02 00:00:00+00:00", "labels": ["a"], "nested.a": 1,
        "nested.of.b": ["x", "y"],
    }  # fmt: skip


def test_it_tells_which_words_are_said_and_whether_that_is_all():
    sketch = plain(Item("1", "lamp broke", "it fell"))
    assert list(words_said(sketch, sums("fell", "door", "lamp"))) == ["fell", "lamp"]
    assert not is_cut(sketch)
    assert is_cut(plain(Item("1", "", "long " * 2_000)))


def test_a_word_is_not_taken_for_one_whose_checksum_lies_across_those_of_two_others():
    sketch = HEAD.pack(2, 0, 0, 0, 0) + bytes([1, 2, 3, 4, 5, 6, 7, 8]) + bytes(6)
    across, second = bytes([3, 4, 5, 6]), bytes([5, 6, 7, 8])
    assert list(words_said(sketch, {"across": across, "second": second})) == ["second"]
    both = HEAD.pack(3, 0, 0, 0, 0) + bytes([1, 2, 3, 4, 5, 6, 7, 8, 3, 4, 5, 6]) + bytes(9)
    assert list(words_said(both, {"across": across})) == ["across"]


def test_fields_of_several_items_are_read_at_once_in_their_order():
    sketches = [plain(Item(str(at), "lamp", kind="report", author=name)) for at, name in enumerate(["ann", "", "bo ]"])]
    assert facts_in(sketches) == [("ann", "report", {}), ("", "report", {}), ("bo ]", "report", {})]
    assert facts_in([]) == []


def test_an_index_keeps_a_sketch_of_each_item_and_of_a_changed_one_the_new():
    index = ItemIndex()
    index.apply([Item("1", "lamps broke"), Item("2", "\ud800 \0", "door")])
    assert set(index.snapshot().sketches(["1", "2", "unknown"])) == {"1", "2"}
    index.apply([Item("1", "doors")])
    assert list(words_said(index.snapshot().sketches(["1"])["1"], sums("lamp", "door"))) == ["door"]


def test_how_rare_words_are_is_looked_up_anew_once_the_index_has_grown():
    index = ItemIndex()
    index.apply([Item(str(at), "", "word") for at in range(100)])
    known = index.rarities(index.snapshot())
    index.apply([Item("new", "", "word")])
    assert index.rarities(index.snapshot()) is known
    index.apply([Item(f"n{at}", "", "word") for at in range(10)])
    assert index.rarities(index.snapshot()) is not known


def test_how_rare_words_are_is_looked_up_by_one_while_others_go_by_what_was_known(monkeypatch):
    index = ItemIndex()
    index.apply([Item("1", "", "word")])
    known = index.rarities(index.snapshot())
    index.apply([Item("2", "", "word")])
    is_at_it, may_end, lookers, said_by = threading.Event(), threading.Event(), [], Snapshot.said_by

    def slowly(snapshot, field):
        lookers.append(threading.current_thread().name)
        is_at_it.set()
        may_end.wait(60)
        return said_by(snapshot, field)

    monkeypatch.setattr(Snapshot, "said_by", slowly)
    looker = threading.Thread(target=lambda: index.rarities(index.snapshot()), name="first")
    looker.start()
    assert is_at_it.wait(30)
    assert index.rarities(index.snapshot()) is known
    may_end.set()
    looker.join()
    assert (index.rarities(index.snapshot()).count, lookers) == (2, ["first"])


def test_who_comes_first_waits_for_the_one_who_looks_up_how_rare_words_are(monkeypatch):
    index = ItemIndex()
    index.apply([Item("1", "", "word")])
    looked, together, said_by = [], threading.Barrier(4), Snapshot.said_by

    def slowly(snapshot, field):
        looked.append(field)
        time.sleep(0.2)  # long enough for the others to come
        return said_by(snapshot, field)

    monkeypatch.setattr(Snapshot, "said_by", slowly)

    def look():
        together.wait(60)
        found.append(index.rarities(index.snapshot()))

    found = []
    lookers = [threading.Thread(target=look) for _ in range(4)]
    for each in lookers:
        each.start()
    for each in lookers:
        each.join()
    assert (len(looked), len(set(map(id, found)))) == (1, 1)


def test_an_index_that_starts_over_knows_no_more_how_rare_words_were(tmp_path):
    index = ItemIndex(tmp_path)
    index.apply([Item("1", "", "word")])
    known = index.rarities(index.snapshot())
    index.start_over()
    index.apply([Item("1", "", "other")])
    assert index.rarities(index.snapshot()) is not known
