"""Which suggesters a project knows by name: where each runs, and which questions ask it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from earmark import suggesters as sdk
from earmark.rules import installed_rules

from backend.questions.models import Question
from backend.suggestions.models import RemoteSuggester, Suggester
from backend.suggestions.retrieval import suggesters_of
from backend.suggestions.rule_sets import PREFIX, rule_sets

NOT_INSTALLED = "not installed here"
LIKENESS_OF_A_SLIP = 0.75
"""How alike two names are, in [0, 1], where one looks like a slip of the other (Ratcliff and Obershelp 1988)."""


@dataclass(frozen=True)
class Known:
    """A suggester by name: `where` it runs, in words, and the questions that ask it."""

    name: str
    where: str
    asked_by: tuple[Question, ...] = ()
    is_usable: bool = True
    is_ours: bool = False

    @property
    def is_missing(self) -> bool:
        """Return whether questions ask for it in vain."""
        return bool(self.asked_by) and not self.is_usable


def catalogue_of(project_id: int) -> Mapping[str, Known]:
    """Return by name all suggesters that are installed, registered, pushed from, or asked for."""
    asked: dict[str, list[Question]] = defaultdict(list)
    for question in Question.objects.of(project_id).filter(is_active=True).order_by("slug"):
        for name in suggesters_of(question):
            asked[str(name)].append(question)
    pushed = Suggester.objects.of(project_id).filter(is_pushed=True).values_list("name", flat=True)
    known = {name: Known(name, "at the host, which pushes") for name in pushed}
    for remote in RemoteSuggester.objects.of(project_id):
        off = "" if remote.is_enabled else ", switched off"
        known[remote.name] = Known(remote.name, f"at the host, asked{off}", is_usable=remote.is_enabled)
    known |= {each.name: _installed(each) for each in _looked_up()}
    known |= {name: Known(name, f"left out: {why}", is_usable=False) for name, why in _rules_left_out().items()}
    known |= {name: Known(name, _told(len(each.rules))) for name, each in rule_sets().items()}
    for name in asked:
        known.setdefault(name, Known(name, NOT_INSTALLED, is_usable=False))
    return {
        name: Known(name, each.where, tuple(asked.get(name, ())), each.is_usable, each.is_ours)
        for name, each in known.items()
    }


def is_ours(name: str) -> bool:
    """Return whether a name is that of a suggester that comes along with Earmark, or of rules installed here."""
    return name.startswith(PREFIX) or any(each.name == name and not each.package for each in _looked_up())


def slip_in(project_id: int, names: Iterable[str]) -> str:
    """Return what is wrong with the first name that nobody goes by and that looks like a known one misspelt.

    Another name is no slip, as the worker alone may have it, or it is yet to be registered; nor is one that holds a
    known one as a word (`hybrid-2`), has another number (`model-v2` beside `model-v1`), or names a set of rules.
    """
    known = {name: each for name, each in catalogue_of(project_id).items() if each.where != NOT_INSTALLED}
    spelt = {name.casefold(): name for name in known if not name.startswith(PREFIX)}
    for name in names:
        folded = name.casefold()
        if name in known or name.startswith(PREFIX) or any(_is_sibling(folded, each) for each in spelt):
            continue
        if near := get_close_matches(folded, spelt, 1, LIKENESS_OF_A_SLIP):
            there = ", ".join(sorted(known))
            return f"There is no suggester {name!r}; did you mean {spelt[near[0]]!r}? There are {there}."
    return ""


def _is_sibling(name: str, other: str) -> bool:
    """Return whether a name holds another as a word, or is the same but for its number."""
    return name != other and (_names_whole(name, other) or _without_numbers(name) == _without_numbers(other))


def _without_numbers(name: str) -> str:
    return "".join(sign for sign in name if not sign.isdigit())


def _names_whole(name: str, part: str) -> bool:
    """Return whether a name holds another with no letter beside it."""
    before, found, after = name.partition(part)
    return bool(found) and not before[-1:].isalpha() and not after[:1].isalpha()


def _installed(each: sdk.Installed) -> Known:
    if each.fault:
        return Known(each.name, f"left out: {each.fault}", is_usable=False)
    if not each.package:
        return Known(each.name, "built in", is_ours=True)
    return Known(each.name, f"{each.package} {each.version}")


def _told(rules_count: int) -> str:
    return f"{'one rule' if rules_count == 1 else f'{rules_count} rules'}, installed here"


@cache
def _rules_left_out() -> Mapping[str, str]:
    """Return why sets of rules that are installed are left out, looked up once a process as the others are."""
    return {f"{PREFIX}{each.name}": each.fault for each in installed_rules() if each.fault}


@cache
def _looked_up() -> tuple[sdk.Installed, ...]:
    """Return what is installed, looked up once a process as suggesters are; of a name the usable one comes last."""
    return tuple(sorted(sdk.installed(), key=lambda each: not each.fault))
