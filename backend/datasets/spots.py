"""What a version says of spots: in the columns of its rows, and in files that other software learns from.

A text or picture belongs to the files once something in it is settled, were it only that a suggested spot is none:
then it was looked at, and all in it that nobody marked is nothing. A `none` that nobody was asked for says that of no
text, unless as many say it as the question's overlap. One in which a mark still waits to be settled does not belong:
that mark would pass for nothing. Neither does a picture that came in the place of one in which something was marked,
nor one that the host has removed: nothing of it goes into a new version but where something was said to be.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef
from earmark.anchors import snapshot_of

from backend.datasets.exports.marked import LeftOut, MarkedBox, MarkedPicture, MarkedSpan, MarkedText, Why
from backend.datasets.exports.web_annotation import Annotated, Collections
from backend.datasets.exports.writing import Written, write_pictures, write_texts
from backend.judgements.models import Judgement
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, ItemSnapshot, Question
from backend.questions.relocated import Anchor, without_told
from backend.questions.spots import has_another_shape, is_span, numbers_of, picture_of, text_of
from backend.questions.units import NONE, SPOTS, UNSURE

SPOT_COLUMNS = {
    "anchor": "JSON", "start": "INTEGER", "end": "INTEGER", "quote": "VARCHAR", "text": "VARCHAR", "x": "DOUBLE",
    "y": "DOUBLE", "width": "DOUBLE", "height": "DOUBLE", "image": "VARCHAR", "image_width": "INTEGER",
    "image_height": "INTEGER",
}  # fmt: skip
TEXT_FORMS, PICTURE_FORMS = ("iob2", "spacy"), ("coco",)
ITEMS_KEPT = 64
CHUNK = 2000
Size = tuple[int, int]


class Texts:
    """The texts of items by their hash: as they are now, and as they were when something was marked in them."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, dict[str, str]] = OrderedDict()

    def find(self, item: Item, snapshot: str) -> str | None:
        """Return the text of an item that has a hash; None where it is not kept."""
        known = self._known.setdefault(item.pk, {})
        self._known.move_to_end(item.pk)
        if not known:
            _add(known, text_of(item.body, item.metadata))
        if snapshot not in known:
            for earlier in ItemSnapshot.objects.of(item.project_id).filter(item=item):
                _add(known, text_of(earlier.body, item.metadata))
                _add(known, text_of(earlier.body, {} if item.metadata.get("format") == "html" else {"format": "html"}))
        while len(self._known) > ITEMS_KEPT:
            self._known.popitem(last=False)
        return known.get(snapshot)


def _add(known: dict[str, str], text: str) -> None:
    known[snapshot_of(text)] = text


def spot_facts(label: ConsensusLabel, texts: Texts, *, is_elsewhere: bool) -> dict[str, Any]:
    """Return the columns of a settled spot; of other kinds all are null, of a removed item its words.

    A box that is elsewhere, on a picture that was replaced since, has the size of that one, and no address.
    """
    anchor, item, facts = label.unit.anchor, label.unit.item, dict.fromkeys(SPOT_COLUMNS)
    if anchor is None:
        return facts
    facts["anchor"] = anchor_told(anchor, of=item)
    if is_span(anchor):
        start, end = anchor["position"]["start"], anchor["position"]["end"]
        if item.removed_at:
            return facts | {"start": start, "end": end}
        text = texts.find(item, anchor["snapshot"])
        return facts | {"start": start, "end": end, "quote": anchor["quote"]["exact"], "text": text}
    picture, size = picture_of(item.metadata), size_of(item, [anchor])
    facts["image"] = picture.url if picture and not item.removed_at and not is_elsewhere else None
    if is_elsewhere or (size and has_another_shape(anchor, *size)):
        size = (anchor["width"], anchor["height"]) if anchor.get("width") else None
    if size is None:
        return facts
    x, y, width, height = _box(anchor, "").in_pixels(*size)
    box = {"x": x, "y": y, "width": width, "height": height}
    return facts | box | {"image_width": size[0], "image_height": size[1]}


def anchor_told(anchor: Anchor | None, *, of: Item) -> Anchor | None:
    """Return the anchor as rows hold it: None where it quotes an item that the host has removed."""
    if anchor is None or (of.removed_at and is_span(anchor)):
        return None
    return without_told(anchor)


def size_of(item: Item, anchors: Iterable[Anchor]) -> Size | None:
    """Return the size of an item's picture in px: as the host told it, else as most marks do, of equals the larger."""
    picture = picture_of(item.metadata)
    if picture and picture.width and picture.height:
        return picture.width, picture.height
    told = Counter((anchor["width"], anchor["height"]) for anchor in anchors if anchor.get("width"))
    return max(told, key=lambda size: (told[size], size), default=None)


def annotate(
    collections: Collections, elsewhere: AbstractSet[int], label: ConsensusLabel, row: Mapping[str, Any]
) -> None:
    """Write the annotation of a settled spot; `none` has none, as nothing is there, nor has one in a removed item.

    Nor has a box elsewhere, on a picture that was replaced since: its annotation would be one of the other picture.
    """
    item = label.unit.item
    if item.removed_at or row["anchor"] is None or row["value"] == NONE or row["split"] is None:
        return
    if label.unit_id in elsewhere:
        collections.leave_out(item.key, Why.ANOTHER_PICTURE)
        return
    spot = Annotated(
        unit=f"{label.project_id}/{label.unit_id}",
        item=item.key,
        url=item.url,
        picture=row["image"] or "",
        anchor=row["anchor"],
        label=row["value"],
        probability=row["probability"],
        settled_at=row["settled_at"],
    )
    collections.write(spot, row["split"])


def write_files(
    *, question: Question, splits: Mapping[str, str], folder: Path, elsewhere: AbstractSet[int]
) -> Written | None:
    """Write a version's files of spots into a folder, and return what they hold and what not; None of other kinds.

    `elsewhere` are the units of boxes on pictures that were replaced since.
    """
    if question.kind not in SPOTS:
        return None
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled()
    values = set(settled.order_by().values_list("value", flat=True).distinct()) - {NONE, *question.labels}
    labels, left_out = [*question.labels, *sorted(values)], list[LeftOut]()
    if question.kind == Question.Kind.SPAN:
        written = write_texts(folder, _texts(question, splits, left_out), labels)
    else:
        pictures = _pictures(question, splits, left_out, elsewhere)
        written = write_pictures(folder, pictures, labels, f"{question.slug}: {question.prompt}")
    written.left_out = sorted([*left_out, *written.left_out], key=lambda each: (each.item, each.form))
    return written


def _texts(question: Question, splits: Mapping[str, str], left_out: list[LeftOut]) -> Iterator[MarkedText]:
    texts = Texts()
    for item, labels in _looked_at(question, splits, left_out, TEXT_FORMS):
        found = [label for label in labels if label.value != NONE]
        snapshots = {_anchor(label)["snapshot"] for label in found or labels[-1:]}
        text = texts.find(item, next(iter(snapshots))) if len(snapshots) == 1 else None
        if text is None:
            why = Why.SEVERAL_TEXTS if len(snapshots) > 1 else Why.TEXT_GONE
            left_out += [LeftOut(item.key, form, why) for form in TEXT_FORMS]
            continue
        yield MarkedText(item.key, splits[item.key], text, [*dict.fromkeys(map(_span, found))])


def _pictures(
    question: Question, splits: Mapping[str, str], left_out: list[LeftOut], elsewhere: AbstractSet[int]
) -> Iterator[MarkedPicture]:
    for item, labels in _looked_at(question, splits, left_out, PICTURE_FORMS, elsewhere):
        anchors = list(map(_anchor, labels))
        size = size_of(item, anchors)
        if size is None or any(has_another_shape(anchor, *size) for anchor in anchors):
            why = Why.NO_SIZE if size is None else Why.ANOTHER_SHAPE
            left_out += [LeftOut(item.key, form, why) for form in PICTURE_FORMS]
            continue
        picture = picture_of(item.metadata)
        boxes = [*dict.fromkeys(_box(_anchor(label), label.value) for label in labels if label.value != NONE)]
        yield MarkedPicture(item.key, splits[item.key], picture.url if picture else "", *size, boxes)


def _looked_at(
    question: Question,
    splits: Mapping[str, str],
    left_out: list[LeftOut],
    forms: Sequence[str],
    elsewhere: AbstractSet[int] = frozenset(),
) -> Iterator[tuple[Item, list[ConsensusLabel]]]:
    """Yield each item that was looked at and in which no mark waits, with the settled labels that say so."""
    labels = ConsensusLabel.objects.of(question.project_id).on(question).select_related("unit__item")
    ordered = labels.filter(unit__anchor__isnull=False).order_by("unit__item", "unit")
    just_marked, none_asked = _just_marked(question), _none_asked(question)
    for item, told in groupby(ordered.iterator(CHUNK), key=lambda label: label.unit.item):
        each = list(told)
        settled = [label for label in each if label.state == ConsensusLabel.State.SETTLED]
        if not settled or item.key not in splits:  # what settled since the splits were written is for the next version
            continue
        if item.removed_at:
            left_out += [LeftOut(item.key, form, Why.REMOVED) for form in forms]
        elif item.pk in just_marked or any(map(_waits, each)):
            left_out += [LeftOut(item.key, form, Why.UNSETTLED) for form in forms]
        elif _is_another_picture(settled, elsewhere):
            left_out += [LeftOut(item.key, form, Why.ANOTHER_PICTURE) for form in forms]
        elif not (telling := _telling(settled, question, none_asked, elsewhere)):
            left_out += [LeftOut(item.key, form, Why.NOT_LOOKED_AT) for form in forms]
        else:
            yield item, telling


def _is_another_picture(settled: Sequence[ConsensusLabel], elsewhere: AbstractSet[int]) -> bool:
    """Return whether something was marked in a picture before this one came, or nothing was judged since it did."""
    before = [label for label in settled if label.unit_id in elsewhere]
    return len(before) == len(settled) or any(label.value != NONE for label in before)


def _telling(
    settled: Sequence[ConsensusLabel], question: Question, none_asked: set[int], elsewhere: AbstractSet[int]
) -> list[ConsensusLabel]:
    here = (label for label in settled if label.unit_id not in elsewhere)
    return [label for label in here if _tells_of_all(label, question, none_asked)]


def _tells_of_all(label: ConsensusLabel, question: Question, none_asked: set[int]) -> bool:
    """Return whether a settled label says that its item was looked at: a mark does, `none` where it was asked."""
    is_shared = label.evidence["counts"].get(NONE, 0) >= max(question.overlap, 2)
    return label.value != NONE or label.unit_id in none_asked or is_shared


def _none_asked(question: Question) -> set[int]:
    """Return the units of which somebody says `none` who was shown them or asked, or whose answer the host told."""
    said = Judgement.objects.of(question.project_id).on(question).counting().filter(value=NONE)
    asked = said.exclude(slot=None, assignment=None, origin=Judgement.Origin.SPONTANEOUS)
    return set(asked.values_list("unit", flat=True))


def _just_marked(question: Question) -> set[int]:
    """Return the items in which somebody marked a spot so lately that nothing is believed of it yet, not even that."""
    known = ConsensusLabel.objects.of(question.project_id).filter(unit=OuterRef("unit"))
    marks = Judgement.objects.of(question.project_id).on(question).live().exclude(value__in=(NONE, UNSURE))
    return set(marks.filter(~Exists(known)).values_list("item", flat=True))


def _waits(label: ConsensusLabel) -> bool:
    """Return whether somebody says that something is at a spot, and it is not settled."""
    marks = label.evidence.get("marks", {}) if label.state != ConsensusLabel.State.SETTLED else {}
    return any(value != NONE for value in marks)


def _anchor(label: ConsensusLabel) -> Anchor:
    anchor: Anchor = label.unit.anchor or {}
    return anchor


def _span(label: ConsensusLabel) -> MarkedSpan:
    place = _anchor(label)["position"]
    return MarkedSpan(place["start"], place["end"], label.value)


def _box(anchor: Anchor, label: str) -> MarkedBox:
    x, y, width, height = numbers_of(anchor)
    return MarkedBox(x, y, width, height, label)
