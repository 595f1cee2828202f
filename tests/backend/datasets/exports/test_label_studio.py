"""Tasks as Label Studio's guide to its format shows them: spans in code points, boxes in percent."""

import json

from backend.datasets.exports.label_studio import TaskFile
from backend.datasets.exports.marked import MarkedBox, MarkedPicture, MarkedSpan, MarkedText
from backend.datasets.exports.writing import write_pictures, write_texts

TEXT = "👍🏽 שלום Firefox\r\nhangs"
SPANS = [MarkedSpan(8, 15, "Product name"), MarkedSpan(0, 2, "=1+1\u2028")]
LABELS = ["Product name", "=1+1\u2028"]
BOXES = [MarkedBox(10, 20, 30, 40, "Menu"), MarkedBox(0, 0, 100, 100.0001, "Button")]


def tasks(path):
    return json.loads(path.read_text(encoding="utf-8"))


def results(task):
    [annotation] = task["annotations"]
    assert (annotation["was_cancelled"], annotation["ground_truth"]) == (False, False)
    assert len({each["id"] for each in annotation["result"]}) == len(annotation["result"])
    return annotation["result"]


def test_spans_lie_where_python_finds_them_and_say_their_words(tmp_path):
    write_texts(tmp_path, [MarkedText("a", "train", TEXT, SPANS), MarkedText("b", "train", "Nothing")], LABELS)
    first, second = tasks(tmp_path / "train.label-studio.json")
    assert first["data"] == {"text": TEXT, "item": "a"}
    found = results(first)
    assert [(each["type"], each["from_name"], each["to_name"]) for each in found] == [("labels", "label", "text")] * 2
    assert [(TEXT[each["value"]["start"] : each["value"]["end"]], each["value"]["labels"]) for each in found] == [
        ("👍🏽", ["=1+1\u2028"]), ("Firefox", ["Product name"]),
    ]  # fmt: skip
    assert [each["value"]["text"] for each in found] == ["👍🏽", "Firefox"]
    assert results(second) == [], "somebody looked, and nothing is there"


def test_boxes_are_percent_of_a_picture_whose_size_is_told_and_end_at_its_edge(tmp_path):
    pictures = [MarkedPicture("shot", "dev", "https://x.example/a.png", 1280, 720, BOXES)]
    write_pictures(tmp_path, pictures, ["Menu", "Button"], "d")
    [task] = tasks(tmp_path / "dev.label-studio.json")
    assert task["data"] == {"image": "https://x.example/a.png", "item": "shot"}
    menu, button = results(task)
    assert (menu["type"], menu["to_name"], menu["original_width"], menu["original_height"]) == (
        "rectanglelabels", "image", 1280, 720,
    )  # fmt: skip
    assert menu["value"] == {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Menu"]}
    assert button["value"]["height"] == 100


def test_a_picture_that_coco_cannot_hold_is_not_here_either_and_the_file_stays_whole(tmp_path):
    pictures = [MarkedPicture("tiny", "test", "/a.png", 3, 3, [MarkedBox(0, 0, 0.0001, 1, "Menu")])]
    written = write_pictures(tmp_path, pictures, ["Menu"], "d")
    assert [each.item for each in written.left_out] == ["tiny"]
    assert not (tmp_path / "test.label-studio.json").exists()


def test_a_file_of_no_task_is_an_empty_list(tmp_path):
    TaskFile(tmp_path / "none.json").close()
    assert tasks(tmp_path / "none.json") == []
