"""Tests of earmark.weights: how much each kind of evidence counts."""

import pytest
from earmark.suggesters.hybrid import PRIOR, prior_with
from earmark.weights import KINDS, fault_of_weights


@pytest.mark.parametrize("weights", [{}, {"words": 0}, {"meaning": 5}, dict.fromkeys(KINDS, 1.5)])
def test_known_kinds_from_nought_to_five_are_weights(weights):
    assert fault_of_weights(weights) == ""


@pytest.mark.parametrize(
    "weight", [-1, 5.01, float("nan"), float("inf"), pytest.param(10**400, id="huge"), True, "1", None]
)
def test_another_number_is_refused_by_name(weight):
    assert fault_of_weights({"title": weight}).startswith("The weight of title is not a number from 0 to 5.")


def test_an_unknown_kind_is_refused_with_those_there_are():
    told = fault_of_weights({"colour": 1})
    assert told.startswith("'colour' is no weight") and all(kind in told for kind in KINDS)


def test_the_usual_weights_are_the_prior():
    assert prior_with({}) == prior_with(dict.fromkeys(KINDS, 1)) == PRIOR


def test_each_kind_moves_its_own_evidence_and_together_they_move_all_that_the_prior_weighs():
    moved = [{name for name, weight in prior_with({kind: 2}).items() if weight != PRIOR[name]} for kind in KINDS]
    assert set.union(*moved) == PRIOR.keys() - {"given_rank"}
    assert sum(map(len, moved)) == len(PRIOR) - 1, "no two kinds move the same"
    assert prior_with({"fields": 2})["facets"] == 2 * PRIOR["facets"]


def test_weights_that_are_none_move_nothing():
    with pytest.raises(ValueError, match="no weight"):
        prior_with({"colour": 1})
