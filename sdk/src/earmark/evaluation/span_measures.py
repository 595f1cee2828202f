"""Measures of guessed spans: how many are right, to the letter or nearly, and whether scores are what they claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from earmark.evaluation.label_measures import calibration_error
from earmark.suggesters.marked import MarkedSpan

NEARLY = 0.5
"""The share of the intersection in the union from which on a guess lies where something is marked."""


@dataclass(frozen=True)
class Answered:
    """What was guessed of a text, with scores, and all that is marked in it."""

    guessed: Sequence[tuple[MarkedSpan, float]] = ()
    marked: Sequence[MarkedSpan] = field(default_factory=tuple)

    def hits_count(self, *, nearly: bool = False) -> int:
        """Return how many guesses are right, each for another marked span of its label: the closest come first."""
        if not nearly:
            return len({span for span, _ in self.guessed} & set(self.marked))
        close = sorted(
            (-overlap(span, other), span, other)
            for span in {span for span, _ in self.guessed}
            for other in set(self.marked)
            if span.label == other.label and overlap(span, other) >= NEARLY
        )
        guesses, found = set[MarkedSpan](), set[MarkedSpan]()
        for _, span, other in close:
            if span not in guesses and other not in found:
                guesses.add(span)
                found.add(other)
        return len(found)


def overlap(one: MarkedSpan, other: MarkedSpan) -> float:
    """Return the intersection over the union of two spans."""
    shared = max(0, min(one.end, other.end) - max(one.start, other.start))
    return shared / (one.end - one.start + other.end - other.start - shared)


def span_share(answer: Answered) -> float:
    """Return F1 of a text over exact spans, in [0, 1]; where nothing is marked, 1 if nothing was guessed."""
    guessed, marked = len({span for span, _ in answer.guessed}), len(set(answer.marked))
    if not guessed + marked:
        return 1.0
    return 2 * answer.hits_count() / (guessed + marked)


def of_spans(answers: Sequence[Answered]) -> dict[str, float]:
    """Return precision, recall and F1 over all spans, exact and `overlap_` by half of the union at least.

    `quiet` is the share of texts without any mark in which nothing was guessed, `calibration_error` that of scores of
    exact spans.
    """
    found: dict[str, float] = {}
    guessed = sum(len({span for span, _ in each.guessed}) for each in answers)
    marked = sum(len(set(each.marked)) for each in answers)
    for prefix, nearly in (("", False), ("overlap_", True)):
        hits = sum(each.hits_count(nearly=nearly) for each in answers)
        found[f"{prefix}precision"] = hits / guessed if guessed else 0.0
        found[f"{prefix}recall"] = hits / marked if marked else 0.0
        found[f"{prefix}f1"] = 2 * hits / (guessed + marked) if guessed + marked else 1.0
    empty = [each for each in answers if not each.marked]
    found["quiet"] = sum(not each.guessed for each in empty) / len(empty) if empty else 1.0
    found["calibration_error"] = calibration_error(said_of_spans(answers))
    return found


def said_of_spans(answers: Sequence[Answered]) -> list[tuple[float, bool]]:
    """Return each score that was said of a span, and whether exactly that is marked."""
    return [(score, span in each.marked) for each in answers for span, score in each.guessed]
