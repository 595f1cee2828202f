"""What became of each slot of a shown list, from what was seen and answered. Pure.

The outcome of a slot depends only on the set of facts, never on the order in which they arrived;
taking an answer away gives back what was there before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.questions.units import PAIR_MEANING, UNSURE, Meaning

ACCEPTED = "accepted"
REJECTED = "rejected"
CORRECTED = "corrected"
UNSURE_OUTCOME = "unsure"
PASSED = "passed"
IGNORED = "ignored"
UNSEEN = "unseen"

OUTCOMES = (ACCEPTED, REJECTED, CORRECTED, UNSURE_OUTCOME, PASSED, IGNORED, UNSEEN)


@dataclass(frozen=True)
class Answer:
    """The answer that stands for one slot (None: for something outside the list), at ms after showing."""

    slot: int | None
    value: str
    at_ms: int
    is_elsewhere: bool = False
    """Whether it gives another boundary than the spot that was suggested."""


@dataclass(frozen=True)
class SlotSeen:
    """A slot, when it was first seen, in ms after showing (None means never), and what answers to it mean."""

    slot: int
    seen_at_ms: int | None
    meaning: Meaning = PAIR_MEANING


def outcome_of_answer(value: str, meaning: Meaning, *, is_elsewhere: bool = False) -> str:
    """Return what an answer to a suggested candidate makes of its slot.

    The suggested value with another boundary corrects it. Of a spot that was shown without a label each label is as
    suggested.
    """
    if value == UNSURE:
        return UNSURE_OUTCOME
    if value == meaning.contrary:
        return REJECTED
    return ACCEPTED if value == (meaning.suggested or value) and not is_elsewhere else CORRECTED


def outcomes(slots: Sequence[SlotSeen], answers: Iterable[Answer]) -> Mapping[int, str]:
    """Return the outcome of each slot, one each.

    A slot that was seen and left alone is passed if, at that moment or later, the person answered
    something else; else it is ignored.
    """
    standing = list(answers)
    answered = {answer.slot: answer for answer in standing if answer.slot is not None}
    last_act = max((answer.at_ms for answer in standing), default=None)
    found = {}
    for slot in slots:
        if slot.slot in answered:
            answer = answered[slot.slot]
            found[slot.slot] = outcome_of_answer(answer.value, slot.meaning, is_elsewhere=answer.is_elsewhere)
        elif slot.seen_at_ms is None:
            found[slot.slot] = UNSEEN
        else:
            was_passed = last_act is not None and slot.seen_at_ms <= last_act
            found[slot.slot] = PASSED if was_passed else IGNORED
    return found
