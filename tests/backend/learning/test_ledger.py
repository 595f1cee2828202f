"""What rows of a frozen version tell; the chances are reckoned here by hand, or counted in simulated lists."""

import random

import pytest

from backend.datasets.splits import drawn_split
from backend.judgements.showing import Draw, show
from backend.learning.ledger import Place, chances_of, positives_of, told_of

ROW = {
    "record": "slot", "item": "q", "candidate": "a", "value": None, "outcome": "unseen", "is_live": None,
    "was_withdrawn": None, "counts": None, "exposure": "e1", "policy": "ranked", "policy_version": 1, "epsilon": 0.1,
    "candidates_hash": "h", "rank": 1, "pool_rank": 1, "propensity": 0.92,
}  # fmt: skip
LABEL = {"item": "q", "other": "z", "value": "duplicate", "split": "train"}
FIRST = {"q"}


def row(**changes):
    return ROW | changes


def said(value="duplicate", **changes):
    stands = {"is_live": True, "was_withdrawn": False, "counts": True, "outcome": "accepted"}
    return row(record="judgement", value=value) | stands | changes


def told(judgements, labels=(LABEL,), **sides):
    found = told_of(labels, judgements, query_of=lambda one, other: one if one in FIRST else other, **sides)
    return {key: (each.is_right, each.chance is not None) for key, each in found.get("q", {}).items()}


def test_accepted_is_right_rejected_corrected_and_passed_are_not():
    rows = [
        said(candidate="a", rank=1, outcome="accepted"),
        said("different", candidate="b", rank=2, pool_rank=2, outcome="rejected"),
        said("related", candidate="c", rank=3, pool_rank=3, outcome="corrected"),
        row(candidate="d", rank=4, pool_rank=4, outcome="passed"),
    ]
    assert told(rows) == {
        "a": (True, True),
        "b": (False, True),
        "c": (False, True),
        "d": (False, True),
        "z": (True, False),
    }


@pytest.mark.parametrize("outcome", ["unseen", "ignored", "unsure"])
def test_unseen_ignored_and_unsure_tell_nothing(outcome):
    assert told([row(outcome=outcome)]) == {"z": (True, False)}


@pytest.mark.parametrize(
    "change", [{"is_live": False}, {"was_withdrawn": True}, {"counts": False}, {"value": "unsure"}]
)
def test_what_does_not_stand_or_count_tells_nothing(change):
    assert told([said() | change]) == {"z": (True, False)}


def test_what_searching_found_has_no_chance():
    assert told([said(policy="search", propensity=None, epsilon=None, pool_rank=None)])["a"] == (True, False)


def test_what_is_settled_is_believed_rather_than_one_answer():
    labels = [LABEL, LABEL | {"other": "a", "value": "different"}]
    assert told([said()], labels)["a"] == (False, True)


def test_what_somebody_passed_by_who_does_not_count_tells_nothing():
    assert told([row(outcome="passed", counts=False)]) == {"z": (True, False)}
    assert told([row(outcome="passed", counts=True)]) == {"a": (False, True), "z": (True, False)}
    assert told([row(outcome="passed", counts=None)])["a"] == (False, True), "a version frozen before says neither"


def test_a_place_that_does_not_count_is_still_one_where_others_of_its_list_might_have_stood():
    """In a list of two that was shuffled either stands first or second, whoever wrote one of them."""
    turned = {"outcome": "passed", "propensity": 0.05}
    first, second = row(candidate="b", pool_rank=2, **turned), row(rank=2, candidate="a", **turned)
    chances = []
    for counts in (True, False):
        rows = [first | {"counts": counts}, second | {"counts": True}]
        chances.append(told_of([LABEL], rows, query_of=lambda one, _: one)["q"]["a"].chance)
    assert chances == [pytest.approx(2 / 3)] * 2
    assert told([first | {"counts": False}, second | {"counts": False}]) == {"z": (True, False)}


def test_a_place_of_another_split_is_still_one_where_others_of_its_list_might_have_stood():
    """In a list of two that was shuffled either stands first or second, whatever side the other one is on."""
    turned = {"outcome": "passed", "propensity": 0.05}
    rows = [row(candidate="b", pool_rank=2, **turned), row(rank=2, candidate="a", **turned)]
    for side, taught in (("train", {"a", "b", "z"}), ("test", {"a", "z"})):
        found = told_of([LABEL], rows, query_of=lambda one, _: one, sides={"b": side})["q"]
        assert (found["a"].chance, found.keys()) == (pytest.approx(2 / 3), taught)


def test_an_answer_counts_more_than_passing_by_and_a_tie_tells_nothing():
    passed = row(exposure="e2", outcome="passed")
    assert told([said(outcome="accepted"), passed])["a"] == (True, True)
    assert "a" not in told([said(), said("different", exposure="e2")])


def test_single_answers_teach_of_items_of_which_nothing_is_settled_yet():
    other = [LABEL | {"item": "elsewhere"}]
    assert drawn_split("q", "salt 1") == "train" and drawn_split("q", "salt 2") == "test"
    assert told([said()], other, salt="salt 1") == {"a": (True, True)}
    assert told([said()], other, salt="salt 2") == {}
    assert told([said()], other, salt="salt 1", sides={"q": "dev"}) == {}
    assert told([said()], other, salt="salt 2", sides={"q": "train"}) == {"a": (True, True)}
    assert told([said()], other, salt="salt 1", sides={"a": "test"}) == {}


def test_what_lies_on_another_side_teaches_nothing():
    dev = {"item": "q2", "other": "a", "value": "duplicate", "split": "dev"}
    assert told([said()], [LABEL, dev]) == {"z": (True, False)}
    crossing = {"item": "q", "other": "a", "value": "duplicate", "split": "crosses"}
    assert told([], [LABEL, dev, crossing]) == {"z": (True, False)}
    assert told([said()], [LABEL | {"split": "test"}]) == {}


def test_the_right_ones_of_a_split_are_those_settled_as_the_same():
    labels = [LABEL, LABEL | {"other": "y", "value": "related"}, LABEL | {"other": "x", "split": "test"}]
    assert positives_of(labels, query_of=max, splits=["train"]) == {"z": {"q"}}
    assert positives_of(labels, query_of=lambda one, _: one, splits=["train", "test"]) == {"q": {"z", "x"}}


def place(rank, outcome, exposure="e", query="q", **facts):
    usual = {"pool_rank": rank, "propensity": 1.0, "epsilon": 0.0, "pool": "h"} | facts
    return Place(
        query=query, candidate=f"c{usual['pool_rank']}", exposure=exposure, rank=rank, outcome=outcome, **usual
    )


def test_without_shuffling_the_chance_is_that_of_being_examined_at_the_rank():
    places = [
        place(rank, outcome, f"e{at}", f"q{at}")
        for at, outcomes in enumerate([("accepted", "passed"), ("accepted", "unseen"), ("accepted", "unseen")])
        for rank, outcome in enumerate(outcomes, 1)
    ]
    chances = chances_of(places)
    assert chances["q0", "c1"] == pytest.approx((3 + 1) / (3 + 2))
    assert chances["q0", "c2"] == pytest.approx((1 + 1) / (3 + 2))


def test_lists_that_nobody_acted_on_say_nothing_of_how_ranks_are_examined():
    acted = [place(1, "accepted"), place(2, "passed")]
    idle = [place(1, "ignored", "idle", "other"), place(2, "unseen", "idle", "other")]
    assert chances_of([*acted, *idle]) == chances_of(acted)


def test_two_lists_of_one_pool_are_two_tries():
    once = chances_of([place(1, "accepted", "e1")])["q", "c1"]
    twice = chances_of([place(1, "accepted", "e1"), place(1, "passed", "e2")])["q", "c1"]
    assert once == pytest.approx(2 / 3) and twice == pytest.approx(1 - (1 - 3 / 4) ** 2)


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1.0])
def test_chances_are_how_often_lists_tell_of_a_candidate(epsilon):
    """Counted over many queries: ranks are examined with known chances, and who examined anything acted."""
    draws, examined = random.Random(1), {1: 0.9, 2: 0.6, 3: 0.3}
    places, counts, lists = [], dict.fromkeys(range(1, 7), 0), 30_000
    for number in range(lists):
        draw = Draw(draws.random(), draws.random())
        _, shown = show(range(1, 7), shown=3, shuffled=5, epsilon=epsilon, draw=draw)
        for each in shown:
            is_told = draws.random() < examined[each.rank]
            counts[each.candidate] += is_told
            places.append(
                Place(
                    f"q{number}", f"c{each.candidate}", f"e{number}", "h", each.rank, each.candidate,
                    each.propensity, epsilon, "passed" if is_told else "unseen",
                )
            )  # fmt: skip
    acted = {p.exposure for p in places if p.outcome == "passed"}
    chances = chances_of(places)
    for base in range(1, 6):
        by_chance = {chance for (_, key), chance in chances.items() if key == f"c{base}"}
        assert max(by_chance) - min(by_chance) < 1e-9, "a candidate's chance does not hang on where it stood"
        assert by_chance.pop() == pytest.approx(counts[base] / len(acted), abs=0.012)
    assert not any(key == "c6" for _, key in chances), "what is never shown has no chance"


def test_a_version_frozen_before_pool_ranks_were_kept_goes_by_the_place_alone():
    chances = chances_of([place(1, "accepted", pool_rank=None, propensity=0.5, epsilon=0.1)])
    assert list(chances.values()) == [pytest.approx(0.5 * 2 / 3)]
