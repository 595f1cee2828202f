"""Where suggesters guess spots: what is shown of it, and what is left out."""

import json
from dataclasses import replace

import pytest
from earmark import suggesters as sdk
from earmark.anchors import Position, Region, TextAnchor, describe

from backend.questions.actions.ask import update_question
from backend.questions.actions.units import unit_of_spot
from backend.questions.models import Unit
from backend.suggestions import engines
from backend.suggestions.catalogue import catalogue_of
from backend.suggestions.errors import RemoteFailed
from backend.suggestions.remote_answers import read_answer
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.rule_sets import RuleSet

REVIEW = "The new Vector 9 sheds water, but the Vector 9 zip froze after two days in the hills above Inverness."


class Finder:
    """A suggester that guesses what the test wants."""

    name, version = "finder", "1"
    guesses: list = []

    def suggest(self, item, index, k):
        return self.guesses


@pytest.fixture
def find(world, ask_spots, monkeypatch):
    """Return a finder of spots: a question asks it, and the labels with their words are given back."""
    monkeypatch.setattr(engines.sdk, "discover", lambda: {"finder": Finder})

    def run(*guesses, kind="span"):
        monkeypatch.setattr(Finder, "guesses", list(guesses))
        run.spots = run.spots or ask_spots(world, kind, suggesters=["finder"])
        return [guess.candidate_key for guess in guesses_for(question=run.spots.question, item=run.spots.item)]

    run.spots = None
    return run


def words(start, end, label="Product", score=0.5, text=REVIEW):
    return sdk.Suggestion(label, score, ["Stands in the catalogue."], describe(text, start, end))


def test_spots_are_guessed_best_first_with_their_place(find):
    assert find(words(8, 16), words(91, 100, "Place", 0.9)) == ["91-100 Place", "8-16 Product"]


def test_a_box_is_guessed_with_the_size_of_the_registered_picture(find):
    assert find(sdk.Suggestion("Zip", 0.5, anchor=Region(10, 20, 30, 40)), kind="region") == ["10,20,30,40 Zip"]
    (guess,) = guesses_for(question=find.spots.question, item=find.spots.item)
    assert guess.anchor == {"region": "xywh=percent:10,20,30,40", "width": 1280, "height": 720}


def test_a_guess_waits_for_no_look_through_its_text(find, monkeypatch):
    monkeypatch.setattr("backend.questions.spots.look_elsewhere", None)
    assert find(words(8, 16), words(92, 101, "Place", text="x" + REVIEW)) == ["8-16 Product", "91-100 Place"]


def test_a_guess_of_another_text_is_looked_up_in_ours(find):
    assert find(words(17, 25, text="Review : " + REVIEW)) == ["8-16 Product"]


def test_what_lies_nowhere_or_has_no_label_is_left_out_and_takes_nothing_from_the_others(find, caplog):
    nowhere = TextAnchor(describe("~~~~ ~~~~", 0, 4).quote, describe("~~~~ ~~~~", 0, 4).position, "0" * 64)
    assert find(
        sdk.Suggestion("Product", 0.9),
        sdk.Suggestion("Product", 0.9, anchor=nowhere),
        sdk.Suggestion("Product", 0.9, anchor=Region(1, 2, 3, 4)),
        words(8, 16, "Colour"),
        words(8, 16),
    ) == ["8-16 Product"]
    assert caplog.text.count("is left out") == 4


def test_no_text_of_an_item_is_logged_with_a_guess_that_is_left_out(find, caplog):
    other = replace(describe(REVIEW, 8, 16), position=Position(9, 17))
    assert find(sdk.Suggestion("Product", 0.9, anchor=other)) == []
    assert "another_quote" in caplog.text and "ector" not in caplog.text


def test_of_guesses_of_one_label_that_overlap_by_half_the_better_is_shown(find):
    assert find(words(8, 16, score=0.6), words(4, 16, score=0.7), words(8, 16, "Fault", 0.1)) == [
        "4-16 Product",
        "8-16 Fault",
    ]


def test_of_two_labels_for_one_place_the_better_is_shown_since_one_answer_holds_there(find):
    assert find(words(8, 16, "Fault", 0.4), words(8, 16, "Product", 0.5)) == ["8-16 Product"]


def test_what_is_settled_there_is_not_guessed_again(find):
    find(words(8, 16))
    unit = unit_of_spot(question=find.spots.question, item=find.spots.item, anchor=find.spots.span("new Vector 9"))
    Unit.objects.filter(pk=unit.pk).update(settled_value="none")
    assert find(words(8, 16), words(8, 16, "Fault"), words(91, 100, "Place")) == ["91-100 Place"]


def test_a_question_of_regions_asks_no_suggester_of_its_own_accord(world, ask_spots):
    spots = ask_spots(world, "region")
    assert guesses_for(question=spots.question, item=spots.item) == []
    assert spots.question not in [
        question for known in catalogue_of(world.project.pk).values() for question in known.asked_by
    ]


def test_suggesters_of_labels_guess_no_spots(world, ask_spots):
    spots = ask_spots(world, "region", suggesters=["dictionary"], dictionary={"Zip": ["zip"]})
    assert guesses_for(question=spots.question, item=spots.item) == []
    assert RuleSet("rules:own", []).fitting(spots.question) == []


def test_what_a_pushed_spot_marks_follows_the_text(world, ask_spots):
    from backend.suggestions.actions.push import NewSuggestion, push_suggestions
    from backend.suggestions.known import suggester_row

    spots = ask_spots(world)
    own = suggester_row(world.project.pk, "own", "1", is_pushed=True)
    anchor = spots.span("Vector 9")
    guess = NewSuggestion(spots.question, spots.item, "8-16 Product", 0.5, [], own, anchor)
    push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)
    item = spots.register("Update. " + REVIEW)
    assert [guess.candidate_key for guess in guesses_for(question=spots.question, item=item)] == ["16-24 Product"]
    assert guesses_for(question=spots.question, item=spots.register("Sold out.")) == []


def test_labels_that_are_taken_away_are_guessed_no_more(world, find):
    find(words(8, 16))
    update_question(question=find.spots.question, labels=["Fault"])
    assert find(words(8, 16)) == []


def told(*suggestions):
    return json.dumps({"name": "own", "version": "1", "suggestions": suggestions}).encode()


def test_a_remote_answer_says_where_a_spot_lies():
    span = {"candidate": "Product", "score": 0.5, "anchor": describe(REVIEW, 8, 16).wire}
    box = {"candidate": "Product", "score": 0.4, "anchor": {"region": "xywh=percent:1,2,3,4", "width": 9, "height": 9}}
    _, found = read_answer(told(span, box), name="own", k=3)
    assert [each.anchor for each in found] == [describe(REVIEW, 8, 16), Region(1, 2, 3, 4)]


@pytest.mark.parametrize(
    "anchor", [7, [], {}, {"region": "x"}, {"region": None}, describe(REVIEW, 8, 16).wire | {"position": {}}]
)
def test_a_remote_answer_with_an_anchor_that_is_none_is_refused_in_words(anchor):
    with pytest.raises(RemoteFailed, match=r"suggestions\[0\].anchor(.region)? cannot be used \([a-z_]+\)$"):
        read_answer(told({"candidate": "Product", "score": 0.5, "anchor": anchor}), name="own", k=3)
