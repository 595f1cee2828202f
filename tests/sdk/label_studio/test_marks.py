"""Results as Label Studio's guide to its format shows them, by the kind of question."""

import pytest
from earmark.anchors import RegionAnchor
from earmark.label_studio.marks import controls_of, marks_of


def result(type="choices", name="c", id="r", **value):
    return {"id": id, "from_name": name, "to_name": "text", "type": type, "value": value}


def box(**changes):
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Menu"]} | changes
    return result("rectanglelabels", **value) | {"original_width": 500, "original_height": 375, "image_rotation": 0}


def found(kind, *results, text="Firefox hangs"):
    return marks_of(results, kind=kind, control="c", text=text, where="task 1, annotation 2")


def faults(kind, *results):
    told = found(kind, *results)
    assert told.marks == []
    return [str(each) for each in told.left_out]


def test_a_choice_is_one_label():
    assert [mark.label for mark in found("choice", result(choices=["Good"])).marks] == ["Good"]
    [fault] = faults("choice", result(choices=["Good", "Bad"]))
    assert fault.startswith("task 1, annotation 2: ") and "(Good, Bad)" in fault


def test_tags_are_as_many_as_were_ticked_in_a_list_or_in_a_tree_without_branches():
    assert [mark.label for mark in found("tags", result(choices=["A", "B", "A"])).marks] == ["A", "B"]
    assert [mark.label for mark in found("tags", result("taxonomy", taxonomy=[["A"], ["B"]])).marks] == ["A", "B"]
    [fault] = faults("tags", result("taxonomy", taxonomy=[["A"], ["B", "C"]]))
    assert "B > C" in fault


def test_what_is_said_of_a_part_is_not_said_of_the_whole():
    [fault] = faults("choice", result(choices=["Good"], start=0, end=7, text="Firefox"))
    assert "says something of a part" in fault


def test_a_box_is_percent_of_a_picture_whose_size_is_told():
    [mark] = found("region", box(x=-1e-14, width=100)).marks
    assert (mark.label, mark.anchor) == ("Menu", RegionAnchor.in_percent(0, 20, 100, 40, picture=(500, 375)))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (box(rotation=12), "turned by 12 degrees"),
        (box() | {"image_rotation": 90}, "turned by 90 degrees"),
        (box() | {"item_index": 1}, "further picture"),
        (box() | {"original_width": None}, "whole pixels"),
        (box(x=80), "within the picture"),
        (box(width=0), "needs a width"),
        (box(x=float("nan")), "finite numbers"),
        (box(x="10"), "four numbers"),
        (box(x=10**400), "four numbers"),
        (box(rectanglelabels=["Menu", "Button"]), "2 labels in one place"),
        (box(rectanglelabels=[]), "no label"),
        (box(rectanglelabels=[7]), "a label is no text"),
    ],
)
def test_a_box_that_cannot_be_one_is_named_with_the_reason(told, why):
    [fault] = faults("region", told)
    assert fault.startswith("task 1, annotation 2, result r: ") and why in fault


def test_markup_and_media_have_no_offsets_in_a_text():
    assert "no offsets" in faults("span", result("labels", labels=["A"], start="/p[1]/text()[1]", end="/p[1]"))[0]
    assert "no offsets" in faults("span", result("labels", labels=["A"], start=0.5, end=1.5))[0]


def test_offsets_may_be_told_as_text():
    [mark] = found("span", result("labels", labels=["A"], start="0", end="7", text="Firefox")).marks
    assert mark.anchor.quote.exact == "Firefox"


def test_a_bad_span_keeps_no_other_from_being_taken_and_a_score_stays_with_its_own():
    good = result("labels", labels=["A"], start=0, end=7) | {"score": 0.7}
    bad = result("labels", labels=["A"], start="x", end=7, id="bad") | {"score": 0.2}
    told = found("span", bad, good)
    assert [(mark.where[-1], mark.score) for mark in told.marks] == [("r", 0.7)]
    assert [row.where for row in told.left_out] == ["task 1, annotation 2, result bad"]


def test_what_answers_something_else_is_counted_by_its_name():
    others = [result("textarea", "note", text=["x"]), result("choices", "tone", choices=["A"]), {"type": "relation"}]
    told = found("choice", *others)
    assert dict(told.beside) == {"textarea `note`": 1, "choices `tone`": 1, "relation": 1}
    assert controls_of(others, "choice") == {"tone"}


@pytest.mark.parametrize("told", [None, 3, "x", [], {}, {"type": "choices", "value": None}])
def test_what_is_no_result_is_told(told):
    assert "no value" in faults("choice", told)[0]


@pytest.mark.parametrize("address", ["https://x.example/post.txt", "s3://bucket/post.txt", "/data/upload/7/post.txt"])
def test_offsets_in_a_text_that_only_its_address_stands_for_are_not_taken_for_places_in_the_address(address):
    wordless, worded = (
        result("labels", labels=["A"], start=0, end=4, **words) for words in ({}, {"text": address[:4]})
    )
    [fault] = found("span", wordless, text=address).left_out
    assert "the text itself is not in the file" in fault.why
    assert found("span", worded, text=address).left_out == [], "of an address as a text the words are told"
