import random

from hypothesis import given
from hypothesis import strategies as st

from backend.judgements.ledger import OUTCOMES, Answer, SlotSeen, outcome_of_answer, outcomes
from backend.questions.units import Meaning, meaning_of

SEEN = [SlotSeen(1, 1000), SlotSeen(2, 1000), SlotSeen(3, None)]


def become(slots: list[SlotSeen], *answers: Answer) -> list[str]:
    return list(outcomes(slots, answers).values())


def test_what_was_seen_and_left_alone_is_ignored_and_what_was_not_seen_is_unseen():
    assert become(SEEN) == ["ignored", "ignored", "unseen"]


def test_each_answer_has_its_outcome():
    for value, outcome in {
        "duplicate": "accepted", "different": "rejected", "related": "corrected", "unsure": "unsure",
    }.items():  # fmt: skip
        assert become(SEEN, Answer(1, value, 2000))[0] == outcome


def test_what_was_seen_before_another_was_answered_is_passed():
    assert become(SEEN, Answer(1, "duplicate", 2000)) == ["accepted", "passed", "unseen"]


def test_what_was_seen_only_after_the_answer_is_ignored():
    slots = [SlotSeen(1, 100), SlotSeen(2, 5000)]
    assert become(slots, Answer(1, "duplicate", 2000)) == ["accepted", "ignored"]


def test_an_answer_found_by_searching_passes_what_was_seen():
    assert become(SEEN, Answer(None, "duplicate", 9000)) == ["passed", "passed", "unseen"]


def test_taking_the_answer_away_gives_back_what_was():
    before = become(SEEN)
    become(SEEN, Answer(1, "duplicate", 2000))
    assert become(SEEN) == before


def test_an_answered_slot_needs_no_sight_of_it():
    assert become([SlotSeen(1, None)], Answer(1, "different", 10)) == ["rejected"]


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["duplicate", "related", "different", "unsure"]), st.integers(0, 9))),
    st.integers(0, 99),
)  # fmt: skip
def test_the_seven_outcomes_add_up_to_what_was_shown_in_any_order(seen, given_answers, seed):
    slots = [SlotSeen(number, at) for number, at in enumerate(seen)]
    latest = {slot: (value, at) for slot, value, at in given_answers}
    answers = [Answer(slot if slot < len(slots) else None, value, at) for slot, (value, at) in latest.items()]
    found = outcomes(slots, answers)
    assert sum(list(found.values()).count(outcome) for outcome in OUTCOMES) == len(slots)
    shuffled = random.Random(seed).sample(answers, len(answers))
    assert outcomes(slots[::-1], shuffled) == found


def tagged(*slots: tuple[int, int | None]) -> list[SlotSeen]:
    return [SlotSeen(number, at, meaning_of("tags", str(number))) for number, at in slots]


def chosen(*slots: tuple[int, int | None]) -> list[SlotSeen]:
    return [SlotSeen(number, at, meaning_of("choice", f"label {number}")) for number, at in slots]


def test_of_a_tag_that_fits_the_suggestion_was_right():
    for value, outcome in {"fits": "accepted", "does_not_fit": "rejected", "unsure": "unsure"}.items():
        assert become(tagged((1, 100)), Answer(1, value, 200)) == [outcome]


def test_a_tag_that_somebody_named_passes_those_that_were_seen():
    assert become(tagged((1, 100), (2, 900), (3, None)), Answer(None, "fits", 500)) == ["passed", "ignored", "unseen"]


def test_of_a_choice_the_suggested_label_is_accepted_and_another_corrects_it():
    for value, outcome in {"label 1": "accepted", "label 2": "corrected", "unsure": "unsure"}.items():
        assert become(chosen((1, 100)), Answer(1, value, 200)) == [outcome]


@given(
    st.sampled_from(["tags", "choice"]),
    st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["fits", "does_not_fit", "l1", "unsure"]), st.integers(0, 9))),
    st.integers(0, 99),
)  # fmt: skip
def test_outcomes_of_labels_depend_on_the_set_of_facts_alone(kind, seen, given_answers, seed):
    slots = [SlotSeen(number, at, meaning_of(kind, f"l{number}")) for number, at in enumerate(seen)]
    latest = {slot: (value, at) for slot, value, at in given_answers}
    answers = [Answer(slot if slot < len(slots) else None, value, at) for slot, (value, at) in latest.items()]
    found = outcomes(slots, answers)
    assert set(found.values()) <= set(OUTCOMES) and len(found) == len(slots)
    assert outcomes(slots[::-1], random.Random(seed).sample(answers, len(answers))) == found
    assert ("rejected" in found.values()) <= (kind == "tags")


def test_the_suggested_label_with_another_boundary_corrects_and_none_rejects_wherever():
    spot = Meaning(suggested="Product", contrary="none")
    assert outcome_of_answer("Product", spot) == "accepted"
    assert outcome_of_answer("Product", spot, is_elsewhere=True) == "corrected"
    assert outcome_of_answer("Fault", spot) == "corrected"
    assert outcome_of_answer("none", spot, is_elsewhere=True) == "rejected"


def test_of_a_spot_shown_without_a_label_each_label_is_as_suggested_at_its_place_alone():
    place = Meaning(suggested="", contrary="none")
    assert outcome_of_answer("Product", place) == outcome_of_answer("Fault", place) == "accepted"
    assert outcome_of_answer("Product", place, is_elsewhere=True) == "corrected"
    assert outcome_of_answer("none", place) == "rejected" and outcome_of_answer("unsure", place) == "unsure"
