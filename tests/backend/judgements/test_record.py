import random
import threading
import uuid
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import connection

from backend.annotators.actions.people import block_annotator, end_sessions, meet_annotator
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_found, show_suggestions
from backend.judgements.errors import SessionRevoked
from backend.judgements.events import Expand, Hide, Judge, Seen, Skip, Undo
from backend.judgements.models import (
    Judgement,
    LedgerEvent,
    LiveJudgement,
    RefusedEvent,
    Slot,
    Withdrawal,
)
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item, ItemSnapshot, Unit


def shown_to(world: SimpleNamespace, person: int = 0, item: str = "5"):
    return show_suggestions(
        annotator=world.people[person],
        question=world.question,
        item=world.items[item],
        channel="widget",
        now=world.now,
    )


def candidates(exposure) -> list[str]:
    return [slot.candidate.key for slot in exposure.slots.order_by("rank")]


def outcomes(exposure) -> list[str]:
    return [slot.outcome for slot in exposure.slots.order_by("rank")]


def said(world, exposure, candidate, value="duplicate", *, at_ms=2000, id=None, later_s=0):
    return Judge(
        id or uuid7(now=world.now), exposure.pk, 0, at_ms, candidate, "pair", value,
        world.now + timedelta(seconds=later_s), "mouse",
    )  # fmt: skip


def seen(world, exposure, candidate, at_ms=1000):
    return Seen(uuid7(now=world.now), exposure.pk, 0, at_ms, candidate)


def record(world, *events, person=0, **options):
    return record_events(annotator=world.people[person], events=events, now=world.now, **options)


def statuses(verdicts) -> list[str]:
    return [verdict.code or verdict.status for verdict in verdicts]


def test_a_mark_is_stored_with_all_that_is_known_of_it(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    record(world, seen(world, exposure, first), said(world, exposure, first))
    judgement = Judgement.objects.get()
    assert (judgement.value, judgement.origin, judgement.draw_probability) == ("duplicate", "drawn", 1.0)
    assert judgement.slot.propensity > 0 and judgement.slot.suggester.name == "lexical"
    assert judgement.item_hash and judgement.other_hash and judgement.judged_at == world.now


def test_an_unasked_mark_is_spontaneous(make_world, db):
    quiet = make_world(ask_probability=0.0)
    with tenancy(quiet.project):
        exposure = shown_to(quiet)
        record(quiet, said(quiet, exposure, candidates(exposure)[0]))
        judgement = Judgement.objects.get()
    assert (judgement.origin, judgement.draw_probability) == ("spontaneous", None)


def not_asked(world, person=0):
    """Return what is shown on another visit, where the draw asks nobody."""
    world.question.ask_probability = 0.0
    return show_suggestions(
        annotator=world.people[person], question=world.question, item=world.items["5"], channel="widget",
        now=world.now + timedelta(days=1),
    )  # fmt: skip


def changed_on_a_later_visit(world, value, *, undone=False):
    """Return the answer given now to what this person answered before, on a list that does not ask."""
    first = shown_to(world)
    before = said(world, first, candidates(first)[0], later_s=-60)
    record(world, before)
    if undone:
        record(world, Undo(uuid7(now=world.now), first.pk, 0, 3000, before.id))
    later = not_asked(world)
    assert (first.was_asked, later.was_asked) == (True, False)
    after = said(world, later, candidates(first)[0], value)
    record(world, after)
    return Judgement.objects.get(pk=after.id)


def test_who_changes_an_answer_they_were_asked_for_is_still_one_who_was_asked(world):
    world.question.ask_probability = 0.75
    changed = changed_on_a_later_visit(world, "related")
    assert (changed.value, changed.origin, changed.draw_probability) == ("related", "drawn", 0.75)
    assert LiveJudgement.objects.get().judgement == changed


def test_an_answer_to_what_was_taken_back_answers_no_draw(world):
    changed = changed_on_a_later_visit(world, "related", undone=True)
    assert (changed.origin, changed.draw_probability) == ("spontaneous", None)


def test_who_was_drawn_for_one_unit_aims_at_no_other(world):
    first = shown_to(world)
    one, other, *_ = candidates(first)
    record(world, said(world, first, one))
    record(world, said(world, not_asked(world), other))
    assert Judgement.objects.get(slot__candidate__key=other).origin == "spontaneous"


def test_another_persons_answer_lends_no_draw(world):
    first = shown_to(world)
    record(world, said(world, first, candidates(first)[0]))
    theirs = not_asked(world, person=1)
    record(world, said(world, theirs, candidates(first)[0]), person=1)
    assert Judgement.objects.get(annotator=world.people[1]).origin == "spontaneous"


def test_an_answer_given_before_the_one_that_was_asked_for_replaces_nothing(world):
    first = shown_to(world)
    record(world, said(world, first, candidates(first)[0]))
    earlier = said(world, not_asked(world), candidates(first)[0], "related", later_s=-60)
    record(world, earlier)
    assert Judgement.objects.get(pk=earlier.id).origin == "spontaneous"


def as_the_version_before_wrote(mark):
    """Return a copy of an answer whose row names its slot and not its list, said a second later."""
    columns = {field.attname: getattr(mark, field.attname) for field in Judgement._meta.concrete_fields}
    later = mark.judged_at + timedelta(seconds=1)
    return Judgement.objects.create(**columns | {"id": uuid7(), "exposure_id": None, "judged_at": later})


def test_an_answer_that_names_its_slot_alone_belongs_to_the_slots_list(world):
    exposure = shown_to(world)
    mark = said(world, exposure, candidates(exposure)[0], later_s=-60)
    record(world, mark)
    old = as_the_version_before_wrote(Judgement.objects.get())
    assert (old.shown_in, old.shown_in_id) == (exposure, exposure.pk)
    record(world, Undo(uuid7(now=world.now), exposure.pk, 0, 3000, mark.id))
    assert outcomes(exposure)[0] == "accepted"
    other = shown_to(world, item="3")
    record(world, Undo(uuid7(now=world.now), other.pk, 0, 3000, old.pk))
    assert outcomes(exposure)[0] == "unseen"


def test_an_event_sent_ten_times_is_stored_once(world):
    exposure = shown_to(world)
    mark = said(world, exposure, candidates(exposure)[0])
    assert statuses(record(world, *[mark] * 10)) == ["ok"] + ["dup"] * 9
    assert statuses(record(world, mark)) == ["dup"]
    assert (Judgement.objects.count(), LedgerEvent.objects.count()) == (1, 1)


def test_the_same_id_with_another_content_is_a_conflict_and_the_first_stands(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    mark = said(world, exposure, first)
    record(world, mark)
    assert statuses(record(world, said(world, exposure, first, "different", id=mark.id))) == ["conflict"]
    assert Judgement.objects.get().value == "duplicate"
    assert RefusedEvent.objects.get().code == "conflict"


def test_what_was_never_shown_to_this_person_cannot_be_answered(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    assert statuses(record(world, said(world, exposure, first), person=1)) == ["unknown_exposure"]
    assert statuses(record(world, said(world, exposure, "4"))) == ["unknown_candidate"]
    nowhere = SimpleNamespace(pk=uuid7(now=world.now))
    assert statuses(record(world, said(world, nowhere, first))) == ["unknown_exposure"]
    assert Judgement.objects.count() == 0


def test_a_bad_event_takes_nothing_from_the_good_ones(world):
    exposure = shown_to(world)
    marks = [said(world, exposure, key) for key in (candidates(exposure)[0], "nobody", candidates(exposure)[1])]
    assert statuses(record(world, *marks)) == ["ok", "unknown_candidate", "ok"]
    assert Judgement.objects.count() == 2


@pytest.mark.parametrize(
    ("id", "code"),
    [
        (uuid.uuid4(), "malformed"),
        ("old", "too_old"),
        ("future", "from_the_future"),
        (uuid.UUID("ffffffff-ffff-7fff-bfff-ffffffffffff"), "from_the_future"),
    ],
)
def test_an_id_must_be_a_uuid7_of_these_days(world, id, code):
    shift = {"old": -timedelta(days=8), "future": timedelta(hours=1)}
    made = uuid7(now=world.now + shift[id]) if isinstance(id, str) else id
    exposure = shown_to(world)
    assert statuses(record(world, said(world, exposure, candidates(exposure)[0], id=made))) == [code]


def test_undo_gives_the_slots_back_what_they_were(world):
    exposure = shown_to(world)
    first, second, _ = candidates(exposure)
    record(world, seen(world, exposure, first), seen(world, exposure, second))
    before = outcomes(exposure)
    mark = said(world, exposure, first)
    record(world, mark)
    assert outcomes(exposure) == ["accepted", "passed", "unseen"]
    assert statuses(record(world, Undo(uuid7(now=world.now), exposure.pk, 0, 3000, mark.id))) == ["ok"]
    assert outcomes(exposure) == before == ["ignored", "ignored", "unseen"]
    assert LiveJudgement.objects.count() == 0
    assert Judgement.objects.count() == 1


def test_an_undo_that_arrives_before_its_judgement_is_joined_to_it(world):
    exposure = shown_to(world)
    mark = said(world, exposure, candidates(exposure)[0])
    record(world, Undo(uuid7(now=world.now), exposure.pk, 0, 3000, mark.id))
    assert statuses(record(world, mark)) == ["ok"]
    assert LiveJudgement.objects.count() == 0
    assert outcomes(exposure)[0] == "unseen"


def test_nobody_takes_back_what_another_person_said(world):
    mine, theirs = shown_to(world), shown_to(world, 1)
    mark = said(world, mine, candidates(mine)[0])
    record(world, mark)
    undo = Undo(uuid7(now=world.now), theirs.pk, 0, 3000, mark.id)
    assert statuses(record(world, undo, person=1)) == ["unknown_judgement"]
    assert (LiveJudgement.objects.count(), Withdrawal.objects.count()) == (1, 0)


def test_a_changed_mind_moves_the_live_judgement_and_undo_brings_the_former_back(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    record(world, said(world, exposure, first, "duplicate", later_s=-20))
    second = said(world, exposure, first, "different", later_s=-10)
    record(world, second)
    assert LiveJudgement.objects.get().judgement.value == "different"
    record(world, Undo(uuid7(now=world.now), exposure.pk, 0, 3000, second.id))
    assert LiveJudgement.objects.get().judgement.value == "duplicate"
    assert outcomes(exposure)[0] == "accepted"


def test_a_pair_is_one_unit_from_either_page(world):
    here = shown_to(world, item="5")
    record(world, said(world, here, "3") if "3" in candidates(here) else said(world, here, candidates(here)[0]))
    unit = Unit.objects.get()
    there = show_found(
        annotator=world.people[1], question=world.question, item=unit.item if unit.other_id == world.items["5"].pk else unit.other,
        query="archive messages stay", channel="widget", now=world.now,
    )  # fmt: skip
    record(world, said(world, there, "5"), person=1)
    assert Unit.objects.get() == unit
    assert LiveJudgement.objects.filter(unit=unit).count() == 2


def test_who_wrote_an_item_is_stored_as_such_and_does_not_count(world):
    world.items["5"].author = "person-0"
    world.items["5"].save()
    exposure = shown_to(world)
    record(world, said(world, exposure, candidates(exposure)[0]))
    assert Judgement.objects.get().has_conflict_of_interest


def test_an_answer_found_by_searching_passes_what_was_seen_in_the_list(world):
    exposure = shown_to(world)
    record(world, seen(world, exposure, candidates(exposure)[0]))
    found = show_found(
        annotator=world.people[0], question=world.question, item=world.items["5"],
        query="printing", channel="widget", now=world.now + timedelta(seconds=5),
    )  # fmt: skip
    record(world, said(world, found, "4"))
    assert outcomes(exposure)[0] == "passed"
    assert outcomes(found) == ["accepted"]


def test_skipping_is_seeing_without_an_answer(world):
    exposure = shown_to(world)
    record(world, Skip(uuid7(now=world.now), exposure.pk, 0, 500))
    assert set(outcomes(exposure)) == {"ignored"}
    assert Judgement.objects.count() == 0


def test_who_hides_a_question_is_not_asked_again(world):
    exposure = shown_to(world)
    record(world, Hide(uuid7(now=world.now), exposure.pk, 0, 500))
    later = shown_to(world)
    assert (later.was_asked, later.ask_probability) == (False, 0.0)


def test_what_was_called_different_is_not_shown_to_that_person_again(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    record(world, said(world, exposure, first, "different"))
    assert first not in candidates(shown_to(world))
    assert first in candidates(shown_to(world, 1))


def test_ended_sessions_record_nothing(world):
    exposure = shown_to(world)
    end_sessions(annotator=world.people[0])
    with pytest.raises(SessionRevoked):
        record(world, said(world, exposure, candidates(exposure)[0]), epoch=0)


@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_does_not_depend_on_the_order_of_arrival(world, seed):
    exposure = shown_to(world)
    first, second, third = candidates(exposure)
    old = said(world, exposure, first, "duplicate", at_ms=2000, later_s=-30)
    events = [
        seen(world, exposure, first, 900), seen(world, exposure, second, 1100), seen(world, exposure, third, 9000),
        old, Undo(uuid7(now=world.now), exposure.pk, 0, 2500, old.id),
        said(world, exposure, first, "related", at_ms=3000, later_s=-20),
        said(world, exposure, first, "different", at_ms=4000, later_s=-10),
    ]  # fmt: skip
    chance = random.Random(seed)
    for event in chance.sample(events * 2, len(events) * 2):
        record(world, event)
    assert outcomes(exposure) == ["rejected", "passed", "ignored"]
    assert LiveJudgement.objects.get().judgement.value == "different"
    assert (LedgerEvent.objects.count(), Judgement.objects.count()) == (7, 3)


@pytest.mark.django_db(transaction=True)
def test_fifty_marks_at_once_of_one_person_leave_one_live(make_world):
    world = make_world()
    with tenancy(world.project):
        exposure = shown_to(world)
        first = candidates(exposure)[0]
    failures = []

    def mark(number: int) -> None:
        try:
            with tenancy(world.project):
                value = ("duplicate", "different", "related")[number % 3]
                record(world, said(world, exposure, first, value, later_s=-number))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=mark, args=(number,)) for number in range(50)]
    for group in range(0, 50, 10):
        for thread in threads[group : group + 10]:
            thread.start()
        for thread in threads[group : group + 10]:
            thread.join()
    assert failures == []
    with tenancy(world.project):
        assert Judgement.objects.count() == 50
        assert LiveJudgement.objects.get().judgement.value == "duplicate"
        assert set(Slot.objects.values_list("outcome", flat=True)) == {"accepted", "unseen"}


def test_a_customer_cannot_pass_for_staff(world):
    from backend.annotators.errors import SubjectReserved

    with pytest.raises(SubjectReserved):
        meet_annotator(project_id=world.project.pk, subject="earmark-staff:1", now=world.now)


def test_an_undo_sent_in_advance_takes_back_nothing_of_another_person(world):
    mine, theirs = shown_to(world), shown_to(world, 1)
    mark = said(world, mine, candidates(mine)[0])
    record(world, Undo(uuid7(now=world.now), theirs.pk, 0, 500, mark.id), person=1)
    assert statuses(record(world, mark)) == ["ok"]
    assert LiveJudgement.objects.get().judgement_id == mark.id


def test_a_mark_from_a_clock_that_runs_ahead_is_taken_as_of_now(world):
    exposure = shown_to(world)
    record(world, said(world, exposure, candidates(exposure)[0], later_s=3600))
    assert Judgement.objects.get().judged_at == world.now


def test_a_mark_keeps_the_content_that_was_read(world):
    exposure = shown_to(world)
    record(world, said(world, exposure, candidates(exposure)[0]))
    register_items(project_id=world.project.pk, items=[NewItem("5", "Something else")], now=world.now)
    unit = Judgement.objects.get().unit
    kept = Judgement.objects.get().item_hash if unit.item.key == "5" else Judgement.objects.get().other_hash
    read = ItemSnapshot.objects.get(item__key="5", content_hash=kept)
    assert read.title == "Archive messages stay in inbox"


def test_a_mark_that_comes_after_an_edit_keeps_the_content_that_was_read(world):
    exposure = shown_to(world)
    edited_at = world.now + timedelta(minutes=1)
    register_items(project_id=world.project.pk, items=[NewItem("5", "Something else")], now=edited_at)
    mark = said(world, exposure, candidates(exposure)[0], later_s=120)
    record_events(annotator=world.people[0], events=[mark], now=edited_at + timedelta(minutes=1))
    said_of = Judgement.objects.get()
    kept = said_of.item_hash if said_of.unit.item.key == "5" else said_of.other_hash
    assert ItemSnapshot.objects.get(item__key="5", content_hash=kept).title == "Archive messages stay in inbox"


def test_a_mark_in_a_list_that_came_after_an_edit_is_of_the_edited_content(world):
    register_items(project_id=world.project.pk, items=[NewItem("5", "Something else")], now=world.now)
    exposure = shown_to(world)
    later = world.now + timedelta(minutes=1)
    register_items(project_id=world.project.pk, items=[NewItem("5", "Something else", kind="note")], now=later)
    mark = said(world, exposure, candidates(exposure)[0], later_s=120)
    record_events(annotator=world.people[0], events=[mark], now=later + timedelta(minutes=1))
    said_of = Judgement.objects.get()
    kept = said_of.item_hash if said_of.unit.item.key == "5" else said_of.other_hash
    assert ItemSnapshot.objects.get(item__key="5", content_hash=kept).title == "Something else"


def title_as_marked():
    """Return the title that item 5 had where the one mark was made."""
    mark = Judgement.objects.get()
    kept = mark.item_hash if mark.unit.item.key == "5" else mark.other_hash
    return ItemSnapshot.objects.get(item__key="5", content_hash=kept).title


@pytest.mark.parametrize("last", [NewItem("5", "C"), NewItem("5", "A", kind="note"), None], ids=["C", "A", "gone"])
def test_a_mark_of_a_content_that_came_back_is_of_that_and_not_of_the_one_between(world, last):
    at = [world.now + timedelta(minutes=minutes) for minutes in range(1, 6)]
    for title, when in zip("ABA", at, strict=False):
        register_items(project_id=world.project.pk, items=[NewItem("5", title)], now=when)
    world.now = at[2]
    exposure = shown_to(world)
    if last:
        register_items(project_id=world.project.pk, items=[last], now=at[3])
    else:
        remove_item(item=Item.objects.get(key="5"), now=at[3])
    mark = said(world, exposure, candidates(exposure)[0], later_s=70)
    record_events(annotator=world.people[0], events=[mark], now=at[4])
    assert title_as_marked() == "A"


def test_a_mark_of_the_content_between_is_of_that_though_the_one_before_came_back(world):
    at = [world.now + timedelta(minutes=minutes) for minutes in range(1, 5)]
    for title, when in zip("AB", at, strict=False):
        register_items(project_id=world.project.pk, items=[NewItem("5", title)], now=when)
    world.now = at[1]
    exposure = shown_to(world)
    register_items(project_id=world.project.pk, items=[NewItem("5", "A")], now=at[2])
    mark = said(world, exposure, candidates(exposure)[0], later_s=70)
    record_events(annotator=world.people[0], events=[mark], now=at[3])
    assert title_as_marked() == "B"


def test_the_first_sight_and_the_longest_look_are_kept(world):
    exposure = shown_to(world)
    first = candidates(exposure)[0]
    looks = [(1200, 1000), (900, None), (4000, 2500), (5000, 10)]
    record(world, *[Seen(uuid7(now=world.now), exposure.pk, 0, at_ms, first, seen_ms) for at_ms, seen_ms in looks])
    slot = exposure.slots.get(candidate__key=first)
    assert (slot.seen_at_ms, slot.seen_ms) == (900, 2500)


def test_reading_a_candidate_in_place_is_seeing_it(world):
    exposure = shown_to(world)
    record(world, Expand(uuid7(now=world.now), exposure.pk, 0, 700, candidates(exposure)[1]))
    assert outcomes(exposure) == ["unseen", "ignored", "unseen"]


def test_not_sure_and_related_leave_their_own_outcomes(world):
    exposure = shown_to(world)
    first, second, _ = candidates(exposure)
    record(world, said(world, exposure, first, "unsure"), said(world, exposure, second, "related"))
    assert outcomes(exposure) == ["unsure", "corrected", "unseen"]


def test_a_blocked_person_is_told_what_everybody_is_told(world):
    usual = shown_to(world, 1)
    (told,) = record(world, said(world, usual, candidates(usual)[0]), person=1)
    block_annotator(annotator=world.people[0], now=world.now)
    exposure = shown_to(world, item="4")
    (same,) = record(world, said(world, exposure, candidates(exposure)[0]))
    assert (same.status, same.code) == (told.status, told.code)
    assert Judgement.objects.filter(annotator=world.people[0]).count() == 1


def test_what_is_refused_is_counted_and_its_content_is_not_kept(world):
    exposure = shown_to(world)
    record(world, said(world, exposure, "a private thread"))
    kept = RefusedEvent.objects.values().get()
    assert kept["code"] == "unknown_candidate"
    assert "private" not in str(kept)


@pytest.mark.parametrize("seed", range(10))
def test_two_people_who_did_the_same_end_alike_however_their_events_arrived(world, seed):
    chance = random.Random(seed)
    lists = [(shown_to(world, person), searched_by(world, person)) for person in (0, 1)]
    keys = [candidates(exposure) for exposure in lists[0]]
    plan = [
        (chance.choice(["seen", "judge", "judge", "undo", "skip"]), place := chance.randrange(2),
         chance.choice(keys[place]), chance.choice(["duplicate", "different", "related", "unsure"]),
         chance.randrange(9000), -number)
        for number in range(14)
    ]  # fmt: skip
    for person, exposures in enumerate(lists):
        events = as_events(world, plan, exposures)
        arriving = chance.sample(events * 2, len(events) * 2)
        while arriving:
            batch = [arriving.pop() for _ in range(min(chance.randrange(1, 6), len(arriving)))]
            record(world, *batch, person=person)
    ends = [
        ([outcomes(exposure) for exposure in exposures],
         set(LiveJudgement.objects.filter(annotator=world.people[person]).values_list("unit", "judgement__value")))
        for person, exposures in enumerate(lists)
    ]  # fmt: skip
    assert ends[0] == ends[1]


def searched_by(world, person: int):
    return show_found(
        annotator=world.people[person], question=world.question, item=world.items["5"],
        query="archive", channel="widget", now=world.now + timedelta(seconds=3),
    )  # fmt: skip


def as_events(world, plan, exposures) -> list:
    """Turn a plan into events of one person; an undo takes back the mark planned before it, if there is one."""
    events, marks = [], []
    for kind, place, key, value, at_ms, later_s in plan:
        exposure = exposures[place]
        common = (uuid7(now=world.now), exposure.pk, 0, at_ms)
        match kind:
            case "judge":
                marks.append(said(world, exposure, key, value, at_ms=at_ms, later_s=later_s))
                events.append(marks[-1])
            case "undo" if marks:
                events.append(Undo(*common, marks[-1].id))
            case "skip":
                events.append(Skip(*common))
            case _:
                events.append(Seen(*common, key))
    return events


def together(*deeds) -> list[Exception]:
    """Do some deeds at once, each in a thread of its own, and return what went wrong."""
    failures: list[Exception] = []

    def do(deed) -> None:
        try:
            deed()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_a_batch_sent_ten_times_at_once_is_stored_once(make_world):
    world = make_world()
    with tenancy(world.project):
        exposure = shown_to(world)
        first, second, _ = candidates(exposure)
    batch = [seen(world, exposure, first), seen(world, exposure, second), said(world, exposure, first)]
    told: list[str] = []

    def send() -> None:
        with tenancy(world.project):
            verdicts = statuses(record(world, *batch))
        told.extend(verdicts)

    assert together(*[send] * 10) == []
    assert (told.count("ok"), told.count("dup"), len(told)) == (3, 27, 30)
    with tenancy(world.project):
        assert (LedgerEvent.objects.count(), Judgement.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_people_who_mark_a_new_pair_at_once_mark_the_same_unit(make_world):
    world = make_world()
    with tenancy(world.project):
        exposures = [shown_to(world, person) for person in range(6)]
        first = candidates(exposures[0])[0]

    def mark(person: int) -> None:
        with tenancy(world.project):
            record(world, said(world, exposures[person], first), person=person)

    assert together(*[partial(mark, person) for person in range(6)]) == []
    with tenancy(world.project):
        assert Unit.objects.count() == 1
        assert LiveJudgement.objects.filter(unit=Unit.objects.get()).count() == 6
