"""Where marked words stand in another text than they were marked in, found once and remembered. Pure but for memory."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from earmark.anchors import TextAnchor, describe, find, snapshot_of

Anchor = Mapping[str, Any]
Stretch = tuple[int, int]

TEXTS_KEPT = 16
PLACES_KEPT = 4096
MOST_SEARCHED = 1_000_000
"""How many signs of text are searched through for the anchors of one item at a request; each search is of all of it."""

_places: OrderedDict[tuple[object, ...], Stretch | None] = OrderedDict()
_keeping = threading.Lock()

snapshot = lru_cache(TEXTS_KEPT)(snapshot_of)
"""The hash of a text; those of the texts that were read last are remembered."""


def relocated(anchor: TextAnchor, text: str) -> TextAnchor | None:
    """Return where the words of an anchor stand in a text; None where they do not."""
    key = _key(anchor, text)
    with _keeping:
        is_known, place = key in _places, _places.get(key)
    if not is_known:
        found = find(anchor, text)
        place = (found.start, found.end) if found else None
        with _keeping:
            _places[key] = place
            while len(_places) > PLACES_KEPT:
                _places.popitem(last=False)
    return describe(text, *place) if place else None


def _key(anchor: TextAnchor, text: str) -> tuple[object, ...]:
    return snapshot(text), anchor.snapshot, anchor.position, anchor.quote, anchor.elsewhere


def anchors_now(anchors: Iterable[Anchor | None], text: str) -> list[dict[str, Any] | None]:
    """Return for each anchor where it lies in the text as it is now; None where its words are gone, and of none.

    A region lies where it did. Of words that were marked in other texts, those beyond MOST_SEARCHED are not looked for
    this time; what was looked for before costs nothing.
    """
    left = max(1, MOST_SEARCHED // max(1, len(text)))
    found: list[dict[str, Any] | None] = []
    for anchor in anchors:
        if anchor is None or "quote" not in anchor or anchor["snapshot"] == snapshot(text):
            found.append(without_told(anchor) if anchor else None)
            continue
        told = TextAnchor.of(without_told(anchor))
        left -= _key(told, text) not in _places
        now = relocated(told, text) if left >= 0 else None
        found.append(now.wire if now else None)
    return found


def without_told(anchor: Anchor) -> dict[str, Any]:
    """Return a kept anchor as others may have it."""
    return {part: value for part, value in anchor.items() if part != "told"}
