"""Tests of earmark.rules.votes."""

import pytest
from earmark.rules import Vote
from earmark.rules.votes import votes_of
from earmark.suggesters import Suggestion, fault_of


@pytest.mark.parametrize("said", [None, [], ()])
def test_nothing_said_is_an_abstention(said):
    assert votes_of(said, "because") == ()


def test_a_label_alone_is_a_vote_with_the_rules_sentence():
    assert votes_of("stolen", "because") == (Vote("stolen", 1.0, "because"),)


def test_a_reason_of_its_own_stands():
    assert votes_of(Vote("stolen", 0.5, "5 countries"), "because") == (Vote("stolen", 0.5, "5 countries"),)


def test_a_rule_may_name_several_labels_each_once():
    said = (each for each in ("Inbox", Vote("Archive", is_against=True), Vote("Inbox", 0.2)))
    assert [(vote.value, vote.confidence, vote.is_against) for vote in votes_of(said, "r")] == [
        ("Inbox", 1.0, False),
        ("Archive", 1.0, True),
    ]


@pytest.mark.parametrize("said", [True, 3, [3], {"stolen": 1}.items(), {"label": "stolen"}])
def test_anything_else_is_refused(said):
    with pytest.raises(TypeError, match="A rule returns"):
        votes_of(said, "because")


@pytest.mark.parametrize(
    "wrong", [{"value": ""}, {"value": "a", "confidence": 0}, {"value": "a", "confidence": 1.1}, {"value": "v" * 201}]
)
def test_a_vote_names_something_and_is_somewhat_sure(wrong):
    with pytest.raises(ValueError):
        Vote(**wrong)


def test_a_long_reason_is_cut_so_that_the_guess_can_be_shown():
    vote = Vote("v" * 200, reason="r" * 301)
    assert vote.reason == "r" * 299 + "…"
    assert not fault_of(Suggestion(vote.value, 0.5, [vote.reason]))
