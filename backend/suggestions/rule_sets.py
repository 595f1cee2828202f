"""Rules that are installed (entry points `earmark.rules`), as suggesters of questions: `rules:NAME`."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from django.utils import timezone
from earmark import suggesters as sdk
from earmark.rules import Cast, Outcome, Rule, RuleSuggester, TimeBox, discover_rules
from earmark.rules.combining import Estimate
from earmark.rules.timebox import USED_UP, Call

from backend.questions.models import Question
from backend.suggestions.models import RuleAccuracy
from backend.suggestions.troubles import note_trouble

logger = logging.getLogger(__name__)

PREFIX = "rules:"
WHOLE_MS = 250.0
"""What all rules of a set get together for one item at a request."""

LOOK_AGAIN_S = 60.0
"""How old may be at a request what is known of votes."""
MOST_KEPT = 1_000

Read = Callable[[list[str]], Iterable[sdk.Item]]
_boxes: dict[tuple[int, str], TimeBox] = {}
"""By project and set, so that the items of one project give no rule a rest in another."""
_estimates: OrderedDict[tuple[int, str], tuple[float, Mapping[str, Estimate]]] = OrderedDict()
_keeping = Lock()


@dataclass(frozen=True)
class RuleSet:
    """Rules that are installed under one name, `rules:` and that of their entry point."""

    name: str
    rules: Sequence[Rule]

    def fitting(self, question: Question) -> Sequence[Rule]:
        """Return the rules that can guess for a question: over pairs for pairs, over items for labels and for spans."""
        if question.kind == Question.Kind.REGION:
            return []
        about = "pair" if question.kind == Question.Kind.PAIR else "item"
        return [rule for rule in self.rules if rule.about == about]

    def engine(self, question: Question, read: Read) -> RuleSuggester | None:
        """Return the suggester for a question, None where no rule fits its kind; `read` gives items by key.

        Votes weigh as often as people said that they are right when the rules were analysed last, drawn to the prior
        where that was seldom; so its version changes with an analysis and not with each answer.
        """
        rules = self.fitting(question)
        if not rules:
            logger.warning("No rule of %s is about what question %s asks; it abstains.", self.name, question.slug)
            return None
        only_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER
        made = RuleSuggester(
            rules,
            name=self.name,
            one_of=question.kind == Question.Kind.CHOICE,
            of_spans=question.kind == Question.Kind.SPAN,
            read=read,
            finder=sdk.LexicalSuggester(only_earlier=only_earlier, where=question.narrowed_to),
            whole_ms=WHOLE_MS,
            box=_box_of(question, self.name),
        )
        return made.weighed_by(estimates_of(question, self))


def estimates_of(question: Question, rule_set: RuleSet) -> Mapping[str, Estimate]:
    """Return how often votes of each rule of a set, in its present version, were right; at most LOOK_AGAIN_S old."""
    key = (question.pk, rule_set.name)
    with _keeping:
        read_at, known = _estimates.get(key, (float("-inf"), {}))
    if time.monotonic() - read_at > LOOK_AGAIN_S:
        present = {(rule.name, rule.version) for rule in rule_set.rules}
        rows = RuleAccuracy.objects.of(question.project_id).filter(question=question, rule_set=rule_set.name)
        known = {
            each.rule: Estimate(each.right_count, each.judged_count)
            for each in rows
            if (each.rule, each.version) in present
        }
        with _keeping:
            _estimates[key] = (time.monotonic(), known)
            _estimates.move_to_end(key)
            while len(_estimates) > MOST_KEPT:
                _estimates.popitem(last=False)
    return known


def forget_estimates() -> None:
    """Look at the next request how often votes were right."""
    with _keeping:
        _estimates.clear()


def resting_rules(question: Question) -> Mapping[str, str]:
    """Return which of a question's rules this process does not ask just now, and why."""
    found = {
        f"{rule}": _box_of(question, each.name).why_not(rule)
        for each in rule_sets_of(question)
        for rule in each.fitting(question)
    }
    return {rule: why for rule, why in found.items() if why}


class _TellingBox(TimeBox):
    """A time box that tells of rules that fail, as of a suggester's trouble, without what they said."""

    def __init__(self, project_id: int, name: str) -> None:
        super().__init__()
        self._project_id, self._name = project_id, name

    def note(self, call: Call, cast: Cast) -> Cast:
        """Count an outcome, and tell where it is a rule's own failure."""
        if cast.outcome == Outcome.FAILED or (cast.outcome == Outcome.LATE and cast.error != USED_UP):
            how = cast.error.partition(": ")[0] or f"more than {call.rule.budget_ms:g} ms"
            note_trouble(self._project_id, self._name, f"its rule {call.rule.name}, {how}", now=timezone.now())
        return super().note(call, cast)


def _box_of(question: Question, name: str) -> TimeBox:
    return _boxes.setdefault((question.project_id, name), _TellingBox(question.project_id, name))


def rule_sets() -> Mapping[str, RuleSet]:
    """Return the sets of rules that are installed, by the name that a question gives them."""
    return {f"{PREFIX}{name}": RuleSet(f"{PREFIX}{name}", rules) for name, rules in discover_rules().items()}


def rule_sets_of(question: Question) -> Sequence[RuleSet]:
    """Return the installed sets of rules that a question names and that have rules of its kind."""
    installed = rule_sets()
    named = [installed[name] for name in question.suggesters if name in installed]
    return [each for each in named if each.fitting(question)]
