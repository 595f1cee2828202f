"""W3C Web Annotation Data Model (Recommendation of 23 February 2017) in JSON-LD: a collection of one page a split.

Positions count code points, as the model asks, in the text that was marked: `snapshot` is its SHA-256. What is marked
is named by its address; where the host told none, by a UUID that every version has, as those of annotations are.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote, urljoin, urlsplit
from uuid import NAMESPACE_DNS, uuid5

from backend.datasets.exports.marked import LeftOut, Why, one_line

FORM = "web_annotation"
ENDING = ".annotations.jsonld"
TERMS = "urn:earmark:terms#"
CONTEXT = [
    "http://www.w3.org/ns/anno.jsonld",
    {
        "probability": {"@id": f"{TERMS}probability", "@type": "http://www.w3.org/2001/XMLSchema#double"},
        "item": f"{TERMS}item",
        "snapshot": f"{TERMS}snapshot",
    },
]
MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"
NAMES = uuid5(NAMESPACE_DNS, "earmark")
UNFIT = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")
"""Characters that no IRI has."""


@dataclass(frozen=True)
class Annotated:
    """A settled spot: its unit, its item with the addresses of that and of its picture, where it lies, what it is."""

    unit: str
    item: str
    url: str
    picture: str
    anchor: Mapping[str, Any]
    label: str
    probability: float | None
    settled_at: str | None


def annotation_of(spot: Annotated) -> dict[str, Any]:
    """Return a spot as an annotation of its text or picture."""
    facts = {"probability": spot.probability, "created": _in_utc(spot.settled_at)}
    return {
        "id": _named("unit", spot.unit),
        "type": "Annotation",
        "motivation": "classifying",
        **{name: fact for name, fact in facts.items() if fact is not None},
        "body": {"type": "TextualBody", "purpose": "tagging", "value": spot.label, "format": "text/plain"},
        "target": _words(spot) if "quote" in spot.anchor else _part(spot),
    }


def _words(spot: Annotated) -> dict[str, Any]:
    place, words = spot.anchor["position"], spot.anchor["quote"]
    return {
        "type": "SpecificResource",
        "source": {
            "id": iri_of(spot.url) or _named("item", spot.item),
            "type": "Text",
            "item": spot.item,
            "snapshot": spot.anchor["snapshot"],
        },
        "selector": [
            {"type": "TextQuoteSelector", **{part: words[part] for part in ("exact", "prefix", "suffix")}},
            {"type": "TextPositionSelector", "start": place["start"], "end": place["end"]},
        ],
    }


def _part(spot: Annotated) -> dict[str, Any]:
    page = iri_of(spot.url)
    picture = iri_of(spot.picture, beside=page)
    return {
        "type": "SpecificResource",
        "source": {"id": picture or _named("item", spot.item), "type": "Image", "item": spot.item},
        "selector": {"type": "FragmentSelector", "conformsTo": MEDIA_FRAGMENTS, "value": spot.anchor["region"]},
        **({"scope": page} if page else {}),
    }


def iri_of(address: str, *, beside: str = "") -> str:
    """Return a web address as an IRI, a relative one by what it lies beside; "" where that is none."""
    try:
        whole = urljoin(beside, address) if address else ""
        parts = urlsplit(whole)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.netloc
    return UNFIT.sub(lambda found: quote(found.group(), safe=""), whole) if is_web else ""


def _named(kind: str, name: str) -> str:
    return uuid5(NAMES, f"{kind}/{name}").urn


def _in_utc(moment: str | None) -> str | None:
    return moment.replace("+00:00", "Z") if moment else None


class Collections:
    """The files of a version while they are written, one a split that has an annotation."""

    def __init__(self, folder: Path, *, name: str, label: str) -> None:
        self._folder, self._name, self._label = folder, name, label
        self._files: dict[str, IO[str]] = {}
        self._closing = ExitStack()
        self.counts: dict[str, int] = {}
        self._left_out: dict[LeftOut, None] = {}

    @property
    def left_out(self) -> list[LeftOut]:
        """Return the items of which a spot is in no file, once each."""
        return list(self._left_out)

    def leave_out(self, item: str, why: Why) -> None:
        """Note that a spot of an item is in no file."""
        self._left_out[LeftOut(item, FORM, why)] = None

    def write(self, spot: Annotated, split: str) -> None:
        """Add a spot to the collection of a split."""
        if split not in self._files:
            path = self._folder / f"{split}{ENDING}"
            self._files[split] = self._closing.enter_context(path.open("w", encoding="utf-8", newline="\n"))
            self._files[split].write(self._head(split))
        self._files[split].write((",\n" if split in self.counts else "\n") + one_line(annotation_of(spot)))
        self.counts[split] = self.counts.get(split, 0) + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._closing:
            for split, file in self._files.items():
                file.write(f'\n]}},"total":{self.counts[split]}}}\n')

    def _head(self, split: str) -> str:
        page = {"id": _named("page", f"{self._name}/{split}"), "type": "AnnotationPage", "startIndex": 0}
        told = {
            "@context": CONTEXT,
            "id": _named("collection", f"{self._name}/{split}"),
            "type": "AnnotationCollection",
            "label": f"{self._label}, {split}",
            "last": page["id"],
        }
        return f'{one_line(told)[:-1]},"first":{one_line(page)[:-1]},"items":['
