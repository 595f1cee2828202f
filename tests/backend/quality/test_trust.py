import pytest

from backend.quality.trust import tally, wilson_interval


def test_right_and_wrong_answers_to_gold_are_counted():
    found = tally([("duplicate", "duplicate"), ("different", "duplicate"), ("duplicate", "duplicate")])
    assert (found.answers_count, found.right_count) == (3, 2)


def test_not_sure_is_neither_right_nor_wrong():
    assert tally([("unsure", "duplicate")]).answers_count == 0


def test_the_interval_is_the_one_wilson_gives():
    low, high = wilson_interval(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_without_evidence_anything_may_be_true():
    assert wilson_interval(0, 0) == (0.0, 1.0)
