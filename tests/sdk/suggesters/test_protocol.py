"""Tests of earmark.suggesters.protocol."""

import logging
from fractions import Fraction
from importlib.metadata import EntryPoint

import pytest
from earmark.suggesters import (
    DictionarySuggester,
    LexicalSuggester,
    SemanticSuggester,
    Suggester,
    Suggestion,
    discover,
    protocol,
)
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.linear import LinearLabels
from earmark.suggesters.neighbours import NeighbourLabels
from earmark.suggesters.stacked import StackedLabels


class Newest:
    """A suggester in as few lines as it takes."""

    name = "newest"
    version = "1"

    def suggest(self, item, index, k):
        return [Suggestion("1", 0.5, ["the newest"])][:k]


@pytest.fixture
def installed(monkeypatch):
    def install(**named):
        entries = [EntryPoint(name, target, protocol.GROUP) for name, target in named.items()]
        monkeypatch.setattr(protocol, "entry_points", lambda group: entries)
        discover.cache_clear()
        return discover()

    yield install
    discover.cache_clear()


def test_whatever_has_the_three_names_is_a_suggester():
    assert isinstance(Newest(), Suggester)
    assert not isinstance(object(), Suggester)


def test_a_guess_needs_no_reasons():
    assert Suggestion("1", 0.5).reasons == ()


COME_ALONG = {"lexical", "dictionary", "semantic", "hybrid", "learned", "neighbours", "linear", "stacked"}


def test_the_suggesters_that_come_along_are_always_there(installed):
    assert installed() == {
        "lexical": LexicalSuggester,
        "dictionary": DictionarySuggester,
        "semantic": SemanticSuggester,
        "hybrid": HybridSuggester,
        "learned": LearnedReranker,
        "neighbours": NeighbourLabels,
        "linear": LinearLabels,
        "stacked": StackedLabels,
    }


def test_an_installed_suggester_is_found_by_name(installed):
    found = installed(newest="fractions:Fraction")
    assert set(found) == {*COME_ALONG, "newest"}
    assert found["newest"] is Fraction


def test_one_that_cannot_be_imported_is_left_out_and_logged(installed, caplog):
    with caplog.at_level(logging.WARNING):
        found = installed(broken="no.such.module:Thing", gone="earmark.suggesters:NoSuchThing")
    assert set(found) == COME_ALONG
    assert "broken" in caplog.text and "gone" in caplog.text
