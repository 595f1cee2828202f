from collections import Counter

import pytest

from backend.annotators.actions.people import meet_annotator
from backend.assignments.models import Assignment
from backend.judgements.actions import show
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_assigned, show_suggestions, uniform
from backend.judgements.events import Judge
from backend.judgements.models import Slot
from backend.projects.ids import uuid7
from backend.questions.actions.units import unit_of_pair
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.guesses import Guess
from backend.suggestions.known import suggester_row


def shown(world, person):
    return show_suggestions(
        annotator=person, question=world.question, item=world.items["5"], channel="widget", now=world.now
    )


def order(exposure) -> list[str]:
    return list(exposure.slots.order_by("rank").values_list("candidate__key", flat=True))


def test_the_same_facts_draw_the_same_number_and_others_another():
    assert uniform("coin", 1, 2, "x") == uniform("coin", 1, 2, "x")
    assert len({uniform("coin", number, "x") for number in range(500)}) == 500


def test_without_our_secret_the_draw_is_another(settings):
    before = uniform("coin", 1)
    settings.SECRET_KEY = "another secret"
    assert uniform("coin", 1) != before


def test_draws_are_uniform(settings):
    """Chi-square of 10,000 draws in ten bins against even ones; the critical value is that of p = .0001."""
    settings.SECRET_KEY = "a fixed secret"
    bins = Counter(int(10 * uniform("coin", number)) for number in range(10_000))
    assert set(bins) == set(range(10))
    assert sum((count - 1000) ** 2 / 1000 for count in bins.values()) < 33.7


@pytest.fixture
def real_draws(monkeypatch, settings):
    settings.SECRET_KEY = "a fixed secret"
    monkeypatch.setattr(show, "uniform", uniform)


def test_a_reload_shows_the_same_order_to_the_same_person(world, real_draws):
    for person in world.people:
        assert order(shown(world, person)) == order(shown(world, person))


def test_nobody_draws_again_whether_they_are_asked_by_a_change_of_what_is_suggested(world, real_draws):
    world.question.ask_probability = 0.5
    people = [meet_annotator(project_id=world.project.pk, subject=f"crowd-{n}", now=world.now) for n in range(20)]

    def told():
        return [
            show_suggestions(
                annotator=person, question=world.question, item=world.items["5"], channel="sdk", now=world.now
            )
            for person in people
        ]  # fmt: skip

    before = told()
    assert {exposure.was_asked for exposure in before} == {True, False}
    host = suggester_row(world.project.pk, "host", "1", is_pushed=True)
    guess = NewSuggestion(world.question, world.items["5"], world.items["4"], 0.9, [], host)
    push_suggestions(project_id=world.project.pk, suggestions=[guess], now=world.now)
    after = told()
    assert {one.candidates_hash for one in before}.isdisjoint(one.candidates_hash for one in after)
    for exposure in after:
        first = exposure.slots.get(rank=1).candidate.key
        mark = Judge(uuid7(now=world.now), exposure.pk, 0, 9, first, "pair", "different", world.now, "api")
        record_events(annotator=exposure.annotator, events=[mark], now=world.now)
    marked = told()
    asked = [exposure.was_asked for exposure in before]
    assert [one.was_asked for one in after] == [one.was_asked for one in marked] == asked


def test_about_a_tenth_of_the_people_see_a_shuffled_list_and_its_propensities_say_so(world, real_draws):
    policies = Counter()
    for number in range(300):
        person = meet_annotator(project_id=world.project.pk, subject=f"crowd-{number}", now=world.now)
        policies[shown(world, person).policy] += 1
    assert 15 <= policies["shuffled"] <= 48
    pool = 4
    chances = {0.9 + 0.1 / pool, 0.1 / pool}
    assert {round(p, 9) for p in Slot.objects.values_list("propensity", flat=True)} == {round(c, 9) for c in chances}


def test_what_is_shown_is_logged_with_the_pool_it_was_drawn_from(world):
    exposure = shown(world, world.people[0])
    assert [guess["candidate"] for guess in exposure.pool[:3]] == order(exposure)
    assert (exposure.policy, exposure.epsilon, exposure.was_asked, len(exposure.candidates_hash)) == (
        "ranked",
        0.1,
        True,
        64,
    )


def test_an_empty_pool_is_logged_and_asks_nobody(world):
    exposure = show_suggestions(
        annotator=world.people[0], question=world.question, item=world.items["1"], channel="sdk", now=world.now
    )
    assert (order(exposure), exposure.was_asked) == ([], False)


def assigned(world, item="5"):
    person, shown_item = world.people[0], world.items[item]
    unit = unit_of_pair(question=world.question, first=shown_item, second=world.items["4"])
    return Assignment.objects.create(project=world.project, unit=unit, annotator=person)


def test_what_is_asked_at_the_desk_is_logged_in_the_order_given_and_without_chances(world):
    assignment = assigned(world)
    guesses = [Guess.of_item(world.items["4"], 0.2), Guess.of_item(world.items["1"], 0.9)]
    exposure = show_assigned(
        annotator=world.people[0],
        question=world.question,
        item=world.items["5"],
        guesses=guesses,
        assignment=assignment,
        now=world.now,
    )
    assert order(exposure) == ["4", "1"]
    assert set(exposure.slots.values_list("propensity", flat=True)) == {None}
    assert (exposure.channel, exposure.policy, exposure.was_asked, exposure.ask_probability) == (
        "desk",
        "assigned",
        True,
        1.0,
    )
    assert exposure.assignment == assignment
