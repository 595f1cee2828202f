"""Label Studio's JSON (labelstud.io/guide/task_format): a task for each text or picture, with what was found in it.

`start` and `end` count code points, as its editor does since version 1.4; boxes are percent of the picture. The tags of
a labelling configuration that reads it are called `label` and `text` or `image`. A file holds the texts that spaCy's
lines hold, or the pictures that COCO's hold; one in which nothing was found has an annotation without results.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from backend.datasets.exports.marked import MarkedBox, MarkedPicture, MarkedText, one_line

ENDING = ".label-studio.json"
Found = dict[str, Any]


class TaskFile:
    """One split's file while it is written: a list of tasks."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")
        self._count = 0

    def write(self, task: Found) -> None:
        """Add a task."""
        self._file.write((",\n" if self._count else "[\n") + one_line(task))
        self._count += 1

    def close(self) -> None:
        """Finish the file."""
        with self._file:
            self._file.write("\n]\n" if self._count else "[]\n")


def task_of_text(marked: MarkedText) -> Found:
    """Return a text as a task of named entities."""
    spans = sorted(marked.spans, key=lambda span: (span.start, span.end, span.label))
    values = [
        {"start": span.start, "end": span.end, "text": marked.text[span.start : span.end], "labels": [span.label]}
        for span in spans
    ]
    found = [{"to_name": "text", "type": "labels", "value": value} for value in values]
    return _task({"text": marked.text, "item": marked.item}, found)


def task_of_picture(picture: MarkedPicture) -> Found:
    """Return a picture as a task of boxes."""
    size = {"original_width": picture.width, "original_height": picture.height, "image_rotation": 0}
    found = [
        {"to_name": "image", "type": "rectanglelabels", **size, "value": _in_percent(box)} for box in picture.boxes
    ]
    return _task({"image": picture.url, "item": picture.item}, found)


def _in_percent(box: MarkedBox) -> Found:
    width, height = min(box.width, 100 - box.x), min(box.height, 100 - box.y)
    place = {"x": box.x, "y": box.y, "width": width, "height": height}
    return place | {"rotation": 0, "rectanglelabels": [box.label]}


def _task(data: Found, found: Sequence[Found]) -> Found:
    results = [{"id": f"r{number}", "from_name": "label", **each} for number, each in enumerate(found, start=1)]
    return {"data": data, "annotations": [{"result": results, "was_cancelled": False, "ground_truth": False}]}
