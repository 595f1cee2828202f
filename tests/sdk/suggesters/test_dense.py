from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from earmark.errors import IndexFailed
from earmark.suggesters.dense import DenseIndex

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EAST, NORTH, BETWEEN = [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]


@pytest.fixture
def index():
    """Three items an hour apart: east, north, and the one between them."""
    made = DenseIndex(2, embedder_version="abc")
    made.add(["e", "n", "b"], [EAST, NORTH, BETWEEN], [NOON + timedelta(hours=at) for at in range(3)])
    return made


def ids(hits):
    return [hit.id for hit in hits]


def test_the_closest_come_first_with_their_cosine_and_their_time(index):
    hits = index.search([3.0, 0.1], 3)
    assert ids(hits) == ["e", "b", "n"]
    assert [hit.score for hit in hits] == pytest.approx([0.9994, 0.7303, 0.0333], abs=1e-4)
    assert hits[0].created_at == NOON


def test_at_most_k_are_found_and_none_of_none(index):
    assert ids(index.search(EAST, 1)) == ["e"]
    assert index.search(EAST, 0) == []
    assert index.search(EAST, -1) == []
    assert DenseIndex(2).search(EAST, 5) == []
    assert len(index.search(EAST, 100)) == 3


def test_equals_come_in_the_order_of_their_ids():
    index = DenseIndex(2)
    index.add(["c", "a", "d", "b"], [EAST] * 4)
    assert ids(index.search(EAST, 3)) == ["a", "b", "c"]


def test_only_what_is_known_to_be_earlier_is_found(index):
    index.add(["?"], [EAST])
    assert ids(index.search(EAST, 9, before=NOON + timedelta(hours=2))) == ["e", "n"]
    assert "?" in ids(index.search(EAST, 9))


def test_one_or_several_are_left_out(index):
    assert ids(index.search(EAST, 9, without="e")) == ["b", "n"]
    assert ids(index.search(EAST, 9, without=["e", "b", "unknown"])) == ["n"]


def test_what_comes_again_is_replaced(index):
    index.add(["e"], [NORTH], [NOON])
    assert len(index) == 3
    assert index.vector_of("e") == pytest.approx(NORTH)
    index.add(["x", "x"], [EAST, NORTH])
    assert index.vector_of("x") == pytest.approx(NORTH)


def test_what_is_removed_is_in_memory_and_in_the_file_no_more(index, tmp_path):
    index.remove(["n", "unknown"])
    assert "n" not in index
    assert ids(index.search(NORTH, 9)) == ["b", "e"]
    index.save(tmp_path)
    assert '"n"' not in (tmp_path / "vectors.json").read_text()
    assert DenseIndex.load(tmp_path).vectors.shape == (2, 2)


def test_many_additions_find_what_one_does():
    vectors = np.random.default_rng(7).normal(size=(500, 16))
    at_once, bit_by_bit = DenseIndex(16), DenseIndex(16)
    names = [f"{at:03}" for at in range(500)]
    at_once.add(names, vectors)
    for at in range(0, 500, 7):
        bit_by_bit.add(names[at : at + 7], vectors[at : at + 7])
    for asked in vectors[:20]:
        cosines = vectors @ asked / np.linalg.norm(vectors, axis=1) / np.linalg.norm(asked)
        assert ids(at_once.search(asked, 10)) == [names[row] for row in np.argsort(-cosines)[:10]]
        assert bit_by_bit.search(asked, 10) == at_once.search(asked, 10)


def test_what_was_saved_comes_back_the_same(index, tmp_path):
    index.add(["?"], [EAST])
    index.save(tmp_path)
    again = DenseIndex.load(tmp_path)
    assert again.search(BETWEEN, 9) == index.search(BETWEEN, 9)
    assert (again.width, again.embedder_version, again.ids) == (2, "abc", ("e", "n", "b", "?"))
    again.add(["more"], [NORTH])
    assert len(again) == 5


@pytest.mark.parametrize("name", ["vectors.json", "vectors.npz"])
def test_a_broken_or_missing_file_is_told(index, tmp_path, name):
    index.save(tmp_path)
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(IndexFailed):
        DenseIndex.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(IndexFailed):
        DenseIndex.load(tmp_path)


def test_files_of_two_savings_do_not_pass_for_one(index, tmp_path):
    index.save(tmp_path)
    older = (tmp_path / "vectors.json").read_bytes()
    index.remove(["n"])
    index.save(tmp_path)
    (tmp_path / "vectors.json").write_bytes(older)
    with pytest.raises(IndexFailed):
        DenseIndex.load(tmp_path)


def test_no_pickle_is_read(tmp_path, index):
    index.save(tmp_path)
    np.savez(tmp_path / "vectors.npz", vectors=np.array([object()]), created=np.array([0]))
    with pytest.raises(IndexFailed):
        DenseIndex.load(tmp_path)


def test_shapes_that_differ_are_refused_and_nothing_is_taken(index):
    with pytest.raises(ValueError, match="do not belong together"):
        index.add(["x", "y"], [EAST])
    with pytest.raises(ValueError, match="2 numbers"):
        index.search([1.0, 0.0, 0.0], 3)
    assert len(index) == 3


def test_a_vector_of_nothing_is_like_nothing(index):
    assert [hit.score for hit in index.search([0.0, 0.0], 3)] == [0, 0, 0]
