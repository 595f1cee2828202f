"""Tests of earmark.evaluation.calibration."""

import pytest
from earmark.evaluation.calibration import reliability


def test_chances_are_parted_by_tenths_with_what_came_true_in_each():
    first, last = reliability([(0.11, False), (0.19, True), (1.0, True)])
    assert (first.low, first.high, first.right_count, first.count) == (0.1, 0.2, 1, 2)
    assert first.mean_chance == pytest.approx(0.15) and first.share == 0.5
    assert (last.low, last.high, last.mean_chance, last.share) == (0.9, 1.0, 1.0, 1.0)


def test_a_part_is_off_where_its_chance_lies_outside_the_interval_of_what_came_true():
    [honest] = reliability([(0.8, at % 5 != 0) for at in range(100)])
    [boastful] = reliability([(0.8, at % 5 == 0) for at in range(100)])
    assert not honest.is_off and boastful.is_off
    [few] = reliability([(0.7, False)])
    assert not few.is_off, "one guess proves nothing"


def test_nothing_said_is_no_part():
    assert reliability([]) == []
