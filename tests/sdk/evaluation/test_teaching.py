"""Tests of earmark.evaluation.teaching, on pools whose right candidate is told by stated features."""

import random

import pytest

pytest.importorskip("lightgbm")

from earmark.errors import EarmarkError
from earmark.evaluation.assembly import Bench
from earmark.evaluation.files import Query
from earmark.evaluation.teaching import PARTS, Asked, Lesson, ablation, curve, held_back, lesson
from earmark.suggesters.describing import PoolCandidate
from earmark.suggesters.examples import Example
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker

ALL = LearnedReranker().features
RIGHT = "z"  # the last by id, so that of equals it comes last


def pool(seed, **told):
    """Four candidates with noise in their lengths, of which the right one has the features that are told."""
    draws = random.Random(seed)
    found = []
    for key in ("a", "b", "c", RIGHT):
        features = [0.0] * len(ALL)
        features[ALL.index("title_length")] = draws.gauss(0, 1)
        for name, value in told.items():
            features[ALL.index(name)] = value * (key == RIGHT)
        found.append(PoolCandidate(key, tuple(features)))
    return found


def told(queries=60, **features):
    """What is taught, and as much that is asked, of pools alike."""
    logs = {
        f"q{at}": [Example(f"q{at}", each.features, each.id == RIGHT) for each in pool(at, **features)]
        for at in range(queries)
    }
    asked = [Asked(f"q{at}", frozenset({RIGHT}), pool(at, **features)) for at in range(queries, 2 * queries)]
    return Lesson(HybridSuggester(), logs, asked)


def lost(found, part, name):
    [mine] = [each for each in found["without"] if each["part"] == part]
    return mine[name]["first"], mine[name]["second"]


def test_what_decides_is_missed_and_what_does_not_is_not():
    found = ablation(told(lexical_z=1.0), samples=50, say=lambda line: None)
    assert (found["hybrid"], found["learned"]) == (100.0, 100.0)
    assert lost(found, "words", "hybrid") == (100.0, 25.0)  # of four equals it comes last
    assert lost(found, "lengths", "hybrid") == (100.0, 100.0)
    assert [each["part"] for each in found["without"]] == ["words", "lengths"]


def test_what_only_labels_teach_is_missed_by_learned_alone():
    found = ablation(told(same_kind=1.0), samples=50, say=lambda line: None)
    assert (found["hybrid"], found["learned"]) == (25.0, 100.0)
    assert lost(found, "fields", "hybrid") == (25.0, 25.0)
    before, after = lost(found, "fields", "learned")
    assert (before, after < 60) == (100.0, True)


def test_a_curve_rises_from_the_hybrid_to_what_labels_teach():
    found = curve(told(same_kind=1.0), sizes=[4, 10_000], seeds=2, say=lambda line: None)
    assert found["hybrid"] == 25.0
    assert found["learned"] == [{"examples": 4, "figures": [25.0, 25.0]}, {"examples": 240, "figures": [100.0]}]


def test_each_feature_is_of_one_part_but_the_given_rank_which_queries_do_not_have():
    named = [name for part in PARTS.values() for name in part]
    assert sorted(named) == sorted(set(ALL) - {"given_rank"})


def test_the_last_third_is_held_back():
    queries = [Query(str(at), frozenset({"x"}), at) for at in range(10)]
    taught, asked = held_back(queries)
    assert ([each.id for each in taught], [each.id for each in asked]) == (list("012345"), list("6789"))


@pytest.mark.parametrize(("taught", "asked"), [([], ["5"]), (["5"], [])])
def test_nothing_to_learn_from_or_to_ask_is_told(threads, taught, asked):
    bench = Bench(say=lambda line: None)
    bench.take(threads)
    some, others = ([Query(key, frozenset({"1"}), 1) for key in keys] for keys in (taught, asked))
    with pytest.raises(EarmarkError, match="both to learn from and to ask about"):
        lesson(bench, some, others)
