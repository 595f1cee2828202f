"""Rules that are installed (entry points `earmark.rules`), as suggesters of questions: `rules:NAME`."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from earmark import suggesters as sdk
from earmark.rules import Rule, RuleSuggester, TimeBox, discover_rules

from backend.questions.models import Question

logger = logging.getLogger(__name__)

PREFIX = "rules:"
WHOLE_MS = 250.0
"""What all rules of a set get together for one item at a request."""

Read = Callable[[list[str]], Iterable[sdk.Item]]
_boxes: dict[tuple[int, str], TimeBox] = {}
"""By project and set, so that the items of one project give no rule a rest in another."""


@dataclass(frozen=True)
class RuleSet:
    """Rules that are installed under one name, `rules:` and that of their entry point."""

    name: str
    rules: Sequence[Rule]

    def fitting(self, question: Question) -> Sequence[Rule]:
        """Return the rules that can guess for a question: over pairs for pairs, over items for labels."""
        about = "pair" if question.kind == Question.Kind.PAIR else "item"
        return [rule for rule in self.rules if rule.about == about]

    def engine(self, question: Question, read: Read) -> RuleSuggester | None:
        """Return the suggester for a question, None where no rule fits its kind; `read` gives items by key.

        Its rules weigh what the prior says: a version of it stays the same while people answer.
        """
        rules = self.fitting(question)
        if not rules:
            logger.warning("No rule of %s is about what question %s asks; it abstains.", self.name, question.slug)
            return None
        only_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER
        return RuleSuggester(
            rules,
            name=self.name,
            one_of=question.kind == Question.Kind.CHOICE,
            read=read,
            finder=sdk.LexicalSuggester(only_earlier=only_earlier),
            whole_ms=WHOLE_MS,
            box=_box_of(question, self.name),
        )


def resting_rules(question: Question) -> Mapping[str, str]:
    """Return which of a question's rules this process does not ask just now, and why."""
    found = {
        f"{rule}": _box_of(question, each.name).why_not(rule)
        for each in rule_sets_of(question)
        for rule in each.fitting(question)
    }
    return {rule: why for rule, why in found.items() if why}


def _box_of(question: Question, name: str) -> TimeBox:
    return _boxes.setdefault((question.project_id, name), TimeBox())


def rule_sets() -> Mapping[str, RuleSet]:
    """Return the sets of rules that are installed, by the name that a question gives them."""
    return {f"{PREFIX}{name}": RuleSet(f"{PREFIX}{name}", rules) for name, rules in discover_rules().items()}


def rule_sets_of(question: Question) -> Sequence[RuleSet]:
    """Return the installed sets of rules that a question names and that have rules of its kind."""
    installed = rule_sets()
    named = [installed[name] for name in question.suggesters if name in installed]
    return [each for each in named if each.fitting(question)]
