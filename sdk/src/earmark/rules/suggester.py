"""Rules as a suggester: of labels, or of other items."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from earmark.anchors import describe
from earmark.errors import RulesUnusable
from earmark.rules.analysis import SAME_SPAN, Answers, analyse_rules, overlap
from earmark.rules.combining import PRIOR_ACCURACY, PRIOR_COUNT, Estimate, Strength, beliefs
from earmark.rules.rule import About, Rule, named_once
from earmark.rules.running import Asked, calls_of
from earmark.rules.timebox import TimeBox
from earmark.rules.votes import Cast, Vote
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.protocol import Suggester, Suggestion
from earmark.types import Item

ALGORITHM = "1"
DEPTH = 30
REASONS = 3
DUPLICATE = "duplicate"
Read = Callable[[list[str]], Iterable[Item]]


class RuleSuggester:
    """What rules vote for, joined as `earmark.rules.combining` tells, with each rule's sentence as a reason.

    Rules over items suggest labels: tags, or with `one_of` the one label of a choice (none on a tie). With `of_spans`
    they suggest spans of the item's text: votes with a place, joined where they name the very same; of two that
    overlap by half under one label, the one believed more.
    Rules over pairs score the best `DEPTH` candidates that `finder` names from the index (by words,
    unless another suggester is given); `read` gives their items by id. A candidate's score is how far
    `duplicate` is believed.

    A rule's accuracy starts from `prior`, as if seen in `prior_count` votes, and moves with `fit` or
    `weighed_by`. With `whole_ms`, all rules together get that for one item. Where no rule votes it abstains.
    Raises RulesUnusable when made; later nothing: rules that fail or are late abstain (see `earmark.rules.timebox`).
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        name: str = "rules",
        one_of: bool = False,
        of_spans: bool = False,
        read: Read | None = None,
        finder: Suggester | None = None,
        prior: float = PRIOR_ACCURACY,
        prior_count: float = PRIOR_COUNT,
        whole_ms: float | None = None,
        box: TimeBox | None = None,
    ) -> None:
        self.rules = named_once(rules)
        self.about = _only_kind(self.rules)
        if of_spans and (one_of or self.about == "pair"):
            raise RulesUnusable("Spans are suggested by rules over items, and not one of them: of_spans=True alone.")
        if self.about == "pair" and read is None:
            raise RulesUnusable("Rules over pairs need the items of candidates: RuleSuggester(rules, read=…).")
        self.name = name
        self.one_of = one_of
        self.of_spans = of_spans
        self.read = read
        self.finder = finder if finder is not None else LexicalSuggester()
        self.prior, self.prior_count = prior, prior_count
        self.whole_ms = whole_ms
        self.box = box if box is not None else TimeBox()
        self.estimates_: dict[str, Estimate] = {}

    @property
    def version(self) -> str:
        """Return the algorithm's version with a checksum of the rules' versions and of all else that decides.

        Behind a `+` follows a checksum of the accuracies, where some are estimated: they are computed, not decided.
        """
        rules = sorted((rule.name, rule.version) for rule in self.rules)
        finder = self.finder.version if self.about == "pair" else ""
        facts = (rules, self.prior, self.prior_count, self.one_of, finder, *(["spans"] if self.of_spans else ()))
        decided = f"{ALGORITHM}-{_checksum(facts, 12)}"
        estimates = sorted((name, self.accuracy(name)) for name, _ in rules if name in self.estimates_)
        return f"{decided}+{_checksum(estimates, 8)}" if estimates else decided

    def accuracy(self, rule: str) -> float:
        """Return the estimate of a rule's accuracy."""
        return self.estimates_.get(rule, Estimate()).accuracy(self.prior, self.prior_count)

    def fit(self, casts: Iterable[Cast], answers: Answers) -> Self:
        """Estimate how accurate each rule is, from what it said and what people answered.

        Only casts of the present versions of the rules count. Starts anew each time.
        """
        present = {(rule.name, rule.version) for rule in self.rules}
        reports = analyse_rules(casts, answers)
        self.estimates_ = {
            report.rule: Estimate(report.right_count, report.judged_count)
            for report in reports
            if (report.rule, report.version) in present
        }
        return self

    def weighed_by(self, estimates: Mapping[str, Estimate]) -> Self:
        """Take estimates by the rule's name from elsewhere, instead of `fit`; rules that are not named weigh as new."""
        self.estimates_ = dict(estimates)
        return self

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k labels, or k other items, best first; of equals the one whose id comes first."""
        if self.of_spans:
            return self._spans(item)[: max(k, 0)]
        found = self._items(item, index) if self.about == "pair" else self._labels(item)
        ranked = sorted(found, key=lambda each: (-each.score, each.candidate_id))
        if self.one_of and self.about == "item":
            is_tie = len(ranked) > 1 and math.isclose(ranked[0].score, ranked[1].score)
            ranked = [] if is_tie else ranked[:1]
        return ranked[: max(k, 0)]

    def _labels(self, item: Item) -> list[Suggestion]:
        casts = self._ask([item])
        told = self._told((cast, vote) for cast in casts for vote in cast.votes if vote.at is None)
        if self.one_of:
            believed = beliefs(told)
        else:  # each tag is a question of its own
            believed = {
                tag: beliefs(each for each in told if each.value == tag).get(tag, 0.0)
                for tag in {each.value for each in told}
            }
        return [Suggestion(label, score, self._reasons(casts, label)) for label, score in believed.items() if score > 0]

    def _spans(self, item: Item) -> list[Suggestion]:
        """Return the spans that are believed, best first, of equals the one that stands first."""
        casts, by_place = self._ask([item]), dict[tuple[int, int], list[tuple[Cast, Vote]]]()
        for cast in casts:
            for vote in cast.votes:
                if vote.at is not None:
                    by_place.setdefault(vote.at, []).append((cast, vote))
        found = [
            (score, at, label)
            for at, votes in by_place.items()
            for label, score in beliefs(self._told(votes)).items()
            if score > 0
        ]
        return [
            Suggestion(label, score, self._reasons(casts, label, at), describe(item.text, *at))
            for score, at, label in _apart(sorted(found, key=lambda each: (-each[0], each[1], each[2])))
        ]

    def _told(self, votes: Iterable[tuple[Cast, Vote]]) -> list[Strength]:
        return [Strength(vote.value, self._strength(cast, vote.confidence), vote.is_against) for cast, vote in votes]

    def _items(self, item: Item, index: ItemIndex) -> list[Suggestion]:
        ids = [each.candidate_id for each in self.finder.suggest(item, index, DEPTH)]
        there = [each for each in (self.read(ids) if self.read else ()) if each.id != item.id]
        by_unit: dict[tuple[str, ...], list[Cast]] = {}
        for cast in self._ask([(item, candidate) for candidate in there]):
            by_unit.setdefault(cast.unit, []).append(cast)
        scored = {unit[1]: (self._believed(casts), self._reasons(casts, DUPLICATE)) for unit, casts in by_unit.items()}
        return [Suggestion(key, score, reasons) for key, (score, reasons) in scored.items() if score > 0]

    def _believed(self, casts: Iterable[Cast]) -> float:
        return beliefs(self._told((cast, vote) for cast in casts for vote in cast.votes)).get(DUPLICATE, 0.0)

    def _ask(self, units: Sequence[Asked]) -> list[Cast]:
        calls = [call for unit in units for call in calls_of(self.rules, unit)]
        return self.box.run(calls, whole_ms=self.whole_ms)

    def _strength(self, cast: Cast, confidence: float) -> float:
        return self.accuracy(cast.rule) * confidence

    def _reasons(self, casts: Iterable[Cast], value: str, at: tuple[int, int] | None = None) -> list[str]:
        """Return the sentences of what was voted for a value, at a place, that of the strongest vote first."""
        said: Mapping[str, float] = {
            vote.reason: self._strength(cast, vote.confidence)
            for cast in casts
            for vote in cast.votes
            if vote.value == value and vote.at == at and not vote.is_against
        }
        return sorted(said, key=lambda reason: -said[reason])[:REASONS]


def _apart(ranked: Iterable[tuple[float, tuple[int, int], str]]) -> list[tuple[float, tuple[int, int], str]]:
    """Return those that do not overlap one before them of the same label by half."""
    kept: list[tuple[float, tuple[int, int], str]] = []
    for score, at, label in ranked:
        if all(other != label or overlap(at, place) < SAME_SPAN for _, place, other in kept):
            kept.append((score, at, label))
    return kept


def _checksum(facts: object, signs: int) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:signs]


def _only_kind(rules: Sequence[Rule]) -> About:
    kinds = {rule.about for rule in rules}
    if len(kinds) != 1:
        fault = "both items and pairs; make a suggester of each" if kinds else "nothing; give it at least one rule"
        raise RulesUnusable(f"The rules are about {fault}.")
    return kinds.pop()
