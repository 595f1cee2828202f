"""How rules do: coverage, overlap, conflict as in Snorkel (Ratner et al. 2017), accuracy against people's answers."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from earmark.intervals import wilson_interval
from earmark.rules.votes import Cast, Outcome, Vote

Kind = Literal["choice", "tags", "pair", "span"]
Place = tuple[int, int]
UNSURE = "unsure"
NONE = "none"
SAME_SPAN = 0.5
"""The share of what two spans have together in what they cover, from which on they are about the same."""


@dataclass(frozen=True)
class Answers:
    """What people answered: of a choice and a pair the value by unit, of tags whether each tag fits.

    Of spans `spans` has by item what is at each place: a label, or `none`. A vote is judged by the place that overlaps
    it most, from half of what both cover; by no other, but where all of an item is known (`complete`): it is wrong
    then. A pair's ids may stand in either order. Where `presumed` is not empty, a pair with an item whose
    answers are all known (`complete`) and that is not among them has that value.
    """

    kind: Kind = "choice"
    values: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    complete: Collection[str] = frozenset()
    presumed: str = ""
    spans: Mapping[str, Mapping[Place, str]] = field(default_factory=dict)

    @classmethod
    def of_spans(cls, values: Mapping[tuple[str, int, int], str], *, complete: Collection[str] = frozenset()) -> Self:
        """Return answers by item, start and end in its text: a label, or `none` where nothing of the kind is."""
        spans: dict[str, dict[Place, str]] = {}
        for (item, start, end), value in values.items():
            if value != UNSURE:
                spans.setdefault(item, {})[start, end] = value
        return cls("span", complete=frozenset(complete), spans=spans)

    @classmethod
    def of_choices(cls, values: Mapping[str, str]) -> Self:
        """Return answers by item, each one of the labels."""
        return cls("choice", {(item,): value for item, value in values.items() if value != UNSURE})

    @classmethod
    def of_tags(cls, fitting: Mapping[tuple[str, str], bool]) -> Self:
        """Return answers by item and tag: whether it fits."""
        return cls("tags", {unit: unit[1] if fits else "" for unit, fits in fitting.items()})

    @classmethod
    def of_pairs(
        cls, values: Mapping[tuple[str, str], str], *, complete: Collection[str] = frozenset(), presumed: str = ""
    ) -> Self:
        """Return answers by pair: duplicate, related or different."""
        kept = {tuple(sorted(pair)): value for pair, value in values.items() if value != UNSURE}
        return cls("pair", kept, frozenset(complete), presumed)

    def of(self, unit: tuple[str, ...], value: str) -> str | None:
        """Return the answer that judges a vote for a value, None where nobody answered."""
        if self.kind == "tags":
            return self.values.get((unit[0], value))
        if self.kind == "choice":
            return self.values.get(unit)
        usual = self.presumed if self.presumed and self.complete and unit[0] in self.complete else None
        return self.values.get(tuple(sorted(unit)), usual)

    def judge(self, unit: tuple[str, ...], vote: Vote) -> bool | None:
        """Return whether a vote is right, None where nobody answered."""
        if self.kind == "span":
            answer = self.at(unit[0], vote.at) if vote.at else None
            return None if answer is None else (answer == vote.value) != vote.is_against
        answer = self.of(unit, vote.value)
        return None if answer is None else (answer == vote.value) != vote.is_against

    def at(self, item: str, place: Place) -> str | None:
        """Return what is at a place of an item's text, None where nobody answered."""
        known = self.spans.get(item, {})
        best = max(known, key=lambda other: (overlap(place, other), other), default=None)
        if best is not None and overlap(place, best) >= SAME_SPAN:
            return known[best]
        return NONE if item in self.complete else None


def overlap(one: Place, other: Place) -> float:
    """Return what two spans have together as a share of what they cover: 0 apart, 1 the same."""
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)


@dataclass(frozen=True)
class RuleReport:
    """How one version of a rule did; shares are of the `asked_count` units it was asked about.

    `coverage`: it voted. `overlap`: another rule voted on the same unit. `conflict`: another one
    contradicts it. `accuracy` with its Wilson interval `low` to `high` is over the `judged_count` votes
    that answers judge, None without any. `median_ms` is over the calls that were made.
    """

    rule: str
    version: str
    asked_count: int
    voted_count: int
    overlap_count: int
    conflict_count: int
    judged_count: int
    right_count: int
    abstained_count: int
    failed_count: int
    late_count: int
    skipped_count: int
    median_ms: float | None

    @property
    def coverage(self) -> float:
        """Return the share of units it voted on."""
        return self.voted_count / self.asked_count if self.asked_count else 0.0

    @property
    def overlap(self) -> float:
        """Return the share of units it voted on together with another rule."""
        return self.overlap_count / self.asked_count if self.asked_count else 0.0

    @property
    def conflict(self) -> float:
        """Return the share of units on which another rule contradicts it."""
        return self.conflict_count / self.asked_count if self.asked_count else 0.0

    @property
    def accuracy(self) -> float | None:
        """Return the share of its votes that people say are right."""
        return self.right_count / self.judged_count if self.judged_count else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the Wilson interval of the accuracy at 95 %; (0, 1) without evidence."""
        return wilson_interval(self.right_count, self.judged_count)


@dataclass
class _Tally:
    """What is counted of a rule's version while the casts go by."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    ms: array[float] = field(default_factory=lambda: array("d"))
    judged: int = 0
    right: int = 0
    overlaps: int = 0
    conflicts: int = 0


def analyse_rules(casts: Iterable[Cast], answers: Answers | None = None) -> list[RuleReport]:
    """Return a report for each version of each rule, by name and version.

    `answers` also tells the kind of question, without which votes are taken for those of a choice: there and of pairs
    votes for two values contradict each other, of tags only a vote for and one against the same tag, of spans, whatever
    the kind, such that overlap by half. An interval takes votes to be independent.
    """
    known = answers or Answers()
    tallies: dict[tuple[str, str], _Tally] = {}
    voted: dict[tuple[str, ...], list[Cast]] = {}
    for cast in casts:
        tally = tallies.setdefault((cast.rule, cast.version), _Tally())
        _count(tally, cast, known)
        if cast.votes:
            voted.setdefault(cast.unit, []).append(cast)
    for together in voted.values():
        for cast in together:
            _compare(tallies[cast.rule, cast.version], cast, together, known.kind)
    return [_report(*key, tally) for key, tally in sorted(tallies.items())]


def _count(tally: _Tally, cast: Cast, answers: Answers) -> None:
    tally.outcomes[cast.outcome] += 1
    if cast.outcome != Outcome.SKIPPED:
        tally.ms.append(cast.ms)
    for vote in cast.votes:
        is_right = answers.judge(cast.unit, vote)
        if is_right is not None:
            tally.judged += 1
            tally.right += is_right


def _compare(tally: _Tally, cast: Cast, together: Iterable[Cast], kind: Kind) -> None:
    theirs = [vote for other in together if other.rule != cast.rule for vote in other.votes]
    pairs = [(mine, other) for mine in cast.votes for other in theirs]
    tally.overlaps += any(_meet(mine, other, kind) for mine, other in pairs)
    tally.conflicts += any(_contradict(mine, other, kind) for mine, other in pairs)


def _meet(one: Vote, other: Vote, kind: Kind) -> bool:
    """Return whether two votes are about the same thing."""
    if one.at or other.at:
        return bool(one.at and other.at and overlap(one.at, other.at) >= SAME_SPAN)
    return kind != "tags" or one.value == other.value


def _contradict(one: Vote, other: Vote, kind: Kind) -> bool:
    if not _meet(one, other, kind):
        return False
    if one.value == other.value:
        return one.is_against != other.is_against
    return kind != "tags" and not one.is_against and not other.is_against


def _report(rule: str, version: str, tally: _Tally) -> RuleReport:
    outcomes = tally.outcomes
    return RuleReport(
        rule=rule,
        version=version,
        asked_count=outcomes.total(),
        voted_count=outcomes[Outcome.VOTED],
        overlap_count=tally.overlaps,
        conflict_count=tally.conflicts,
        judged_count=tally.judged,
        right_count=tally.right,
        abstained_count=outcomes[Outcome.ABSTAINED],
        failed_count=outcomes[Outcome.FAILED],
        late_count=outcomes[Outcome.LATE],
        skipped_count=outcomes[Outcome.SKIPPED],
        median_ms=statistics.median(tally.ms) if tally.ms else None,
    )
