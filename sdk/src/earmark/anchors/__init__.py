"""Anchors: where in a text or a picture a judgement points, and where that is now."""

from earmark.anchors.anchor import Elsewhere, Position, Quote, TextAnchor, describe, snapshot_of, words_of
from earmark.anchors.finding import Found, find, look_elsewhere
from earmark.anchors.region import Region, RegionAnchor
from earmark.anchors.text import read_html, read_text, text_of
from earmark.anchors.tokens import tokens_of

__all__ = [
    "Elsewhere",
    "Found",
    "Position",
    "Quote",
    "Region",
    "RegionAnchor",
    "TextAnchor",
    "describe",
    "find",
    "look_elsewhere",
    "read_html",
    "read_text",
    "snapshot_of",
    "text_of",
    "tokens_of",
    "words_of",
]
