"""Tests of earmark.evaluation.reliability: where a diagram puts what."""

import re
from xml.etree import ElementTree

import pytest
from earmark.evaluation.calibration import reliability
from earmark.evaluation.reliability import as_file, reliability_diagram

HONEST = [(0.8, at % 5 != 0) for at in range(100)]
BOASTFUL = [(0.9, at % 2 == 0) for at in range(50)]


def test_each_part_is_a_dot_at_its_chance_and_the_share_that_came_true():
    drawn = reliability_diagram(reliability([(0.5, True), (0.5, False)]), title="t")
    (x, y), *more = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn)
    # The plot spans 44 to 340 across and 256 to 12 upwards.
    assert not more and float(x) == pytest.approx((44 + 340) / 2) and float(y) == pytest.approx((256 + 12) / 2)
    assert "said 50 %, came true 1 of 2" in drawn


def test_a_part_whose_interval_misses_its_chance_stands_out():
    drawn = reliability_diagram(reliability([*HONEST, *BOASTFUL]), title="t")
    assert re.findall(r'<g class="(on|off)">', drawn) == ["on", "off"]


def test_the_larger_dot_is_that_of_more():
    drawn = reliability_diagram(reliability([*HONEST, *BOASTFUL]), title="t")
    many, few = (float(radius) for radius in re.findall(r' r="([\d.]+)"', drawn))
    assert many == 8 and few == pytest.approx(3 + 5 * 0.5**0.5, abs=0.05)


def test_a_file_of_its_own_is_well_formed_with_colours_and_words_are_only_words():
    told = as_file(reliability_diagram([], title='"><script>'))
    root = ElementTree.fromstring(told)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("aria-label") == '"><script>'
    assert "circle{fill:" in told
