import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from earmark import suggesters as sdk

from backend.projects.actions.jobs import drain_jobs
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.labels import label_of
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.models import Item
from backend.suggestions import indexes, nearest
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.embedder import configured_embedder, forget_embedders
from backend.suggestions.engines import POOL_LIMIT
from backend.suggestions.items import as_sdk_item
from backend.suggestions.known import suggester_row
from backend.suggestions.models import Suggester
from backend.suggestions.retrieval import find_items, find_labels, guesses_for


@pytest.fixture(autouse=True)
def always_look(monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)


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


class Sound:
    name, version = "faulty", "1"

    def suggest(self, item, index, k):
        return [sdk.Suggestion("4", 0.9, ["because"])]


class NotMade(Sound):
    def __init__(self):
        raise RuntimeError("no")


class WithoutVersion(Sound):
    @property
    def version(self):
        raise RuntimeError("no")


class WithALongVersion(Sound):
    version = "1" * 60


class SaysNothing(Sound):
    def suggest(self, item, index, k):
        return None


class SpoilsTheTransaction(Sound):
    def suggest(self, item, index, k):
        with connection.cursor() as cursor:
            cursor.execute("select 1 / 0")


class EndsTheProcess(Sound):
    def suggest(self, item, index, k):
        sys.exit(3)


@pytest.mark.parametrize(
    "faulty",
    [
        NotMade, WithoutVersion, WithALongVersion, SaysNothing, SpoilsTheTransaction, EndsTheProcess,
    ],
)  # fmt: skip
def test_whatever_a_suggester_does_it_alone_abstains(world, monkeypatch, caplog, faulty):
    monkeypatch.setattr(sdk, "discover", lambda: {"faulty": faulty, "lexical": sdk.LexicalSuggester})
    world.question.suggesters = ["faulty", "lexical"]
    guesses = guesses_for(question=world.question, item=world.items["5"])
    assert {guess.suggester.name for guess in guesses} == {"lexical"}
    assert "The suggester faulty failed" in caplog.text
    assert not Suggester.objects.of(world.project).filter(name="faulty").exclude(version="1").exists()


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


@pytest.fixture
def embedded(world, models, register, titles):
    """The world with threads that say the same in other words, embedded."""
    register(world.project, titles)
    drain_jobs()
    world.question.suggesters = ["semantic"]
    world.items |= {item.key: item for item in Item.objects.of(world.project)}
    return world


def test_a_thread_that_says_the_same_in_other_words_is_guessed_with_a_reason(embedded):
    best = guesses_for(question=embedded.question, item=embedded.items["d"])[0]
    assert best.candidate_key == "a"
    assert best.suggester.name == "semantic"
    assert configured_embedder().version in best.suggester.version
    assert best.reasons == ["much the same title"]
    embedded.question.suggesters = ["lexical"]
    assert "a" not in keys(embedded, "d")


def test_while_an_index_begins_anew_not_every_vector_of_a_kind_is_compared(embedded, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(nearest, "EXACT_ROWS", 0)
    monkeypatch.setattr(nearest, "EXACT_SHARE", 0)
    monkeypatch.setattr(nearest, "EXACT_EARLIER", 0)
    monkeypatch.setattr(indexes.FollowedIndex, "follow", lambda *told, **more: None)
    Item.objects.update(kind="thread")
    embedded.question.item_kind = "thread"
    indexes.forget_indexes()
    settings.EARMARK_INDEX_DIR = tmp_path / "another node"
    with CaptureQueriesContext(connection) as asked:
        assert "a" in keys(embedded, "d")
    [searched] = [each["sql"] for each in asked if " near as " in each["sql"]]
    assert "with every as" not in searched


def test_by_meaning_too_only_earlier_threads_are_guessed_unless_any_may_be(embedded):
    assert "d" not in keys(embedded, "a")
    embedded.question.candidates_from = "any"
    assert keys(embedded, "a")[0] == "d"


def test_the_backend_guesses_by_meaning_what_the_sdk_does(embedded):
    items = [as_sdk_item(item) for item in embedded.items.values()]
    theirs = sdk.SemanticSuggester(configured_embedder()).fit(items)
    for item in embedded.items.values():
        expected = theirs.suggest(as_sdk_item(item), sdk.ItemIndex(), POOL_LIMIT)
        found = guesses_for(question=embedded.question, item=item)
        assert {guess.candidate_key for guess in found} == {guess.candidate_id for guess in expected}
        assert {guess.suggester.version for guess in found} <= {theirs.version}
        by_key = {guess.candidate_key: guess.score for guess in found}
        assert by_key == pytest.approx({guess.candidate_id: guess.score for guess in expected}, abs=0.01)


def test_a_thread_that_is_not_embedded_yet_is_found_by_its_words_alone(embedded, register):
    register(embedded.project, {"new": "archive does not work"})
    embedded.items["new"] = Item.objects.get(key="new")
    embedded.question.candidates_from = "any"
    assert keys(embedded, "new") == []
    embedded.question.suggesters = ["semantic", "lexical"]
    assert {guess.suggester.name for guess in guesses_for(question=embedded.question, item=embedded.items["new"])} == {
        "lexical"
    }


def test_without_a_model_a_question_that_wants_meaning_gets_none_and_all_else_works(world, caplog):
    forget_embedders()
    world.question.suggesters = ["semantic", "lexical"]
    first = keys(world)
    assert set(first) >= {"1", "2", "3"}
    assert keys(world) == first
    assert [message for message in caplog.messages if "Semantic retrieval is off; all else works." in message] == [
        "Semantic retrieval is off; all else works. Set EARMARK_MODELS to a folder that holds an embedding model."
    ]


def test_a_question_about_labels_gets_nothing_by_meaning(embedded, ask_labels):
    topics = ask_labels(embedded, suggesters=["semantic"])
    assert guesses_for(question=topics, item=embedded.items["a"]) == []


def labels(question, item):
    return [guess.label for guess in guesses_for(question=question, item=item)]


def push(world, question, item, label, score=0.9):
    host = suggester_row(world.project.pk, "host", "1", is_pushed=True)
    guess = NewSuggestion(question, world.items[item], label, score, ["said so"], host)
    push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)


def settle(question, item, label, value):
    unit = unit_of_tag(question=question, item=item, label=label)
    unit.settled_value = value
    unit.save()


def test_tags_are_guessed_by_their_words_with_reasons(world, ask_labels):
    found = guesses_for(question=ask_labels(world), item=world.items["2"])
    assert [(guess.label, guess.score) for guess in found] == [("Archive", 0.75), ("Shortcuts", 0.75), ("Inbox", 0.5)]
    assert all(guess.candidate_id is None and guess.suggester.name == "dictionary" for guess in found)
    assert found[0].reasons == ["mentions “archive”"]


def test_a_choice_has_one_guess_at_most(world, ask_labels):
    tone = ask_labels(world, "choice")
    assert labels(tone, world.items["1"]) == ["Complaint"]
    assert labels(tone, world.items["4"]) == []
    push(world, tone, "1", "Thanks", 0.8)
    push(world, tone, "1", "Question", 0.7)
    assert labels(tone, world.items["1"]) == ["Thanks"]


def test_a_pushed_label_is_merged_with_what_is_computed_and_the_better_score_stands(world, ask_labels):
    topics = ask_labels(world)
    push(world, topics, "2", "Inbox", 0.99)
    push(world, topics, "2", "Printing", 0.1)
    assert labels(topics, world.items["2"]) == ["Inbox", "Archive", "Shortcuts", "Printing"]


def test_a_label_pushed_again_gets_the_new_score(world, ask_labels):
    topics = ask_labels(world)
    push(world, topics, "4", "Inbox", 0.2)
    push(world, topics, "4", "Inbox", 0.9)
    assert [g.score for g in guesses_for(question=topics, item=world.items["4"]) if g.label == "Inbox"] == [0.9]


@pytest.mark.parametrize("value", ["fits", "does_not_fit"])
def test_a_tag_that_is_settled_for_the_item_is_not_guessed_again(world, ask_labels, value):
    topics = ask_labels(world)
    settle(topics, world.items["2"], "Archive", value)
    assert "Archive" not in labels(topics, world.items["2"])
    assert "Archive" in labels(topics, world.items["3"])


def test_a_choice_that_is_settled_is_not_guessed(world, ask_labels):
    tone = ask_labels(world, "choice")
    unit = unit_of_item(question=tone, item=world.items["1"])
    unit.settled_value = "Thanks"
    unit.save()
    assert labels(tone, world.items["1"]) == []


def test_a_label_that_the_question_does_not_have_is_not_guessed(world, ask_labels, monkeypatch):
    class Own:
        name, version = "own", "1"

        def suggest(self, item, index, k):
            return [sdk.Suggestion("inbox", 0.9), sdk.Suggestion("Toolbar", 0.8), sdk.Suggestion("a\tb", 0.7)]

    monkeypatch.setattr(sdk, "discover", lambda: {"own": Own})
    topics = ask_labels(world, suggesters=["own"])
    assert labels(topics, world.items["1"]) == ["Inbox"]
    topics.allows_new_labels = True
    assert labels(topics, world.items["1"]) == ["Inbox", "Toolbar"]


def test_a_suggester_of_another_kind_abstains(world, ask_labels):
    topics = ask_labels(world, allows_new_labels=True, suggesters=["lexical"])
    assert labels(topics, world.items["5"]) == []
    world.question.suggesters = ["dictionary"]
    assert keys(world) == []


def test_a_changed_dictionary_is_another_version_of_the_suggester(world, ask_labels):
    topics = ask_labels(world)
    before = guesses_for(question=topics, item=world.items["2"])[0].suggester.version
    topics.dictionary = topics.dictionary | {"Inbox": ["inbox", "mailbox"]}
    assert guesses_for(question=topics, item=world.items["2"])[0].suggester.version != before


def found_labels(question, typed, **options):
    return [guess.label for guess in find_labels(question=question, query=typed, k=8, **options)]


def test_labels_are_completed_those_that_begin_so_first(world, ask_labels):
    topics = ask_labels(world)
    assert found_labels(topics, "in") == ["Inbox", "Printing"]
    assert found_labels(topics, "CH") == ["Archive"]
    assert found_labels(topics, "zz") == []
    assert found_labels(topics, "in", without={"inbox"}) == ["Printing"]
    assert found_labels(topics, "") == ["Archive", "Printing", "Inbox", "Shortcuts"]


def test_labels_that_people_named_are_completed_too(world, ask_labels):
    topics = ask_labels(world, allows_new_labels=True)
    label_of(question=topics, given="Input method", now=world.now)
    assert found_labels(topics, "in") == ["Inbox", "Input method", "Printing"]


def test_a_question_for_one_kind_of_items_guesses_and_finds_no_others(world):
    picture = NewItem(
        "6", "Archive leaves messages in the inbox", kind="picture", created_at=world.items["1"].created_at
    )
    register_items(project_id=world.project.pk, items=[picture], now=world.now)
    assert "6" in keys(world)
    threads = [
        NewItem(key, each.title, each.body, kind="thread", created_at=each.created_at)
        for key, each in world.items.items()
    ]
    register_items(project_id=world.project.pk, items=threads, now=world.now)
    world.question.item_kind = "thread"
    assert "6" not in keys(world) and "1" in keys(world)
    typed = {"question": world.question, "item": world.items["5"], "query": "archive", "k": 5}
    assert "6" not in {guess.candidate_key for guess in find_items(**typed)}
    world.question.item_kind = ""
    assert "6" in {guess.candidate_key for guess in find_items(**typed)}


def test_a_question_for_threads_among_very_many_pictures_still_fills_its_list(world):
    earlier = world.items["1"].created_at
    pictures = [
        NewItem(f"p{at}", "Archive messages stay in inbox", kind="picture", created_at=earlier) for at in range(900)
    ]
    threads = [NewItem(f"t{at}", f"Archive {at}", kind="thread", created_at=earlier) for at in range(20)]
    register_items(project_id=world.project.pk, items=[*pictures, *threads], now=world.now)
    world.question.suggesters = ["lexical", "hybrid"]
    assert not set(keys(world)) & {f"t{at}" for at in range(20)}
    world.question.item_kind = "thread"
    assert set(keys(world)) == {f"t{at}" for at in range(20)}
    typed = find_items(question=world.question, item=world.items["5"], query="archive", k=8)
    assert len(typed) == 8
