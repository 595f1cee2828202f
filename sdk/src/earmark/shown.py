"""A list that somebody sees, and what becomes of it: suggest and log without any widget."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from earmark._transport import Call, Wires
from earmark._wire import encoded, written
from earmark.anchors import RegionAnchor
from earmark.errors import EventRefused, NothingToReject, NothingToUndo, NowhereToPoint
from earmark.ids import uuid7
from earmark.types import (
    Anchor,
    Answer,
    Candidate,
    ChoiceAnswer,
    EventResult,
    Exposure,
    PairAnswer,
    RegionAnswer,
    Slot,
    SpanAnswer,
    TagsAnswer,
)

SUGGESTED = {"pair": "duplicate", "tags": "fits"}
CONTRARY = {"pair": "different", "tags": "does_not_fit", "span": "none", "region": "none"}
SPOTS = ("span", "region")
LARGEST_WHOLE = 2**31 - 1


@dataclass(frozen=True)
class _Results:
    results: Sequence[EventResult]


class Shown:
    """A list as it was shown to one person.

    A candidate is named by a Candidate, a Slot, or its id; of tags and choices the id is the label, and
    labels that were not in the list may be answered too. A span or a region has a `label` and an `anchor`, and
    `mark` tells of one that was not in the list. Each report is one call, and is stored once
    however often it is sent; it raises EventRefused where the server does not take the event. Safe to
    use from several threads.
    """

    def __init__(self, wires: Wires, exposure: Exposure, *, age_s: float = 0.0) -> None:
        self.exposure = exposure
        self.results: dict[UUID, EventResult] = {}
        self._wires = wires
        self._lock = threading.Lock()
        self._began = time.monotonic() - max(0.0, age_s)
        self._seq = 0
        self._judged: dict[str, UUID] = {}

    def __repr__(self) -> str:
        shown = self.exposure
        return f"Shown({str(shown.id)!r}, {shown.question!r} of {shown.item!r}, {len(shown.slots)} candidates)"

    @property
    def id(self) -> UUID:
        """Return the exposure's id; keep it in a form or a link: `client.resume(id)` goes on from there."""
        return self.exposure.id

    @property
    def asked(self) -> bool:
        """Return whether to ask for an answer; the candidates may be shown without asking."""
        return self.exposure.asked

    @property
    def slots(self) -> Sequence[Slot]:
        """Return the entries with rank, score and reasons; scores are not for the person's eyes."""
        return self.exposure.slots

    @property
    def candidates(self) -> Sequence[Candidate]:
        """Return what to show, in this order."""
        return tuple(slot.candidate for slot in self.exposure.slots)

    def seen(self, *candidates: Candidate | Slot | str) -> None:
        """Report that candidates were before the person's eyes (half visible for a second, or read out)."""
        self._report(*({"type": "seen", "candidate": _id(each)} for each in candidates))

    def accept(self, candidate: Candidate | Slot | str) -> UUID:
        """Report that the person says the suggestion is right, and return the judgement's id.

        Of a pair it is a duplicate, of tags the tag fits, of a choice the label is chosen, of a span or a region its
        label holds.
        """
        return self.answer(candidate, self._suggested(candidate))

    def reject(self, candidate: Candidate | Slot | str) -> UUID:
        """Report that the person says the suggestion is wrong, and return the judgement's id.

        Raises NothingToReject for a choice: whoever rejects a label there chooses another.
        """
        if self.exposure.kind not in CONTRARY:
            raise NothingToReject("A label of a choice is not rejected; accept another one, or answer unsure.")
        return self.answer(candidate, CONTRARY[self.exposure.kind])

    def answer(self, candidate: Candidate | Slot | str, value: str | Answer) -> UUID:
        """Report an answer about a candidate and return the judgement's id.

        A string is the value: of a pair duplicate, related, different or unsure; of a tag fits,
        does_not_fit or unsure; of a choice the label, whichever the candidate, or unsure; of a span or a region
        one of the labels, none or unsure, where it was suggested to be. A SpanAnswer or RegionAnswer moves the
        boundary. What the mark did (how many others, which state) then stands in `results` under the judgement's id.
        Raises NowhereToPoint for a string about a span or a region that is not in the list.
        """
        answer = self._answer(_id(candidate), value) if isinstance(value, str) else value
        is_named = self.exposure.kind in ("pair", *SPOTS)
        judged = self._judge(answer, {"candidate": _id(candidate)} if is_named else {})
        with self._lock:
            self._judged[_id(candidate)] = judged
        return judged

    def mark(self, label: str, anchor: Anchor) -> UUID:
        """Report that the person marked words or a part of the picture themselves, and return the judgement's id."""
        return self._judge(_spot(label, anchor), {})

    def skip(self, candidate: Candidate | Slot | str | None = None) -> None:
        """Report that a candidate, or the whole list, was looked at and no answer was wanted."""
        self._report({"type": "skip"} | ({} if candidate is None else {"candidate": _id(candidate)}))

    def undo(self, judgement: UUID | Candidate | Slot | str) -> None:
        """Take an answer back: by the judgement's id, or the last one given here to a candidate.

        Raises NothingToUndo for a candidate that was not answered through this object.
        """
        self._report({"type": "undo", "judgement": judgement if isinstance(judgement, UUID) else self._last(judgement)})

    def _judge(self, answer: Answer, named: dict[str, Any]) -> UUID:
        event: dict[str, Any] = {"type": "judge", "answer": answer, "judged_at": datetime.now(UTC), "via": "api"}
        [result] = self._report(event | named)
        return result.id

    def _suggested(self, candidate: Candidate | Slot | str) -> str:
        if self.exposure.kind in SPOTS:
            return self._listed(_id(candidate)).label
        return SUGGESTED.get(self.exposure.kind, _id(candidate))

    def _listed(self, candidate: str) -> Candidate:
        found = next((each for each in self.candidates if each.id == candidate), None)
        if found is None or found.anchor is None:
            raise NowhereToPoint(
                f"{candidate!r} is no span or region of this list; tell of another one with mark(label, anchor)."
            )
        return found

    def _answer(self, candidate: str, value: str) -> Answer:
        if self.exposure.kind in SPOTS and (anchor := self._listed(candidate).anchor):
            return _spot(value, anchor)
        if self.exposure.kind == "tags":
            return TagsAnswer(candidate, value)
        return ChoiceAnswer(value) if self.exposure.kind == "choice" else PairAnswer(value)

    def _last(self, candidate: Candidate | Slot | str) -> UUID:
        found = self._judged.get(_id(candidate))
        if found is None:
            try:
                return UUID(_id(candidate))
            except ValueError:
                raise NothingToUndo(f"No answer to {_id(candidate)!r} was given through this list.") from None
        return found

    def _report(self, *events: Mapping[str, Any]) -> list[EventResult]:
        if not events:
            return []
        numbered = [{"id": uuid7(), **self._moment(), **event} for event in events]
        body = encoded(written({"events": numbered}))
        call = Call("POST", f"/v1/exposures/{self.id}/events", body=body)
        results = self._wires.read(_Results, call).results
        for event, result in zip(numbered, results, strict=True):
            self.results[result.id] = result
            if result.status == "bad":
                raise EventRefused(str(result.id), str(event["type"]), result.code or "bad")
        return list(results)

    def _moment(self) -> dict[str, int]:
        """Return when it is, in ms since the list was shown, and a number that rises from event to event."""
        with self._lock:
            at_ms = min(LARGEST_WHOLE, int((time.monotonic() - self._began) * 1000))
            self._seq = min(LARGEST_WHOLE, max(self._seq + 1, at_ms))
            return {"seq": self._seq, "at_ms": at_ms}


def _spot(value: str, anchor: Anchor) -> Answer:
    return RegionAnswer(value, anchor) if isinstance(anchor, RegionAnchor) else SpanAnswer(value, anchor)


def _id(candidate: Candidate | Slot | str) -> str:
    if isinstance(candidate, Slot):
        return candidate.candidate.id
    return candidate.id if isinstance(candidate, Candidate) else candidate
