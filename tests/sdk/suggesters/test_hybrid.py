"""Tests of earmark.suggesters.hybrid and pool, on the real tantivy; vectors are told by hand."""

import math
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from earmark.errors import IndexFailed
from earmark.suggesters import Item, ItemIndex, Suggester
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.describing import FEATURES
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.pool import CandidatePool
from earmark.suggesters.snapshot import Hit, Snapshot


class SaysAPlace:
    """An embedder that knows words for a place: titles that name the same place mean the same."""

    version, name, width = "places", "places", 3
    places = ("kitchen", "stove"), ("garden", "lawn"), ("cellar", "basement")

    def encode(self, texts, progress=None):
        np = pytest.importorskip("numpy")
        rows = [[float(any(word in text.lower() for word in place)) + 1e-3 for place in self.places] for text in texts]
        vectors = np.array(rows, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ids(suggestions):
    return [each.candidate_id for each in suggestions]


@pytest.fixture
def pool(threads):
    return CandidatePool({each.id: each for each in threads})


def test_it_is_a_suggester_found_by_name(index):
    assert isinstance(HybridSuggester(), Suggester)
    assert HybridSuggester().name == "hybrid"


def test_without_a_pool_the_words_of_the_index_tell(index, threads):
    assert ids(HybridSuggester().suggest(threads[4], index, 3))[0] == "1"


def test_the_thread_that_shares_the_telling_words_comes_first_and_says_why(index, threads, pool):
    first = HybridSuggester(pool).suggest(threads[4], index, 3)[0]
    assert first.candidate_id == "1"
    assert "both mention “Shift+A”, “archive” and “2.53.8”" in first.reasons
    assert 0 <= first.score <= 1


@pytest.mark.parametrize("name", FEATURES)
def test_any_feature_may_be_the_only_one_that_counts(index, threads, pool, name):
    assert HybridSuggester(pool, weights={name: 1.0}).suggest(threads[4], index, 3)


def test_only_earlier_items_are_candidates_unless_told_otherwise(index, threads, pool):
    assert HybridSuggester(pool).suggest(threads[0], index, 5) == []
    ahead = HybridSuggester(CandidatePool(pool.items, only_earlier=False))
    assert ids(ahead.suggest(threads[0], index, 5))[0] == "5"


@pytest.mark.parametrize("item", [Item("new"), Item("new", "?!", "\0"), Item("new", "zzz qqq")])
def test_it_abstains_where_nothing_is_found(index, item, pool):
    assert HybridSuggester(pool).suggest(item, index, 5) == []


def test_of_a_long_body_the_beginning_alone_is_read(index, pool):
    assert HybridSuggester(pool).suggest(Item("new", "", "word " * 1_190 + "archive"), index, 5)
    assert HybridSuggester(pool).suggest(Item("new", "", "word " * 1_200 + "archive"), index, 5) == []


def test_scores_fall_and_no_more_than_k_come(index, threads, pool):
    found = HybridSuggester(pool).suggest(Item("new", "printing archive spell"), index, 2)
    assert len(found) == 2
    assert found[0].score >= found[1].score


@pytest.fixture
def alike(threads):
    """Twenty items with the same words, of five shops: what they share beside the words decides."""
    start, shops = threads[0].created_at, ["north", "south", "east", "west", "centre"]
    return [
        Item(str(at), "Lamp is broken", "It fell", start + timedelta(minutes=at), metadata={"shop_name": shops[at % 5]})
        for at in range(20)
    ]


def indexed(items):
    index = ItemIndex()
    index.apply(items)
    return index


def test_of_equal_texts_the_one_that_shares_a_field_comes_first_and_says_so(alike):
    index = indexed(alike)
    pool = CandidatePool({each.id: each for each in alike}).fit(alike, index)
    later = alike[0].created_at + timedelta(days=1)
    asked = Item("new", "Lamp is broken", "It fell", later, metadata={"shop_name": "north"})
    found = HybridSuggester(pool).suggest(asked, index, 20)
    assert set(ids(found)[:4]) == {"0", "5", "10", "15"}
    assert "same shop name: north" in found[0].reasons
    assert "same shop name: north" not in found[4].reasons


def test_meaning_finds_what_no_word_does(threads):
    pytest.importorskip("numpy")
    from earmark.suggesters.dense import DenseIndex

    start = threads[0].created_at
    items = [Item("1", "Fire at the stove", created_at=start), Item("2", "Mowing the lawn", created_at=start)]
    embedder, dense = SaysAPlace(), DenseIndex(3)
    dense.add(["1", "2"], embedder.encode([each.title for each in items]), [start, start])
    asked = Item("new", "Smoke over kitchen", created_at=start + timedelta(days=1))
    pool = CandidatePool({each.id: each for each in items}, dense=dense, embedder=embedder)
    [first, *_] = HybridSuggester(pool).suggest(asked, indexed(items), 2)
    assert first.candidate_id == "1"
    assert first.reasons[0] == "much the same title"


def test_given_candidates_all_come_back_in_a_better_order(index, threads, pool):
    asked = Item("new", "Archive with Shift+A")
    found = HybridSuggester(pool).rank(asked, threads, index, {"2": 1.0, "1": 2.0})
    assert sorted(ids(found)) == ["1", "2", "3", "4", "5"]
    assert set(ids(found)[:2]) == {"1", "5"}


def test_of_given_candidates_that_say_nothing_the_given_order_stands(index):
    candidates = [Item("a", "one"), Item("b", "two")]
    found = HybridSuggester().rank(Item("new", "zzz"), candidates, index, {"b": 1.0, "a": 2.0})
    assert ids(found) == ["b", "a"]


def test_every_candidate_has_a_value_for_every_feature(index, threads, pool):
    pool.fit(threads, index)
    for candidate in pool.around(threads[4], index):
        assert len(candidate.features) == len(pool.features)
        assert pool.features[: len(FEATURES)] == FEATURES


def test_what_is_found_alike_ranks_by_its_id_and_what_no_vector_tells_has_no_rank(threads):
    twins = [replace(threads[0], id=key) for key in ("twin c", "twin a", "twin b")]
    index = ItemIndex()
    index.apply([*twins, *threads])
    pool = CandidatePool(only_earlier=False)
    told = {each.id: each for each in pool.around(replace(threads[0], id="asked"), index)}
    first = sorted([*(twin.id for twin in twins), threads[0].id])
    assert [told[key].signal("lexical_rank") for key in first] == pytest.approx([math.log1p(at) for at in range(4)])
    assert {each.signal("dense_rank") for each in told.values()} == {0.0}


def test_identical_rare_words_lines_and_identifiers_are_seen(threads):
    trace = "at org.example.MailFolder.read(MailFolder.java:{})\nsomething else happened here {}"
    one = Item("1", "Crash", trace.format(12, 1), threads[0].created_at)
    two = Item("2", "Failure", trace.format(99, 2), threads[1].created_at)
    pool = CandidatePool({"1": one})
    [candidate] = pool.around(two, indexed([one, *(replace(each, id=f"t{each.id}") for each in threads[3:])]))
    assert candidate.id == "1"
    assert candidate.signal("same_lines") == pytest.approx(1.0986, abs=1e-3)  # two lines, numbers put aside
    assert candidate.signal("identifiers") > 0
    assert candidate.signal("title_cosine") == 0


def test_what_is_known_of_a_cluster_is_seen_only_afterwards(index, threads):
    clusters = KnownClusters([KnownPair("1", "3", since=threads[3].created_at)])
    pool = CandidatePool({each.id: each for each in threads}, clusters=clusters)
    later = {each.id: each.signal("known_mates") for each in pool.around(threads[4], index)}
    assert later["1"] > 0
    earlier = {each.id: each.signal("known_mates") for each in pool.around(threads[3], index)}
    assert not any(earlier.values())


def test_clusters_grow_through_chains_and_never_name_the_item_itself():
    clusters = KnownClusters([KnownPair("a", "b"), KnownPair("b", "c")])
    assert clusters.mates("a", before=None) == {"b", "c"}
    assert clusters.mates("z", before=None) == set()


def test_no_way_to_a_mate_leads_through_the_item_that_is_asked_about():
    clusters = KnownClusters([KnownPair("asked", "a"), KnownPair("asked", "b"), KnownPair("b", "c")])
    assert clusters.mates("a", before=None, without="asked") == set()
    assert clusters.mates("b", before=None, without="asked") == {"c"}


def test_what_is_known_of_an_undated_item_does_not_mark_its_candidates(threads):
    undated = [replace(each, created_at=None) for each in threads]
    clusters = KnownClusters([KnownPair("5", "1"), KnownPair("5", "2")])
    pool = CandidatePool({each.id: each for each in undated}, clusters=clusters)
    told = {each.id: each.signal("known_mates") for each in pool.around(undated[4], indexed(undated))}
    assert "1" in told and not any(told.values())


def test_the_version_tells_of_other_weights():
    assert HybridSuggester().version != HybridSuggester(weights={"lexical_z": 1.0}).version
    assert len(HybridSuggester().version) <= 40


class FarAway:
    """Vectors of which one tells the nearest when the answer is wanted; what happens is written down."""

    def __init__(self):
        self.happened = []

    def vector_of(self, key):
        return [1.0]

    @contextmanager
    def searching(self, vector, k, *, before=None, without=()):
        self.happened.append("begun")
        try:
            yield lambda: self.happened.append("answered") or [Hit("2", 0.5)]
        finally:
            self.happened.append("done")

    def cosines(self, vector, keys):
        self.happened.append("compared")
        return {}


def test_words_are_searched_while_vectors_that_lie_elsewhere_are(monkeypatch):
    far, index = FarAway(), ItemIndex()
    index.apply([Item("1", "lamp broke"), Item("2", "candle")])
    best = Snapshot.best
    monkeypatch.setattr(Snapshot, "best", lambda *told, **more: far.happened.append("words") or best(*told, **more))
    found = CandidatePool(dense=far, only_earlier=False).around(Item("3", "the lamp broke"), index)
    assert {each.id: each.signal("dense") for each in found} == {"1": 0.0, "2": 0.5}
    before_the_answer = far.happened[: far.happened.index("answered")]
    assert before_the_answer[0] == "begun"
    assert before_the_answer.count("words") == 4
    assert far.happened.index("done") < far.happened.index("compared")


def test_a_search_elsewhere_ends_where_words_cannot_be_searched(monkeypatch):
    def fails(*told, **more):
        raise IndexFailed("broken")

    far, index = FarAway(), ItemIndex()
    index.apply([Item("1", "lamp broke")])
    monkeypatch.setattr(Snapshot, "best", fails)
    with pytest.raises(IndexFailed):
        CandidatePool(dense=far).around(Item("3", "the lamp broke"), index)
    assert far.happened == ["begun", "done"]
