"""Rules that are installed guess like any other suggester, and where they fail, the page does not."""

import pytest
from django.urls import reverse
from django.utils import timezone
from earmark.rules import Vote, rule

from backend.projects.tenancy import tenancy
from backend.quality.overview import overview
from backend.suggestions import rule_sets
from backend.suggestions.models import Suggester
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.rule_sets import resting_rules

pytestmark = pytest.mark.django_db(transaction=True)


@rule(version="1")
def about_archives(item):
    """It names the archive."""
    return "Archive" if "archive" in item.title.lower() else None


@rule(version="1")
def about_printing(item):
    return Vote("Printing", 0.5) if "print" in item.title.lower() else None


@rule(version="1")
def broken(item):
    raise RuntimeError("no")


@rule(version="1")
def shared_inbox(a, b):
    """Both stay in the inbox."""
    return "duplicate" if "inbox" in a.body and "inbox" in b.body else None


@pytest.fixture
def install(monkeypatch):
    monkeypatch.setattr(rule_sets, "_boxes", {})
    return lambda **sets: monkeypatch.setattr(rule_sets, "discover_rules", lambda: sets)


def guessed(question, item):
    return [(guess.candidate_key, round(guess.score, 3)) for guess in guesses_for(question=question, item=item)]


def test_tags_are_guessed_by_the_rules_a_question_names(world, ask_labels, install):
    install(threads=[about_archives, about_printing, broken, shared_inbox])
    topics = ask_labels(world, suggesters=["rules:threads"])
    assert guessed(topics, world.items["1"]) == [("Archive", 0.7)]
    assert guessed(topics, world.items["4"]) == [("Printing", 0.35)]
    [guess] = guesses_for(question=topics, item=world.items["1"])
    assert list(guess.reasons) == ["It names the archive"]
    assert guess.suggester.name == "rules:threads"


def test_rules_over_pairs_score_what_the_index_finds(world, install):
    install(threads=[about_archives, shared_inbox])
    world.question.suggesters = ["rules:threads"]
    found = guessed(world.question, world.items["5"])
    assert found == [("1", 0.7), ("2", 0.7), ("3", 0.7)]


def test_a_changed_rule_is_another_version_in_the_list_of_suggesters(world, ask_labels, install):
    topics = ask_labels(world, suggesters=["rules:threads"])
    install(threads=[about_archives])
    guessed(topics, world.items["1"])
    install(threads=[rule(name="about_archives", version="2")(about_archives.function)])
    guessed(topics, world.items["1"])
    assert Suggester.objects.of(world.project).filter(name="rules:threads").count() == 2


def test_rules_in_shadow_are_not_shown(world, ask_labels, install):
    install(threads=[about_archives])
    topics = ask_labels(world, suggesters=["rules:threads"])
    guessed(topics, world.items["1"])
    Suggester.objects.of(world.project).update(state=Suggester.State.SHADOW)
    assert guessed(topics, world.items["1"]) == []


def test_a_rule_that_is_late_in_one_project_is_asked_in_another_and_rests_are_told(
    world, ask_labels, install, make_world
):
    @rule(version="1", budget_ms=5)
    def hangs_on_archives(item):
        while "archive" in item.title.lower():
            pass
        return "Printing"

    install(threads=[hangs_on_archives])
    topics = ask_labels(world, suggesters=["rules:threads"])
    for _ in range(6):
        assert guessed(topics, world.items["1"]) == []
    assert guessed(topics, world.items["4"]) == []
    [(told, why)] = resting_rules(topics).items()
    assert told == "hangs_on_archives 1" and "late 5 times in a row; asked again in" in why
    other = make_world("other")
    with tenancy(other.project):
        theirs = ask_labels(other, suggesters=["rules:threads"])
        assert guessed(theirs, other.items["4"]) == [("Printing", 0.7)]
        assert resting_rules(theirs) == {}


def test_the_overview_tells_which_rule_fails_where_and_leads_to_the_rules(world, ask_labels, install):
    @rule(version="1")
    def quotes(item):
        raise ValueError(f"a secret of {item.title}")

    install(threads=[about_archives, quotes])
    topics = ask_labels(world, suggesters=["rules:threads"])
    for _ in range(2):
        assert guessed(topics, world.items["1"]) == [("Archive", 0.7)]
    [need] = [each for each in overview(project=world.project, now=timezone.now())["needs"] if "fails" in each["title"]]
    assert need["title"] == "A rule of threads fails"
    assert "2 times since" in need["text"]
    assert "its rule quotes, ValueError at test_rule_sets.py, line " in need["text"]
    assert "secret" not in need["text"]
    assert need["url"] == reverse("rules")


def test_rules_of_another_kind_or_none_abstain(world, ask_labels, install, caplog):
    install(threads=[shared_inbox])
    assert guessed(ask_labels(world, suggesters=["rules:threads"]), world.items["1"]) == []
    assert "No rule of rules:threads is about what question topics asks" in caplog.text
    world.question.suggesters = ["rules:gone"]
    assert guessed(world.question, world.items["5"]) == []
    assert "rules:gone of question duplicate is not installed" in caplog.text
