import pytest
from earmark import suggesters as sdk

from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item
from backend.suggestions import retrieval
from backend.suggestions.retrieval import find_items, guesses_for


@pytest.fixture(autouse=True)
def always_look(monkeypatch):
    monkeypatch.setattr(retrieval, "LOOK_AGAIN_S", 0)


def keys(world, item="5"):
    return [guess.candidate_key for guess in guesses_for(question=world.question, item=world.items[item])]


def test_earlier_threads_that_share_telling_words_are_guessed_best_first(world):
    found = guesses_for(question=world.question, item=world.items["5"])
    assert {guess.candidate_key for guess in found[:3]} == {"1", "2", "3"}
    assert [guess.score for guess in found] == sorted((guess.score for guess in found), reverse=True)
    assert all(guess.reasons and guess.suggester.name == "lexical" for guess in found)


def test_a_thread_that_shares_nothing_gets_no_guess(world):
    register_items(project_id=world.project.pk, items=[NewItem("7", "Zirconium", created_at=world.now)], now=world.now)
    world.items["7"] = Item.objects.get(key="7")
    assert keys(world, "7") == []


def test_any_other_thread_may_be_guessed_where_the_question_says_so(world):
    world.question.candidates_from = "any"
    assert "5" in keys(world, "1")


def test_the_index_follows_what_is_registered_changed_and_removed(world):
    register_items(
        project_id=world.project.pk,
        items=[NewItem("6", "Archive leaves messages in the inbox", created_at=world.items["1"].created_at)],
        now=world.now,
    )
    assert "6" in keys(world)
    register_items(
        project_id=world.project.pk,
        items=[NewItem("6", "Toolbar colours", created_at=world.items["1"].created_at)],
        now=world.now,
    )
    assert "6" not in keys(world)
    remove_item(item=Item.objects.get(key="1"), now=world.now)
    assert "1" not in keys(world)
    assert {"2", "3"} <= set(keys(world))


def test_what_is_settled_as_different_is_not_guessed_again(world):
    unit = unit_of_pair(question=world.question, first=world.items["5"], second=world.items["1"])
    unit.settled_value = "different"
    unit.save()
    assert "1" not in keys(world)


def test_a_suggester_that_fails_or_is_missing_abstains(world, monkeypatch):
    class Broken:
        name, version = "broken", "1"

        def suggest(self, item, index, k):
            raise RuntimeError("no")

    monkeypatch.setattr(sdk, "discover", lambda: {"broken": Broken})
    world.question.suggesters = ["broken", "nowhere"]
    assert keys(world) == []


def test_a_suggester_of_ones_own_is_found_by_its_name(world, monkeypatch):
    class Own:
        name, version = "own", "7"

        def suggest(self, item, index, k):
            return [sdk.Suggestion("4", 0.9, ["because"])]

    monkeypatch.setattr(sdk, "discover", lambda: {"own": Own})
    world.question.suggesters = ["own"]
    (guess,) = guesses_for(question=world.question, item=world.items["5"])
    assert (guess.candidate_key, str(guess.suggester), list(guess.reasons)) == ("4", "own 7", ["because"])


def test_words_are_found_as_they_are_typed_and_never_the_item_itself(world):
    found = find_items(question=world.question, item=world.items["5"], query="archi", k=8)
    assert {guess.candidate_key for guess in found} == {"1", "2", "3"}


def test_one_projects_index_knows_nothing_of_anothers(world, make_world):
    from backend.projects.tenancy import tenancy

    other = make_world("other")
    with tenancy(other.project):
        register_items(project_id=other.project.pk, items=[NewItem("secret", "Zirconium")], now=other.now)
        assert find_items(question=other.question, item=other.items["1"], query="zirconium", k=5)
    assert find_items(question=world.question, item=world.items["1"], query="zirconium", k=5) == []
