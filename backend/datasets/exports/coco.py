"""COCO object detection (Lin et al. 2014; cocodataset.org, "Data format"): boxes in pixels, written as a stream."""

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Container, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from backend.datasets.exports.marked import CannotHold, MarkedBox, MarkedPicture, Why, one_line

FORM = "coco"
UNSAFE = re.compile(r"[^\w.\- ]+")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)
"""Names that stand for a device in Windows, whatever their ending."""
LONGEST_STEM, LONGEST_ENDING = 150, 20
"""Bytes; a file system takes 255, and a number may come between."""


class CocoFile:
    """One split's file while it is written; ids go on counting from file to file, so that files can be joined."""

    def __init__(self, path: Path, labels: Sequence[str], description: str) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")
        self._boxes: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._categories = {label: number for number, label in enumerate(labels, start=1)}
        self._images_count = self._boxes_count = 0
        head = {"info": {"description": description}, "licenses": [], "categories": self._listed()}
        self._file.write(one_line(head)[:-1] + ',"images":[')

    def write(self, picture: MarkedPicture, *, id: int, name: str, first_box: int) -> None:
        """Write a picture under a number and a file name, its boxes numbered from `first_box`; raises CannotHold."""
        boxes = [self._annotation(picture, box, first_box + at, id) for at, box in enumerate(picture.boxes)]
        self._file.write(",\n" if self._images_count else "\n")
        self._file.write(one_line(_image(picture, id, name)))
        self._images_count += 1
        for box in boxes:
            self._boxes.write(",\n" if self._boxes_count else "\n")
            self._boxes.write(one_line(box))
            self._boxes_count += 1

    def close(self) -> None:
        """Finish the file."""
        with self._boxes, self._file:
            self._file.write('\n],"annotations":[')
            self._boxes.seek(0)
            shutil.copyfileobj(self._boxes, self._file)
            self._file.write("\n]}\n")

    def _listed(self) -> list[dict[str, Any]]:
        return [{"id": number, "name": label, "supercategory": ""} for label, number in self._categories.items()]

    def _annotation(self, picture: MarkedPicture, box: MarkedBox, number: int, image: int) -> dict[str, Any]:
        x, y, width, height = box.in_pixels(picture.width, picture.height)
        if min(width, height) <= 0:
            raise CannotHold(Why.NO_AREA)
        right, bottom = round(x + width, 2), round(y + height, 2)
        return {
            "id": number,
            "image_id": image,
            "category_id": self._categories[box.label],
            "bbox": [x, y, width, height],
            "area": round(width * height, 2),
            "segmentation": [[x, y, right, y, right, bottom, x, bottom]],
            "iscrowd": 0,
        }


def _image(picture: MarkedPicture, number: int, name: str) -> dict[str, Any]:
    facts = {"id": number, "width": picture.width, "height": picture.height, "file_name": name, "item": picture.item}
    return facts | ({"coco_url": picture.url} if picture.url else {})


def file_name_of(picture: MarkedPicture, id: int, taken: Container[str]) -> str:
    """Return a name for a picture's file, unlike those taken: the last part of its address, or its item's key.

    `taken` are names as `folded` gives them. The name leads nowhere else, is no option of a command and no device.
    """
    last = unquote(urlsplit(picture.url).path).rpartition("/")[2] if picture.url else picture.item
    plain = UNSAFE.sub("_", unicodedata.normalize("NFC", last)).lstrip(". -").rstrip(". ") or "picture"
    plain = f"_{plain}" if RESERVED.match(plain) else plain
    stem, ending = _cut(Path(plain).stem, LONGEST_STEM), _cut(Path(plain).suffix, LONGEST_ENDING)
    name, number = f"{stem}{ending}", id
    while folded(name) in taken:
        name, number = f"{stem}-{number}{ending}", number + 1
    return name


def folded(name: str) -> str:
    """Return a name as a folder may compare it: two that differ in capitals or composition alone are one file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")
