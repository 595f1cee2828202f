from datetime import timedelta

from backend.assignments.models import Prompt, Visit
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_found, show_suggestions
from backend.judgements.events import Dismiss, Hide, Judge, Skip
from backend.projects.ids import uuid7
from backend.questions.actions.ask import ask_question


def show(world, item="5", *, channel="widget", later=timedelta(), question=None):
    return show_suggestions(
        annotator=world.people[0], question=question or world.question, item=world.items[item], channel=channel,
        now=world.now + later,
    )  # fmt: skip


def told(exposure):
    return (exposure.was_asked, exposure.ask_probability)


def tell(world, kind, exposure, *facts):
    event = kind(uuid7(now=world.now), exposure.pk, 0, 10, *facts)
    (verdict,) = record_events(annotator=world.people[0], events=[event], now=world.now)
    assert verdict.status == "ok"


def test_the_ledger_keeps_whether_a_visitor_was_asked_and_the_chance_of_it(world):
    world.question.ask_probability = 0.6
    assert told(show(world, "5")) == (True, 0.6)
    assert told(show(world, "4")) == (False, 0.0)
    assert told(show(world, "5")) == (True, 0.6)


def test_a_failed_draw_is_kept_with_its_chance(world):
    world.question.ask_probability = 0.4
    assert told(show(world)) == (False, 0.4)
    assert Prompt.objects.count() == 0


def test_a_list_in_the_hosts_own_page_is_the_hosts_to_ask_with_and_counts_nowhere(world):
    assert [told(show(world, item, channel="sdk")) for item in "543"] == [(True, 1.0)] * 3
    assert (Prompt.objects.count(), Visit.objects.count()) == (0, 0)
    assert told(show(world, "5")) == (True, 1.0)


def test_an_empty_list_asks_nobody_and_leaves_the_prompt_for_another(world):
    assert told(show(world, "1")) == (False, 0.0)
    assert told(show(world, "5")) == (True, 1.0)


def test_a_choice_stands_by_itself_and_may_be_asked_without_suggestions(world):
    tone = ask_question(project_id=world.project.pk, slug="tone", kind="choice", labels=["calm", "cross"])
    tags = ask_question(project_id=world.project.pk, slug="topics", kind="tags", labels=["inbox"])
    assert told(show(world, "1", question=tags)) == (False, 0.0)
    assert told(show(world, "1", question=tone)) == (True, 1.0)


def test_closing_the_list_or_hiding_its_question_dismisses_the_prompt(world):
    for day, kind in enumerate((Dismiss, Hide)):
        exposure = show(world, "5", later=timedelta(days=day))
        tell(world, kind, exposure)
    assert Prompt.objects.exclude(dismissed_at=None).count() == 2


def test_answering_or_skipping_is_no_dismissal(world):
    exposure = show(world)
    first = exposure.slots.get(rank=1).candidate.key
    tell(world, Skip, exposure)
    assert Prompt.objects.get().answered_at is None
    tell(world, Judge, exposure, first, "pair", "different", world.now)
    prompt = Prompt.objects.get()
    assert (prompt.answered_at, prompt.dismissed_at) == (world.now, None)


def test_an_answer_found_by_searching_answers_the_prompt_and_closing_the_search_dismisses_nothing(world):
    show(world)
    found = show_found(
        annotator=world.people[0], question=world.question, item=world.items["5"], query="printer", channel="widget",
        now=world.now,
    )  # fmt: skip
    tell(world, Dismiss, found)
    tell(world, Judge, found, "4", "pair", "related", world.now)
    prompt = Prompt.objects.get()
    assert (prompt.answered_at, prompt.dismissed_at) == (world.now, None)


def test_closing_a_list_that_did_not_ask_dismisses_nothing(world):
    show(world, "5")
    tell(world, Dismiss, show(world, "4"))
    tell(world, Dismiss, show(world, "5", channel="sdk"))
    assert Prompt.objects.get().dismissed_at is None
