"""Tests of earmark._wire."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from earmark._wire import encoded, read, written
from earmark.anchors import RegionAnchor, describe
from earmark.types import (
    Annotator,
    DatasetVersion,
    Exposure,
    Item,
    Label,
    NewJudgement,
    PairAnswer,
    RegionAnswer,
    SpanAnswer,
)  # fmt: skip
from hypothesis import given
from hypothesis import strategies as st

KEY = "01a20ae2-6729-7fd6-8759-5a9841d39dd0"
SHOWN = {
    "id": KEY,
    "question": "duplicate",
    "item": "1",
    "annotator": "p-1",
    "shown_at": "2026-03-01T12:00:00Z",
    "epsilon": 1,
    "a_field_of_next_year": {"x": 1},
    "slots": [{"rank": 1, "candidate": {"id": "2", "title": "Two"}, "suggester": {"name": "s", "version": "1"}}],
}


def test_an_object_becomes_a_value_all_the_way_down():
    exposure = read(Exposure, SHOWN)
    assert exposure.id == UUID(KEY)
    assert exposure.shown_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert exposure.slots[0].candidate.title == "Two"
    assert exposure.slots[0].suggester.name == "s"
    assert exposure.epsilon == 1.0
    assert isinstance(exposure.epsilon, float)


def test_what_a_newer_server_adds_is_left_out():
    assert not hasattr(read(Exposure, SHOWN), "a_field_of_next_year")


def test_null_stands_where_null_may_stand():
    told = {
        "question": "q",
        "unit": {"kind": "pair", "items": ["1", "2"]},
        "state": "open",
        "revision": 1,
        "computed_at": "2026-03-01T12:00:00Z",
        "value": None,
        "settled_at": None,
    }
    label = read(Label, told)
    assert (label.value, label.settled_at, label.unit.items) == (None, None, ("1", "2"))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "no uuid"},
        {"id": 7},
        {"shown_at": 7},
        {"slots": {}},
        {"slots": [7]},
        {"item": None},
        {"item": 7},
    ],
)
def test_what_is_not_what_it_must_be_is_refused(changes):
    with pytest.raises(ValueError):
        read(Exposure, SHOWN | changes)


def test_a_missing_field_is_named():
    with pytest.raises(ValueError, match="number"):
        read(DatasetVersion, {"dataset": "d", "state": "frozen"})


@pytest.mark.parametrize("told", [None, [], "x", 7])
def test_what_is_no_object_is_refused(told):
    with pytest.raises(ValueError, match="JSON object"):
        read(Item, told)


def test_none_is_left_out_and_times_go_out_in_utc():
    east = timezone(timedelta(hours=2))
    judgement = NewJudgement(
        Annotator("u1"), "q", "1", PairAnswer("related"), judged_at=datetime(2026, 3, 1, 14, tzinfo=east)
    )
    assert written(judgement) == {
        "annotator": {"id": "u1", "kind": "customer"},
        "question": "q",
        "item": "1",
        "answer": {"value": "related", "kind": "pair"},
        "origin": "imported",
        "judged_at": "2026-03-01T12:00:00+00:00",
    }


def test_a_naive_time_is_taken_as_utc():
    assert written(datetime(2026, 3, 1, 12)) == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**63, -(2**64), "a\0b", {"a\0": 1}, ["\ud800"], {1, 2}, b"bytes", object()],
)
def test_what_no_server_takes_is_not_sent(value):
    with pytest.raises(ValueError, match="cannot be sent"):
        encoded({"metadata": value})


@pytest.mark.parametrize("value", [2**63 - 1, "9" * 30, r"a\u0000b", "1234567890123456789"])
def test_what_only_looks_like_it_is_sent(value):
    assert encoded({"metadata": value})


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_other_text_comes_back_as_it_went(text):
    assert read(Item, {"id": text}).id == text
    assert encoded(written(Item(text)))


SPAN = describe("I use 👍 Firefox", 8, 15)
BOX = RegionAnchor.in_percent(10, 20, 30, 40, picture=(1280, 720))


def label_at(anchor):
    unit = {"kind": "span", "items": ["1"], "anchor": anchor}
    return {"question": "q", "unit": unit, "state": "settled", "revision": 1, "computed_at": "2026-03-01T12:00:00Z"}


@pytest.mark.parametrize("anchor", [SPAN, BOX])
def test_an_anchor_comes_back_as_the_one_that_it_is(anchor):
    assert read(Label, label_at(written(anchor))).unit.anchor == anchor
    assert read(Label, label_at(None)).unit.anchor is None


def test_an_anchor_goes_out_as_the_wire_holds_it():
    answer = SpanAnswer("Product", SPAN)
    assert written(answer) == {"value": "Product", "anchor": SPAN.wire, "kind": "span"}
    assert written(RegionAnswer("none", BOX))["anchor"] == {
        "region": "xywh=percent:10,20,30,40", "width": 1280, "height": 720,
    }  # fmt: skip


@pytest.mark.parametrize("told", [{}, "here", {"region": "all", "width": 1, "height": 1}, {"quote": {}}])
def test_what_is_no_anchor_is_no_value(told):
    with pytest.raises(ValueError, match=r"anchor|region"):
        read(Label, label_at(told))
