from datetime import timedelta

import pytest

from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_item, unit_of_tag
from backend.questions.models import Item
from backend.suggestions import indexes
from backend.suggestions.embedder import forget_embedders
from backend.suggestions.neighbours import settled_labels
from backend.suggestions.retrieval import guesses_for

TITLES = {
    "n1": "Zeppelin landing fails in heavy wind",
    "n2": "Zeppelin landing lights are dark in heavy wind",
    "n3": "Zeppelin landing rope is torn by wind",
    "n4": "The harbour sells no lemonade",
    "n5": "Zeppelin landing is late in wind",
}


@pytest.fixture(autouse=True)
def always_look(monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)
    forget_embedders()


@pytest.fixture
def zeppelins(world):
    put(world, TITLES)
    return world


def put(world, titles):
    rows = [NewItem(key, title, created_at=world.now + timedelta(days=1)) for key, title in titles.items()]
    register_items(project_id=world.project.pk, items=rows, now=world.now)
    world.items |= {item.key: item for item in Item.objects.of(world.project)}


def settle(world, question, item, label, value="fits"):
    if question.kind == "choice":
        unit, value = unit_of_item(question=question, item=world.items[item]), label
    else:
        unit = unit_of_tag(question=question, item=world.items[item], label=label)
    unit.settled_value = value
    unit.save()


def guessed(world, question, item="n5"):
    return [(guess.label, list(guess.reasons)) for guess in guesses_for(question=question, item=world.items[item])]


def test_what_is_settled_of_similar_threads_is_guessed_with_the_reason(zeppelins, ask_labels):
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    for item in ("n1", "n2"):
        settle(zeppelins, topics, item, "Inbox")
    settle(zeppelins, topics, "n3", "Inbox", "does_not_fit")
    [(label, [reason])] = guessed(zeppelins, topics)
    assert label == "Inbox"
    assert reason.startswith("2 of the 3 most similar have it: “Zeppelin landing")


def test_before_anything_is_settled_and_far_from_all_it_abstains(zeppelins, ask_labels):
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    assert guessed(zeppelins, topics) == []
    settle(zeppelins, topics, "n1", "Inbox")
    assert guessed(zeppelins, topics, "n4") == []


def test_a_thread_does_not_vouch_for_itself(zeppelins, ask_labels):
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    settle(zeppelins, topics, "n5", "Inbox")
    assert next(settled_labels(topics, ["n5"])).fits == {"Inbox": True}
    assert guessed(zeppelins, topics) == []


def test_of_a_choice_what_most_similar_threads_are_is_guessed(zeppelins, ask_labels):
    tone = ask_labels(zeppelins, "choice", suggesters=["neighbours"])
    for item, label in (("n1", "Complaint"), ("n2", "Complaint"), ("n3", "Question")):
        settle(zeppelins, tone, item, label)
    assert [label for label, _ in guessed(zeppelins, tone)] == ["Complaint"]


def test_a_removed_thread_vouches_for_nothing(zeppelins, ask_labels):
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    settle(zeppelins, topics, "n1", "Inbox")
    assert guessed(zeppelins, topics)
    remove_item(item=zeppelins.items["n1"], now=zeppelins.now)
    assert list(settled_labels(topics, ["n1"])) == []
    assert guessed(zeppelins, topics) == []


def test_what_is_settled_is_read_in_one_query(zeppelins, ask_labels, django_assert_num_queries):
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    for item in ("n1", "n2", "n3"):
        settle(zeppelins, topics, item, "Inbox")
        settle(zeppelins, topics, item, "Archive", "does_not_fit")
    with django_assert_num_queries(1):
        found = {each.item.id: each.fits for each in settled_labels(topics, list(TITLES))}
    assert found == {key: {"Inbox": True, "Archive": False} for key in ("n1", "n2", "n3")}


def test_anothers_question_and_another_project_tell_nothing(zeppelins, ask_labels, make_world):
    from backend.projects.tenancy import tenancy

    tone = ask_labels(zeppelins, "choice", suggesters=["neighbours"])
    settle(zeppelins, tone, "n1", "Complaint")
    topics = ask_labels(zeppelins, suggesters=["neighbours"])
    assert guessed(zeppelins, topics) == []
    other = make_world("other")
    theirs = ask_labels(other, "choice", suggesters=["neighbours"])
    with tenancy(other.project):
        put(other, TITLES)
        assert guesses_for(question=theirs, item=other.items["n5"]) == []


@pytest.mark.parametrize("name", ["linear", "stacked"])
def test_until_it_is_trained_the_dictionary_guesses_under_its_own_name(zeppelins, ask_labels, name):
    put(zeppelins, {"n6": "The archive is torn by wind"})
    topics = ask_labels(zeppelins, suggesters=[name])
    [guess] = guesses_for(question=topics, item=zeppelins.items["n6"])
    assert (guess.label, guess.suggester.name) == ("Archive", "dictionary")


def test_about_pairs_neighbours_guess_nothing(zeppelins):
    zeppelins.question.suggesters = ["neighbours"]
    assert guesses_for(question=zeppelins.question, item=zeppelins.items["n5"]) == []
