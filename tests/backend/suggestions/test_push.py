import pytest

from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.known import suggester_row
from backend.suggestions.models import Suggestion


def push(world, question, candidate, score, suggester="host"):
    made_by = suggester_row(world.project.pk, suggester, "1", is_pushed=True)
    guess = NewSuggestion(question, world.items["5"], candidate, score, ["looks alike"], made_by)
    push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)


def kept():
    return sorted((row.candidate_key, row.score, row.reasons) for row in Suggestion.objects.all())


@pytest.mark.parametrize("kind", ["an item", "a label"])
def test_a_guess_made_again_gets_the_new_score_and_others_stay(world, ask_labels, kind):
    question = world.question if kind == "an item" else ask_labels(world)
    first, second = (world.items["1"], world.items["2"]) if kind == "an item" else ("Archive", "Inbox")
    push(world, question, first, 0.2)
    push(world, question, second, 0.5)
    push(world, question, first, 0.9)
    names = ("1", "2") if kind == "an item" else ("Archive", "Inbox")
    assert kept() == [(names[0], 0.9, ["looks alike"]), (names[1], 0.5, ["looks alike"])]
    push(world, question, first, 0.1, suggester="another")
    assert len(kept()) == 3
