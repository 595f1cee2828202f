"""What the sample forum asks: possible questions, whose dictionaries speak for a sensible share of the threads."""

import gzip
import json
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from earmark.suggesters import DictionarySpans, DictionarySuggester, Item, ItemIndex

from backend.config.demo_questions import CONTROLS, NAMES, TONES, TOPICS
from backend.projects.actions.webhooks import add_webhook
from backend.projects.models import Project, Webhook, WebOrigin
from backend.projects.tenancy import tenancy
from backend.questions.models import Question

THREADS = Path(__file__).resolve().parents[3] / "demo" / "forum" / "data" / "threads.jsonl.gz"


@pytest.fixture(scope="module")
def threads():
    with gzip.open(THREADS, "rt", encoding="utf-8") as file:
        return [Item(row["id"], row["title"], row["body"]) for row in map(json.loads, file)]


def guessed(words, threads, **options):
    suggester = DictionarySuggester(words, list(words), **options)
    return [[guess.candidate_id for guess in suggester.suggest(thread, ItemIndex(), 3)] for thread in threads]


def test_there_are_ten_topics_and_four_tones():
    assert (len(TOPICS), len(TONES)) == (10, 4)


@pytest.mark.parametrize(("words", "options"), [(TOPICS, {}), (TONES, {"one_of": True})])
def test_most_threads_get_a_guess_and_every_label_is_guessed(words, options, threads):
    found = guessed(words, threads, **options)
    assert 0.6 <= sum(map(bool, found)) / len(found) <= 0.9
    assert {label for labels in found for label in labels} == set(words)


def test_hardly_any_thread_gets_more_topics_than_are_shown(threads):
    everything = DictionarySuggester(TOPICS, list(TOPICS))
    many = [thread for thread in threads if len(everything.suggest(thread, ItemIndex(), 10)) > 3]
    assert len(many) < 0.05 * len(threads)


@pytest.mark.django_db(transaction=True)
def test_the_seed_asks_its_questions_once(tmp_path):
    connection = tmp_path / "earmark.json"
    call_command("seed_demo", write=connection, verbosity=0)
    before = connection.read_text()
    call_command("seed_demo", write=connection, verbosity=0)
    assert connection.read_text() == before and "secret_key" in before
    with tenancy(Project.objects.get(slug="tidepool")):
        asked = {question.slug: question for question in Question.objects.all()}
    assert {slug: question.kind for slug, question in asked.items()} == {
        "duplicate": "pair", "topics": "tags", "tone": "choice", "products": "span", "controls": "region",
    }  # fmt: skip
    assert (asked["topics"].labels, asked["tone"].labels) == (list(TOPICS), list(TONES))
    assert asked["products"].labels == list(NAMES) and asked["controls"].labels == list(CONTROLS)
    assert {asked["topics"].settling_policy, asked["tone"].settling_policy} == {"confirm"}


@pytest.mark.django_db(transaction=True)
def test_the_seed_moves_the_forums_own_addresses_and_leaves_what_somebody_added(tmp_path):
    seed = partial(call_command, "seed_demo", write=tmp_path / "earmark.json", verbosity=0)
    seed(forum_port=8001)
    project = Project.objects.get(slug="tidepool")
    WebOrigin.objects.create(project=project, origin="https://added.example")
    with tenancy(project):
        add_webhook(project=project, url="https://added.example/hook", secret="whsec_" + "x" * 32)
    for port in (8001, 8002):
        seed(forum_port=port)
        forum = f"http://localhost:{port}"
        origins = WebOrigin.objects.filter(project=project).values_list("origin", flat=True)
        assert set(origins) == {forum, "https://added.example"}
        with tenancy(project):
            hooks = Webhook.objects.of(project).values_list("url", flat=True)
            assert set(hooks) == {f"{forum}/earmark/webhook", "https://added.example/hook"}


def test_most_threads_name_something_and_each_label_is_guessed_somewhere(threads):
    suggester = DictionarySpans(NAMES, list(NAMES))
    found = [suggester.suggest(thread, ItemIndex(), 20) for thread in threads]
    assert 0.5 <= sum(map(bool, found)) / len(found) <= 0.95
    assert {guess.candidate_id for guesses in found for guess in guesses} == set(NAMES)
