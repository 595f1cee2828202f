"""Suggesters: software that guesses candidates or labels for an item, in the host's process or in Earmark's."""

from earmark.errors import IndexFailed, SomeoneElseWrites
from earmark.suggesters.dictionary import DictionarySuggester
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.lexical import LexicalSuggester
from earmark.suggesters.protocol import Installed, Suggester, Suggestion, discover, fault_of, installed
from earmark.suggesters.semantic import SemanticSuggester
from earmark.suggesters.snapshot import Hit, Snapshot, Term
from earmark.types import Item

__all__ = [
    "DictionarySuggester",
    "Hit",
    "IndexFailed",
    "Installed",
    "Item",
    "ItemIndex",
    "LexicalSuggester",
    "SemanticSuggester",
    "Snapshot",
    "SomeoneElseWrites",
    "Suggester",
    "Suggestion",
    "Term",
    "discover",
    "fault_of",
    "installed",
]
