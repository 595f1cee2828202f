"""Tests of earmark.suggesters.protocol."""

import logging
from fractions import Fraction
from importlib.metadata import EntryPoint

import pytest
from earmark import suggesters
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
from earmark.suggesters.sequence import SequenceSpans
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


COME_ALONG = {"lexical", "dictionary", "semantic", "sequence", "hybrid", "learned", "neighbours", "linear", "stacked"}


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
        "sequence": SequenceSpans,
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


def test_one_whose_import_ends_the_program_is_left_out(installed, tmp_path, monkeypatch):
    (tmp_path / "ends_the_program.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    assert set(installed(ends="ends_the_program:Thing")) == COME_ALONG
    assert told("ends") == [("ends", "it cannot be loaded (SystemExit: 3)")]


def told(name):
    return [(each.name, each.fault) for each in suggesters.installed() if each.name == name]


def test_those_that_come_along_are_told_first_and_without_a_package(installed):
    installed(newest="fractions:Fraction")
    assert [each.name for each in suggesters.installed() if not each.package] == sorted([*COME_ALONG, "newest"])


def test_why_one_is_left_out_is_told(installed):
    installed(broken="no.such.module:Thing")
    [(_, fault)] = told("broken")
    assert fault == "it cannot be loaded (ModuleNotFoundError: No module named 'no')"


def test_a_name_of_those_that_come_along_is_not_taken_by_another(installed):
    found = installed(lexical="fractions:Fraction", semantic="earmark.suggesters.semantic:SemanticSuggester")
    assert found["lexical"] is LexicalSuggester
    assert "is taken" in told("lexical")[1][1]
    assert told("semantic") == [("semantic", "")]


def test_one_that_calls_itself_otherwise_is_left_out(installed):
    found = installed(mine="earmark.suggesters.lexical:LexicalSuggester")
    assert "mine" not in found
    assert told("mine") == [("mine", "it calls itself lexical, and its package mine; give both the same name")]


@pytest.mark.parametrize(
    ("suggestion", "fault"),
    [
        (Suggestion("1", 0.5, ["because"]), ""),
        (Suggestion("1", 1), ""),
        (Suggestion("", 0.5), "candidate is no text of 1 to 200 signs"),
        (Suggestion("x" * 201, 0.5), "candidate is no text of 1 to 200 signs"),
        (Suggestion(7, 0.5), "candidate is no text of 1 to 200 signs"),
        (Suggestion("1", -0.1), "score is no number from 0 to 1"),
        (Suggestion("1", float("nan")), "score is no number from 0 to 1"),
        (Suggestion("1", None), "score is no number from 0 to 1"),
        (Suggestion("1", 0.5, "because"), "reasons is no list of at most 10"),
        (Suggestion("1", 0.5, [""]), "reasons holds what is no text of 1 to 300 signs"),
    ],
)
def test_what_no_suggestion_may_be_is_told(suggestion, fault):
    assert suggesters.fault_of(suggestion) == fault
