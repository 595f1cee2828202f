"""Tests of earmark.anchors.anchor."""

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from earmark.anchors import Position, Quote, TextAnchor, describe, snapshot_of, words_of
from earmark.errors import AnchorUnusable

VECTORS = json.loads((Path(__file__).parents[2] / "anchors" / "vectors.json").read_text())
TEXT = "Thanks 👍 for the fast answer."
WIRE = {
    "quote": {"exact": "fast", "prefix": "Thanks 👍 for the ", "suffix": " answer."},
    "position": {"start": 17, "end": 21},
    "snapshot": snapshot_of(TEXT),
}


@pytest.mark.parametrize("span", VECTORS["spans"], ids=[span["text"] for span in VECTORS["spans"]])
def test_positions_are_code_points_and_contexts_are_48_of_them(span):
    text = span["text"].replace("⟦", "").replace("⟧", "")
    exact = span["text"][span["text"].index("⟦") + 1 : span["text"].index("⟧")]
    anchor = describe(text, *span["points"])
    assert anchor.quote == Quote(exact, span["prefix"], span["suffix"])
    assert words_of(anchor, text) == exact


@pytest.mark.parametrize("known", VECTORS["snapshots"], ids=[known["text"] for known in VECTORS["snapshots"]])
def test_a_snapshot_is_the_sha_256_that_the_standard_gives(known):
    assert snapshot_of(known["text"]) == known["sha256"]


def test_an_anchor_travels_as_json_and_comes_back_the_same():
    anchor = describe(TEXT, 17, 21)
    assert anchor.wire == WIRE
    assert TextAnchor.of(json.loads(json.dumps(anchor.wire))) == anchor


def test_an_anchor_does_not_change():
    with pytest.raises(FrozenInstanceError):
        describe(TEXT, 0, 6).snapshot = ""


def test_contexts_may_be_left_out():
    wire = {"quote": {"exact": "fast"}, "position": {"start": 17, "end": 21}, "snapshot": ""}
    assert TextAnchor.of(wire) == TextAnchor(Quote("fast"), Position(17, 21), "")


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 3)])
def test_a_stretch_that_is_empty_or_backwards_is_refused(start, end):
    with pytest.raises(AnchorUnusable, match="less than end") as refused:
        describe(TEXT, start, end)
    assert refused.value.code == "no_stretch"
    with pytest.raises(AnchorUnusable, match=f"got {start} and {end}"):
        TextAnchor.of(WIRE | {"position": {"start": start, "end": end}})


def test_a_stretch_past_the_end_is_refused_with_the_length():
    with pytest.raises(AnchorUnusable, match="has 29 code points and the anchor ends at 30") as refused:
        describe(TEXT, 17, 30)
    assert refused.value.code == "past_the_end"


def test_words_that_were_cut_inside_a_surrogate_pair_are_refused():
    cut = json.loads('{"exact": "\\ud83d", "prefix": "Thanks ", "suffix": "\\udc4d for"}')
    with pytest.raises(AnchorUnusable, match="cut at code points") as refused:
        TextAnchor.of(WIRE | {"quote": cut})
    assert refused.value.code == "inside_a_character"


def test_an_anchor_of_another_snapshot_is_not_sliced():
    with pytest.raises(AnchorUnusable, match="find") as refused:
        words_of(describe(TEXT, 17, 21), TEXT + " ")
    assert refused.value.code == "another_snapshot"


def test_positions_that_count_something_else_than_code_points_are_told():
    # UTF-16 units count the thumb twice.
    with pytest.raises(AnchorUnusable, match="count code points") as refused:
        words_of(TextAnchor.of(WIRE | {"position": {"start": 18, "end": 22}}), TEXT)
    assert refused.value.code == "another_quote"


@pytest.mark.parametrize(
    "wire",
    [
        {}, [], None, "x", WIRE | {"quote": "fast"}, WIRE | {"quote": {}}, WIRE | {"position": {"start": 1}},
        WIRE | {"position": {"start": True, "end": 4}}, WIRE | {"position": {"start": 1.0, "end": 4}},
        WIRE | {"snapshot": None}, WIRE | {"quote": {"exact": 5}}, WIRE | {"elsewhere": 2},
        WIRE | {"elsewhere": {"count": -1, "likeness": 0.5}}, WIRE | {"elsewhere": {"count": 1, "likeness": 1.5}},
    ],
)  # fmt: skip
def test_what_is_no_anchor_is_refused(wire):
    with pytest.raises(AnchorUnusable) as refused:
        TextAnchor.of(wire)
    assert refused.value.code == "not_an_anchor"


def test_what_stands_elsewhere_is_told_on_the_wire_only_where_it_is_known():
    assert "elsewhere" not in TextAnchor.of(WIRE).wire
    told = WIRE | {"elsewhere": {"count": 2, "likeness": 0.5}}
    assert TextAnchor.of(told).wire == told
