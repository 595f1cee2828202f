"""Texts, labels and addresses of those who want to break a reader, or to lead it elsewhere."""

import csv
import io
import json
import subprocess
import sys
import unicodedata

import pytest
import spacy
import srsly
from earmark.anchors import tokens_of
from pycocotools.coco import COCO
from spacy.tokens import DocBin

from backend.datasets.exports.marked import MarkedBox, MarkedPicture, MarkedSpan, MarkedText
from backend.datasets.exports.writing import write_pictures, write_texts
from backend.datasets.files import write_jsonl
from backend.projects.spreadsheets import harmless

TEXTS = [
    "-DOCSTART- -X- O O",
    "a|b c|B-X d",
    "one\u2028two\u2029three\x85four",
    "carriage\rreturn and\r\nboth\n\n\nand lines",
    "\u202egnp.exe\u202c and \u2066isolated\u2069",
    "zero\u200bwidth \ufeff mark",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script> {{7*7}} ${7*7}",
    "\x1b[31mred\x7f \x1c\x1d\x1e parts",
    "B-X I-X O",
    "e\u0301 \U0001d518\U0001d52b \U0001f3f3\ufe0f\u200d\U0001f308",
    "word " * 3000,
    "__proto__ constructor",
]
LABELS = [
    "__proto__", "O", "B-X", "a|b", "a b", "a\u2028b", "L" * 200, "\u202eabc", "-", "=1+1", "../../etc", "a\nb",
    "<b>bold</b>",
]  # fmt: skip


@pytest.fixture
def marked():
    """Each text with its first word marked, under an item's key that is as bad."""
    firsts = [tokens_of(text)[0] for text in TEXTS]
    return [
        MarkedText(f"../{label}", "train", text, [MarkedSpan(*first, label)])
        for text, first, label in zip(TEXTS, firsts, LABELS, strict=True)
    ]


def test_json_lines_are_read_back_equal_by_whoever_parts_lines_however(tmp_path, marked):
    write_texts(tmp_path, marked, LABELS)
    path = tmp_path / "train.spacy.jsonl"
    expected = [(each.item, each.text, each.spans[0].label) for each in marked]
    by_python = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    by_bytes = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    for rows in (by_python, by_bytes, list(srsly.read_jsonl(path))):
        assert [(row["id"], row["text"], row["spans"][0]["label"]) for row in rows] == expected
    assert srsly.read_jsonl(path) and b"\r" not in path.read_bytes()


def test_rows_of_a_version_are_read_back_equal_by_whoever_parts_lines_however(tmp_path):
    rows = [{"item": text, "votes": {label: 1}} for text, label in zip(TEXTS, LABELS, strict=True)]
    assert write_jsonl(tmp_path / "labels.jsonl", rows) == len(rows)
    told = (tmp_path / "labels.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in told.splitlines()] == rows


def test_spacys_own_command_reads_every_token_and_tag(tmp_path, marked):
    names = write_texts(tmp_path, marked, LABELS).names
    command = [sys.executable, "-m", "spacy", "convert", "-c", "iob", "train.iob", "."]
    subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    docs = list(DocBin().from_disk(tmp_path / "train.spacy").get_docs(spacy.blank("xx").vocab))
    for each, doc in zip(marked, docs, strict=True):
        assert [token.text for token in doc] == [each.text[start:end] for start, end in tokens_of(each.text)]
        (entity,) = doc.ents
        span = each.spans[0]
        assert (entity.text, entity.label_) == (each.text[span.start : span.end], names[span.label])
    assert len(set(names.values())) == len(LABELS)


ADDRESSES = [
    "/x/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/..", "/", "/%00.png", "/..%5c..%5cwindows.png", "/C:%5cx.png", "/-rf.png",
    "/--help", "/.htaccess", "/con.png", "/AUX", "/nul.tar.gz", "/com1 .png", "/a.png%20", "/a.png.", "/a.png", "/A.PNG",
    "/caf%C3%A9.png", "/cafe%CC%81.png", "/stra%C3%9Fe.png", "/strasse.png", "/%E2%80%AEgnp.exe",
    "/" + "%E5%9B%BE" * 300 + ".png", "/" + "n" * 300 + ".png", "/x." + "%F0%9F%98%80" * 50, "/a%0Ab.png", "/a%3Cb%3E.png",
    "/%E5%9B%BE.png?../../x", "/$(reboot).png", "/`id`;x.png", "/%7E.png", "/*.png",
]  # fmt: skip


def test_a_file_name_leads_nowhere_else_and_every_file_system_takes_it(tmp_path):
    pictures = [MarkedPicture(f"../{at}", "train", url, 10, 10) for at, url in enumerate(ADDRESSES)]
    pictures += [MarkedPicture(key, "train", "", 10, 10) for key in ("../../etc/passwd", "a/b", "..", "-", "lpt1")]
    write_pictures(tmp_path, pictures, ["menu"], "d")
    images = COCO(tmp_path / "train.coco.json").dataset["images"]
    assert [each["item"] for each in images] == [picture.item for picture in pictures]
    names = [each["file_name"] for each in images]
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
        assert (folder / name).resolve().parent == folder and len(name.encode()) <= 200
        assert name[0] not in ".-~" and name[-1] not in ". " and not set(name) & set('\\/:*?"<>|$`;')
        assert all(unicodedata.category(sign)[0] in "LNMPSZ" and sign.isprintable() for sign in name)
        assert name.partition(".")[0].strip().lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(names), names
    assert {"passwd", "windows.png", "x.png", "rf.png"} & set(names) >= {"passwd", "rf.png"}


def test_categories_are_the_labels_themselves(tmp_path):
    boxes = [MarkedBox(0, 0, 50, 50, label) for label in LABELS]
    write_pictures(tmp_path, [MarkedPicture("p", "train", "/p.png", 10, 10, boxes)], LABELS, "\u2028<b>")
    read = COCO(tmp_path / "train.coco.json")
    assert [each["name"] for each in read.loadCats(read.getCatIds())] == LABELS
    assert [read.cats[each["category_id"]]["name"] for each in read.anns.values()] == LABELS


def test_a_csv_is_read_back_cell_by_cell_and_no_spreadsheet_takes_a_cell_for_a_formula():
    cells = [*TEXTS, *LABELS, "\uff1d1+1", "\t=1", "\r=1", "\n=1", "+1", "@x", "-1", 'a"b,c;d', "", None, 0.5]
    file = io.StringIO(newline="")
    csv.writer(file).writerow([harmless(cell) for cell in cells])
    file.seek(0)
    (read,) = list(csv.reader(file))
    plain = ["" if cell is None else str(cell) for cell in cells]
    assert [cell.removeprefix("'") for cell in read] == plain
    marked = {text for text, cell in zip(plain, read, strict=True) if cell != text}
    assert marked == {text for text in plain if unicodedata.normalize("NFKC", text)[:1] in {*"=+-@\t\r\n"}}
