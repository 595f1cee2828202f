"""Tests of earmark.evaluation.measures, against figures worked out by hand."""

import pytest
from earmark.evaluation import compared, compared_shares, measured, summary


def test_one_right_answer_in_third_place():
    found = measured("q", {"c"}, ["a", "b", "c", "d"])
    assert (found["R@1"], found["R@5"]) == (0, 1)
    assert found["MRR@10"] == pytest.approx(1 / 3)
    assert found["MAP@100"] == pytest.approx(1 / 3)


def test_map_is_over_all_that_is_right_found_or_not():
    assert measured("q", {"a", "c", "z"}, ["a", "b", "c"])["MAP@100"] == pytest.approx((1 + 2 / 3) / 3)


def test_below_rank_ten_there_is_no_reciprocal_rank_and_below_a_hundred_nothing():
    at_11 = measured("q", {"x"}, [*map(str, range(10)), "x"])
    assert (at_11["MRR@10"], at_11["R@10"], at_11["R@100"]) == (0, 0, 1)
    at_101 = measured("q", {"x"}, [*map(str, range(100)), "x"])
    assert (at_101["R@100"], at_101["MAP@100"]) == (0, 0)


def test_the_query_itself_and_repetitions_take_no_rank():
    assert measured("q", {"x"}, ["q", "a", "a", "x"])["MRR@10"] == 1 / 2


def test_a_query_without_right_answers_counts_nought():
    assert set(measured("q", set(), ["a"]).values()) == {0.0}


def test_a_query_that_was_not_ranked_is_missed():
    assert summary({"q": {"a"}, "r": {"b"}}, {"q": ["a"]})["MRR@10"] == 50.0


def test_a_run_is_no_better_than_itself():
    answers = {str(at): {"x"} for at in range(20)}
    run = {str(at): ["x"] if at % 2 else ["y", "x"] for at in range(20)}
    found = compared(answers, run, run, samples=200)["MRR@10"]
    assert (found.difference, found.low, found.high, found.chance) == (0, 0, 0, 1)


def test_a_run_that_is_better_for_every_query_is_better_in_every_sample():
    answers = {str(at): {"x"} for at in range(20)}
    worse, better = dict.fromkeys(answers, ("y", "x")), dict.fromkeys(answers, ("x",))
    found = compared(answers, worse, better, samples=200)["MRR@10"]
    assert (found.first, found.second, found.difference, found.low, found.high) == (50, 100, 50, 50, 50)
    assert found.chance == 0


def test_a_gain_at_one_query_of_twenty_may_be_chance():
    answers = {str(at): {"x"} for at in range(20)}
    worse = dict.fromkeys(answers, ("y", "x"))
    found = compared(answers, worse, {**worse, "3": ["x"]}, samples=2000)["MRR@10"]
    assert found.low == 0
    # A sample misses the one query with probability (19/20)**20 = .358, twice that is .717.
    assert found.chance == pytest.approx(0.717, abs=0.06)


def test_shares_of_the_same_items_are_compared_in_pairs():
    always = compared_shares([0.0, 0.5, 0.5, 0.0], [0.5, 1.0, 1.0, 0.5], samples=200)
    assert (always.first, always.second, always.difference, always.low, always.high) == (25, 75, 50, 50, 50)
    never = compared_shares([1.0, 0.0] * 20, [0.0, 1.0] * 20, samples=500)
    assert never.difference == 0 and never.low < 0 < never.high
