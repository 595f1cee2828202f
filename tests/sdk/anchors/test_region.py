"""Tests of earmark.anchors.region."""

import math

import pytest
from earmark.anchors import Region, RegionAnchor
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


def test_a_box_in_pixels_is_the_share_of_its_picture():
    anchor = RegionAnchor.in_pixels(128, 144, 384, 288, picture=(1280, 720))
    assert anchor.wire == {"region": "xywh=percent:10,20,30,40", "width": 1280, "height": 720}
    assert anchor == RegionAnchor.in_percent(10, 20, 30, 40, picture=(1280, 720))
    assert anchor.pixels == pytest.approx((128, 144, 384, 288))
    assert RegionAnchor.of(anchor.wire) == anchor


def test_the_whole_of_an_odd_picture_is_a_box_in_it():
    assert RegionAnchor.in_pixels(0, 0, 333, 77, picture=(333, 77)).wire["region"] == "xywh=percent:0,0,100,100"
    assert RegionAnchor.in_pixels(1, 0, 2, 3, picture=(3, 3)).wire["region"] == "xywh=percent:33.3333,0,66.6667,100"


@pytest.mark.parametrize(
    ("box", "picture", "code", "said"),
    [
        ((1200, 0, 100, 10), (1280, 720), "outside", "1300, 10 px is not within the picture, which has 1280 × 720 px"),
        ((-1, 0, 10, 10), (1280, 720), "outside", "measured in"),
        ((0, 0, 0, 10), (1280, 720), "no_area", "above 0"),
        ((0, math.nan, 5, 10), (1280, 720), "not_a_number", "finite"),
        ((0, 0, 5, 10), (1280.0, 720), "no_size", "width is 1280.0"),
        ((0, 0, 5, 10), (1280, 0), "no_size", "height is 0"),
        ((0, 0, 5, 10), (True, 720), "no_size", "whole pixels"),
        ((0, 0, 5, 10), (100_001, 720), "no_size", "1 to 100,000"),
        ((0, 0, 5, 10), 1280, "no_size", "picture is (width, height)"),
        ((0, 0, 5, 10), (1, 2, 3), "no_size", "picture is (width, height)"),
    ],
)
def test_a_box_that_is_none_is_refused_with_what_to_do(box, picture, code, said):
    with pytest.raises(AnchorUnusable) as refused:
        RegionAnchor.in_pixels(*box, picture=picture)
    assert (refused.value.code, said in str(refused.value)) == (code, True), str(refused.value)


@pytest.mark.parametrize(
    "wire",
    [
        {}, {"region": "xywh=percent:0,0,1,1"}, {"region": 1, "width": 1, "height": 1}, [], None,
        {"region": "xywh=percent:0,0,1,1", "width": "1", "height": 1},
        {"region": "xywh=percent:0,0,101,1", "width": 1, "height": 1},
    ],
)  # fmt: skip
def test_what_is_no_anchor_of_a_picture_is_refused(wire):
    with pytest.raises(AnchorUnusable):
        RegionAnchor.of(wire)


@given(st.integers(1, 5000), st.integers(1, 5000), st.randoms(use_true_random=False))
def test_a_box_in_pixels_comes_back_to_less_than_a_hundredth_of_a_pixel(width, height, draw):
    x, y = draw.randrange(width), draw.randrange(height)
    box = (x, y, draw.randint(1, width - x), draw.randint(1, height - y))
    told = RegionAnchor.of(RegionAnchor.in_pixels(*box, picture=(width, height)).wire)
    assert told.pixels == pytest.approx(box, abs=0.01)
