"""Rules: plain functions that vote about an item or a pair, or abstain; what they say together, and how they do."""

from earmark.errors import RulesUnusable
from earmark.rules.analysis import Answers, RuleReport, analyse_rules
from earmark.rules.finding import InstalledRules, discover_rules, installed_rules, load_rules
from earmark.rules.rule import Rule, rule
from earmark.rules.running import apply_rules
from earmark.rules.suggester import RuleSuggester
from earmark.rules.timebox import TimeBox
from earmark.rules.votes import ABSTAIN, Cast, Outcome, Vote

__all__ = [
    "ABSTAIN",
    "Answers",
    "Cast",
    "InstalledRules",
    "Outcome",
    "Rule",
    "RuleReport",
    "RuleSuggester",
    "RulesUnusable",
    "TimeBox",
    "Vote",
    "analyse_rules",
    "apply_rules",
    "discover_rules",
    "installed_rules",
    "load_rules",
    "rule",
]
