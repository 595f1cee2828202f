"""What a suggester is, and how it is found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from earmark.types import Item

if TYPE_CHECKING:
    from earmark.suggesters.index import ItemIndex

GROUP = "earmark.suggesters"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Suggestion:
    """One guess: a candidate's id (another item's, or a label), a score in [0, 1], and reasons for a person."""

    candidate_id: str
    score: float
    reasons: Sequence[str] = ()


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

        To a pair question candidates are other items; to tags and choices they are labels.
        """
        ...


@cache
def discover() -> Mapping[str, Callable[..., Suggester]]:
    """Return by name what makes each installed suggester: the entry points `earmark.suggesters`.

    One that cannot be imported is left out, with a warning in the log. Looked up once a process.
    """
    from earmark.suggesters.dictionary import DictionarySuggester
    from earmark.suggesters.hybrid import HybridSuggester
    from earmark.suggesters.learned import LearnedReranker
    from earmark.suggesters.lexical import LexicalSuggester
    from earmark.suggesters.linear import LinearLabels
    from earmark.suggesters.neighbours import NeighbourLabels
    from earmark.suggesters.semantic import SemanticSuggester
    from earmark.suggesters.stacked import StackedLabels

    built_in = (LexicalSuggester, DictionarySuggester, SemanticSuggester, HybridSuggester, LearnedReranker)
    of_labels = (NeighbourLabels, LinearLabels, StackedLabels)
    found: dict[str, Callable[..., Suggester]] = {made.name: made for made in (*built_in, *of_labels)}
    for entry in entry_points(group=GROUP):
        try:
            found[entry.name] = entry.load()
        except Exception as error:
            logger.warning("The suggester %s cannot be loaded: %s: %s", entry.name, type(error).__name__, error)
    return found
