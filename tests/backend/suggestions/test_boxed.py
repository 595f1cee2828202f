"""Tests of suggesters of other packages: what one does wrong costs its own guesses alone, and is told."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from earmark import suggesters as sdk

from backend.quality.overview import overview
from backend.suggestions import boxed
from backend.suggestions.boxed import MOST_LEFT_BEHIND, Box
from backend.suggestions.breaker import Breaker
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.troubles import note_trouble, troubles_of

pytestmark = pytest.mark.django_db


class Own:
    name, version = "own", "1"

    def suggest(self, item, index, k):
        return [sdk.Suggestion("4", 0.9, ["because"])]


@pytest.fixture
def asks(world, monkeypatch):
    """Ask a question that names a suggester of another package and `lexical`; return the names of those that guess."""
    monkeypatch.setattr(boxed, "_boxes", {})
    monkeypatch.setattr("backend.suggestions.troubles._troubles", {})
    world.question.suggesters = ["own", "lexical"]

    def ask(made_by):
        monkeypatch.setattr(sdk, "discover", lambda: {"own": made_by, "lexical": sdk.LexicalSuggester})
        guesses = guesses_for(question=world.question, item=world.items["5"])
        return {guess.suggester.name for guess in guesses}

    return ask


def told(world):
    return [(each.name, each.count, each.how) for each in troubles_of(world.project.pk, now=timezone.now())]


@pytest.fixture
def hanging(world, monkeypatch):
    """A suggester that never returns while the test runs, in a box that is soon late."""
    end, calls = threading.Event(), []

    class Hangs(Own):
        def suggest(self, item, index, k):
            calls.append(threading.current_thread())
            end.wait()
            return []

    yield Hangs, calls
    end.set()
    for thread in calls:
        thread.join()


def test_one_that_hangs_keeps_nobody_waiting_and_is_left_alone_while_its_calls_run(world, asks, hanging):
    hangs, calls = hanging
    boxed._boxes[world.project.pk, "own"] = Box(longest_s=0.25)
    for _ in range(MOST_LEFT_BEHIND + 2):
        assert asks(hangs) == {"lexical"}
    assert len(calls) == MOST_LEFT_BEHIND
    assert told(world) == [("own", MOST_LEFT_BEHIND, "It did not return within 0.25 s")]


def test_one_that_was_late_in_a_row_rests_and_one_that_returns_does_not(world, asks, hanging):
    hangs, calls = hanging
    boxed._boxes[world.project.pk, "own"] = Box(longest_s=0.25, breaker=Breaker(failures_to_open=1, open_s=60))
    assert asks(hangs) == {"lexical"}
    assert asks(Own) == {"lexical"}
    assert len(calls) == 1


def test_an_error_makes_it_rest_for_no_other_item(asks):
    class Raises(Own):
        def suggest(self, item, index, k):
            raise ValueError(item.title)

    for _ in range(20):
        assert asks(Raises) == {"lexical"}
    assert asks(Own) == {"own", "lexical"}


def test_one_whose_version_ends_the_process_abstains_alone(world, asks):
    class Ends(Own):
        @property
        def version(self):
            raise SystemExit

    assert asks(Ends) == {"lexical"}
    assert told(world)[0][2].startswith("SystemExit at test_boxed.py")


def test_guesses_without_end_are_cut_at_as_many_as_were_asked_for(asks):
    class Endless(Own):
        def suggest(self, item, index, k):
            return (sdk.Suggestion("4", 0.9, [f"{number}"]) for number in itertools.count())

    assert asks(Endless) == {"own", "lexical"}


@pytest.mark.parametrize("odd", [None, ("4", 0.9), "4", sdk.Suggestion("4", 2.0), sdk.Suggestion("4", float("nan"))])
def test_what_is_no_guess_is_left_out_beside_those_that_are(asks, odd, caplog):
    class Mixed(Own):
        def suggest(self, item, index, k):
            return [odd, sdk.Suggestion("4", 0.9, ["because"])]

    assert asks(Mixed) == {"own", "lexical"}
    assert "is left out" in caplog.text


def test_what_it_does_to_the_database_is_not_done_in_the_request(asks):
    class Hides(Own):
        def suggest(self, item, index, k):
            try:
                with connection.cursor() as cursor:
                    cursor.execute("select 1 / 0")
            except DatabaseError:
                return super().suggest(item, index, k)

    assert asks(Hides) == {"own", "lexical"}


@pytest.mark.parametrize(("raised", "how"), [(ValueError, "ValueError"), (SystemExit, "SystemExit")])
def test_the_overview_tells_where_it_fails_and_not_what_it_said(world, asks, caplog, raised, how):
    class Raises(Own):
        def suggest(self, item, index, k):
            raise raised(f"a secret of {item.title}")

    asks(Raises)
    asks(Raises)
    (need,) = [each for each in overview(project=world.project, now=timezone.now())["needs"] if "own" in each["title"]]
    assert need["title"] == "The suggester own fails"
    assert "2 times since" in need["text"] and f"{how} at test_boxed.py, line " in need["text"]
    assert f"failed ({how} at test_boxed.py, line " in caplog.text
    assert "secret" not in caplog.text + need["text"]


def test_a_failure_is_forgotten_after_an_hour_and_told_to_no_other_project(asks):
    now = timezone.now()
    note_trouble(1, "own", "ValueError", now=now - timedelta(hours=3))
    note_trouble(1, "own", "KeyError", now=now)
    assert [(each.count, each.how) for each in troubles_of(1, now=now)] == [(1, "KeyError")]
    assert troubles_of(2, now=now) == []
    assert troubles_of(1, now=now + timedelta(minutes=61)) == []
