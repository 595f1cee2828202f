"""Answers to tags and choices: their units, slots and origins, and what becomes of the list."""

import random
from datetime import timedelta
from types import SimpleNamespace

import pytest

from backend.assignments.models import Assignment
from backend.judgements.actions.log import HostSlot, log_shown
from backend.judgements.actions.outcomes import update_outcomes
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_assigned, show_found, show_suggestions
from backend.judgements.errors import NotShowable
from backend.judgements.events import Expand, Judge, Seen, Skip, Undo
from backend.judgements.models import Exposure, Judgement, LedgerEvent, LiveJudgement, Slot
from backend.projects.ids import uuid7
from backend.questions.actions.units import unit_of_item, unit_of_tag
from backend.questions.models import NamedLabel, Unit
from backend.suggestions.guesses import Guess


@pytest.fixture
def topics(world, ask_labels):
    return ask_labels(world)


@pytest.fixture
def tone(world, ask_labels):
    return ask_labels(world, "choice")


def shown(world, question, item="2", person=0) -> Exposure:
    return show_suggestions(
        annotator=world.people[person], question=question, item=world.items[item], channel="widget", now=world.now
    )


def labels(exposure) -> list[str]:
    return list(exposure.slots.order_by("rank").values_list("label", flat=True))


def became(exposure) -> dict[str, str]:
    return dict(exposure.slots.values_list("label", "outcome"))


def tagged(world, exposure, tag, value="fits", *, at_ms=2000, id=None, later_s=0, note="") -> Judge:
    judged_at = world.now + timedelta(seconds=later_s)
    return Judge(id or uuid7(now=world.now), exposure.pk, 0, at_ms, tag, "tags", value, judged_at, "mouse", note)


def chosen(world, exposure, value, *, at_ms=2000, later_s=0) -> Judge:
    judged_at = world.now + timedelta(seconds=later_s)
    return Judge(uuid7(now=world.now), exposure.pk, 0, at_ms, None, "choice", value, judged_at, "mouse")


def seen(world, exposure, label, at_ms=1000) -> Seen:
    return Seen(uuid7(now=world.now), exposure.pk, 0, at_ms, label)


def undone(world, exposure, mark) -> Undo:
    return Undo(uuid7(now=world.now), exposure.pk, 0, 3000, mark.id)


def record(world, *events, person=0) -> list[str]:
    verdicts = record_events(annotator=world.people[person], events=events, now=world.now)
    return [verdict.code or verdict.status for verdict in verdicts]


def host_list(world, question, *names, item="2") -> Exposure:
    return log_shown(
        exposure_id=uuid7(now=world.now),
        annotator=world.people[0],
        question=question,
        item=world.items[item],
        shown=[HostSlot(Guess.of_label(name, 0.5), 0.25) for name in names],
        now=world.now,
    )


# What is shown


def test_tags_are_shown_as_slots_with_exact_chances(world, topics):
    exposure = shown(world, topics)
    assert labels(exposure) == ["Archive", "Shortcuts", "Inbox"]
    assert {slot.candidate for slot in exposure.slots.all()} == {None}
    chances = list(exposure.slots.order_by("rank").values_list("propensity", flat=True))
    assert chances == [pytest.approx(0.9 + 0.1 / 3)] * 3
    assert [guess["candidate"] for guess in exposure.pool] == labels(exposure)


def test_a_choice_shows_its_one_guess_for_certain(world, tone):
    exposure = shown(world, tone)
    assert (labels(exposure), exposure.slots.get().propensity, exposure.was_asked) == (["Complaint"], 1.0, True)


def test_a_choice_is_asked_without_a_guess_and_tags_are_not(world, topics, tone):
    assert (labels(shown(world, tone, "4")), shown(world, tone, "4").was_asked) == ([], True)
    topics.dictionary = {}
    assert (labels(shown(world, topics)), shown(world, topics).was_asked) == ([], False)


def test_a_choice_that_is_settled_or_answered_is_asked_no_more(world, tone):
    first = shown(world, tone)
    record(world, chosen(world, first, "Thanks"))
    again = shown(world, tone)
    assert (labels(again), again.was_asked) == ([], False)
    assert shown(world, tone, person=1).was_asked
    Unit.objects.update(settled_value="Thanks")
    assert not shown(world, tone, person=1).was_asked


def test_a_tag_that_this_person_answered_is_not_shown_to_them_again(world, topics):
    record(world, tagged(world, shown(world, topics), "Archive", "does_not_fit"))
    assert labels(shown(world, topics)) == ["Shortcuts", "Inbox"]
    assert "Archive" in labels(shown(world, topics, person=1))


def test_a_search_completes_labels_and_leaves_out_what_this_person_answered(world, topics):
    parent = shown(world, topics)
    record(world, tagged(world, parent, "Inbox"))

    def find(typed):
        return show_found(
            annotator=world.people[0], question=topics, item=world.items["2"], query=typed, channel="widget",
            now=world.now,
        )  # fmt: skip

    found = find("in")
    assert (labels(found), found.policy, found.within) == (["Printing"], "search", parent)
    assert found.slots.get().propensity is None


def test_in_a_choice_there_is_nothing_to_search(world, tone):
    with pytest.raises(NotShowable, match="nothing to search"):
        show_found(
            annotator=world.people[0], question=tone, item=world.items["2"], query="c", channel="widget", now=world.now
        )


def test_the_host_logs_a_list_of_labels_each_once(world, topics):
    exposure = host_list(world, topics, "Inbox", "Archive")
    assert (labels(exposure), exposure.policy, exposure.slots.first().propensity) == (
        ["Inbox", "Archive"],
        "host",
        0.25,
    )
    with pytest.raises(NotShowable):
        host_list(world, topics, "Inbox", "inbox")


# Tags


def test_a_tag_answered_from_the_list_is_a_unit_with_its_slot(world, topics):
    exposure = shown(world, topics)
    assert record(world, tagged(world, exposure, "Archive")) == ["ok"]
    said = Judgement.objects.get()
    assert (said.unit.label, said.unit.item, said.unit.other, said.value) == ("Archive", world.items["2"], None, "fits")
    assert (said.slot.label, said.exposure, said.origin, said.draw_probability) == ("Archive", exposure, "drawn", 1.0)
    assert (said.item_hash, said.other_hash) == (world.items["2"].content_hash, "")


def test_a_tag_that_somebody_named_has_no_slot_and_was_not_asked(world, topics):
    exposure = shown(world, topics)
    record(world, tagged(world, exposure, "Printing"))
    said = Judgement.objects.get()
    assert (said.unit.label, said.slot, said.exposure, said.origin) == ("Printing", None, exposure, "spontaneous")
    assert said.draw_probability is None


def test_a_tag_is_matched_in_any_capitals(world, topics):
    exposure = shown(world, topics)
    record(world, tagged(world, exposure, " archive "), tagged(world, exposure, "PRINTING"))
    assert set(Judgement.objects.values_list("unit__label", "slot__label")) == {
        ("Archive", "Archive"),
        ("Printing", None),
    }


@pytest.mark.parametrize(
    ("tag", "value"), [("Toolbar", "fits"), ("", "fits"), ("Archive", "duplicate"), (None, "fits")]
)
def test_what_a_closed_question_does_not_have_is_refused(world, topics, tag, value):
    assert record(world, tagged(world, shown(world, topics), tag, value)) == ["unknown_value"]
    assert not Judgement.objects.exists() and not Unit.objects.exists()


def test_a_new_tag_is_tidied_and_is_one_unit_in_any_spelling(world, ask_labels):
    topics = ask_labels(world, allows_new_labels=True)
    mine, theirs = shown(world, topics), shown(world, topics, person=1)
    assert record(world, tagged(world, mine, "  Address   book ")) == ["ok"]
    assert record(world, tagged(world, theirs, "address BOOK"), person=1) == ["ok"]
    assert Unit.objects.get().label == NamedLabel.objects.get().label == "Address book"
    assert LiveJudgement.objects.count() == 2
    odd = [tagged(world, mine, tag) for tag in ("x" * 61, "a\nb", "\u202eb", " ")]
    assert record(world, *odd) == ["unknown_value"] * 4
    assert NamedLabel.objects.count() == 1


def test_an_answer_of_another_kind_is_refused(world, topics, tone):
    assert record(world, chosen(world, shown(world, topics), "Archive")) == ["unknown_value"]
    assert record(world, tagged(world, shown(world, tone), "Complaint")) == ["unknown_value"]


def test_of_tags_each_answer_has_its_outcome_and_passes_what_was_seen(world, topics):
    exposure = shown(world, topics)
    record(world, *(seen(world, exposure, label) for label in ("Archive", "Shortcuts")))
    assert became(exposure) == {"Archive": "ignored", "Shortcuts": "ignored", "Inbox": "unseen"}
    record(world, tagged(world, exposure, "Archive", "does_not_fit"))
    assert became(exposure) == {"Archive": "rejected", "Shortcuts": "passed", "Inbox": "unseen"}
    record(world, tagged(world, exposure, "Inbox", "unsure"), tagged(world, exposure, "Shortcuts"))
    assert became(exposure) == {"Archive": "rejected", "Shortcuts": "accepted", "Inbox": "unsure"}


def test_a_tag_that_somebody_named_passes_what_was_seen_before_and_its_undo_gives_it_back(world, topics):
    exposure = shown(world, topics)
    mark = tagged(world, exposure, "Printing", at_ms=1500)
    record(world, seen(world, exposure, "Archive"), seen(world, exposure, "Inbox", 5000), mark)
    assert became(exposure) == {"Archive": "passed", "Inbox": "ignored", "Shortcuts": "unseen"}
    record(world, undone(world, exposure, mark))
    assert became(exposure) == {"Archive": "ignored", "Inbox": "ignored", "Shortcuts": "unseen"}
    assert not LiveJudgement.objects.exists()


def test_a_tag_found_by_searching_passes_the_list_it_was_searched_from(world, topics):
    exposure = shown(world, topics)
    record(world, seen(world, exposure, "Archive"))
    search = show_found(
        annotator=world.people[0], question=topics, item=world.items["2"], query="pr", channel="widget",
        now=world.now + timedelta(seconds=5),
    )  # fmt: skip
    record(world, tagged(world, search, "Printing", at_ms=100))
    assert (became(search), became(exposure)["Archive"]) == ({"Printing": "accepted"}, "passed")
    assert Judgement.objects.get().origin == "spontaneous"


def test_what_was_seen_and_opened_is_named_by_its_label(world, topics):
    exposure = shown(world, topics)
    opened = Expand(uuid7(now=world.now), exposure.pk, 0, 900, "archive")
    skipped = Skip(uuid7(now=world.now), exposure.pk, 0, 950)
    assert record(world, seen(world, exposure, "Inbox"), opened, skipped, seen(world, exposure, "Printing")) == [
        "ok", "ok", "ok", "unknown_candidate",
    ]  # fmt: skip
    assert set(LedgerEvent.objects.values_list("kind", "label")) == {
        ("seen", "Inbox"),
        ("expand", "Archive"),
        ("skip", ""),
    }


def test_dups_and_conflicts_are_told_as_for_pairs(world, topics):
    exposure = shown(world, topics)
    mark = tagged(world, exposure, "Printing", note="see the title")
    assert record(world, mark, mark) == ["ok", "dup"]
    assert record(world, tagged(world, exposure, "Printing", id=mark.id, note="another word")) == ["conflict"]
    assert record(world, tagged(world, exposure, "Inbox", id=mark.id)) == ["conflict"]
    assert Judgement.objects.get().note == "see the title"


def test_an_undo_that_arrives_first_is_joined_to_its_tag(world, topics):
    exposure = shown(world, topics)
    mark = tagged(world, exposure, "Printing")
    record(world, seen(world, exposure, "Archive"), undone(world, exposure, mark))
    assert record(world, mark) == ["ok"]
    assert not LiveJudgement.objects.exists()
    assert became(exposure)["Archive"] == "ignored"


# Choices


def test_a_choice_is_about_the_item_and_answers_the_guess(world, tone):
    exposure = shown(world, tone)
    assert record(world, seen(world, exposure, "Complaint"), chosen(world, exposure, "Complaint")) == ["ok", "ok"]
    said = Judgement.objects.get()
    assert (said.unit.key, said.unit.label, said.value) == (str(world.items["2"].pk), "", "Complaint")
    assert (said.slot.label, said.origin, became(exposure)) == ("Complaint", "drawn", {"Complaint": "accepted"})


@pytest.mark.parametrize(("value", "outcome"), [("Thanks", "corrected"), ("unsure", "unsure")])
def test_another_label_corrects_the_only_guess(world, tone, value, outcome):
    exposure = shown(world, tone)
    assert record(world, chosen(world, exposure, value)) == ["ok"]
    assert (Judgement.objects.get().slot.label, became(exposure)) == ("Complaint", {"Complaint": outcome})


def test_a_choice_without_a_guess_has_no_slot_and_is_drawn_all_the_same(world, tone):
    exposure = shown(world, tone, "4")
    record(world, chosen(world, exposure, "Question"))
    said = Judgement.objects.get()
    assert (said.slot, said.exposure, said.origin) == (None, exposure, "drawn")


def test_of_several_labels_the_host_showed_the_last_one_chosen_is_accepted(world, tone):
    exposure = host_list(world, tone, "Complaint", "Question")
    record(world, seen(world, exposure, "Complaint"), chosen(world, exposure, "Complaint", later_s=-9))
    record(world, chosen(world, exposure, "Question"))
    assert became(exposure) == {"Complaint": "passed", "Question": "accepted"}
    record(world, chosen(world, exposure, "Thanks", later_s=-20))
    assert became(exposure) == {"Complaint": "passed", "Question": "accepted"}
    assert LiveJudgement.objects.get().judgement.value == "Question"


def test_a_label_that_a_choice_does_not_have_is_refused(world, tone):
    assert record(world, chosen(world, shown(world, tone), "Joke")) == ["unknown_value"]


@pytest.mark.parametrize("seed", range(5))
def test_the_outcomes_are_the_same_in_whichever_order_the_events_arrive(world, topics, tone, seed):
    tags, choice = shown(world, topics), shown(world, tone)
    first, wrong = tagged(world, tags, "Printing", at_ms=800), tagged(world, tags, "Inbox", "unsure", later_s=-5)
    events = [
        seen(world, tags, "Archive", 700), seen(world, tags, "Shortcuts", 2500), first, undone(world, tags, first),
        wrong, tagged(world, tags, "Inbox", at_ms=900), seen(world, choice, "Complaint", 5),
        chosen(world, choice, "Thanks", later_s=-3), chosen(world, choice, "Complaint", later_s=-1),
    ]  # fmt: skip
    random.Random(seed).shuffle(events)
    for event in events:
        assert record(world, event) == ["ok"]
    assert became(tags) == {"Archive": "passed", "Shortcuts": "ignored", "Inbox": "accepted"}
    assert became(choice) == {"Complaint": "accepted"}
    Slot.objects.update(outcome="unseen")
    update_outcomes(exposure_ids=[tags.pk, choice.pk])
    assert (became(tags)["Inbox"], became(choice)["Complaint"]) == ("accepted", "accepted")


# How it came about


def test_of_a_list_shown_without_asking_everything_is_spontaneous(world, ask_labels):
    topics, tone = ask_labels(world, ask_probability=0.0), ask_labels(world, "choice", ask_probability=0.0)
    record(world, tagged(world, shown(world, topics), "Archive"), chosen(world, shown(world, tone), "Complaint"))
    assert set(Judgement.objects.values_list("origin", "draw_probability")) == {("spontaneous", None)}


@pytest.fixture
def desk(world, topics):
    unit = unit_of_tag(question=topics, item=world.items["2"], label="Archive")
    assignment = Assignment.objects.create(project=world.project, unit=unit, annotator=world.people[0])
    exposure = show_assigned(
        annotator=world.people[0], question=topics, item=world.items["2"], guesses=[Guess.of_label("Archive")],
        assignment=assignment, now=world.now,
    )  # fmt: skip
    return SimpleNamespace(assignment=assignment, exposure=exposure)


def answered_at(desk):
    desk.assignment.refresh_from_db()
    return desk.assignment.answered_at


def test_an_answer_at_the_desk_is_assigned_and_answers_its_assignment(world, desk):
    record(world, tagged(world, desk.exposure, "Archive", note="  It says so.\n"))
    said = Judgement.objects.get()
    assert (said.origin, said.assignment, said.draw_probability) == ("assigned", desk.assignment, None)
    assert (said.note, answered_at(desk)) == ("It says so.", world.now)


def test_withdrawing_the_only_answer_opens_the_assignment_again(world, desk):
    first, second = tagged(world, desk.exposure, "Archive", "unsure"), tagged(world, desk.exposure, "Archive")
    record(world, first, second, undone(world, desk.exposure, second))
    assert answered_at(desk) == world.now
    record(world, undone(world, desk.exposure, first))
    assert answered_at(desk) is None


def test_an_answer_withdrawn_before_it_arrived_answers_no_assignment(world, desk):
    mark = tagged(world, desk.exposure, "Archive")
    record(world, undone(world, desk.exposure, mark), mark)
    assert answered_at(desk) is None


def test_what_was_not_assigned_is_said_of_ones_own_accord(world, desk):
    record(world, tagged(world, desk.exposure, "Inbox"))
    assert (Judgement.objects.get().origin, answered_at(desk)) == ("spontaneous", None)


def test_a_choice_at_the_desk_is_assigned(world, tone):
    unit = unit_of_item(question=tone, item=world.items["2"])
    assignment = Assignment.objects.create(project=world.project, unit=unit, annotator=world.people[0])
    exposure = show_assigned(
        annotator=world.people[0], question=tone, item=world.items["2"], guesses=[], assignment=assignment,
        now=world.now,
    )  # fmt: skip
    record(world, chosen(world, exposure, "Thanks"))
    assert Judgement.objects.get().origin == "assigned"


def test_who_wrote_the_item_has_a_conflict_of_interest_in_its_tags(world, topics):
    world.items["2"].author = world.people[0].subject
    world.items["2"].save()
    record(world, tagged(world, shown(world, topics), "Archive"))
    assert Judgement.objects.get().has_conflict_of_interest
