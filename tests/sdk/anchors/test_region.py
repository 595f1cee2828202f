"""Tests of earmark.anchors.region."""

import math

import pytest
from earmark.anchors import Region
from earmark.errors import AnchorUnusable
from hypothesis import given
from hypothesis import strategies as st


def test_a_region_is_written_as_media_fragments_write_it():
    assert str(Region(10, 20.5, 30, 40.25)) == "xywh=percent:10,20.5,30,40.25"
    assert Region.of("xywh=percent:10,20.5,30,40.25") == Region(10, 20.5, 30, 40.25)


def test_the_whole_picture_is_a_region():
    assert str(Region.of("xywh=percent:0,0,100,100")) == "xywh=percent:0,0,100,100"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("xywh=percent:nan,0,10,10", "not_a_number"), ("xywh=percent:0,0,inf,10", "not_a_number"),
        ("xywh=percent:1e1,0,10,10", "not_a_number"), ("xywh=percent:,0,10,10", "not_a_number"),
        ("xywh=percent: 1,0,10,10", "not_a_number"), ("xywh=percent:١,0,10,10", "not_a_number"),
        ("xywh=percent:0,0,0,10", "no_area"), ("xywh=percent:0,0,10,0", "no_area"), ("xywh=percent:0,0,10,-5", "no_area"),
        ("xywh=percent:-1,0,10,10", "outside"), ("xywh=percent:95,0,10,10", "outside"), ("xywh=percent:0,95,10,10", "outside"),
        ("xywh=pixel:1,1,10,10", "not_a_region"), ("xywh=1,1,10,10", "not_a_region"), ("xywh=percent:1,1,10", "not_a_region"),
        ("xywh=percent:1,1,10,10,5", "not_a_region"), ("", "not_a_region"),
    ],
)  # fmt: skip
def test_what_is_no_region_is_refused_with_what_to_do(written, code):
    with pytest.raises(AnchorUnusable, match="region") as refused:
        Region.of(written)
    assert refused.value.code == code


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(x):
    with pytest.raises(AnchorUnusable) as refused:
        Region(x, 0, 10, 10)
    assert refused.value.code == "not_a_number"


@given(st.floats(0, 99), st.floats(0, 99), st.floats(0.001, 1), st.floats(0.001, 1))
def test_a_region_that_is_written_comes_back_to_four_digits(x, y, width, height):
    region = Region(x, y, width, height)
    again = Region.of(str(region))
    assert (again.x, again.width) == (pytest.approx(x, abs=6e-5), pytest.approx(width, abs=6e-5))
    assert str(again) == str(region)
