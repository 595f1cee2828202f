"""Tests of earmark.suggesters.learned, on examples whose truth is stated."""

import json
import math
import random
from datetime import timedelta

import pytest

pytest.importorskip("lightgbm")

from earmark.errors import ChecksumMismatch, NotTrained
from earmark.suggesters import Item, ItemIndex, Suggester
from earmark.suggesters.artefact import CHECKSUMS
from earmark.suggesters.clusters import KnownClusters
from earmark.suggesters.describing import FEATURES, PoolCandidate
from earmark.suggesters.examples import Example, examples_of
from earmark.suggesters.hybrid import HybridSuggester, logistic
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool
from earmark.suggesters.standing import STANDING

ALL = [*FEATURES, *STANDING]
LEXICAL, SAME_KIND, NOISE = (ALL.index(name) for name in ("lexical_z", "same_kind", "title_length"))


def candidate(number, **features):
    values = [0.0] * len(ALL)
    for name, value in features.items():
        values[ALL.index(name)] = value
    return PoolCandidate(str(number), tuple(values))


def world(queries, *, kind_matters, seed=0, weight=1.0):
    """Ten candidates a query; right is the one of the same kind, or where that does not matter the best by words."""
    draws = random.Random(seed)
    found = []
    for query in range(queries):
        kinds = [at == 0 for at in range(10)]
        words = [draws.gauss(0, 1) for _ in range(10)]
        right = 0 if kind_matters else max(range(10), key=lambda at: words[at])
        if not kind_matters:
            draws.shuffle(kinds)
        for at in range(10):
            made = candidate(at, lexical_z=words[at], same_kind=float(kinds[at]), title_length=draws.gauss(0, 1))
            found.append(Example(f"q{query}", made.features, at == right, weight))
    return found


def odds(learned, *candidates):
    return learned.log_odds(candidates)


def test_it_is_a_suggester_that_before_it_learns_orders_as_the_hybrid_does(index, threads):
    learned = LearnedReranker(HybridSuggester(CandidatePool({each.id: each for each in threads})))
    assert isinstance(learned, Suggester)
    found = learned.suggest(threads[4], index, 5)
    assert found == learned.hybrid.suggest(threads[4], index, 5)
    assert found[0].candidate_id == "1"


def test_it_learns_what_the_prior_does_not_know():
    learned = LearnedReranker().fit(world(120, kind_matters=True))
    same, other = odds(learned, candidate(1, same_kind=1.0), candidate(2, lexical_z=1.0))
    assert same > other
    assert learned.report_["gain_in_mrr"] > 20


def test_with_few_labels_it_is_the_prior():
    learned = LearnedReranker().fit(world(3, kind_matters=True))
    assert (learned.report_["share"], learned.report_["tree_share"]) == (0.0, 0.0)
    same, other = odds(learned, candidate(1, same_kind=1.0), candidate(2, lexical_z=1.0))
    assert other > same


@pytest.mark.parametrize(("count", "is_looked_at"), [(3, False), (120, True)])
def test_only_where_something_was_learned_all_is_looked_at(monkeypatch, index, threads, count, is_looked_at):
    pool = CandidatePool({each.id: each for each in threads})
    learned = LearnedReranker(HybridSuggester(pool)).fit(world(count, kind_matters=True))
    odds_of_all = learned.log_odds(learned.around(threads[4], index))
    asked, look_around = [], pool.look_around
    monkeypatch.setattr(pool, "look_around", lambda *given: asked.append(given[2:]) or look_around(*given))
    found = learned.suggest(threads[4], index, 5)
    assert asked == [(None if is_looked_at else learned.hybrid.wanted,)]
    assert [each.score for each in found] == sorted(map(logistic, odds_of_all), reverse=True)[:5]


def test_where_the_prior_is_right_already_labels_do_not_move_it():
    learned = LearnedReranker().fit(world(120, kind_matters=False))
    assert learned.report_["prior_mrr"] == 100.0
    assert learned.report_["gain_in_mrr"] == 0.0
    better, worse = odds(learned, candidate(1, lexical_z=1.0), candidate(2, lexical_z=0.5, same_kind=1.0))
    assert better > worse


@pytest.mark.parametrize("examples", [[], world(1, kind_matters=True)[1:2], world(40, kind_matters=True)[:0]])
def test_nothing_to_learn_from_is_no_fault(examples):
    learned = LearnedReranker().fit(examples)
    assert learned.report_["share"] == 0.0
    assert odds(learned, candidate(1, lexical_z=1.0)) > odds(learned, candidate(1))


def test_the_order_of_examples_does_not_matter():
    examples = world(60, kind_matters=True)
    shuffled = random.Random(1).sample(examples, len(examples))
    once, again = LearnedReranker().fit(examples), LearnedReranker().fit(shuffled)
    asked = [candidate(1, same_kind=1.0), candidate(2, lexical_z=1.0)]
    assert once.log_odds(asked) == pytest.approx(again.log_odds(asked))


def test_scores_are_calibrated():
    learned = LearnedReranker().fit(world(200, kind_matters=True))
    fresh = world(200, kind_matters=True, seed=9)
    told = [1 / (1 + 2.718281828**-each) for each in learned.log_odds([PoolCandidate("x", e.features) for e in fresh])]
    assert sum(told) / len(told) == pytest.approx(0.1, abs=0.03)  # one of ten is right


def test_a_weight_of_two_is_as_good_as_saying_it_twice():
    import numpy as np
    from earmark.suggesters import fitting

    examples = world(30, kind_matters=False, seed=3)
    features = np.array([each.features for each in examples])
    right = np.array([float(each.is_positive) for each in examples])
    prior, queries = np.zeros(len(examples)), [each.query for each in examples]
    heavy = np.where(np.arange(len(examples)) % 10 == 4, 2.0, 1.0)
    heavy[right > 0] = 1.0
    weighted, _ = fitting.as_rows(features, prior, right, heavy, queries)
    twice = [at for at in range(len(examples)) for _ in range(int(heavy[at]))]
    repeated, _ = fitting.as_rows(
        features[twice], prior[twice], right[twice], np.ones(len(twice)), [queries[at] for at in twice]
    )
    one, other = (fitting.coefficients_of(rows, 1.0) for rows in (weighted, repeated))
    spreads = features.std(axis=0), features[twice].std(axis=0)
    assert one[LEXICAL] * spreads[0][LEXICAL] == pytest.approx(other[LEXICAL] * spreads[1][LEXICAL], rel=0.05)


def test_it_says_which_features_moved_a_score():
    learned = LearnedReranker().fit(world(120, kind_matters=True))
    [(name, added), *_] = learned.explain(candidate(1, same_kind=1.0))
    assert name == "same_kind"
    assert added > 0


def test_before_it_learned_there_is_nothing_to_report_explain_or_save(tmp_path):
    for asked in (lambda: LearnedReranker().report_, lambda: LearnedReranker().save(tmp_path)):
        with pytest.raises(NotTrained):
            asked()


@pytest.fixture
def saved(tmp_path):
    learned = LearnedReranker().fit(world(120, kind_matters=True))
    learned.save(tmp_path / "model")
    return learned, tmp_path / "model"


def test_what_is_saved_comes_back_the_same(saved):
    learned, folder = saved
    again = LearnedReranker.load(folder, CandidatePool())
    asked = [candidate(1, same_kind=1.0), candidate(2, lexical_z=1.0)]
    assert again.log_odds(asked) == pytest.approx(learned.log_odds(asked))
    assert again.version == learned.version
    assert again.report_ == learned.report_


def test_nothing_that_is_saved_can_run_code(saved):
    _, folder = saved
    assert {path.name for path in folder.iterdir()} == {"model.json", "trees.txt", "checksums.json"}
    json.loads((folder / "model.json").read_text())


@pytest.mark.parametrize("name", ["model.json", "trees.txt"])
def test_a_part_that_was_changed_is_refused(saved, name):
    _, folder = saved
    (folder / name).write_text((folder / name).read_text() + " ")
    with pytest.raises(ChecksumMismatch):
        LearnedReranker.load(folder, CandidatePool())


def test_so_is_a_folder_that_holds_no_model_and_a_format_of_tomorrow(saved, tmp_path):
    _, folder = saved
    with pytest.raises(NotTrained):
        LearnedReranker.load(tmp_path / "nothing", CandidatePool())
    told = json.loads((folder / CHECKSUMS).read_text())
    (folder / CHECKSUMS).write_text(json.dumps(told | {"format": 99}))
    with pytest.raises(NotTrained, match="format 99"):
        LearnedReranker.load(folder, CandidatePool())


def test_a_log_holds_the_shown_what_was_found_deeper_with_its_like_and_some_at_random():
    ranked = [candidate(at) for at in range(100)]
    examples = examples_of("q", ranked, {"2", "50"}, shown=10, presumed=4, random=0)
    assert [each.is_positive for each in examples].count(True) == 2
    assert len(examples) == 10 + 1 + 4
    more = examples_of("q", ranked, {"2", "50"}, shown=10, presumed=4, random=7)
    assert 15 < len(more) <= 22
    assert more == examples_of("q", ranked, {"2", "50"}, shown=10, presumed=4, random=7)


def test_a_log_weighs_as_much_as_the_pool_that_it_was_drawn_from():
    ranked = [candidate(at) for at in range(100)]
    examples = examples_of("q", ranked, {"2", "50"}, shown=10, presumed=4, random=17)
    assert sum(each.weight for each in examples) == pytest.approx(100)
    assert {each.weight for each in examples} == {1.0, 85 / 17}


def test_presumed_negatives_lie_as_deep_as_what_was_found():
    ranked = [candidate(at, title_length=float(at)) for at in range(100)]
    examples = examples_of("q", ranked, {"50"}, shown=0, presumed=4, random=0)
    assert [each.features[NOISE] for each in examples] == [48, 49, 50, 51, 52]


def test_candidates_are_told_with_how_they_stand_among_each_other(index, threads):
    from earmark.suggesters.dense import DenseIndex

    dense = DenseIndex(2)
    dense.add(["1", "2", "3", "4"], [[1, 0], [0, 1], [0.1, 1], [0.2, 1]], [each.created_at for each in threads[:4]])
    dense.add(["5"], [[1, 0.1]], [threads[4].created_at])
    learned = LearnedReranker(HybridSuggester(CandidatePool({each.id: each for each in threads}, dense=dense)))
    found = {
        each.id: dict(zip(learned.features, each.features, strict=True)) for each in learned.around(threads[4], index)
    }
    assert found["1"]["nearer_to_others"] == 0  # the item is nearest to it
    assert found["2"]["nearer_to_others"] == pytest.approx(math.log1p(2))
    assert found["1"]["nearer_to_item"] > found["2"]["nearer_to_item"]


def test_they_come_in_the_order_of_the_hybrid_before_and_after_learning(index, threads):
    learned = LearnedReranker(HybridSuggester(CandidatePool({each.id: each for each in threads})))
    usual = [each.candidate_id for each in learned.hybrid.suggest(threads[4], index, 5)]
    assert [each.id for each in learned.around(threads[4], index)] == usual
    learned.fit(world(120, kind_matters=True))
    assert [each.id for each in learned.around(threads[4], index)] == usual


def test_it_suggests_with_reasons_after_learning(threads):
    start = threads[0].created_at
    items = [
        Item(str(at), f"Lamp {at} broke", "It fell", start + timedelta(days=at), kind="ab"[at % 2]) for at in range(8)
    ]
    index = ItemIndex()
    index.apply(items)
    pool = CandidatePool({each.id: each for each in items}, clusters=KnownClusters())
    learned = LearnedReranker(HybridSuggester(pool)).fit(world(120, kind_matters=True))
    found = learned.suggest(Item("new", "Lamp broke", "It fell", start + timedelta(days=9), kind="a"), index, 4)
    assert {each.candidate_id for each in found} == {"0", "2", "4", "6"}
    assert any("both mention" in reason for reason in found[0].reasons)
    assert all(0 <= each.score <= 1 for each in found)
