"""Suggesters: software that guesses candidates or labels for an item, in the host's process or in Earmark's."""

from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters.dictionary import DictionarySuggester
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.labelled import LabelledItem
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.linear import LinearLabels
from earmark.suggesters.marked import MarkedSpan, MarkedText
from earmark.suggesters.neighbours import NeighbourLabels
from earmark.suggesters.protocol import Installed, Suggester, Suggestion, discover, fault_of, installed
from earmark.suggesters.semantic import SemanticSuggester
from earmark.suggesters.sequence import SequenceSpans
from earmark.suggesters.snapshot import Hit, Snapshot, Term
from earmark.suggesters.spans import DictionarySpans
from earmark.suggesters.stacked import StackedLabels
from earmark.types import Item

__all__ = [
    "DictionarySpans",
    "DictionarySuggester",
    "Hit",
    "IndexFailed",
    "Installed",
    "Item",
    "ItemIndex",
    "LabelledItem",
    "LexicalSuggester",
    "LinearLabels",
    "MarkedSpan",
    "MarkedText",
    "NeighbourLabels",
    "SemanticSuggester",
    "SequenceSpans",
    "Snapshot",
    "SomeoneElseWrites",
    "StackedLabels",
    "Suggester",
    "Suggestion",
    "Term",
    "discover",
    "fault_of",
    "installed",
]
