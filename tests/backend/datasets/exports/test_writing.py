import json
import subprocess
import sys

import spacy
from pycocotools.coco import COCO
from spacy.tokens import DocBin

from backend.datasets.exports.marked import MarkedBox, MarkedPicture, MarkedSpan, MarkedText
from backend.datasets.exports.writing import write_pictures, write_texts

LABELS = ["Product name", "Version"]
TEXTS = [
    MarkedText(
        "a", "train", "Firefox 115 👍🏽 hangs", [MarkedSpan(8, 11, "Version"), MarkedSpan(0, 7, "Product name")]
    ),
    MarkedText("b", "train", "It hangs."),
    MarkedText("c", "train", "Mozilla Firefox", [MarkedSpan(0, 15, "Product name"), MarkedSpan(8, 15, "Product name")]),
    MarkedText("d", "test", "Firefoxen", [MarkedSpan(0, 7, "Product name")]),
    MarkedText("e", "dev", "שלום Firefox", [MarkedSpan(5, 12, "Product name")]),
]


def test_spacys_own_command_turns_a_splits_file_into_what_it_trains_on(tmp_path):
    write_texts(tmp_path, TEXTS, LABELS)
    told = subprocess.run(
        [sys.executable, "-m", "spacy", "convert", "-c", "iob", "train.iob", "."],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "2 documents" in told.stdout
    first, second = DocBin().from_disk(tmp_path / "train.spacy").get_docs(spacy.blank("xx").vocab)
    assert [(ent.text, ent.label_) for ent in first.ents] == [("Firefox", "Product_name"), ("115", "Version")]
    assert [token.text for token in first] == ["Firefox", "115", "👍🏽", "hangs"]
    assert (second.ents, [token.text for token in second]) == ((), ["It", "hangs", "."])
    assert all(token.ent_iob_ == "O" for token in second), "nothing was found is known, not missing"


def test_json_lines_hold_every_text_and_spans_that_overlap_and_spacy_finds_them_at_their_places(tmp_path):
    written = write_texts(tmp_path, TEXTS, LABELS)
    blank = spacy.blank("xx")
    found = {}
    for split in ("train", "dev", "test"):
        for line in (tmp_path / f"{split}.spacy.jsonl").read_text().splitlines():
            row = json.loads(line)
            doc = blank.make_doc(row["text"])
            group = [
                doc.char_span(each["start"], each["end"], each["label"], alignment_mode="expand")
                for each in row["spans"]
            ]
            doc.spans["sc"] = group
            found[row["id"]] = [(row["text"][each["start"] : each["end"]], each["label"]) for each in row["spans"]]
            assert len(doc.spans["sc"]) == len(row["spans"])
    assert found == {
        "a": [("Firefox", "Product name"), ("115", "Version")],
        "b": [],
        "c": [("Mozilla Firefox", "Product name"), ("Firefox", "Product name")],
        "d": [("Firefox", "Product name")],
        "e": [("Firefox", "Product name")],
    }
    assert written.counts["spacy"] == {"train": 3, "test": 1, "dev": 1, "without_marks": 1}


def test_what_columns_cannot_hold_is_named_and_a_split_without_any_text_has_no_file(tmp_path):
    written = write_texts(tmp_path, TEXTS, LABELS)
    assert [(each.item, each.form, each.why) for each in written.left_out] == [
        ("c", "iob2", "overlap"), ("d", "iob2", "not_on_tokens"),
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dev.iob", "dev.label-studio.json", "dev.spacy.jsonl", "test.label-studio.json", "test.spacy.jsonl",
        "train.iob", "train.label-studio.json", "train.spacy.jsonl",
    ]  # fmt: skip
    assert written.counts["iob2"] == {"train": 2, "dev": 1, "without_marks": 1}


PICTURES = [
    MarkedPicture(
        "shot 1",
        "train",
        "/shots/a%20b.png",
        1280,
        720,
        [MarkedBox(10, 20, 30, 40, "menu"), MarkedBox(0, 0, 100, 100.0001, "button")],
    ),
    MarkedPicture("shot 2", "train", "https://x.example/other/a%20b.png?v=2", 333, 77, []),
    MarkedPicture("shot 3", "test", "", 3, 3, [MarkedBox(33.3333, 0, 33.3334, 100, "menu")]),
    MarkedPicture("shot 4", "test", "/d.png", 3, 3, [MarkedBox(0, 0, 0.0001, 1, "menu")]),
]


def test_pycocotools_reads_boxes_in_pixels_and_pictures_in_which_nothing_is(tmp_path):
    written = write_pictures(tmp_path, PICTURES, ["button", "menu"], "buttons and menus")
    train, test = COCO(tmp_path / "train.coco.json"), COCO(tmp_path / "test.coco.json")
    assert [each["name"] for each in train.loadCats(train.getCatIds())] == ["button", "menu"]
    first, second = train.loadImgs(train.getImgIds())
    assert (first["width"], first["height"], first["file_name"], first["coco_url"]) == (
        1280,
        720,
        "a b.png",
        "/shots/a%20b.png",
    )
    assert (second["file_name"], train.getAnnIds(imgIds=[second["id"]])) == ("a b-2.png", [])
    menu, button = train.loadAnns(train.getAnnIds(imgIds=[first["id"]]))
    assert (menu["bbox"], menu["area"], menu["iscrowd"]) == ([128.0, 144.0, 384.0, 288.0], 110592.0, 0)
    assert button["bbox"] == [0.0, 0.0, 1280.0, 720], "two rounded numbers do not reach over the edge"
    assert int(train.annToMask(menu).sum()) == 384 * 288
    [third] = test.loadImgs(test.getImgIds())
    assert (third["id"], third["file_name"], third["item"]) == (3, "shot 3", "shot 3")
    assert [each["bbox"] for each in test.loadAnns(test.getAnnIds())] == [[1.0, 0.0, 1.0, 3.0]]
    assert len({*train.anns, *test.anns}) == 3, "numbers go on from file to file"
    assert [(each.item, each.why) for each in written.left_out] == [("shot 4", "no_area")]
    assert written.counts["coco"] == {"train": 2, "without_marks": 1, "test": 1}


def test_the_same_is_written_as_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_texts(tmp_path / name, TEXTS, LABELS)
        write_pictures(tmp_path / name, PICTURES, ["button", "menu"], "d")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_file_name_leads_nowhere_else(tmp_path):
    evil = [
        MarkedPicture(f"e{at}", "train", url, 10, 10) for at, url in enumerate(("/x/%2e%2e%2f%2e%2e%2fetc", "/..", "/"))
    ]
    write_pictures(tmp_path, evil, ["menu"], "d")
    names = [each["file_name"] for each in json.loads((tmp_path / "train.coco.json").read_text())["images"]]
    assert names == ["etc", "picture", "picture-3"]


def test_no_two_pictures_have_one_file_name(tmp_path):
    urls = ("/a-3.png", "/a.png", "/a.png", "/A.png")
    pictures = [MarkedPicture(f"p{at}", "train", url, 10, 10) for at, url in enumerate(urls)]
    write_pictures(tmp_path, pictures, ["menu"], "d")
    names = [each["file_name"] for each in json.loads((tmp_path / "train.coco.json").read_text())["images"]]
    assert len({name.lower() for name in names}) == 4, names
