"""Tests of earmark.rules.combining; what is expected is worked out by hand."""

import itertools

import pytest
from earmark.rules.combining import Estimate, Strength, beliefs


def test_one_vote_is_believed_as_far_as_it_is_strong():
    assert beliefs([Strength("stolen", 0.7)]) == {"stolen": pytest.approx(0.7)}


def test_nothing_said_is_nothing_believed():
    assert beliefs([]) == {}


def test_votes_that_agree_make_a_noisy_or():
    assert beliefs([Strength("stolen", 0.7), Strength("stolen", 0.5)])["stolen"] == pytest.approx(1 - 0.3 * 0.5)


def test_votes_that_contradict_each_other_are_combined_by_dempsters_rule():
    found = beliefs([Strength("stolen", 0.8), Strength("genuine", 0.5)])
    assert found["stolen"] == pytest.approx(0.8 * 0.5 / (1 - 0.8 * 0.5))
    assert found["genuine"] == pytest.approx(0.2 * 0.5 / (1 - 0.8 * 0.5))


def test_a_vote_against_takes_away_and_speaks_for_nothing():
    found = beliefs([Strength("Inbox", 0.7), Strength("Inbox", 0.5, is_against=True)])
    assert found == {"Inbox": pytest.approx(0.7 * 0.5 / (1 - 0.7 * 0.5))}
    assert beliefs([Strength("Inbox", 0.5, is_against=True)]) == {}


def test_certainties_that_contradict_each_other_are_believed_at_0():
    assert beliefs([Strength("a", 1.0), Strength("b", 1.0)]) == {"a": 0.0, "b": 0.0}


def test_beliefs_never_add_up_to_more_than_1_and_do_not_mind_the_order():
    votes = [Strength("a", 0.9), Strength("b", 0.8), Strength("c", 0.7), Strength("a", 0.6), Strength("b", 0.3, True)]
    first = beliefs(votes)
    assert sum(first.values()) < 1
    for order in itertools.permutations(votes):
        assert beliefs(order) == pytest.approx(first)


def test_an_estimate_starts_from_the_prior_and_goes_to_what_was_seen():
    assert Estimate().accuracy(0.7, 5) == pytest.approx(0.7)
    assert Estimate(0, 5).accuracy(0.7, 5) == pytest.approx(0.35)
    assert Estimate(900, 1000).accuracy(0.7, 5) == pytest.approx(0.899, abs=1e-3)
