"""A rule: a plain function over an item or a pair, with a name, a version and a time box."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from earmark.errors import RulesUnusable
from earmark.rules.sources import version_of
from earmark.suggesters.protocol import MOST_SIGNS_OF_A_REASON

BUDGET_MS = 50.0
MOST_NAME_SIGNS = 80
MOST_VERSION_SIGNS = 40
About = Literal["item", "pair"]


@dataclass(frozen=True)
class Rule:
    """A function that votes about an item, or about a pair, or abstains; calling it calls the function.

    `sentence` is what people read where a vote gives no reason of its own, `budget_ms` how long one call
    may take.
    """

    function: Callable[..., Any]
    name: str
    version: str
    about: About
    sentence: str
    budget_ms: float = BUDGET_MS

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """Return the function, as decorators of Python do."""
        return self.function

    def __call__(self, *items: Any) -> Any:
        """Return what the function returns, without any time box."""
        return self.function(*items)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@overload
def rule(function: Callable[..., Any]) -> Rule: ...


@overload
def rule(
    *, name: str = "", version: str = "", reason: str = "", budget_ms: float = BUDGET_MS
) -> Callable[[Callable[..., Any]], Rule]: ...


def rule(
    function: Callable[..., Any] | None = None,
    *,
    name: str = "",
    version: str = "",
    reason: str = "",
    budget_ms: float = BUDGET_MS,
) -> Rule | Callable[[Callable[..., Any]], Rule]:
    """Make a rule of a function that takes one item, or the two of a pair (the one asked about, the candidate).

    Without `name` it has the function's, without `version` a checksum of its source (see
    `earmark.rules.sources`), without `reason` the first line of its docstring. Raises RulesUnusable.
    """

    def made(function: Callable[..., Any]) -> Rule:
        own = name or getattr(function, "__name__", "")
        about = _about(function, own)
        if budget_ms <= 0:
            raise RulesUnusable(f"The rule {own} has {budget_ms} ms; give it a budget above 0.")
        if not own or len(own) > MOST_NAME_SIGNS or len(version) > MOST_VERSION_SIGNS:
            most = f"{MOST_NAME_SIGNS} signs, its version at most {MOST_VERSION_SIGNS}"
            raise RulesUnusable(f"The rule {own!r} needs a name of 1 to {most}.")
        sentence = reason or _sentence(function, own)
        if len(sentence) > MOST_SIGNS_OF_A_REASON:
            most = f"{MOST_SIGNS_OF_A_REASON} signs; give it a shorter one: @rule(reason=…)"
            raise RulesUnusable(f"The sentence of the rule {own} has {len(sentence)} signs, more than {most}.")
        return Rule(function, own, version or version_of(function), about, sentence, budget_ms)

    return made if function is None else made(function)


def named_once(rules: Iterable[Rule]) -> Sequence[Rule]:
    """Return the rules; raises RulesUnusable where two have one name, or one is no rule."""
    found: dict[str, Rule] = {}
    for each in rules:
        if not isinstance(each, Rule):
            raise RulesUnusable(f"{each!r} is no rule; put @rule above the function.")
        if each.name in found:
            raise RulesUnusable(f"Two rules are called {each.name}; give one another name: @rule(name=…).")
        found[each.name] = each
    return tuple(found.values())


def _about(function: Callable[..., Any], name: str) -> About:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise RulesUnusable(f"The rule {name} is async; a rule is a plain function.")
    taken = [
        each
        for each in inspect.signature(function).parameters.values()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) and each.default is each.empty
    ]
    if len(taken) == 1:
        return "item"
    if len(taken) == 2:
        return "pair"
    raise RulesUnusable(f"The rule {name} takes {len(taken)} arguments; it must take one item, or the two of a pair.")


def _sentence(function: Callable[..., Any], name: str) -> str:
    first = (inspect.getdoc(function) or "").strip().partition("\n")[0].rstrip(".")
    return first or name.replace("_", " ")
