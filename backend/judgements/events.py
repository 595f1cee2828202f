"""What can happen to a shown list. Pure: each event is a fact with its own shape."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

OK = "ok"
DUPLICATE_EVENT = "dup"
BAD = "bad"


@dataclass(frozen=True)
class Event:
    """Something that happened to a shown list, at ms after it was shown."""

    id: uuid.UUID
    exposure: uuid.UUID
    seq: int
    at_ms: int

    @property
    def kind(self) -> str:
        """Return the event's name on the wire."""
        return type(self).__name__.lower()

    def digest(self) -> str:
        """Return the SHA-256 of the content, by which another payload under the same id is told apart.

        An empty note, and an anchor that is none, are left out: an event without them keeps the digest it had before.
        """
        facts = {name: value for name, value in asdict(self).items() if name not in ("note", "anchor") or value}
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Seen(Event):
    """A candidate, item or label, was half visible for a second; `seen_ms` says for how long in all."""

    candidate: str
    seen_ms: int | None = None


@dataclass(frozen=True)
class Expand(Event):
    """A candidate was read in place."""

    candidate: str


@dataclass(frozen=True)
class Judge(Event):
    """Something was answered; the event's id is the judgement's.

    The candidate is the other item of a pair, or the tag, shown or named by the person themselves; a
    choice has none, its value is the label. Of a spot it is what was shown, none where the person marked it
    by themselves, and the anchor says where the value holds.
    """

    candidate: str | None
    answer_kind: str
    value: str
    judged_at: datetime
    via: str = "api"
    note: str = ""
    anchor: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Undo(Event):
    """A judgement was taken back."""

    judgement: uuid.UUID


@dataclass(frozen=True)
class Skip(Event):
    """A candidate was looked at and no answer was wanted."""

    candidate: str | None = None


@dataclass(frozen=True)
class Dismiss(Event):
    """The list was closed."""


@dataclass(frozen=True)
class Hide(Event):
    """The question is not wanted any more."""


@dataclass(frozen=True)
class Verdict:
    """What became of one event: ok, dup, or bad with a code."""

    id: uuid.UUID
    status: str
    code: str | None = None


_WHY = {
    "malformed": "It cannot be read",
    "unknown_value": "The question takes no such answer",
    "unknown_candidate": "What it is about was not in the list",
    "unknown_exposure": "No such list was shown to this person",
    "unknown_judgement": "What it takes back is another person’s",
    "text_not_found": "The words are not in the text that is registered",
    "too_many_spots": "The person marked as many spots in this item as one may",
    "too_many_new_labels": "The person named as many new labels today as one may",
    "too_old": "It is older than a week",
    "too_early": "It is of a time before there was a clock",
    "from_the_future": "It is of a time to come: a clock is ahead",
    "conflict": "Something else is stored under its id",
    "lease_over": "It came so late that others were asked instead",
    "lost_by_client": "Lost on the way, as the page tells",
}


def why_refused(code: str) -> str:
    """Return in words for people why an event was not taken."""
    return _WHY.get(code, code)
