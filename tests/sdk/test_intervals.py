import pytest
from earmark.intervals import wilson_interval


def test_the_interval_is_the_one_that_wilson_gives():
    # Worked out from his formula: 8 of 10 at z = 1.96.
    assert wilson_interval(8, 10) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_a_share_of_nothing_found_begins_at_nought():
    assert wilson_interval(0, 10)[0] == 0.0


def test_without_evidence_anything_may_be_true():
    assert wilson_interval(0, 0) == (0.0, 1.0)
