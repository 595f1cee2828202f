import itertools

import pytest

from backend.quality.consensus import CONTESTED, OPEN, PROPOSED, SETTLED, Mark, Policy, people_wanted, settle

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


# What was said at the desk, with a vote a letter: d(uplicate), r(elated), x (different), ? (unsure), and how many
# people in all are then wanted there. Written by hand.
WANTED = [
    # overlap 2: two who agree, or three for each dissent
    (CONFIRM, "", 2),
    (CONFIRM, "d", 2),
    (CONFIRM, "dd", 2),
    (CONFIRM, "dx", 4),
    (CONFIRM, "ddx", 4),
    (CONFIRM, "dddx", 4),
    (CONFIRM, "ddxx", 7),
    (CONFIRM, "drx", 7),
    (CONFIRM, "ddddxx", 7),
    (CONFIRM, "dddxxxd", 7),
    (CONFIRM, "?", 3),
    (CONFIRM, "?d", 3),
    (CONFIRM, "???????", 7),
    # overlap 1: the first settles, a dissent wants two for each
    (Policy("confirm", overlap=1), "", 1),
    (Policy("confirm", overlap=1), "d", 1),
    (Policy("confirm", overlap=1), "dx", 3),
    # overlap 3
    (Policy("confirm", overlap=3), "", 3),
    (Policy("confirm", overlap=3), "ddx", 5),
    # a minimum is waited for, a maximum is never passed
    (Policy("confirm", overlap=2, minimum=4), "", 4),
    (Policy("confirm", overlap=2, minimum=4), "dd", 4),
    (Policy("confirm", overlap=5, maximum=3), "d", 3),
    (Policy("confirm", overlap=2, maximum=3), "dx", 3),
    (Policy("confirm", overlap=2, maximum=3), "dxr", 3),
    # one more than the dissent
    (TRUSTING, "", 1),
    (TRUSTING, "d", 1),
    (TRUSTING, "dx", 3),
    (TRUSTING, "ddxx", 5),
    (Policy("trusting", minimum=3), "dd", 3),
]
LETTERS = {"d": "duplicate", "r": "related", "x": "different", "?": "unsure"}


@pytest.mark.parametrize(("policy", "letters", "people"), WANTED)
def test_as_many_people_are_wanted_as_would_settle_if_they_agreed(policy: Policy, letters: str, people: int):
    marks = said(*[LETTERS[letter] for letter in letters], origin="assigned")
    assert people_wanted(marks, policy, asked_count=len(letters)) == people


def test_votes_drawn_in_pages_leave_fewer_people_to_ask_at_the_desk():
    assert people_wanted(said("duplicate", origin="drawn"), CONFIRM, asked_count=0) == 1
    assert people_wanted(said("duplicate", "different", origin="drawn"), CONFIRM, asked_count=0) == 2
    assert people_wanted(said("duplicate", "duplicate", origin="drawn"), CONFIRM, asked_count=0) == 0


def test_marks_that_nobody_asked_for_leave_the_whole_overlap_to_ask():
    assert people_wanted(said(*["duplicate"] * 5, origin="spontaneous"), CONFIRM, asked_count=0) == 2


def test_an_expert_is_wanted_whatever_others_said():
    assert people_wanted(said("duplicate", origin="assigned"), EXPERT, asked_count=1) == 2
    assert people_wanted(said("duplicate", origin="assigned", kind="expert"), EXPERT, asked_count=1) == 1


def test_an_answer_that_does_not_count_is_asked_for_again():
    blocked = Mark("duplicate", "assigned", counts=False)
    assert people_wanted([blocked, *said("duplicate", origin="assigned")], CONFIRM, asked_count=2) == 3


def test_after_as_many_votes_as_may_be_sought_nobody_more_is_wanted():
    drawn = said(*["duplicate"] * 3, *["different"] * 4, origin="drawn")
    assert people_wanted(drawn, CONFIRM, asked_count=0) == 0


@pytest.mark.parametrize("letters", ["", "d", "dx", "ddx", "drx", "?d", "ddxx"])
@pytest.mark.parametrize("overlap", [1, 2, 3])
@pytest.mark.parametrize("name", ["confirm", "trusting"])
def test_that_many_who_agree_settle_and_one_fewer_does_not(name: str, overlap: int, letters: str):
    policy = Policy(name, overlap=overlap, maximum=99)
    marks = said(*[LETTERS[letter] for letter in letters], origin="assigned")
    more = people_wanted(marks, policy, asked_count=len(marks)) - len(marks)
    together = [*marks, *said(*["duplicate"] * more, origin="assigned")]
    assert settle(together, policy, values_count=3).state == SETTLED
    assert more == 0 or settle(together[:-1], policy, values_count=3).state != SETTLED
