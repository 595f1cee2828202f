"""What an annotation or a prediction of Label Studio says, by the kind of question that it answers. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earmark.anchors import RegionAnchor
from earmark.anchors.region import ROUNDING
from earmark.errors import AnchorUnusable
from earmark.label_studio.offsets import Stretch, anchors_of
from earmark.label_studio.tasks import LeftOut, name_of
from earmark.types import Anchor

CONTROLS: Mapping[str, tuple[str, ...]] = {
    "choice": ("choices",),
    "tags": ("choices", "taxonomy"),
    "span": ("labels",),
    "region": ("rectanglelabels",),
}
"""The types of results that a kind of question takes."""
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*:/)?/\S+", re.IGNORECASE)
"""A text that is fetched (`valueType="url"`), whose words Label Studio does not tell with its offsets."""
_PLACES = frozenset({"start", "end", "x", "y", "points", "globalOffsets", "brushDataURL", "rle"})


@dataclass(frozen=True)
class Mark:
    """A label, of a spot where it holds, with the score that a model told; `where` names its result."""

    label: str
    where: str
    anchor: Anchor | None = None
    score: float | None = None


@dataclass
class Found:
    """What the results of one annotation say, what in them was not taken, and what answers something else, by name."""

    marks: list[Mark] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Told:
    """One label of one result."""

    label: str
    result: Mapping[str, Any]
    where: str


class _NotTaken(Exception):
    pass


def controls_of(results: Sequence[Any], kind: str) -> set[str]:
    """Return the names of the controls whose results a kind of question takes."""
    fitting = [each for each in results if isinstance(each, Mapping) and each.get("type") in CONTROLS[kind]]
    return {name_of(each.get("from_name")) for each in fitting}


def marks_of(results: Sequence[Any], *, kind: str, control: str, text: str, where: str) -> Found:
    """Return what results say to a question of a kind.

    `control` is the `from_name` that asks it, `text` what spans lie in; `where` names the annotation.
    """
    found = Found()
    told: list[_Told] = []
    for number, result in enumerate(results, start=1):
        named = f"{where}, result {(isinstance(result, Mapping) and name_of(result.get('id'))) or number}"
        try:
            told += _told(result, kind, control, named, found)
        except _NotTaken as fault:
            found.left_out.append(LeftOut(named, str(fault)))
    if kind == "choice" and len(told) > 1:
        chosen = ", ".join(each.label for each in told)
        found.left_out.append(
            LeftOut(where, f"a choice is one label, and it has {len(told)} ({chosen}): these are tags")
        )
        return found
    for each, place in zip(told, _places(told, kind, text), strict=True):
        if isinstance(place, AnchorUnusable):
            found.left_out.append(LeftOut(each.where, str(place)))
        else:
            found.marks.append(Mark(each.label, each.where, place, score_of(each.result)))
    return found


def _told(result: Any, kind: str, control: str, where: str, found: Found) -> list[_Told]:
    """Return the labels of a result, none where it answers something else, which is counted."""
    if not isinstance(result, Mapping) or not isinstance(result.get("value"), Mapping):
        if isinstance(result, Mapping) and result.get("type") == "relation":
            found.beside["relation"] += 1
            return []
        raise _NotTaken("it has no value")
    name = name_of(result.get("from_name"))
    if result.get("type") not in CONTROLS[kind] or name != control:
        found.beside[f"{result.get('type')} `{name}`"] += 1
        return []
    return [_Told(label, result, where) for label in _labels(result, kind)]


def score_of(told: Mapping[str, Any]) -> float | None:
    """Return a score from 0 to 1, None where none is told."""
    score = told.get("score")
    is_share = isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1
    return float(told["score"]) if is_share else None


def _labels(result: Mapping[str, Any], kind: str) -> list[str]:
    told = result["value"].get(result["type"])
    if not isinstance(told, list) or not told:
        raise _NotTaken("it has no label")
    if kind in ("choice", "tags"):
        if _PLACES & result["value"].keys():
            raise _NotTaken("it says something of a part, and the question is about the whole item")
        told = [_flat(each) for each in told] if result["type"] == "taxonomy" else told
    elif len(told) > 1:
        raise _NotTaken(f"it has {len(told)} labels in one place, which has one")
    if not all(isinstance(each, str) and each.strip() for each in told):
        raise _NotTaken("a label is no text")
    return list(dict.fromkeys(told))


def _flat(path: Any) -> Any:
    if isinstance(path, list) and len(path) == 1:
        return path[0]
    if isinstance(path, list) and path:
        raise _NotTaken(f"{' > '.join(map(str, path))} lies in a tree, and tags are flat")
    return path


def _places(told: Sequence[_Told], kind: str, text: str) -> Sequence[Anchor | AnchorUnusable | None]:
    if kind == "region":
        return [_box(each.result) for each in told]
    if kind != "span":
        return [None] * len(told)
    spans = [_stretch(each.result["value"], text) for each in told]
    anchors = iter(anchors_of(text, [each for each in spans if isinstance(each, Stretch)]))
    return [next(anchors) if isinstance(each, Stretch) else each for each in spans]


def _stretch(value: Mapping[str, Any], text: str) -> Stretch | AnchorUnusable:
    start, end, words = _whole(value.get("start")), _whole(value.get("end")), value.get("text")
    if start is None or end is None or "startOffset" in value:
        return AnchorUnusable("not_an_anchor", "start and end are no offsets in a plain text; markup is not read")
    if not isinstance(words, str) and _ADDRESS.fullmatch(text):
        return AnchorUnusable(
            "another_quote", "the text itself is not in the file, only its address; put it into the task's data"
        )
    return Stretch(start, end, words if isinstance(words, str) else None)


def _whole(told: Any) -> int | None:
    """Return an offset, which documentation calls a string and exports write as a number."""
    if isinstance(told, str) and told.isdecimal() and len(told) < 10:
        return int(told)
    return told if type(told) is int else None


def _box(result: Mapping[str, Any]) -> RegionAnchor | AnchorUnusable:
    value = result["value"]
    turned = [told for told in (value.get("rotation"), result.get("image_rotation")) if told]
    if turned:
        return AnchorUnusable("rotated", f"it is turned by {turned[0]} degrees, and a region is upright; draw it anew")
    if result.get("item_index"):
        return AnchorUnusable("outside", "it lies in a further picture of the task, and an item has one")
    try:
        x, y, width, height = (_percent(value.get(name)) for name in ("x", "y", "width", "height"))
        size: Any = result.get("original_width"), result.get("original_height")
        return RegionAnchor.in_percent(x, y, width, height, picture=size)
    except AnchorUnusable as error:
        return error


def _percent(told: Any) -> float:
    """Return a number in percent; what lies over the left or upper edge by rounding alone lies at it."""
    if not isinstance(told, int | float) or isinstance(told, bool) or abs(told) > 1e9:
        raise AnchorUnusable("not_a_number", "x, y, width and height are four numbers in percent")
    return 0.0 if -ROUNDING < told < 0 else float(told)
