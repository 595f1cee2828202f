"""A page that many read is searched for once, and again as soon as anything is otherwise."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from earmark import suggesters as sdk
from earmark.suggesters.hybrid import HybridSuggester

from backend.projects.actions.jobs import drain_jobs
from backend.questions.actions.ask import update_question
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item
from backend.suggestions import indexes, kept
from backend.suggestions.actions.retire import retire
from backend.suggestions.fusion import forget_engines, fused_suggester
from backend.suggestions.known import Known
from backend.suggestions.retrieval import guesses_for


@pytest.fixture(autouse=True)
def always_look(monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)


@pytest.fixture
def searched(monkeypatch):
    """The items that were searched for, by words or by the hybrid."""
    ids = []

    def noting(suggest):
        def note(engine, item, index, k):
            ids.append(item.id)
            return suggest(engine, item, index, k)

        return note

    for engine in (sdk.LexicalSuggester, HybridSuggester):
        monkeypatch.setattr(engine, "suggest", noting(engine.suggest))
    return ids


def guessed(world, item="5"):
    return guesses_for(question=world.question, item=Item.objects.get(key=item))


def keys(world, item="5"):
    return [guess.candidate_key for guess in guessed(world, item)]


def put(world, key, title, **more):
    made = NewItem(key, title, created_at=world.items["1"].created_at, **more)
    register_items(project_id=world.project.pk, items=[made], now=world.now)


@pytest.mark.parametrize("suggester", ["lexical", "hybrid"])
def test_a_page_that_many_read_is_searched_for_once(world, searched, suggester):
    world.question = update_question(question=world.question, suggesters=[suggester])
    first = guessed(world)
    assert first and [guessed(world) for _ in range(3)] == [first] * 3
    assert searched == ["5"]
    guessed(world, "4")
    assert searched == ["5", "4"]


def test_a_new_thread_is_guessed_at_once_and_a_changed_and_a_removed_one_no_longer(world, searched):
    before = keys(world)
    put(world, "6", "Archive leaves messages in the inbox")
    assert set(keys(world)) - set(before) == {"6"}
    put(world, "6", "Toolbar colours")
    assert keys(world) == before
    remove_item(item=world.items["1"], now=world.now)
    assert set(before) - set(keys(world)) == {"1"}


def test_the_thread_itself_is_searched_for_anew_when_it_says_something_else(world):
    assert "4" not in keys(world)[:1]
    item = world.items["4"]
    world.items["5"].title = ""
    register_items(
        project_id=world.project.pk,
        items=[NewItem("5", item.title, item.body, created_at=world.items["5"].created_at)],
        now=world.now,
    )
    assert keys(world)[:1] == ["4"]


def test_what_is_settled_as_different_goes_from_a_list_that_is_kept(world, searched):
    assert "1" in keys(world)
    unit = unit_of_pair(question=world.question, first=world.items["5"], second=world.items["1"])
    unit.settled_value = "different"
    unit.save()
    assert "1" not in keys(world)
    assert searched == ["5"]


def test_a_suggester_that_is_retired_shows_nothing_that_it_once_guessed(world):
    [suggester] = {guess.suggester for guess in guessed(world)}
    retire(suggesters=[suggester])
    assert keys(world) == []


def test_other_settings_of_a_question_are_other_guesses(world):
    assert "5" not in keys(world, "1")
    world.question = update_question(question=world.question, candidates_from="any")
    assert "5" in keys(world, "1")


def test_an_item_is_searched_for_anew_once_it_is_embedded(world, models, register, searched):
    pytest.importorskip("onnxruntime")
    register(world.project, {"a": "archive fails", "d": "store broken"})
    world.question = update_question(question=world.question, suggesters=["hybrid"])
    assert "a" not in keys(world, "d")
    drain_jobs(seconds=60)
    searched.clear()
    assert "a" in keys(world, "d") and "a" in keys(world, "d")
    assert searched == ["d"]


def test_weights_of_a_question_and_an_engine_made_anew_are_never_answered_from_before(world, searched):
    world.question = update_question(question=world.question, suggesters=["hybrid"])
    before = {guess.candidate_key: guess.score for guess in guessed(world)}
    world.question = update_question(question=world.question, weights={"words": 5})
    assert {guess.candidate_key: guess.score for guess in guessed(world)} != before
    forget_engines()
    guessed(world)
    assert searched == ["5"] * 3


def test_each_request_searches_the_vectors_that_served_as_it_began(world, models, register):
    pytest.importorskip("onnxruntime")
    register(world.project, {"a": "archive fails", "d": "store broken"})
    drain_jobs(seconds=60)
    one, other = asking(world, "hybrid"), asking(world, "hybrid")
    assert one[0].pool.dense is one[1] and other[0].pool.dense is other[1] and one[1] is not other[1]
    assert one[0].pool.facets is other[0].pool.facets, "what was loaded is shared"


def test_an_index_that_is_built_anew_is_searched_anew(world, searched):
    before = keys(world)
    indexes.open_index(world.project.pk).rebuild()
    assert keys(world) == before
    assert searched == ["5", "5"]


def test_a_failure_is_not_kept(world, monkeypatch):
    suggest = sdk.LexicalSuggester.suggest
    monkeypatch.setattr(sdk.LexicalSuggester, "suggest", lambda *given: 1 / 0)
    assert keys(world) == []
    monkeypatch.setattr(sdk.LexicalSuggester, "suggest", suggest)
    assert keys(world)


def asking(world, suggester):
    """What a request asks, and the vectors that serve it, as each request reads them for itself."""
    if suggester == "lexical":
        return sdk.LexicalSuggester(), None
    known = Known.of_question(world.question)
    return fused_suggester(world.question, is_learned=False, known=known), known.vectors


def at_once(world, make, suggester="lexical", people=4):
    """What each of several people gets who ask for one list in the same moment; an error, where it is one."""
    together = threading.Barrier(people)
    index = SimpleNamespace(seen="as it is")

    def ask(asked):
        engine, vectors = asked
        together.wait(60)
        try:
            return kept.kept_or_made(world.question, world.items["5"], engine, index, vectors, make)
        except ZeroDivisionError:
            return "failed"

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(ask, [asking(world, suggester) for _ in range(people)]))


@pytest.mark.parametrize("suggester", ["lexical", "hybrid"])
def test_of_those_who_come_at_once_one_searches_and_the_others_get_the_same(
    world, models, register, suggester, monkeypatch
):
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(kept, "MOST_WAITED_S", 60)
    register(world.project, {"a": "archive fails"})
    drain_jobs(seconds=60)
    guess, made = sdk.Suggestion("1", 0.5), []

    def make():
        made.append(1)
        time.sleep(0.5)
        return [guess]

    assert at_once(world, make, suggester) == [(guess,)] * 4
    assert len(made) == 1
    assert not kept._being_made


def test_where_the_first_of_them_fails_the_others_search_for_themselves(world):
    guess, turns = sdk.Suggestion("1", 0.5), iter([True])

    def make():
        time.sleep(0.2)
        return [guess] if not next(turns, False) else 1 / 0

    assert sorted(at_once(world, make), key=str) == [(guess,)] * 3 + ["failed"]
    assert not kept._being_made


def test_nobody_waits_longer_than_a_moment_for_another_ones_search(world, monkeypatch):
    monkeypatch.setattr(kept, "MOST_WAITED_S", 0.05)
    guess, first, another_is_done = sdk.Suggestion("1", 0.5), iter([True]), threading.Event()

    def make():
        if next(first, False):
            assert another_is_done.wait(60), "the others did not go on"
        another_is_done.set()
        return [guess]

    assert at_once(world, make) == [(guess,)] * 4


def test_a_suggester_of_ones_own_is_asked_each_time(world, monkeypatch):
    asked = []

    class Mine:
        name, version = "mine", "1"

        def suggest(self, item, index, k):
            asked.append(item.id)
            return [sdk.Suggestion("1", 0.5)]

    monkeypatch.setattr(sdk, "discover", lambda: {"mine": Mine})
    world.question = update_question(question=world.question, suggesters=["mine"])
    assert keys(world) == keys(world) == ["1"]
    assert asked == ["5", "5"]


def test_lists_that_nobody_asks_for_make_room_and_words_of_what_changed_are_let_go(world, monkeypatch, searched):
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    for item in ("5", "4", "5", "3", "5", "4"):
        guessed(world, item)
    assert searched == ["5", "4", "3", "4"], "3 made room, and 5 was asked for all along"
    [held] = kept._kept.values()
    assert len(held.guesses) == 2
    put(world, "6", "Toolbar colours")
    guessed(world)
    [held] = kept._kept.values()
    assert len(held.guesses) == 1
