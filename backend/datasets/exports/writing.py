"""Write the files of each form, one a split: what `spacy train` takes by path and pycocotools opens as one file.

A split without any text or picture has no file. What a form cannot hold is returned with the reason.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from backend.datasets.exports import coco, iob2, label_studio, spacy
from backend.datasets.exports.marked import CannotHold, LeftOut, MarkedPicture, MarkedText

IOB2_ENDING, SPACY_ENDING, COCO_ENDING = ".iob", ".spacy.jsonl", ".coco.json"


@dataclass
class Written:
    """How many texts or pictures each form holds, how many of them without any mark, and those it does not hold."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """How IOB2 writes each label, of texts."""

    def count(self, form: str, split: str, *, is_empty: bool) -> None:
        """Count one that a form holds."""
        held = self.counts.setdefault(form, {})
        held[split] = held.get(split, 0) + 1
        held["without_marks"] = held.get("without_marks", 0) + is_empty

    def add(self, form: str, counts: dict[str, int], left_out: Iterable[LeftOut]) -> None:
        """Add a form that was written beside, with how many each split of it holds, and what it does not."""
        if counts:
            self.counts[form] = counts
        self.left_out = sorted([*self.left_out, *left_out], key=lambda each: (each.item, each.form))


def write_texts(folder: Path, texts: Iterable[MarkedText], labels: Sequence[str]) -> Written:
    """Write texts as IOB2, as JSON lines and as tasks of Label Studio, in the order given."""
    names = iob2.names_of(labels)
    written = Written(names=names)
    files: dict[str, IO[str]] = {}
    tasks: dict[str, label_studio.TaskFile] = {}
    with ExitStack() as closing:
        for marked in texts:
            _tasks(tasks, closing, folder, marked.split).write(label_studio.task_of_text(marked))
            lines = _opened(files, closing, folder / f"{marked.split}{SPACY_ENDING}")
            lines.write(spacy.line_of(marked))
            written.count(spacy.FORM, marked.split, is_empty=not marked.spans)
            try:
                document = iob2.document_of(marked, names)
            except CannotHold as error:
                written.left_out.append(LeftOut(marked.item, iob2.FORM, error.why))
                continue
            _opened(files, closing, folder / f"{marked.split}{IOB2_ENDING}").write(document)
            written.count(iob2.FORM, marked.split, is_empty=not marked.spans)
    return written


def write_pictures(folder: Path, pictures: Iterable[MarkedPicture], labels: Sequence[str], description: str) -> Written:
    """Write pictures as COCO, whose numbers go on from split to split, and as tasks of Label Studio, as they come."""
    written, names, first_box = Written(), set[str](), 1
    files: dict[str, coco.CocoFile] = {}
    tasks: dict[str, label_studio.TaskFile] = {}
    with ExitStack() as closing:
        for picture in pictures:
            if picture.split not in files:
                path = folder / f"{picture.split}{COCO_ENDING}"
                files[picture.split] = coco.CocoFile(path, labels, description)
                closing.callback(files[picture.split].close)
            number = len(names) + 1
            name = coco.file_name_of(picture, number, names)
            try:
                files[picture.split].write(picture, id=number, name=name, first_box=first_box)
            except CannotHold as error:
                written.left_out.append(LeftOut(picture.item, coco.FORM, error.why))
                continue
            _tasks(tasks, closing, folder, picture.split).write(label_studio.task_of_picture(picture))
            names.add(coco.folded(name))
            first_box += len(picture.boxes)
            written.count(coco.FORM, picture.split, is_empty=not picture.boxes)
    return written


def _opened(files: dict[str, IO[str]], closing: ExitStack, path: Path) -> IO[str]:
    if path.name not in files:
        files[path.name] = closing.enter_context(path.open("w", encoding="utf-8", newline="\n"))
    return files[path.name]


def _tasks(
    files: dict[str, label_studio.TaskFile], closing: ExitStack, folder: Path, split: str
) -> label_studio.TaskFile:
    if split not in files:
        files[split] = label_studio.TaskFile(folder / f"{split}{label_studio.ENDING}")
        closing.callback(files[split].close)
    return files[split]
