import pytest

from backend.questions.actions.ask import ask_question, update_question
from backend.questions.errors import LabelsImpossible, WeightsImpossible


def test_each_kind_has_words_of_its_own(world, ask_labels):
    assert ask_labels(world).prompt == "Which of these fit?"
    assert ask_labels(world, "choice").prompt == "Which of these is it?"
    assert world.question.prompt == "Is your problem the same as one of these?"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"kind": "tags"}, "needs labels"),
        ({"kind": "choice", "labels": ["one"]}, "2 to 12"),
        ({"kind": "tags", "labels": ["a"], "dictionary": {"b": ["c"]}}, "no label of the question"),
    ],
)
def test_labels_that_cannot_be_are_refused_in_words(world, facts, said):
    with pytest.raises(LabelsImpossible, match=said):
        ask_question(project_id=world.project.pk, slug="odd", **facts)


def test_a_change_is_looked_at_with_what_stays(world, ask_labels):
    tone = ask_labels(world, "choice")
    with pytest.raises(LabelsImpossible, match="dictionary"):
        update_question(question=tone, labels=["Calm", "Angry"])
    changed = update_question(question=tone, labels=["Calm", "Angry"], dictionary={})
    assert (changed.labels, changed.policy_version) == (["Calm", "Angry"], 2)


def test_weights_of_evidence_are_kept_and_are_a_policy_of_showing(world):
    changed = update_question(question=world.question, weights={"fields": 2, "time": 0})
    assert (changed.weights, changed.policy_version) == ({"fields": 2, "time": 0}, 2)


@pytest.mark.parametrize(
    "weights", [{"colour": 1}, {"words": -0.1}, {"words": 5.1}, {"words": True}, {"words": "2"}, []]
)
def test_weights_that_are_none_are_refused_with_the_names_there_are(world, weights):
    with pytest.raises(
        WeightsImpossible, match="words, title, meaning, fields, time, each from 0 to 5; 1 is the usual"
    ):
        update_question(question=world.question, weights=weights)
    world.question.refresh_from_db()
    assert (world.question.weights, world.question.policy_version) == ({}, 1)
