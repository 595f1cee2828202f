"""What a suggester is, and how it is found."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import NoneType
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from earmark.anchors import Region, TextAnchor
from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.index import ItemIndex

GROUP = "earmark.suggesters"
MOST_SIGNS_OF_A_CANDIDATE = 200
MOST_REASONS, MOST_SIGNS_OF_A_REASON = 10, 300
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a pair of signs, which is no sign."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Suggestion:
    """One guess: a candidate's id (another item's, or a label), a score in [0, 1], and reasons for a person.

    Of a span or a region the candidate's id is the label, and `anchor` says where it lies.
    """

    candidate_id: str
    score: float
    reasons: Sequence[str] = ()
    anchor: TextAnchor | Region | None = None


_ANCHORS = (TextAnchor, Region, NoneType)


def fault_of(suggestion: Suggestion) -> str:
    """Return what no suggestion may be, as a phrase that begins with the field; empty where all is well."""
    if not all(hasattr(suggestion, name) for name in ("candidate_id", "score", "reasons", "anchor")):
        return f"kind is {type(suggestion).__name__}, no Suggestion"
    if not _is_text(suggestion.candidate_id, MOST_SIGNS_OF_A_CANDIDATE):
        return f"candidate is no text of 1 to {MOST_SIGNS_OF_A_CANDIDATE} signs"
    score = suggestion.score
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        return "score is no number from 0 to 1"
    reasons = suggestion.reasons
    if not isinstance(reasons, list | tuple) or len(reasons) > MOST_REASONS:
        return f"reasons is no list of at most {MOST_REASONS}"
    if not all(_is_text(reason, MOST_SIGNS_OF_A_REASON) for reason in reasons):
        return f"reasons holds what is no text of 1 to {MOST_SIGNS_OF_A_REASON} signs"
    if not isinstance(suggestion.anchor, _ANCHORS):
        return "anchor is no TextAnchor and no Region"
    return ""


def _is_text(value: Any, most_signs: int) -> bool:
    """Return whether a value is a text that can be stored: neither empty nor with NUL or lone surrogates."""
    if not isinstance(value, str) or not 0 < len(value) <= most_signs or "\0" in value:
        return False
    return value.isascii() or _HALF.search(value) is None


@runtime_checkable
class Suggester(Protocol):
    """Software that guesses. An empty list abstains; the best guess comes first.

    Implementations take hyperparameters in the constructor, may be called from several threads, and
    raise nothing for an item they know nothing about.
    """

    @property
    def name(self) -> str:
        """Return a short stable name, such as `lexical`."""
        ...

    @property
    def version(self) -> str:
        """Return a version (at most 40 signs) that changes whenever the guesses may."""
        ...

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most `k` candidates for an item, best first; never the item itself.

        To a pair question candidates are other items; to tags and choices they are labels; to spans and regions labels
        with an anchor, the same label at several places too.
        """
        ...


@dataclass(frozen=True)
class Installed:
    """A suggester that is there by name: the package that brings it, or why it cannot be used.

    `package` is empty for those that come along with Earmark.
    """

    name: str
    package: str = ""
    version: str = ""
    fault: str = ""


@cache
def discover() -> Mapping[str, Callable[..., Suggester]]:
    """Return by name what makes each installed suggester: the entry points `earmark.suggesters`.

    One that cannot be imported is left out, with a warning in the log, and so is one that takes a name
    of those that come along. Looked up once a process.
    """
    found: dict[str, Callable[..., Suggester]] = dict(_come_along())
    for entry in entry_points(group=GROUP):
        made_by, fault = _loaded(entry)
        if made_by is not None:
            found[entry.name] = made_by
        elif fault:
            logger.warning("The suggester %s is left out: %s", entry.name, fault)
    return found


def installed() -> list[Installed]:
    """Return which suggesters are there by name, with the packages that bring them, and those that are left out."""
    found = [Installed(name) for name in _come_along()]
    for entry in entry_points(group=GROUP):
        made_by, fault = _loaded(entry)
        if made_by is not None or fault:
            package = entry.dist.name if entry.dist else ""
            found.append(Installed(entry.name, package, entry.dist.version if entry.dist else "", fault))
    return sorted(found, key=lambda each: (bool(each.package), each.name))


ITEM_SUGGESTERS = ("lexical", "semantic", "hybrid", "learned")
LABEL_SUGGESTERS = ("dictionary", "neighbours", "linear", "stacked")
SPAN_SUGGESTERS = ("sequence",)
"""Which of those that come along guess items, which labels, and which spans; `dictionary` guesses these too."""


def _come_along() -> Mapping[str, Callable[..., Suggester]]:
    from earmark.suggesters.dictionary import DictionarySuggester
    from earmark.suggesters.hybrid import HybridSuggester
    from earmark.suggesters.learned import LearnedReranker
    from earmark.suggesters.lexical import LexicalSuggester
    from earmark.suggesters.linear import LinearLabels
    from earmark.suggesters.neighbours import NeighbourLabels
    from earmark.suggesters.semantic import SemanticSuggester
    from earmark.suggesters.sequence import SequenceSpans
    from earmark.suggesters.stacked import StackedLabels

    of_items = (LexicalSuggester, SemanticSuggester, HybridSuggester, LearnedReranker)
    of_labels = (DictionarySuggester, NeighbourLabels, LinearLabels, StackedLabels)
    return {made.name: made for made in (*of_items, *of_labels, SequenceSpans)}


def _loaded(entry: EntryPoint) -> tuple[Callable[..., Suggester] | None, str]:
    """Return what an entry point names, or why it is left out; neither for one that comes along anyway."""
    if entry.name in _come_along():
        is_ours = entry.value.partition(":")[0].startswith("earmark.suggesters.")
        return None, "" if is_ours else f"the name {entry.name} is taken by one that comes along with Earmark"
    try:
        made_by = entry.load()
    except (Exception, SystemExit) as error:  # a module may end the program
        return None, f"it cannot be loaded ({type(error).__name__}: {error})"
    own_name = getattr(made_by, "name", entry.name)
    if isinstance(own_name, str) and own_name != entry.name:
        return None, f"it calls itself {own_name}, and its package {entry.name}; give both the same name"
    return made_by, ""
