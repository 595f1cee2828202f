"""What a rule says, and what became of asking it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from earmark.suggesters.protocol import MOST_SIGNS_OF_A_CANDIDATE, MOST_SIGNS_OF_A_REASON

ABSTAIN = None
"""What a rule returns that has nothing to say."""


@dataclass(frozen=True)
class Vote:
    """One guess of a rule: `value` is a label of a choice, a tag, or of a pair duplicate, related or different.

    `confidence` in (0, 1] is how sure the rule is here, for as far as the rule is trusted at all.
    `reason` is a sentence for a person, cut at 300 signs; without one the rule's own stands. `is_against`
    says that the value is wrong. Raises ValueError, also for a value of more than 200 signs.
    """

    value: str
    confidence: float = 1.0
    reason: str = ""
    is_against: bool = False

    def __post_init__(self) -> None:
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


def votes_of(said: Said, sentence: str) -> tuple[Vote, ...]:
    """Return what a rule returned as votes, those without a reason with the rule's sentence.

    Of several votes for one value the first stands. Raises ValueError, TypeError.
    """
    if said is None:
        return ()
    listed = [said] if isinstance(said, str | Vote) else said
    if not isinstance(listed, Iterable):
        raise TypeError(f"A rule returns a label, a Vote, several of these, or None, not {type(said).__name__}.")
    found: dict[str, Vote] = {}
    for each in listed:
        vote = Vote(each) if isinstance(each, str) else each
        if not isinstance(vote, Vote):
            raise TypeError(f"A rule returns labels or Votes, not {type(each).__name__}.")
        found.setdefault(
            vote.value, vote if vote.reason else Vote(vote.value, vote.confidence, sentence, vote.is_against)
        )
    return tuple(found.values())
