"""The calendar is that of December 2026, whose days go on past the 31st. Times are in UTC."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.assignments.caps import Asked, Caps, Stay, capped_until, free_at, rests_until

USUAL = Caps()


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 12, 1, hour, minute, second, tzinfo=UTC) + timedelta(days=day - 1)


def asked(day: int, hour: int = 12, *, answered: datetime | None = None, dismissed: datetime | None = None) -> Asked:
    """A prompt in a visit of its own."""
    return Asked(at(day, hour), at(day, hour), answered, dismissed)


def dismissed(day: int, on: int | None = None) -> Asked:
    return asked(day, dismissed=at(on or day, 13))


def answered(day: int) -> Asked:
    return asked(day, answered=at(day, 13))


def test_one_prompt_a_visit_three_a_week_and_thirty_days_of_rest_after_two_dismissals_are_the_usual_caps():
    assert Caps(visit_limit=1, week_limit=3, dismissals_limit=2, rest_days=30) == USUAL


def test_who_was_never_asked_may_be_asked_now():
    assert free_at([], USUAL, None, at(1)) is None
    assert free_at([], USUAL, Stay(at(1), at(1)), at(1)) is None


def test_after_the_one_prompt_of_a_visit_the_next_may_come_half_an_hour_after_the_last_call():
    stay = Stay(at(1, 12), at(1, 12, 20))
    assert free_at([asked(1)], USUAL, stay, at(1, 12, 20)) == at(1, 12, 50, 1)


@pytest.mark.parametrize(("now", "has_ended"), [(at(1, 12, 50), False), (at(1, 12, 50, 1), True)])
def test_a_call_thirty_minutes_after_the_last_is_still_the_same_visit(now, has_ended):
    assert Stay(at(1, 12), at(1, 12, 20)).has_ended(now) is has_ended


def test_a_prompt_of_an_earlier_visit_does_not_fill_the_present_one():
    assert free_at([asked(1)], USUAL, Stay(at(2), at(2)), at(2)) is None


def test_a_visit_of_two_prompts_is_full_after_the_second():
    two, stay = Caps(visit_limit=2), Stay(at(1), at(1))
    assert capped_until([asked(1)], two, stay, at(1)) is None
    assert capped_until([asked(1), asked(1)], two, stay, at(1)) == at(1, 12, 30, 1)


def test_the_fourth_prompt_waits_until_the_first_of_three_is_seven_days_old():
    week = [asked(1), asked(3), asked(6)]
    assert free_at(week, USUAL, None, at(7)) == at(8)
    assert free_at(week, USUAL, None, at(8)) is None


def test_of_five_prompts_in_a_week_two_must_have_passed():
    assert free_at([asked(day) for day in range(1, 6)], USUAL, None, at(5, 13)) == at(10)


def test_the_later_of_two_caps_decides():
    stay = Stay(at(6), at(6))
    assert free_at([asked(1), asked(3), asked(6)], USUAL, stay, at(6)) == at(8)
    late = Stay(at(8, 11, 50), at(8, 11, 50))
    full = [asked(1), asked(3), Asked(at(8, 11, 50), at(8, 11, 50))]
    assert free_at(full, USUAL, late, at(8, 11, 50)) == at(8, 12, 20, 1)


def test_one_dismissal_earns_no_rest():
    assert rests_until([dismissed(1)], USUAL, at(2)) is None


def test_two_dismissals_in_a_row_earn_thirty_days_from_the_second():
    row = [dismissed(1), dismissed(4)]
    assert rests_until(row, USUAL, at(5)) == at(34, 13)
    assert rests_until(row, USUAL, at(34, 12, 59)) == at(34, 13)
    assert rests_until(row, USUAL, at(34, 13)) is None


def test_an_answer_in_between_breaks_the_row():
    assert rests_until([dismissed(1), answered(2), dismissed(4)], USUAL, at(5)) is None


def test_a_prompt_left_alone_neither_counts_nor_breaks_the_row():
    assert rests_until([dismissed(1), asked(2), dismissed(4)], USUAL, at(5)) == at(34, 13)
    assert rests_until([dismissed(1), asked(2), asked(3)], USUAL, at(5)) is None


def test_closing_a_list_after_having_answered_it_is_no_dismissal():
    tidy = asked(4, answered=at(4, 13), dismissed=at(4, 14))
    assert rests_until([dismissed(1), tidy], USUAL, at(5)) is None


def test_two_dismissals_thirty_days_apart_are_none_in_a_row():
    assert rests_until([dismissed(1), dismissed(30)], USUAL, at(31)) == at(60, 13)
    assert rests_until([dismissed(1), dismissed(31)], USUAL, at(32)) is None


def test_after_a_rest_it_takes_two_dismissals_again():
    before = [dismissed(1), dismissed(4)]
    assert rests_until([*before, dismissed(34)], USUAL, at(36)) is None
    assert rests_until([*before, dismissed(35)], USUAL, at(36)) is None
    assert rests_until([*before, dismissed(35), dismissed(37)], USUAL, at(38)) == at(67, 13)


def test_the_row_is_that_of_asking_and_the_rest_counts_from_the_latest_dismissal():
    assert rests_until([dismissed(1, on=6), dismissed(4)], USUAL, at(7)) == at(36, 13)


def test_the_order_in_which_prompts_are_given_plays_no_part():
    row = [dismissed(1), answered(2), dismissed(4), dismissed(5)]
    assert {rests_until(order, USUAL, at(6)) for order in (row, row[::-1], row[2:] + row[:2])} == {at(35, 13)}


def test_a_rest_outlasts_the_caps_of_visit_and_week():
    stay = Stay(at(4), at(4, 13))
    assert free_at([dismissed(1), dismissed(4)], USUAL, stay, at(4, 13)) == at(34, 13)


def test_a_cap_of_none_lets_nothing_through_for_one_span():
    assert free_at([], Caps(visit_limit=0), Stay(at(1), at(1)), at(1)) == at(1, 12, 30, 1)
    assert free_at([], Caps(visit_limit=0), None, at(1)) == at(1, 12, 30)
    assert free_at([], Caps(week_limit=0), None, at(1)) == at(8)


def test_no_days_of_rest_are_no_rest():
    assert rests_until([dismissed(1), dismissed(1)], Caps(rest_days=0), at(1, 13)) is None
