"""Spans are guessed by a question's dictionary and by installed rules, like any other suggestion."""

import re

import pytest
from earmark.rules import Vote, rule

from backend.judgements.actions.tell import answer_as_expert
from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.quality.actions.rules import analyse_later
from backend.quality.models import RuleRecord
from backend.questions.actions.ask import ask_question, update_question
from backend.questions.actions.items import NewItem, register_items
from backend.questions.errors import LabelsImpossible
from backend.questions.models import Item, Unit
from backend.questions.spots import spot_key
from backend.suggestions import rule_sets
from backend.suggestions.models import RuleAccuracy
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.rule_sets import forget_estimates
from backend.suggestions.taught import forget_taught

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "<p>👍🏽 Mozilla <b>Fire</b>fox 115.0, firefox, and Firefoxes</p>"
WORDS = {"Product": ["Firefox", "Mozilla Firefox"], "Version": [r"/\d+(\.\d+)+/"]}


@rule(version="1")
def numbers(item):
    """It is a number."""
    return [Vote("Version", at=match.span()) for match in re.finditer(r"\d+(\.\d+)?", item.text)]


@pytest.fixture
def spans(world):
    """A question about products, and an item that names some."""
    forget_taught()
    with tenancy(world.project):
        register_items(
            project_id=world.project.pk, items=[NewItem("p", "Post", BODY, metadata={"format": "html"})], now=world.now
        )
        world.post = Item.objects.get(project=world.project, key="p")
        return ask_question(
            project_id=world.project.pk, slug="products", kind="span", labels=["Product", "Version"], dictionary=WORDS,
            settling_policy="trusting",
        )  # fmt: skip


def guessed(world, question):
    with tenancy(world.project):
        found = guesses_for(question=question, item=world.post)
    return [(each.candidate_key, each.anchor["quote"]["exact"], round(each.score, 3)) for each in found]


def test_the_dictionary_finds_words_and_patterns_in_the_text_as_it_is_read(world, spans):
    assert guessed(world, spans) == [
        ("3-18 Product", "Mozilla Firefox", 0.75), ("19-24 Version", "115.0", 0.5), ("26-33 Product", "firefox", 0.5),
    ]  # fmt: skip


def test_a_changed_dictionary_guesses_at_once_what_it_says_now(world, spans):
    guessed(world, spans)
    with tenancy(world.project):
        changed = update_question(question=spans, dictionary={"Product": ["firefoxes"]})
    assert guessed(world, changed) == [("39-48 Product", "Firefoxes", 0.5)]


@pytest.mark.parametrize(
    ("entry", "said"), [("/(/", "missing )"), ("/(?=x)/", "Look-around"), ("/fire/i", "ends in flags"), ("//", "empty")]
)
def test_a_pattern_that_cannot_be_asked_is_refused_where_the_question_is_saved(world, spans, entry, said):
    with tenancy(world.project):
        with pytest.raises(LabelsImpossible) as asked:
            ask_question(
                project_id=world.project.pk,
                slug="other",
                kind="span",
                labels=["Product"],
                dictionary={"Product": [entry]},
            )
        with pytest.raises(LabelsImpossible, match="Product"):
            update_question(question=spans, dictionary={"Product": [entry]})
    assert said in str(asked.value) and str(asked.value).startswith("Product:")


def test_in_a_tags_question_slashes_are_words_as_ever(world, ask_labels):
    ask_labels(world, labels=["Path"], dictionary={"Path": ["/(/", "/usr/x"]})


def test_a_pattern_that_looks_ahead_again_and_again_holds_up_nobody(world, spans):
    with tenancy(world.project):
        slow = update_question(question=spans, dictionary={"Product": [r"/a(?:.*z)?/", "Firefox"]})
        Item.objects.filter(pk=world.post.pk).update(body="Firefox " + "a" * 200_000)
        world.post.refresh_from_db()
    assert guessed(world, slow) == [("0-7 Product", "Firefox", 0.5)]


@pytest.fixture
def by_rules(world, spans, monkeypatch):
    monkeypatch.setattr(rule_sets, "_boxes", {})
    monkeypatch.setattr(rule_sets, "discover_rules", lambda: {"posts": [numbers]})
    forget_estimates()
    with tenancy(world.project):
        return update_question(question=spans, suggesters=["rules:posts"])


def test_installed_rules_guess_spans(world, by_rules):
    assert guessed(world, by_rules) == [("19-24 Version", "115.0", 0.7)]


def test_rules_over_items_say_nothing_of_pictures(world, by_rules):
    by_rules.kind = "region"
    assert rule_sets.rule_sets_of(by_rules) == []


def answer(world, question, number, start, end, value):
    """Let an expert say what is at a place of an item of its own."""
    from earmark.anchors import describe

    body = "since 115.0 and 116.0"
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=[NewItem(f"n{number}", "N", body)], now=world.now)
        item = Item.objects.get(project=world.project, key=f"n{number}")
        anchor = describe(body, start, end).wire
        unit = Unit.objects.create(
            project=world.project, question=question, item=item, key=spot_key(item.pk, anchor), anchor=anchor
        )
        answer_as_expert(annotator=world.people[0], unit=unit, item=item, value=value, now=world.now)
    drain_jobs()
    return item


def test_rules_are_judged_by_peoples_spans_and_their_scores_follow(world, by_rules):
    for number, (start, end, value) in enumerate(
        [(6, 11, "Version"), (6, 11, "none"), (0, 11, "none"), (6, 9, "none")]
    ):
        answer(world, by_rules, number, start, end, value)
    changed = answer(world, by_rules, 9, 6, 11, "none")
    with tenancy(world.project):
        Item.objects.filter(pk=changed.pk).update(body="another text")
        assert analyse_later(question=by_rules)
    drain_jobs()
    forget_estimates()
    with tenancy(world.project):
        record = RuleRecord.objects.get(question=by_rules, rule="numbers", version="1")
        accuracy = RuleAccuracy.objects.get(question=by_rules, rule="numbers")
    assert (record.judged_count, record.right_count) == (accuracy.judged_count, accuracy.right_count) == (3, 1), (
        "0-11 covers 115.0 by 5 of 11, less than half; what was changed since is no evidence"
    )
    assert guessed(world, by_rules) == [("19-24 Version", "115.0", round((1 + 3.5) / 8, 3))]
