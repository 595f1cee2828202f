import re

import pytest

from backend.quality.charts import belief_steps, nice_ceiling, stacked_bar, stacked_days, whisker


@pytest.mark.parametrize(("value", "ceiling"), [(0, 1), (1, 1), (3, 5), (11, 20), (21, 50), (99, 100), (101, 200)])
def test_an_axis_ends_at_a_round_number(value, ceiling):
    assert nice_ceiling(value) == ceiling


def heights(svg: str, part: str) -> list[float]:
    return [float(h) for h in re.findall(rf'<rect class="{part}"[^>]*height="([\d.]+)"', svg)]


def test_a_days_bar_is_as_high_as_what_was_shown_and_parts_stand_on_one_another():
    svg = stacked_days([("2026-11-23", {"accepted": 5, "passed": 5})], ["accepted", "passed"], title="t")
    (accepted,), (passed,) = heights(svg, "accepted"), heights(svg, "passed")
    assert accepted == passed == pytest.approx((230 - 10 - 28) / 2 - 1)
    assert "2026-11-23: 5 accepted" in svg


def test_a_day_without_anything_has_no_bar():
    assert "<rect" not in stacked_days([("2026-11-23", {})], ["accepted"], title="t")


def test_words_in_a_picture_are_only_words():
    svg = stacked_days([("<script>", {"accepted": 1})], ["accepted"], title='"><img onerror=x>')
    assert "<script>" not in svg and "<img" not in svg


def test_the_parts_of_a_bar_add_up_to_its_length():
    widths = re.findall(r'width="([\d.]+)"', stacked_bar({"a": 1, "b": 3}, ["a", "b"], title="t"))
    assert [float(width) for width in widths] == [59.0, 179.0]


def test_a_whisker_ends_where_its_interval_does():
    svg = whisker(0.5, 0.25, 0.75)
    assert 'x1="30.5" x2="89.5"' in svg and 'cx="60.0"' in svg


def test_belief_steps_from_the_ground():
    assert belief_steps([], title="t") == ""
    assert belief_steps([1.0, 0.0], title="t").count("<circle") == 2
