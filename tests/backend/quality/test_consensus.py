import itertools

import pytest

from backend.quality.consensus import CONTESTED, OPEN, PROPOSED, SETTLED, Mark, Policy, settle

CONFIRM = Policy("confirm")
TRUSTING = Policy("trusting", overlap=1)
EXPERT = Policy("expert")


def said(*values: str, origin: str = "drawn", kind: str = "customer") -> list[Mark]:
    return [Mark(value, origin, kind) for value in values]


def test_two_asked_people_who_agree_settle_a_label():
    belief = settle(said("duplicate", "duplicate"), CONFIRM, values_count=3)
    assert (belief.state, belief.value) == (SETTLED, "duplicate")


def test_one_asked_person_leaves_it_open():
    belief = settle(said("duplicate"), CONFIRM, values_count=3)
    assert (belief.state, belief.value) == (OPEN, "duplicate")


def test_the_probability_is_one_more_than_the_votes_over_the_votes_and_the_values():
    assert settle(said("duplicate", "duplicate"), CONFIRM, values_count=3).probability == pytest.approx(3 / 5)
    three_to_one = said("duplicate", "duplicate", "duplicate", "different")
    assert settle(three_to_one, CONFIRM, values_count=3).probability == pytest.approx(4 / 7)


def test_three_against_one_settle_and_two_against_one_do_not():
    assert settle(said("duplicate", "duplicate", "different"), CONFIRM, values_count=3).state == CONTESTED
    three = said("duplicate", "duplicate", "duplicate", "different")
    assert settle(three, CONFIRM, values_count=3).state == SETTLED


@pytest.mark.parametrize("policy", [CONFIRM, TRUSTING, EXPERT], ids=lambda policy: policy.name)
@pytest.mark.parametrize("each", [1, 2, 3, 8])
def test_a_tie_settles_nothing(policy: Policy, each: int):
    marks = said(*["duplicate"] * each, *["different"] * each, kind="expert")
    belief = settle(marks, policy, values_count=3)
    assert (belief.state, belief.value, belief.probability) == (CONTESTED, "", None)


def test_what_nobody_asked_for_only_proposes_under_confirm():
    belief = settle(said(*["duplicate"] * 9, origin="spontaneous"), CONFIRM, values_count=3)
    assert (belief.state, belief.value, belief.votes) == (PROPOSED, "duplicate", {})


def test_spontaneous_marks_never_outvote_those_that_were_asked():
    marks = said(*["duplicate"] * 9, origin="spontaneous") + said("different", "different")
    assert settle(marks, CONFIRM, values_count=3).value == "different"


@pytest.mark.parametrize("origin", ["drawn", "assigned", "gold"])
def test_drawn_assigned_and_gold_answers_are_votes(origin: str):
    assert settle(said("related", "related", origin=origin), CONFIRM, values_count=3).state == SETTLED


def test_imported_marks_propose_under_confirm():
    assert settle(said("related", "related", origin="imported"), CONFIRM, values_count=3).state == PROPOSED


def test_the_first_mark_settles_when_everyone_is_trusted():
    belief = settle(said("duplicate", origin="spontaneous"), TRUSTING, values_count=3)
    assert (belief.state, belief.probability) == (SETTLED, pytest.approx(2 / 4))


def test_only_experts_settle_where_experts_decide():
    marks = said("duplicate", "duplicate", "duplicate") + said("different", kind="expert")
    belief = settle(marks, EXPERT, values_count=3)
    assert (belief.state, belief.value) == (SETTLED, "different")


def test_without_an_expert_the_marks_of_others_propose():
    assert settle(said("duplicate"), EXPERT, values_count=3).state == PROPOSED


def test_not_sure_says_nothing():
    assert settle(said("unsure", "unsure"), TRUSTING, values_count=3).state == OPEN
    assert settle(said("unsure", "duplicate"), TRUSTING, values_count=3).probability == pytest.approx(2 / 4)


def test_a_mark_that_does_not_count_neither_votes_nor_proposes():
    assert settle([Mark("duplicate", "drawn", counts=False)] * 5, CONFIRM, values_count=3).state == OPEN


def test_nobody_said_anything():
    belief = settle([], CONFIRM, values_count=3)
    assert (belief.state, belief.value, belief.probability) == (OPEN, "", None)


def test_a_minimum_of_votes_is_waited_for():
    patient = Policy("confirm", overlap=2, minimum=3)
    assert settle(said("duplicate", "duplicate"), patient, values_count=3).state == OPEN
    assert settle(said(*["duplicate"] * 3), patient, values_count=3).state == SETTLED


def test_the_order_of_marks_plays_no_part():
    marks = said("duplicate", "duplicate", "duplicate", "different", "unsure")
    beliefs = {repr(settle(order, CONFIRM, values_count=3).state) for order in itertools.permutations(marks)}
    assert beliefs == {repr(SETTLED)}
