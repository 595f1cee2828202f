"""Labels are learned as pairs are: freeze, train into shadow, promote, guess, step back."""

import pytest
from django.core.management import CommandError
from django.utils import timezone

from backend.judgements.actions.show import show_suggestions
from backend.learning.actions.promote import promote, step_back, why_not
from backend.learning.actions.train import ask_for_training, frozen_version
from backend.learning.errors import NotBetter
from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.questions.actions.units import unit_of_item, unit_of_tag
from backend.suggestions.artefacts import folder_of, live_version
from backend.suggestions.models import TrainedVersion
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.taught import forget_taught
from tests.backend.learning.tones import COUNT, believed, titles, train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def topics(complaints, ask_labels):
    """Whether each thread is about the inbox, as a tag; settled and frozen."""
    world = complaints
    asked = ask_labels(world, "tags", suggesters=["stacked"])
    with tenancy(world.project):
        units = [
            (unit_of_tag(question=asked, item=world.items[key], label="Inbox"), world.items[key],
             "fits" if label == "Complaint" else "does_not_fit")
            for key, _, label in titles()
        ]  # fmt: skip
    return believed(world, asked, units)


def shown(world, person=0):
    """Return the first label that a list about an item shows, and the suggester that its slot names."""
    with tenancy(world.project):
        exposure = show_suggestions(
            annotator=world.people[person], question=world.question, item=world.items["asked"], channel="sdk",
            now=timezone.now(),
        )  # fmt: skip
        slots = list(exposure.slots.select_related("suggester").order_by("rank"))
        return [(slot.label, str(slot.suggester)) for slot in slots]


def move(world, action, **more):
    with tenancy(world.project):
        return action(by="ann", now=world.now, **more)


@pytest.mark.parametrize("name", ["linear", "stacked"])
def test_frozen_trained_promoted_named_by_what_is_shown_and_stepped_back(tones, name):
    assert shown(tones) == [], "the dictionary knows none of these words"
    trained = train(tones, name)
    assert (trained.name, trained.state, trained.suggester.name) == (name, "shadow", name)
    assert shown(tones, person=1) == [], "in shadow it shows nothing"
    move(tones, promote, trained=trained)
    assert shown(tones, person=2) == [("Complaint", str(trained.suggester))]
    move(tones, step_back, question=tones.question)
    assert shown(tones, person=3) == []


def test_a_choice_is_measured_by_first_guesses_on_what_it_had_not_seen(tones, capsys):
    trained = train(tones)
    assert (trained.name, trained.measure) == ("stacked", "Right")
    asked = trained.metrics["queries"]
    with tenancy(tones.project):
        assert asked == COUNT - trained.report["items"] > 5
    assert trained.metrics["learned"]["Right"] > 90 and trained.metrics["untrained"]["Right"] == 0
    assert trained.is_better and sum(each["count"] for each in trained.metrics["calibration"]) >= asked
    said = capsys.readouterr().out
    assert "Right 100.0 beside the 0.0 of the dictionary" in said and "is in shadow as stacked" in said


def test_tags_are_measured_by_f1_and_shown_with_reasons(topics):
    trained = train(topics)
    assert trained.measure == "F1" and trained.metrics["learned"]["F1"] > trained.metrics["untrained"]["F1"] + 20
    move(topics, promote, trained=trained)
    assert shown(topics) == [("Inbox", str(trained.suggester))]
    with tenancy(topics.project):
        [guess] = guesses_for(question=topics.question, item=topics.items["asked"])
    assert "“awful”" in " ".join(guess.reasons)


def test_what_is_not_better_than_what_is_live_needs_a_reason(tones):
    first = train(tones, "linear")
    move(tones, promote, trained=first)
    second = train(tones, "stacked")
    with tenancy(tones.project):
        told = "tone 2 is not surely better than the dictionary and tone 1: Right"
        assert "stacked" not in str(first) and why_not(second, first).startswith(told)
    with pytest.raises(NotBetter):
        move(tones, promote, trained=second)
    move(tones, promote, trained=second, reason="it gives reasons")
    assert shown(tones) == [("Complaint", str(second.suggester))]
    assert move(tones, step_back, question=tones.question).after == first
    assert shown(tones, person=1) == [("Complaint", str(first.suggester))]


def test_a_name_that_is_not_live_leaves_the_guessing_to_the_dictionary(tones):
    move(tones, promote, trained=train(tones, "linear"))
    tones.question.suggesters = ["stacked"]
    assert shown(tones) == []


def test_a_broken_artefact_abstains_and_the_next_version_has_to_beat_what_serves_untrained(tones, caplog):
    first = train(tones)
    move(tones, promote, trained=first)
    (folder_of(first) / "model.json").write_text("{}")
    forget_taught()
    assert shown(tones) == [] == shown(tones, person=1)
    assert caplog.text.count("cannot be loaded and abstains") == 1
    second = train(tones)
    with tenancy(tones.project):
        assert set(second.metrics["gains"]) == {"untrained"}
        assert why_not(second, live_version(tones.question)) == ""


def test_a_loaded_suggester_is_kept_and_asks_the_database_little(tones, django_assert_max_num_queries):
    move(tones, promote, trained=train(tones, "linear"))
    shown(tones)
    with tenancy(tones.project), django_assert_max_num_queries(10):
        assert guesses_for(question=tones.question, item=tones.items["asked"])


def test_a_worker_trains_as_the_command_does(tones):
    with tenancy(tones.project):
        version = frozen_version(question=tones.question)
        asked = ask_for_training(question=tones.question, version=version, name="linear", asked_by="ann", now=tones.now)
    drain_jobs(seconds=60)
    with tenancy(tones.project):
        asked = TrainedVersion.objects.get(pk=asked.pk)
    by_command = train(tones, "linear")
    assert (asked.state, asked.metrics, asked.checksum) == ("shadow", by_command.metrics, by_command.checksum)


def test_a_suggester_of_another_kind_is_refused_with_those_that_learn(tones):
    with pytest.raises(CommandError, match="stacked or linear"):
        train(tones, "learned")


def test_too_few_answers_teach_nothing_and_it_says_what_is_wanted(complaints, ask_labels):
    world = complaints
    tone = ask_labels(world, "choice", suggesters=["stacked"])
    with tenancy(world.project):
        units = [
            (unit_of_item(question=tone, item=world.items[f"n{at}"]), world.items[f"n{at}"], "Question")
            for at in range(5)
        ]
    believed(world, tone, units)
    with pytest.raises(CommandError, match="it takes 10 items"):
        train(world)
