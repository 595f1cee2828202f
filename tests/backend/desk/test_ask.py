from datetime import timedelta

import pytest

from backend.assignments.actions.queue import answer_assignment, count_left, leave
from backend.assignments.models import Assignment, ConsideredItem
from backend.desk.actions.ask import ask_next
from backend.desk.actions.fill import fill_queue
from backend.desk.progress import progress_of
from backend.judgements.actions.meet import meet
from backend.judgements.actions.tell import record_judgement
from backend.judgements.models import Exposure
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.models import Job
from backend.quality.actions.settle import settle_unit
from backend.quality.work import LOOK_FOR_WORDS
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.models import Item, Question, Unit
from backend.suggestions.models import Suggester, Suggestion
from tests.backend.conftest import REVIEW


def becomes(world, **policies):
    Question.objects.update(**{"settling_policy": "confirm", "overlap": 2} | policies)
    world.question.refresh_from_db()
    return world


@pytest.fixture
def pairs(world):
    return becomes(world)


@pytest.fixture
def choice(world):
    return becomes(world, kind="choice", labels=["calm", "angry"])


def ask(world, person=0, *, after=timedelta(), **options):
    return ask_next(annotator=world.people[person], question=world.question, now=world.now + after, **options)


def keys(asked):
    return [item.key for item in asked.items]


def test_what_customers_proposed_is_asked_before_anything_that_software_guesses(pairs):
    unit = unit_of_pair(question=pairs.question, first=pairs.items["1"], second=pairs.items["4"])
    Unit.objects.filter(pk=unit.pk).update(priority=0.8)
    asked = ask(pairs)
    assert asked.assignment.unit == unit
    assert not ConsideredItem.objects.exists()


def test_of_a_pair_the_later_item_comes_first_and_the_earlier_is_its_candidate(pairs):
    unit_of_pair(question=pairs.question, first=pairs.items["1"], second=pairs.items["4"])
    asked = ask(pairs)
    assert keys(asked) == ["4", "1"]
    assert asked.exposure.item == pairs.items["4"]
    assert asked.exposure.slots.get().candidate == pairs.items["1"]


def test_an_empty_queue_is_filled_with_the_best_guess_of_each_item(pairs):
    asked = ask(pairs)
    assert asked is not None and len(asked.items) == 2
    assert ConsideredItem.objects.count() == 5
    assert set(Unit.objects.values_list("priority", flat=True)) == {0.2}
    # the first item has none before it; 2, 3, 4 and 5 have a best guess each
    assert Unit.objects.count() <= 4


def test_items_are_looked_at_newest_first_and_only_once(pairs):
    assert fill_queue(question=pairs.question, now=pairs.now, count=2) == 2
    assert sorted(ConsideredItem.objects.values_list("item__key", flat=True)) == ["4", "5"]
    assert [fill_queue(question=pairs.question, now=pairs.now, count=2) for _ in range(3)] == [2, 1, 0]


def test_removed_items_are_not_looked_at(pairs):
    remove_item(item=pairs.items["5"], now=pairs.now)
    assert fill_queue(question=pairs.question, now=pairs.now) == 4


def test_filling_leaves_alone_what_customers_raised(pairs):
    unit = unit_of_pair(question=pairs.question, first=pairs.items["5"], second=pairs.items["1"])
    Unit.objects.filter(pk=unit.pk).update(priority=0.8)
    Suggestion.objects.create(
        project=pairs.project, question=pairs.question, item=pairs.items["5"], candidate=pairs.items["1"], score=1.0,
        suggester=Suggester.objects.create(project=pairs.project, name="rules", version="1"), pushed_at=pairs.now,
    )  # fmt: skip
    fill_queue(question=pairs.question, now=pairs.now)
    unit.refresh_from_db()
    assert unit.priority == 0.8


def test_of_a_choice_every_item_is_asked_about(choice):
    asked = []
    while (one := ask(choice)) is not None:
        asked += keys(one)
        answer_assignment(assignment=one.assignment, now=choice.now)
    assert asked == ["5", "4", "3", "2", "1"]


def test_a_unit_that_was_left_comes_back_when_nothing_else_is_left(choice):
    first = ask(choice)
    leave(assignment=first.assignment, now=choice.now)
    order = []
    while (one := ask(choice)) is not None:
        order += keys(one)
        answer_assignment(assignment=one.assignment, now=choice.now)
    assert order == ["4", "3", "2", "1", "5"]


def test_what_is_asked_is_logged_as_shown_at_the_desk_for_its_assignment(pairs):
    asked = ask(pairs)
    exposure = Exposure.objects.get()
    assert exposure == asked.exposure
    assert (exposure.channel, exposure.policy, exposure.was_asked) == ("desk", "assigned", True)
    assert (exposure.assignment, exposure.annotator) == (asked.assignment, pairs.people[0])
    slot = exposure.slots.get()
    assert slot.score and slot.suggester and slot.reasons


def test_a_browser_that_comes_back_finds_its_unit_under_the_same_list(pairs):
    first = ask(pairs)
    again = ask(pairs, after=timedelta(minutes=14))
    assert (again.assignment, again.exposure) == (first.assignment, first.exposure)
    assert Exposure.objects.count() == 1


def test_a_unit_whose_item_was_edited_meanwhile_is_logged_as_shown_anew(pairs):
    first = ask(pairs)
    edited = NewItem(keys(first)[1], "Something else")
    register_items(project_id=pairs.project.pk, items=[edited], now=pairs.now + timedelta(minutes=1))
    again, once_more = (ask(pairs, after=timedelta(minutes=minutes)) for minutes in (2, 3))
    assert again.assignment == first.assignment
    assert first.exposure != again.exposure == once_more.exposure


def test_a_unit_asked_again_after_its_lease_is_a_new_list(choice):
    for key in ("1", "2", "3", "4"):
        remove_item(item=choice.items[key], now=choice.now)
    first = ask(choice)
    later = ask(choice, after=timedelta(minutes=16))
    assert later.assignment == first.assignment
    assert later.exposure != first.exposure


def test_a_blind_choice_shows_no_label_and_logs_none(choice, monkeypatch):
    assert choice.question.is_blind
    assert not ask(choice).exposure.slots.exists()


def test_who_marked_the_pair_in_a_page_is_not_asked_about_it_again(pairs):
    unit = unit_of_pair(question=pairs.question, first=pairs.items["5"], second=pairs.items["1"])
    Unit.objects.filter(pk=unit.pk).update(priority=1.0)
    record_judgement(
        judgement_id=uuid7(), annotator=pairs.people[0], unit=unit, item=pairs.items["5"], value="duplicate",
        origin="spontaneous", judged_at=pairs.now, now=pairs.now,
    )  # fmt: skip
    assert ask(pairs, 0).assignment.unit != unit
    assert ask(pairs, 1).assignment.unit == unit


def told(world, person=0, *, after=timedelta()):
    counts = progress_of(annotator=world.people[person], question=world.question, now=world.now + after)
    assert set(counts) == {"answered_count", "left_count"}
    return counts["answered_count"], counts["left_count"]


def say(world, person, unit, value):
    assignment = Assignment.objects.create(
        project=world.project, unit=unit, annotator=world.people[person], answered_at=world.now
    )
    record_judgement(
        judgement_id=uuid7(), annotator=world.people[person], unit=unit, item=unit.item, value=value,
        origin="assigned", judged_at=world.now, now=world.now, assignment=assignment,
    )  # fmt: skip


def test_progress_counts_what_one_answered_and_what_is_left_for_them(choice):
    units = [unit_of_item(question=choice.question, item=choice.items[key]) for key in ("1", "2", "3")]
    for unit, said in zip(units, (["calm", "calm"], ["calm", "angry"], ["calm"]), strict=True):
        for person, value in enumerate(said):
            say(choice, person, unit, value)
        settle_unit(unit_id=unit.pk, now=choice.now)
    # the first is settled, the second contested: it wants a third; of the third both places but one are free
    assert [told(choice, person) for person in (0, 1, 2)] == [(3, 0), (2, 1), (0, 2)]


def test_what_others_hold_is_not_left_and_what_one_holds_oneself_is(choice):
    becomes(choice, overlap=1)
    for key in ("1", "2", "3", "4"):
        remove_item(item=choice.items[key], now=choice.now)
    assert (told(choice, 0), told(choice, 1)) == ((0, 0), (0, 0))
    ask(choice, 0)
    assert (told(choice, 0), told(choice, 1)) == ((0, 1), (0, 0))
    assert told(choice, 1, after=timedelta(minutes=16)) == (0, 1)


def test_very_many_are_counted_no_further_than_is_told(choice):
    for key in ("1", "2", "3"):
        unit_of_item(question=choice.question, item=choice.items[key])
    person = choice.people[0]
    assert count_left(annotator=person, question=choice.question, now=choice.now, most=2) == 2
    assert count_left(annotator=person, question=choice.question, now=choice.now, most=3) == 3


# -- tags, and choices that are not blind ---------------------------------------------------------------

TAGS = {
    "kind": "tags", "labels": ["archive", "inbox", "printing"],
    "dictionary": {"archive": ["archive"], "inbox": ["inbox"], "printing": ["printer", "prints"]},
}  # fmt: skip


def test_of_tags_the_two_best_guesses_of_an_item_are_asked_about(world):
    becomes(world, **TAGS)
    fill_queue(question=world.question, now=world.now, count=2)
    asked = Unit.objects.order_by("pk").values_list("item__key", "label")
    assert set(asked) == {("5", "archive"), ("5", "inbox"), ("4", "printing")}


def test_of_a_tag_its_item_and_its_label_are_shown(world):
    becomes(world, **TAGS)
    asked = ask(world)
    slot = asked.exposure.slots.get()
    assert keys(asked) == [asked.assignment.unit.item.key]
    assert (slot.candidate, slot.label) == (None, asked.assignment.unit.label)
    assert slot.score and slot.reasons


def test_a_tag_that_somebody_named_is_asked_about_without_a_score(world):
    becomes(world, **TAGS)
    unit = unit_of_tag(question=world.question, item=world.items["4"], label="archive")
    Unit.objects.filter(pk=unit.pk).update(priority=0.8)
    slot = ask(world).exposure.slots.get()
    assert (slot.label, slot.score, slot.suggester) == ("archive", None, None)


def test_a_choice_that_is_not_blind_shows_the_label_that_software_guesses(world):
    becomes(world, **TAGS | {"kind": "choice", "is_blind": False, "dictionary": {"archive": ["archive"]}})
    asked = ask(world)
    assert [slot.label for slot in asked.exposure.slots.all()] == ["archive"]


def test_only_items_that_the_question_can_be_asked_about_are_looked_at(choice):
    Item.objects.filter(key="1").update(kind="thread")
    Item.objects.filter(key="2").update(kind="picture", body="", metadata={"image": {"url": "/2.png"}})
    fitting = Item.objects.of(choice.project)

    def asked_about(**policies):
        return set(fitting.for_question(Question(**policies)).values_list("key", flat=True))

    assert asked_about(kind="choice") == set(choice.items)
    assert asked_about(kind="choice", item_kind="thread") == {"1"}
    assert asked_about(kind="region") == {"2"}
    assert "2" not in asked_about(kind="span")
    choice.question.item_kind = "thread"
    assert fill_queue(question=choice.question, now=choice.now) == 1


@pytest.fixture
def spans(world, ask_spots):
    world.spots = ask_spots(world, settling_policy="confirm")
    return world.spots


def lies(spans, words, *, said_by=None):
    """Let words be marked, and answered where somebody is named; return their unit."""
    anchor = spans.kept(words)
    unit = meet(question=spans.question, item=spans.item, anchor=anchor, label="Product", annotator=spans.people[2])
    if said_by is not None:
        record_judgement(
            judgement_id=spans.new_id(), annotator=spans.people[said_by], unit=unit, item=spans.item, value="Product",
            origin="spontaneous", judged_at=spans.now, now=spans.now, anchor=anchor,
        )  # fmt: skip
    return unit


def edit(spans, body):
    spans.register(body)
    drain_jobs(seconds=60)


def asked_words(spans, person):
    asked = ask_next(annotator=spans.people[person], question=spans.question, now=spans.now)
    return asked and asked.assignment.unit.anchor["quote"]["exact"]


@pytest.mark.parametrize("said_by", [None, 2])
def test_a_span_whose_words_are_gone_is_asked_of_nobody_until_they_are_back(spans, said_by):
    lies(spans, "Inverness", said_by=said_by)
    drain_jobs(seconds=60)
    assert asked_words(spans, 0) == "Inverness"
    edit(spans, "Sold out.")
    assert [asked_words(spans, person) for person in (0, 1)] == [None, None]
    assert progress_of(annotator=spans.people[1], question=spans.question, now=spans.now)["left_count"] == 0
    edit(spans, f"{REVIEW} Sold out.")
    assert asked_words(spans, 1) == "Inverness"


def test_the_words_of_spans_are_looked_for_in_a_job_for_each_item_that_has_one(spans):
    """To look for words that are gone takes long: of a thousand items at once, longer than one job may."""
    lies(spans, "Inverness")
    again = spans.register(REVIEW.replace("Inverness", "Perth"))
    others = [NewItem(key, "Another title") for key in ("1", "2")]
    register_items(project_id=spans.project.pk, items=others, now=spans.now)
    drain_jobs(seconds=60)
    looked = Job.objects.filter(kind=LOOK_FOR_WORDS).values_list("arguments", flat=True)
    assert list(looked) == [{"item_id": again.pk}]


def test_a_span_whose_words_were_moved_is_asked_about_as_before(spans):
    lies(spans, "Inverness")
    edit(spans, f"Bought in May. {REVIEW}")
    assert asked_words(spans, 0) == "Inverness"
