import pytest
from earmark.suggesters import Item
from earmark.suggesters.facets import Facets

from backend.questions.models import Question
from backend.suggestions.actions.remotes import register_remote
from backend.suggestions.actions.retire import retire, show_again
from backend.suggestions.models import Suggester, TrainedVersion, WeighedFields
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.serving import serving_of, untrained_of

pytestmark = pytest.mark.django_db


def asked(kind, *suggesters):
    return Question(slug="asked", kind=kind, suggesters=list(suggesters))


def live_of(question, name):
    return TrainedVersion(pk=7, question=question, name=name, number=3)


@pytest.mark.parametrize(
    ("kind", "named", "told"),
    [
        ("pair", [], "lexical serves"),
        ("pair", ["learned"], "the hybrid serves"),
        ("pair", ["learned", "hybrid"], "the hybrid serves"),
        ("pair", ["semantic", "lexical"], "lexical and semantic serve"),
        ("pair", ["lexical", "dictionary"], "lexical serves"),  # nothing guesses items by a dictionary
        ("choice", ["stacked"], "the dictionary serves"),
        ("tags", ["stacked", "neighbours"], "the dictionary and neighbours serve"),
        ("tags", ["neighbours"], "neighbours serves"),
        ("span", [], "the dictionary serves"),
    ],
)
def test_untrained_each_name_is_what_it_is_at_the_request(kind, named, told):
    serving = serving_of(asked(kind, *named), None)
    assert f"{serving} {serving.verb}" == told


def test_a_live_version_serves_in_its_name_alone():
    question = asked("choice", "stacked", "linear")
    assert str(serving_of(question, live_of(question, "linear"))) == "the dictionary and asked 3"
    question = asked("choice", "linear")
    assert str(serving_of(question, live_of(question, "linear"))) == "asked 3"


def test_a_live_version_that_the_question_does_not_name_does_not_serve():
    question = asked("pair", "lexical")
    serving = serving_of(question, live_of(question, "learned"))
    assert (str(serving), serving.live) == ("lexical", None)


def test_what_is_asked_at_the_request_alone_is_named():
    assert serving_of(asked("pair", "lexical", "house-rules"), None).unmeasured == ["house-rules"]
    assert serving_of(asked("pair", "lexical", "semantic"), None).unmeasured == []


@pytest.mark.parametrize(
    ("kind", "named", "told"),
    [
        ("pair", ["lexical"], "the hybrid"),
        ("tags", ["rules", "neighbours"], "the dictionary and neighbours"),
        ("span", ["neighbours"], "the dictionary"),
    ],
)
def test_untrained_is_what_a_trained_suggester_is_while_none_is_live(kind, named, told):
    assert str(untrained_of(asked(kind, *named))) == told


@pytest.mark.parametrize("name", ["lexical", "hybrid"])
def test_what_staff_retired_does_not_serve_until_it_shows_again(world, name):
    world.question.suggesters = [name]
    told = str(serving_of(world.question, None))
    assert guesses_for(question=world.question, item=world.items["5"])
    retire(suggesters=Suggester.objects.filter(name=name))
    assert guesses_for(question=world.question, item=world.items["5"]) == []
    serving = serving_of(world.question, None)
    assert (str(serving), serving.names, serving.key) == ("nothing", (), "nothing")
    show_again(suggesters=Suggester.objects.filter(name=name))
    assert str(serving_of(world.question, None)) == told


def test_a_hybrid_that_weighs_the_hosts_fields_does_not_serve_once_it_is_retired(world):
    world.question.suggesters = ["hybrid"]
    items = [Item(str(at), "Printing", metadata={"part": "hull" if at % 2 else "wing"}) for at in range(40)]
    facets = Facets().fit(items, [(items[at], items[at + 2]) for at in range(30)])
    told = {"facts": facets.as_facts(), "checksum": 64 * "a", "items_count": 5, "weighed_at": world.now}
    WeighedFields.objects.create(project=world.project, **told)
    assert facets.names and guesses_for(question=world.question, item=world.items["5"])
    retire(suggesters=Suggester.objects.filter(name="hybrid"))
    assert guesses_for(question=world.question, item=world.items["5"]) == []
    assert str(serving_of(world.question, None)) == "nothing"


def test_another_version_that_staff_retired_takes_nothing_from_what_serves(world):
    world.question.suggesters = ["lexical", "dictionary"]
    for name in ("lexical", "dictionary"):
        Suggester.objects.create(project=world.project, name=name, version="older", state="retired")
    assert str(serving_of(world.question, None)) == "lexical"
    assert str(serving_of(asked("choice"), None)) == "the dictionary"


def test_what_is_switched_off_at_the_host_does_not_serve(world):
    remote = register_remote(project=world.project, name="own", url="https://own.example/", secret="s" * 32)
    world.question.suggesters = ["own", "lexical"]
    assert serving_of(world.question, None).names == ("lexical", "own")
    remote.is_enabled = False
    remote.save()
    assert serving_of(world.question, None).names == ("lexical",)
