"""Which item a task of Label Studio is about, and what is registered where it is not known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from earmark.label_studio.people import digest
from earmark.label_studio.tasks import Task, name_of
from earmark.types import Item, Question

_USUAL = {"region": ("image",), "span": ("text",)}
_ITEM = "item"
OURS = "label_studio"
"""Where an item's metadata tell the task that it was registered for."""


@dataclass(frozen=True)
class ItemNaming:
    """How tasks name items: the field with the host's own id, the one that was labelled, where pictures lie.

    Without `item_from`, the field `item` is the id, as exports of Earmark have it, else `prefix` and the task's own.
    """

    question: Question
    item_from: str = ""
    content_from: str = ""
    pictures_at: str = ""
    prefix: str = "label-studio-"


@dataclass(frozen=True)
class Subject:
    """What a task is about: its item, what was labelled, whether that is a picture.

    Its id may be made up here, or taken from the field `item` although nobody said that ids stand there.
    """

    item: Item
    content: str
    is_picture: bool
    is_named_here: bool
    is_named_unasked: bool

    def is_another_than(self, known: Item) -> bool:
        """Return whether an item that is known under a made-up id is not this one."""
        told = known.metadata.get(OURS)
        picture = told.get("picture") if isinstance(told, Mapping) else None
        is_other = picture != self.content if self.is_picture else known.text != self.item.text
        return self.is_named_here and is_other


def subject_of(task: Task, naming: ItemNaming) -> Subject:
    """Return what a task is about; raises ValueError where it does not say so."""
    key, is_named_here = _key(task, naming)
    field = _content_field(task, naming)
    content = task.data[field]
    if not isinstance(content, str):
        raise ValueError(f"`{field}` is no text")
    kind = naming.question.kind
    is_picture = kind == "region" or (field == "image" and kind != "span")
    beside = {name: value for name, value in task.data.items() if name not in (field, naming.item_from, _ITEM)}
    told = {"task": task.id, "data": beside} | ({"picture": content} if is_picture else {})
    image = _image(task, urljoin(naming.pictures_at, content)) if is_picture else {}
    title = task.data.get("title")
    item = Item(
        key,
        title=title if isinstance(title, str) else "",
        body="" if is_picture else content,
        kind=naming.question.item_kind,
        metadata={OURS: told, **image},
    )
    is_named_unasked = not (is_named_here or naming.item_from)
    return Subject(item, content, is_picture, is_named_here, is_named_unasked)


def _key(task: Task, naming: ItemNaming) -> tuple[str, bool]:
    """Return the id of a task's item, and whether it was made up here."""
    if naming.item_from:
        key = name_of(task.data.get(naming.item_from))
        if not key:
            raise ValueError(f"its data has no id in `{naming.item_from}`")
        return key, False
    own = task.data.get(_ITEM)
    if isinstance(own, str) and own:
        return own, False
    return naming.prefix + (task.id or digest(json.dumps(task.data, sort_keys=True))[:16]), True


def _content_field(task: Task, naming: ItemNaming) -> str:
    usual = (naming.content_from,) if naming.content_from else _USUAL.get(naming.question.kind, ("text", "image"))
    found = next((name for name in usual if name in task.data), None)
    if found is None:
        there = ", ".join(task.data) or "nothing"
        raise ValueError(f"its data has no `{'` or `'.join(usual)}` but {there:.200}; say which with --content FIELD")
    return found


def _image(task: Task, url: str) -> dict[str, Any]:
    """Return the picture for an item's metadata, with the size that results tell; none without a browser's address."""
    if not url.startswith(("https://", "http://")) and not _is_a_hosts_own(url):
        return {}
    size = next(filter(None, map(_size, _results(task))), {})
    return {"image": {"url": url} | size}


def _is_a_hosts_own(url: str) -> bool:
    """Return whether a path is one of the host's, not of the Label Studio that the task comes from."""
    return url.startswith("/") and not url.startswith(("//", "/data/"))


def _results(task: Task) -> list[Any]:
    told = [each for each in (*task.annotations, *task.predictions) if isinstance(each, Mapping)]
    return [one for each in told if isinstance(each.get("result"), list) for one in each["result"]]


def _size(result: Any) -> dict[str, int]:
    told = result if isinstance(result, Mapping) else {}
    width, height = told.get("original_width"), told.get("original_height")
    return {"width": width, "height": height} if type(width) is int and type(height) is int else {}
