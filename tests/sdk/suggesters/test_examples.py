"""Tests of earmark.suggesters.examples: what a ledger teaches."""

import pytest
from earmark.suggesters.describing import FEATURES, PoolCandidate
from earmark.suggesters.examples import HEAVIEST, Told, examples_told

RANKED = [PoolCandidate(f"c{at}", (float(at), *[0.0] * (len(FEATURES) - 1))) for at in range(100)]


def depths(examples, *, right=None):
    return [int(each.features[0]) for each in examples if right is None or each.is_positive == right]


def test_what_was_told_counts_by_one_over_its_chance():
    told = {"c0": Told(is_right=False, chance=0.9), "c4": Told(is_right=True, chance=0.1)}
    weights = {int(each.features[0]): each.weight for each in examples_told("q", RANKED, told, random=0)}
    assert weights == {0: pytest.approx(1 / 0.9), 4: pytest.approx(10)}


def test_no_example_stands_for_more_than_the_heaviest_may():
    assert Told(is_right=True, chance=1e-6).weight == HEAVIEST == Told(is_right=True, chance=0.0).weight


def test_what_searching_found_brings_as_many_negatives_of_its_depth():
    found = examples_told("q", RANKED, {"c50": Told(is_right=True)}, presumed=10, random=0)
    assert depths(found, right=True) == [50]
    assert depths(found, right=False) == [*range(45, 50), *range(51, 56)]


def test_others_are_drawn_from_below_what_lists_showed_alike_each_time():
    told = {"c0": Told(is_right=True, chance=0.9), "c4": Told(is_right=False, chance=0.5)}
    found = examples_told("q", RANKED, told, random=10)
    drawn = set(depths(found)) - {0, 4}
    assert len(drawn) == 10 and min(drawn) > 4
    assert found == examples_told("q", RANKED, told, random=10)
    assert set(depths(examples_told("other", RANKED, told, random=10))) - {0, 4} != drawn


def test_a_query_without_anything_right_presumes_nothing():
    found = examples_told("q", RANKED, {"c3": Told(is_right=False, chance=0.5)})
    assert depths(found) == [3]


def test_what_the_pool_does_not_hold_teaches_nothing():
    assert examples_told("q", RANKED, {"elsewhere": Told(is_right=True)}) == []
