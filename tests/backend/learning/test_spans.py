"""Spans are learned as labels are: freeze, train into shadow, promote, guess, step back."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from earmark.suggesters import SequenceSpans

from backend.datasets.models import SplitKey
from backend.judgements.actions.show import show_suggestions
from backend.learning.actions.promote import promote, step_back, why_not
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import ask_question
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.suggestions.artefacts import folder_of
from backend.suggestions.models import TrainedVersion
from backend.suggestions.retrieval import guesses_for
from tests.backend.learning.notes import COUNT, DICTIONARY, believe, freeze, register, texts
from tests.backend.learning.tones import train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(make_world):
    """Notes of which nothing is believed yet, and a question about the products in them."""
    world = make_world()
    register(world)
    with tenancy(world.project):
        world.question = ask_question(
            project_id=world.project.pk, slug="products", kind="span", labels=["Product"], dictionary=DICTIONARY,
            settling_policy="trusting", overlap=1, suggesters=["sequence"],
        )  # fmt: skip
    return world


@pytest.fixture
def notes(keep, request):
    """Notes of which is believed what is a product in them, and frozen."""

    def make_notes():
        asked = request.getfixturevalue("asked")
        believe(asked)
        freeze(asked)
        return asked

    return keep(make_notes)


def shown(world, person=0):
    """Return what a list about a new note shows, and the suggester that its slots name."""
    with tenancy(world.project):
        exposure = show_suggestions(
            annotator=world.people[person], question=world.question, item=world.items["asked"], channel="sdk",
            now=timezone.now(),
        )  # fmt: skip
        slots = exposure.slots.select_related("suggester").order_by("rank")
        return [(slot.anchor["quote"]["exact"], slot.suggester.name) for slot in slots]


def move(world, action, **more):
    with tenancy(world.project):
        return action(by="ann", now=world.now, **more)


def test_frozen_trained_promoted_named_by_what_is_shown_and_stepped_back(notes, capsys):
    assert shown(notes) == [("roof", "dictionary")], "until one is live it is the dictionary"
    trained = train(notes)
    assert (trained.name, trained.state, trained.measure) == ("sequence", "shadow", "F1 a text")
    mine, usual = trained.metrics["learned"], trained.metrics["untrained"]
    assert mine["F1"] > 90 > 60 > usual["F1"] and trained.is_better
    assert mine["Recall, overlapping"] >= mine["Recall"] and usual["Precision"] < 50
    said = capsys.readouterr().out
    assert "beside the" in said and "of the dictionary" in said and "is in shadow as sequence" in said
    assert shown(notes, person=1) == [("roof", "dictionary")], "in shadow it shows nothing"
    move(notes, promote, trained=trained)
    assert shown(notes, person=2) == [("Quasar", "sequence")]
    with tenancy(notes.project):
        [guess] = guesses_for(question=notes.question, item=notes.items["asked"])
        assert guess.reasons and str(guess.suggester) == str(trained.suggester)
    move(notes, step_back, question=notes.question)
    assert shown(notes, person=3) == [("roof", "dictionary")]


def test_notes_in_which_nothing_is_are_learned_from_and_measured_too(notes):
    trained = train(notes)
    report = trained.report
    held_out = trained.metrics["queries"]
    assert report["texts"] + held_out == COUNT and held_out > 5
    assert trained.examples_count == report["texts"] > trained.positives_count == report["spans"]


def test_it_learns_from_the_train_split_alone(notes):
    trained = train(notes)
    with tenancy(notes.project):
        keys = SplitKey.objects.of(notes.project).filter(question=notes.question).exclude(split="train")
        held = set(keys.values_list("item__key", flat=True))
        products = {text[start:end].lower() for key, text, places in texts() for start, end in places if key in held}
        taught = {text[s:e].lower() for key, text, places in texts() for s, e in places if key not in held}
    told = json.loads((folder_of(trained) / "model.json").read_text())
    phrases = {words[0]: said for words, said, _ in told["chain"]["phrases"]}
    assert set(phrases) == taught and sum(phrases.values()) == trained.positives_count
    assert products


def test_notes_that_say_the_same_are_held_out_together(notes, monkeypatch):
    taught, fit = [], SequenceSpans.fit

    def heard(self, marked):
        taught.extend(marked)
        return fit(self, taught)

    monkeypatch.setattr(SequenceSpans, "fit", heard)
    train(notes)
    said = {each.item.text for each in taught}
    assert len(said) < len(taught), "some say the same"
    assert len({each.group for each in taught}) == len(said)
    assert len({(each.group, each.item.text) for each in taught}) == len(said)


def test_a_note_that_was_changed_or_removed_since_it_was_frozen_teaches_nothing(notes):
    with tenancy(notes.project):
        register_items(project_id=notes.project.pk, items=[NewItem("n1", "A note", "All new.")], now=notes.now)
        remove_item(item=notes.items["n2"], now=notes.now)
    trained = train(notes)
    assert trained.report["texts"] + trained.metrics["queries"] == COUNT - 2


def test_words_that_only_a_removed_note_said_leave_what_was_learned(notes):
    trained = train(notes)
    with tenancy(notes.project):
        for key, text, _ in texts():
            if "Nimbus" in text:
                remove_item(item=notes.items[key], now=notes.now)
    while drain_jobs(seconds=60):
        pass
    with tenancy(notes.project):
        trained.refresh_from_db()
        written = (folder_of(trained) / "model.json").read_text()
    assert "nimbus" not in written and "zephyr" in written


def test_what_is_not_better_than_what_is_live_needs_a_reason(notes):
    first = train(notes)
    move(notes, promote, trained=first)
    second = train(notes)
    with tenancy(notes.project):
        assert "not surely better than products 1: F1 a text" in why_not(second, first)


def test_the_admin_shows_what_it_does_beside_the_dictionary(notes):
    trained = train(notes)
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=notes.project, user=user)
    client = Client()
    client.force_login(user)
    page = client.get(reverse("admin:suggestions_trainedversion_change", args=[trained.pk])).content.decode()
    assert "F1, overlapping" in page and "texts, 1 label; it guesses from a score of" in page
    assert "Promote" in page


def test_too_few_texts_teach_nothing_and_it_says_what_is_wanted(asked, monkeypatch):
    monkeypatch.setattr("tests.backend.learning.notes.COUNT", 6)
    believe(asked)
    freeze(asked)
    with pytest.raises(CommandError, match="it takes 10 texts and 5 spans"):
        train(asked)


def test_nothing_learns_where_boxes_lie(asked):
    with tenancy(asked.project):
        asked.question = ask_question(
            project_id=asked.project.pk, slug="controls", kind="region", labels=["Button"], overlap=1
        )
    freeze(asked)
    with pytest.raises(CommandError, match="Nothing learns where boxes lie"):
        train(asked)
    assert not TrainedVersion.objects.filter(question=asked.question).exists()
