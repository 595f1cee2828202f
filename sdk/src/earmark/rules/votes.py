"""What a rule says, and what became of asking it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from earmark.suggesters.protocol import MOST_SIGNS_OF_A_CANDIDATE, MOST_SIGNS_OF_A_REASON
from earmark.types import Item

ABSTAIN = None
"""What a rule returns that has nothing to say."""


@dataclass(frozen=True)
class Vote:
    """One guess of a rule: `value` is a label of a choice, a tag, or of a pair duplicate, related or different.

    Of a span `value` is its label and `at` where it begins and ends in `item.text`, such as `match.span()`.

    `confidence` in (0, 1] is how sure the rule is here, for as far as the rule is trusted at all.
    `reason` is a sentence for a person, cut at 300 signs; without one the rule's own stands. `is_against`
    says that the value is wrong. Raises ValueError, also for a value of more than 200 signs.
    """

    value: str
    confidence: float = 1.0
    reason: str = ""
    is_against: bool = False
    at: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.at is not None and not _is_stretch(self.at):
            raise ValueError(f"A span is (start, end), two whole numbers with 0 <= start < end, not {self.at!r}.")
        if not isinstance(self.value, str) or not self.value:
            raise ValueError(f"A vote names a label or an answer, not {self.value!r}.")
        if len(self.value) > MOST_SIGNS_OF_A_CANDIDATE:
            raise ValueError(f"A label has at most {MOST_SIGNS_OF_A_CANDIDATE} signs, not {len(self.value)}.")
        if not 0 < self.confidence <= 1:
            raise ValueError(f"A confidence is above 0 and at most 1, not {self.confidence!r}.")
        if len(self.reason) > MOST_SIGNS_OF_A_REASON:
            object.__setattr__(self, "reason", f"{self.reason[: MOST_SIGNS_OF_A_REASON - 1]}…")


Said = Vote | str | Iterable["Vote | str"] | None
"""What a rule may return: nothing, a label, a vote, or several of these."""


class Outcome(StrEnum):
    """What became of asking a rule; all but the first leave the decision to others."""

    VOTED = "voted"
    ABSTAINED = "abstained"
    FAILED = "failed"
    LATE = "late"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Cast:
    """A rule asked once about an item, or about a pair: `unit` is the item's id, or the two ids as they were asked.

    `ms` is the time it took, 0 where it was not asked (skipped); `error` says why it failed or was skipped.
    """

    rule: str
    version: str
    unit: tuple[str, ...]
    outcome: Outcome
    votes: tuple[Vote, ...] = ()
    ms: float = 0.0
    error: str = ""


def votes_of(said: Said, sentence: str, item: Item | None = None) -> tuple[Vote, ...]:
    """Return what a rule returned as votes, those without a reason with the rule's sentence.

    Of several votes for one value, at one place, the first stands. Raises ValueError, also for a span that is not in
    the text of `item`, and TypeError.
    """
    if said is None:
        return ()
    listed = [said] if isinstance(said, str | Vote) else said
    if not isinstance(listed, Iterable) or isinstance(listed, Mapping):
        raise TypeError(f"A rule returns a label, a Vote, several of these, or None, not {type(said).__name__}.")
    found: dict[tuple[str, tuple[int, int] | None], Vote] = {}
    for each in listed:
        vote = Vote(each) if isinstance(each, str) else each
        if not isinstance(vote, Vote):
            raise TypeError(f"A rule returns labels or Votes, not {type(each).__name__}.")
        _check_place(vote, item)
        found.setdefault((vote.value, vote.at), vote if vote.reason else replace(vote, reason=sentence))
    return tuple(found.values())


def _check_place(vote: Vote, item: Item | None) -> None:
    if vote.at is None:
        return
    if item is None:
        raise ValueError("A rule over pairs says nothing of spans; take one item.")
    if vote.at[1] > len(item.text):
        raise ValueError(f"{vote.at} is past the end of item.text, which has {len(item.text)} signs.")


def _is_stretch(at: object) -> bool:
    if not isinstance(at, tuple) or len(at) != 2 or any(type(place) is not int for place in at):
        return False
    return bool(0 <= at[0] < at[1])
