import threading
from datetime import timedelta

import pytest
from django.db import connection

from backend.annotators.actions.people import hide_question
from backend.annotators.models import Annotator
from backend.assignments.actions.prompts import (
    Reason,
    answer_prompt,
    caps_of,
    continue_visit,
    dismiss_prompt,
    may_prompt,
    next_ask_at,
    prompt_of,
    set_caps,
)
from backend.assignments.caps import Caps
from backend.assignments.errors import CapsImpossible
from backend.assignments.models import Prompt, Visit
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import ask_question


def ask(world, item="5", *, person=0, later=timedelta(), chance=1.0, draw=0.5, question=None):
    return may_prompt(
        annotator=world.people[person], question=question or world.question, item=world.items[item], chance=chance,
        draw=draw, now=world.now + later,
    )  # fmt: skip


def reasons(*askings):
    return [str(asking.reason) for asking in askings]


def dismiss(world, item, later):
    now = world.now + later
    prompt = prompt_of(annotator=world.people[0], question=world.question, item=world.items[item], shown_at=now)
    dismiss_prompt(prompt=prompt, now=now)


def minutes(count):
    return timedelta(minutes=count)


def days(count):
    return timedelta(days=count)


def test_the_second_place_of_a_visit_is_not_asked(world):
    first, second = ask(world, "5"), ask(world, "4", later=minutes(1))
    assert (first.is_asked, first.probability, first.reason) == (True, 1.0, Reason.ASKED)
    assert (second.is_asked, second.probability, second.reason) == (False, 0.0, Reason.CAPPED)


def test_a_reload_keeps_the_question_and_costs_nothing_more(world):
    assert (
        reasons(ask(world), ask(world, later=minutes(29)), ask(world, later=minutes(58), draw=0.999)) == ["asked"] * 3
    )
    assert Prompt.objects.count() == 1


def test_a_visit_lasts_as_long_as_calls_are_at_most_thirty_minutes_apart(world):
    ask(world)
    assert reasons(ask(world, "4", later=minutes(30)), ask(world, "4", later=minutes(60))) == ["capped", "capped"]
    assert ask(world, "4", later=minutes(91)).reason == Reason.ASKED
    assert Visit.objects.get().started_at == world.now + minutes(91)


def test_three_prompts_in_seven_days_over_all_questions(world):
    other = ask_question(project_id=world.project.pk, slug="tone", kind="choice", labels=["calm", "cross"])
    assert reasons(
        ask(world, "5"),
        ask(world, "5", later=days(1), question=other),
        ask(world, "3", later=days(2)),
        ask(world, "2", later=days(3)),
        ask(world, "2", later=days(7)),
    ) == ["asked", "asked", "asked", "capped", "asked"]


def test_the_same_place_in_another_visit_is_another_prompt(world):
    assert reasons(*[ask(world, later=days(day)) for day in range(4)]) == ["asked"] * 3 + ["capped"]
    assert Prompt.objects.count() == 3


def test_two_dismissals_in_a_row_give_thirty_days_of_peace(world):
    for day, item in enumerate("54"):
        assert ask(world, item, later=days(day)).is_asked
        dismiss(world, item, days(day))
    resting = ask(world, "3", later=days(30))
    assert (resting.is_asked, resting.probability, resting.reason) == (False, 0.0, Reason.RESTING)
    assert ask(world, "3", later=days(31)).reason == Reason.ASKED


def test_one_prompt_closed_twice_is_one_dismissal(world):
    ask(world)
    dismiss(world, "5", minutes(1))
    dismiss(world, "5", minutes(2))
    assert Prompt.objects.get().dismissed_at == world.now + minutes(1)
    assert ask(world, "4", later=days(1)).is_asked


def test_what_was_closed_is_not_asked_again_in_that_visit_and_not_before_another(world):
    set_caps(project_id=world.project.pk, caps=Caps(visit_limit=50, week_limit=500))
    ask(world)
    dismiss(world, "5", minutes(1))
    assert reasons(ask(world, later=minutes(2)), ask(world, "4", later=minutes(2))) == ["dismissed", "asked"]
    assert ask(world, later=minutes(60)).reason == Reason.ASKED


def test_an_answer_in_between_keeps_us_from_resting(world):
    for day, item in enumerate("543"):
        ask(world, item, later=days(day))
        dismiss(world, item, days(day))
        if item == "4":
            answer_prompt(prompt=Prompt.objects.get(item=world.items["4"]), now=world.now)
    assert next_ask_at(annotator=world.people[0], now=world.now + days(2) + minutes(31)) == world.now + days(7)


def test_a_draw_that_fails_costs_nothing_and_tells_its_chance(world):
    out = ask(world, chance=0.3, draw=0.3)
    assert (out.is_asked, out.probability, out.reason) == (False, 0.3, Reason.DRAWN_OUT)
    assert Prompt.objects.count() == 0
    drawn = ask(world, chance=0.3, draw=0.29)
    assert (drawn.is_asked, drawn.probability) == (True, 0.3)


def test_who_hid_the_question_or_opted_out_is_not_asked_and_leaves_no_visit(world):
    hide_question(annotator=world.people[0], question_slug=world.question.slug)
    world.people[1].opted_out_at = world.now
    askings = ask(world), ask(world, person=1)
    assert reasons(*askings) == ["hidden", "opted_out"]
    assert {asking.probability for asking in askings} == {0.0}
    assert (Visit.objects.count(), Prompt.objects.count()) == (0, 0)


def test_caps_count_each_person_apart(world):
    assert reasons(*[ask(world, person=person) for person in range(6)]) == ["asked"] * 6


def test_a_project_with_caps_of_its_own_keeps_to_them_and_others_to_the_usual(world, make_world):
    set_caps(project_id=world.project.pk, caps=Caps(visit_limit=2))
    assert reasons(ask(world, "5"), ask(world, "4"), ask(world, "3")) == ["asked", "asked", "capped"]
    other = make_world("other")
    with tenancy(other.project):
        assert caps_of(other.project.pk) == Caps()


@pytest.mark.parametrize("caps", [Caps(dismissals_limit=0), Caps(rest_days=4000), Caps(week_limit=-1)])
def test_caps_that_cannot_be_are_refused_by_name(world, caps):
    with pytest.raises(CapsImpossible):
        set_caps(project_id=world.project.pk, caps=caps)
    assert caps_of(world.project.pk) == Caps()


def test_the_next_prompt_may_come_now_or_when_the_caps_say(world):
    person = world.people[0]
    assert next_ask_at(annotator=person, now=world.now) is None
    ask(world)
    assert next_ask_at(annotator=person, now=world.now) == world.now + timedelta(minutes=30, seconds=1)
    continue_visit(annotator=person, now=world.now + minutes(10))
    assert next_ask_at(annotator=person, now=world.now + minutes(10)) == world.now + timedelta(minutes=40, seconds=1)
    assert next_ask_at(annotator=person, now=world.now + minutes(41)) is None


@pytest.mark.django_db(transaction=True)
def test_of_twenty_tabs_opened_at_once_only_one_gets_the_prompt(make_world):
    world = make_world()
    with tenancy(world.project):
        person = Annotator.objects.get(pk=world.people[0].pk)
    ready, found = threading.Barrier(10), []

    def open_tab(number: int) -> None:
        try:
            ready.wait()
            with tenancy(world.project):
                found.append(
                    may_prompt(
                        annotator=person, question=world.question, item=world.items[str(1 + number % 5)],
                        chance=1.0, draw=0.0, now=world.now + timedelta(milliseconds=number),
                    )
                )  # fmt: skip
        finally:
            connection.close()

    for group in (range(10), range(10, 20)):
        tabs = [threading.Thread(target=open_tab, args=(number,)) for number in group]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
    with tenancy(world.project):
        assert (Prompt.objects.count(), Visit.objects.count()) == (1, 1)
        won = Prompt.objects.get().item.key
    by_place = [asking.is_asked for asking in found]
    assert len(found) == 20 and sum(by_place) == sum(1 + n % 5 == int(won) for n in range(20))
