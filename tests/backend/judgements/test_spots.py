"""Answers about spots through the ledger: what they meet, what is refused, and what becomes of what was suggested."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.judgements.actions.meet import Looks
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_found, show_suggestions
from backend.judgements.errors import NotShowable
from backend.judgements.events import Judge, Seen, Undo
from backend.judgements.models import Judgement, LedgerEvent, LiveJudgement, RefusedEvent
from backend.projects.tenancy import tenancy
from backend.questions.models import Unit
from backend.questions.spots import candidate_id
from backend.suggestions.actions.push import NewSuggestion, push_suggestions
from backend.suggestions.known import suggester_row


@pytest.fixture
def spans(world, ask_spots):
    return ask_spots(world)


@pytest.fixture
def regions(world, ask_spots):
    return ask_spots(world, "region")


def guess(world, anchor, label, score=0.8):
    guessed = NewSuggestion(
        world.question, world.item, candidate_id(anchor, label), score, ["It stands in the catalogue."],
        suggester_row(world.project.pk, "own", "1", is_pushed=True), anchor,
    )  # fmt: skip
    push_suggestions(project_id=world.project.pk, suggestions=[guessed], now=world.now)


def shown_to(world, person=0):
    return show_suggestions(
        annotator=world.people[person], question=world.question, item=world.item, channel="widget", now=world.now
    )


def said(world, exposure, anchor, value="Product", *, candidate=None, at_ms=2000, later_s=0, kind=None):
    kind = kind or world.question.kind
    judged_at = world.now + timedelta(seconds=later_s)
    return Judge(world.new_id(), exposure.pk, 0, at_ms, candidate, kind, value, judged_at, "mouse", anchor=anchor)


def record(world, *events, person=0):
    verdicts = record_events(annotator=world.people[person], events=events, now=world.now)
    return [verdict.code or verdict.status for verdict in verdicts]


def mark(world, person, anchor, value="Product", **options):
    """Let a person mark a spot by themselves, and return its unit."""
    event = said(world, shown_to(world, person), anchor, value, **options)
    assert record(world, event, person=person) == ["ok"]
    return Judgement.objects.get(pk=event.id).unit


def outcome(world, anchor, value):
    """Return what becomes of a suggested "Vector 9" that is a Product, answered so."""
    guess(world, world.span("Vector 9"), "Product")
    exposure = shown_to(world)
    slot = exposure.slots.get()
    seen = Seen(world.new_id(), exposure.pk, 0, 1000, slot.label)
    assert record(world, seen, said(world, exposure, anchor, value, candidate=slot.label)) == ["ok", "ok"]
    slot.refresh_from_db()
    return slot.outcome


def test_a_span_that_a_person_marks_is_stored_with_its_place(spans):
    unit = mark(spans, 0, spans.span("Inverness"), "Place")
    judgement = Judgement.objects.get()
    assert (judgement.value, judgement.origin, judgement.slot) == ("Place", "spontaneous", None)
    assert judgement.anchor == unit.anchor == spans.kept("Inverness")
    assert str(unit) == "Vector 9: “Inverness”" and unit.label == ""


def test_a_region_that_a_person_marks_has_the_size_of_the_registered_picture(regions):
    unit = mark(regions, 0, regions.region(10, 20, 30, 40, size=(640, 360)), "Zip")
    assert unit.anchor == regions.region(10, 20, 30, 40)
    assert unit.key == f"{regions.item.pk}:10,20,30,40"


def test_the_same_place_is_the_same_spot_whatever_is_said_of_it(spans):
    first = mark(spans, 0, spans.span("Vector 9"))
    assert mark(spans, 1, spans.span("Vector 9"), "Fault") == first == mark(spans, 2, spans.span("Vector 9"), "none")


def test_what_overlaps_by_half_with_the_same_label_is_the_same_spot_and_each_boundary_is_kept(spans):
    unit = mark(spans, 0, spans.span("Vector 9"))
    assert mark(spans, 1, spans.span("new Vector 9")) == unit, "8 of 12 signs"
    kept = Judgement.objects.order_by("received_at", "id").values_list("anchor__position__start", flat=True)
    assert sorted(kept) == [4, 8] and Unit.objects.get(pk=unit.pk).anchor == spans.kept("Vector 9")


def test_what_overlaps_by_less_than_half_is_another_spot(spans):
    assert mark(spans, 0, spans.span("Vector 9")) != mark(spans, 1, spans.span("Vector 9 sheds water"))


def test_what_overlaps_with_another_label_is_another_spot(spans):
    assert mark(spans, 0, spans.span("Vector 9")) != mark(spans, 1, spans.span("new Vector 9"), "Fault")


def test_the_label_that_most_say_decides_whom_a_spot_meets(spans):
    unit = mark(spans, 0, spans.span("Vector 9"))
    mark(spans, 1, spans.span("Vector 9"), "Fault")
    mark(spans, 2, spans.span("Vector 9"), "Fault")
    assert mark(spans, 3, spans.span("new Vector 9"), "Fault") == unit
    assert mark(spans, 4, spans.span("The new Vector 9")) != unit


def test_of_two_spots_the_one_of_greater_overlap_is_met(spans):
    mark(spans, 0, spans.span("Vector 9 sheds"))
    near = mark(spans, 0, spans.span("Vector 9"))
    assert mark(spans, 1, spans.span("new Vector 9")) == near


def test_nobody_meets_their_own_spot_with_another_place(spans):
    assert mark(spans, 0, spans.span("Vector 9")) != mark(spans, 0, spans.span("new Vector 9"))
    assert LiveJudgement.objects.count() == 2


def test_the_same_words_elsewhere_are_another_spot(spans):
    assert mark(spans, 0, spans.span("Vector 9")) != mark(spans, 1, spans.span("Vector 9 zip"))


def test_boxes_meet_by_their_area(regions):
    unit = mark(regions, 0, regions.region(0, 0, 40, 40), "Zip")
    assert mark(regions, 1, regions.region(0, 0, 40, 20), "Zip") == unit, "half of it"
    assert mark(regions, 2, regions.region(20, 20, 40, 40), "Zip") != unit, "a seventh of both"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_who_comes_first_plays_no_part_in_what_meets(spans, order):
    places = [spans.span("Vector 9"), spans.span("new Vector 9"), spans.span("Vector 9 she")]  # each half of the others
    assert len({mark(spans, person, places[person]) for person in order}) == 1


def test_the_label_suggested_at_the_place_suggested_is_accepted(spans):
    assert outcome(spans, spans.span("Vector 9"), "Product") == "accepted"


@pytest.mark.parametrize(("value", "became"), [("Fault", "corrected"), ("none", "rejected"), ("unsure", "unsure")])
def test_what_else_is_said_of_a_suggested_spot(spans, value, became):
    assert outcome(spans, spans.span("Vector 9"), value) == became


def test_the_label_suggested_with_another_boundary_is_a_correction(spans):
    assert outcome(spans, spans.span("new Vector 9"), "Product") == "corrected"
    assert Judgement.objects.get().unit.anchor == spans.span("Vector 9"), "it is still about what was shown"


def test_a_box_that_was_moved_is_a_correction(regions):
    moved = regions.region(10, 20, 30, 41)
    guess(regions, regions.region(10, 20, 30, 40), "Zip")
    exposure = shown_to(regions)
    slot = exposure.slots.get()
    assert record(regions, said(regions, exposure, moved, "Zip", candidate=slot.label)) == ["ok"]
    slot.refresh_from_db()
    assert slot.outcome == "corrected"


def test_an_undo_gives_a_suggested_spot_back(spans):
    guess(spans, spans.span("Vector 9"), "Product")
    exposure = shown_to(spans)
    slot = exposure.slots.get()
    answer = said(spans, exposure, spans.span("Vector 9"), candidate=slot.label)
    record(spans, Seen(spans.new_id(), exposure.pk, 0, 1000, slot.label), answer)
    record(spans, Undo(spans.new_id(), exposure.pk, 1, 3000, answer.id))
    slot.refresh_from_db()
    assert slot.outcome == "ignored" and not LiveJudgement.objects.exists()


def test_an_answer_to_a_suggested_spot_is_drawn_and_an_own_mark_is_not(spans):
    guess(spans, spans.span("Vector 9"), "Product")
    exposure = shown_to(spans)
    slot = exposure.slots.get()
    record(spans, said(spans, exposure, spans.span("Vector 9"), candidate=slot.label))
    record(spans, said(spans, exposure, spans.span("Inverness"), "Place"))
    origins = dict(Judgement.objects.values_list("value", "origin"))
    assert origins == {"Product": "drawn", "Place": "spontaneous"}
    assert set(LedgerEvent.objects.values_list("label", flat=True)) == {"8-16 Product", ""}


def test_who_answers_a_suggested_spot_again_answers_the_same_one_wherever_they_moved_it(spans):
    unit = mark(spans, 1, spans.span("Vector 9"))
    guess(spans, spans.span("new Vector 9"), "Product")
    exposure = shown_to(spans)
    slot = exposure.slots.get()
    for words, later_s in (("w Vector 9", -2), ("Vector 9 she", -1)):
        answer = said(spans, exposure, spans.span(words), candidate=slot.label, later_s=later_s)
        assert record(spans, answer) == ["ok"]
        assert Judgement.objects.get(pk=answer.id).unit == unit
    assert LiveJudgement.objects.filter(annotator=spans.people[0]).count() == 1


def test_a_person_changes_what_they_marked_under_the_name_it_was_shown_by(spans):
    exposure = shown_to(spans)
    record(spans, said(spans, exposure, spans.span("Vector 9"), later_s=-1))
    moved = said(spans, exposure, spans.span("The new Vector 9"), candidate="8-16 Product")
    assert record(spans, moved) == ["ok"]
    live = LiveJudgement.objects.get().judgement
    assert (live.pk, live.anchor["quote"]["exact"]) == (moved.id, "The new Vector 9")
    assert LedgerEvent.objects.get(pk=moved.id).label == "8-16 Product"


def test_a_settled_spot_is_answered_under_the_name_it_was_shown_by(spans):
    unit = mark(spans, 0, spans.span("Vector 9"))
    Unit.objects.filter(pk=unit.pk).update(settled_value="Product")
    answer = said(spans, shown_to(spans, 1), spans.span("new Vector 9"), "none", candidate="8-16 Product")
    assert record(spans, answer, person=1) == ["ok"]
    assert Judgement.objects.get(pk=answer.id).unit == unit


def test_a_spot_that_was_never_shown_is_refused(spans):
    mark(spans, 1, spans.span("Vector 9"))
    answer = said(spans, shown_to(spans), spans.span("Vector 9"), candidate="8-16 Product")
    assert record(spans, answer) == ["unknown_candidate"], "others' marks are nobody's business before they are settled"
    assert RefusedEvent.objects.get().code == "unknown_candidate"


def test_a_page_with_another_text_marks_the_words_of_ours(spans):
    page = "Vector 9. " + spans.item.body
    event = said(spans, shown_to(spans), spans.span("Inverness", page), "Place")
    assert record(spans, event) == ["ok"]
    kept = Judgement.objects.get().anchor
    assert kept["told"] == spans.span("Inverness", page)
    assert kept["position"] == spans.span("Inverness")["position"]
    assert "told" not in Judgement.objects.get().unit.anchor


def test_what_was_marked_in_another_text_is_changed_under_the_name_the_page_has_for_it(spans):
    page = "Vector 9. " + spans.item.body
    exposure = shown_to(spans)
    told = spans.span("Inverness", page)
    record(spans, said(spans, exposure, told, "Place", later_s=-1))
    name = f"{told['position']['start']}-{told['position']['end']} Place"
    assert record(spans, said(spans, exposure, told, "Fault", candidate=name)) == ["ok"]
    assert LiveJudgement.objects.get().judgement.value == "Fault"


def test_words_that_the_item_has_not_are_not_stored(spans):
    strange = spans.span("A text", "A text that has nothing to do with the other one.")
    assert record(spans, said(spans, shown_to(spans), strange)) == ["text_not_found"]
    assert not Judgement.objects.exists() and not Unit.objects.exists()


def test_a_batch_that_is_searched_for_in_vain_ends_the_search_but_takes_nothing_from_the_items_own_words(
    spans, monkeypatch
):
    monkeypatch.setattr("backend.judgements.actions.meet.MOST_SEARCHED", len(spans.item.body))
    exposure = shown_to(spans)
    strange = [spans.span("A text", f"A text {number}, of quite another kind.") for number in range(2)]
    page = spans.span("Inverness", "Vector 9. " + spans.item.body)
    events = [said(spans, exposure, anchor, "Place") for anchor in (*strange, page, spans.span("Vector 9"))]
    assert record(spans, *events) == ["text_not_found", "text_not_found", "text_not_found", "ok"]
    assert record(spans, said(spans, exposure, page, "Place")) == ["ok"], "in a batch of its own it is found"


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"quote": {"exact": "Vector 9"}, "position": {"start": 8, "end": 17}},
        {"position": {"start": 16, "end": 8}},
        {"position": {"start": 95, "end": 103}},
        {"position": {"start": 9, "end": 17}},
    ],
)
def test_a_place_that_is_none_is_malformed_and_takes_nothing_from_its_neighbours(spans, broken):
    exposure = shown_to(spans)
    anchor = spans.span("Vector 9") | broken if broken and "snapshot" not in broken and len(broken) == 1 else broken
    good = said(spans, exposure, spans.span("Inverness"), "Place")
    assert record(spans, said(spans, exposure, anchor), good) == ["malformed", "ok"]
    assert Unit.objects.count() == 1


def test_a_label_that_the_question_has_not_is_refused(spans):
    exposure = shown_to(spans)
    assert record(spans, said(spans, exposure, spans.span("Vector 9"), "Colour")) == ["unknown_value"]
    assert record(spans, said(spans, exposure, spans.span("Vector 9"), kind="region")) == ["unknown_value"]


def test_an_edited_text_keeps_its_spots_where_their_words_are(spans):
    unit = mark(spans, 0, spans.span("Vector 9 zip"), "Fault")
    edited = "Update. " + spans.item.body.replace(" new", "")
    spans.item = spans.register(edited)
    assert mark(spans, 1, spans.span("Vector 9 zip", edited), "Fault") == unit


def test_a_spot_that_this_person_answered_is_not_guessed_to_them_again(spans):
    guess(spans, spans.span("Vector 9"), "Product")
    guess(spans, spans.span("Inverness"), "Place")
    mark(spans, 0, spans.span("new Vector 9"))
    assert [slot.label for slot in shown_to(spans).slots.all()] == ["91-100 Place"]
    assert shown_to(spans, 1).slots.count() == 2


def test_a_settled_spot_is_guessed_to_nobody(spans):
    guess(spans, spans.span("Vector 9"), "Product")
    unit = mark(spans, 0, spans.span("new Vector 9"))
    Unit.objects.filter(pk=unit.pk).update(settled_value="Product")
    assert not shown_to(spans, 1).slots.exists()


def test_people_are_asked_to_mark_where_nothing_is_guessed_until_they_did(spans):
    assert shown_to(spans).was_asked and not shown_to(spans).slots.exists()
    mark(spans, 0, spans.span("Vector 9"))
    assert not shown_to(spans).was_asked
    assert shown_to(spans, 1).was_asked


def test_the_boundaries_of_a_spot_in_doubt_are_shown_first_to_who_did_not_answer_it(spans):
    guess(spans, spans.span("Vector 9"), "Product", 0.9)
    guess(spans, spans.span("Inverness"), "Place", 0.9)
    unit = mark(spans, 0, spans.span("new Vector 9"))
    Unit.objects.filter(pk=unit.pk).update(boundaries=[spans.span("new Vector 9"), spans.span("Vector 9")])
    assert [slot.label for slot in shown_to(spans, 1).slots.order_by("rank")] == ["4-16 Product", "91-100 Place"]
    assert [slot.label for slot in shown_to(spans).slots.all()] == ["91-100 Place"]


def test_there_is_nothing_to_search_for(spans):
    with pytest.raises(NotShowable, match="marked in the text"):
        show_found(
            annotator=spans.people[0], question=spans.question, item=spans.item, query="v", channel="widget",
            now=spans.now,
        )  # fmt: skip


def at_once(count, go):
    """Let so many people act at once, each in a connection of their own, and return what failed."""
    failures = []

    def one(person):
        try:
            go(person)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(person,)) for person in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_six_who_mark_one_spot_at_once_meet(make_world, ask_spots):
    world = ask_spots(make_world())
    with tenancy(world.project):
        lists = [shown_to(world, person) for person in range(6)]

    def go(person):
        with tenancy(world.project):
            anchor = world.span("Vector 9") if person % 2 else world.span("new Vector 9")
            assert record(world, said(world, lists[person], anchor), person=person) == ["ok"]

    assert at_once(6, go) == []
    with tenancy(world.project):
        assert Unit.objects.count() == 1 and LiveJudgement.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_two_who_mark_two_items_in_either_order_do_not_wait_for_each_other(make_world, ask_spots):
    world = ask_spots(make_world())
    with tenancy(world.project):
        other = world.items["1"]
        here = [shown_to(world, person) for person in range(2)]
        there = [
            show_suggestions(
                annotator=world.people[person], question=world.question, item=other, channel="widget", now=world.now
            )
            for person in range(2)
        ]

    def go(person):
        pair = [
            said(world, here[person], world.span("Vector 9")),
            said(world, there[person], world.span("Messages", other.body)),
        ]
        for _ in range(5):
            with tenancy(world.project):
                record(world, *(pair if person else reversed(pair)), person=person)

    assert at_once(2, go) == []
    with tenancy(world.project):
        assert Unit.objects.count() == 2 and LiveJudgement.objects.count() == 4


def test_two_spots_that_overlap_are_two_marks_of_one_person_also_when_they_are_told_at_once(spans):
    shown = shown_to(spans)
    whole, part = spans.span("the Vector 9 zip"), spans.span("the Vector 9")
    assert record(spans, said(spans, shown, whole), said(spans, shown, part, later_s=1)) == ["ok", "ok"]
    assert LiveJudgement.objects.count() == Unit.objects.count() == 2


def test_of_a_batch_no_more_of_long_texts_is_looked_through_than_may_be(spans, monkeypatch):
    monkeypatch.setattr("backend.judgements.actions.meet.MOST_SEARCHED", 2 * len(spans.item.body))
    shown = shown_to(spans)
    marks = [said(spans, shown, spans.span(words)) for words in ("Vector", "sheds", "froze", "hills")]
    assert record(spans, *marks) == ["ok"] * 4
    assert sum("elsewhere" in kept for kept in Judgement.objects.values_list("anchor", flat=True)) == 2


WORDS = ["The", "new", "Vector 9", "sheds", "water", "Inverness"]


def marks_of(world, exposure, *words, value="Product"):
    return [said(world, exposure, world.span(each), value, at_ms=1000 + at) for at, each in enumerate(words)]


def test_one_person_marks_no_more_in_an_item_than_the_question_lets_them(world, ask_spots):
    spans = ask_spots(world, most_spots=3)
    events = marks_of(spans, shown_to(spans), *WORDS[:5])
    assert record(spans, *events) == ["ok", "ok", "ok", "too_many_spots", "too_many_spots"]
    assert Judgement.objects.count() == LiveJudgement.objects.count() == Unit.objects.count() == 3
    assert set(RefusedEvent.objects.values_list("code", flat=True)) == {"too_many_spots"}
    assert mark(spans, 1, spans.span("Inverness"), "Place"), "another person marks as before"


def test_without_a_word_of_the_host_two_hundred_spots_are_taken_and_ten_thousand_are_not(regions):
    exposure = shown_to(regions)
    boxes = [regions.region(at % 50 * 2, at // 50 * 2, 1, 1) for at in range(250)]
    verdicts = record(regions, *[said(regions, exposure, box, "Zip") for box in boxes])
    assert verdicts == ["ok"] * 200 + ["too_many_spots"] * 50


def test_who_marked_as_many_as_they_may_changes_what_they_said_and_marks_anew_what_they_took_back(world, ask_spots):
    spans = ask_spots(world, most_spots=2)
    exposure = shown_to(spans)
    first, second = marks_of(spans, exposure, "Vector 9", "water")
    assert record(spans, first, second) == ["ok", "ok"]
    assert record(spans, said(spans, exposure, spans.span("water"), "Fault", later_s=-1)) == ["ok"]
    (third,) = marks_of(spans, exposure, "Inverness")
    assert record(spans, third) == ["too_many_spots"]
    undo = Undo(spans.new_id(), exposure.pk, 0, 3000, first.id)
    assert record(spans, undo, *marks_of(spans, exposure, "Inverness")) == ["ok", "ok"], "in one batch too"


def test_marking_and_taking_back_again_and_again_leaves_no_heap_of_units(world, ask_spots):
    spans = ask_spots(world, most_spots=1)
    exposure = shown_to(spans)
    verdicts = []
    for words in [*WORDS, "Vector"]:
        (event,) = marks_of(spans, exposure, words)
        verdicts += record(spans, event, Undo(spans.new_id(), exposure.pk, 0, 3000, event.id))[:1]
    assert verdicts == ["ok"] * 5 + ["too_many_spots"] * 2
    assert Unit.objects.count() == 5


def test_what_software_guessed_may_be_answered_however_many_one_marked(world, ask_spots):
    spans = ask_spots(world, most_spots=1)
    guess(spans, spans.span("Inverness"), "Place")
    exposure = shown_to(spans)
    mark(spans, 0, spans.span("Vector 9"))
    slot = exposure.slots.get()
    assert record(spans, said(spans, exposure, slot.anchor, "Place", candidate=slot.label)) == ["ok"]


def test_the_spots_of_an_item_are_read_once_a_batch(regions):
    exposure = shown_to(regions)
    for at in range(20):
        mark(regions, 1, regions.region(at * 4, 0, 3, 3), "Zip")
    few = [said(regions, exposure, regions.region(at * 4, 50, 3, 3), "Zip") for at in range(10)]
    with CaptureQueriesContext(connection) as asked:
        assert record(regions, *few) == ["ok"] * 10
    read = [
        each["sql"] for each in asked if each["sql"].startswith("SELECT") and 'FROM "questions_unit"' in each["sql"]
    ]
    assert len([sql for sql in read if "LIMIT" not in sql and '"key" ASC' in sql]) == 1


def test_what_a_person_said_of_an_item_is_read_once_a_batch(regions):
    exposure = shown_to(regions)
    marks = [said(regions, exposure, regions.region(at * 4, 50, 3, 3), "Zip") for at in range(10)]
    with CaptureQueriesContext(connection) as asked:
        assert record(regions, *marks) == ["ok"] * 10
    of_the_item = 'INNER JOIN "questions_unit"'
    read = [each["sql"] for each in asked if of_the_item in each["sql"] and '"judgements_judgement"' in each["sql"]]
    assert 0 < len([sql for sql in read if '"judgements_withdrawal"' in sql]) <= 2, read


def test_of_what_a_person_took_back_only_what_has_not_come_yet_is_kept_in_mind(regions):
    exposure = shown_to(regions)
    first, second, third = (said(regions, exposure, regions.region(at * 9, 50, 3, 3), "Zip") for at in range(3))
    for event in (first, second):
        assert record(regions, event, Undo(regions.new_id(), exposure.pk, 0, 900, event.id)) == ["ok", "ok"]
    assert record(regions, Undo(regions.new_id(), exposure.pk, 0, 900, third.id)) == ["ok"]
    own = Looks().own_of(regions.people[0], regions.question, regions.items["2"], "")
    assert own.taken_back == {third.id}, "however much they took back elsewhere"


def test_an_answer_taken_back_before_it_came_leaves_room_for_another_in_one_batch(world, ask_spots):
    spans = ask_spots(world, most_spots=1)
    exposure = shown_to(spans)
    first, second, third = marks_of(spans, exposure, "Vector 9", "water", "Inverness")
    assert record(spans, Undo(spans.new_id(), exposure.pk, 0, 900, first.id)) == ["ok"]
    assert record(spans, first, second, third) == ["ok", "ok", "too_many_spots"]


def test_an_older_answer_that_comes_later_in_a_batch_does_not_move_where_a_person_put_a_spot(regions):
    exposure = shown_to(regions)
    wide, narrow = regions.region(10, 10, 20, 20), regions.region(10, 10, 20, 16)
    assert record(regions, said(regions, exposure, wide, "Zip", later_s=-9)) == ["ok"]
    named = candidate_id(Judgement.objects.get().anchor, "Zip")
    corrected = said(regions, exposure, narrow, "Zip", candidate=named)
    older, last = said(regions, exposure, wide, "Zip", later_s=-5), said(regions, exposure, narrow, "Zip", at_ms=9000)
    assert record(regions, corrected, older, last) == ["ok"] * 3
    assert Unit.objects.count() == 1, "what lies where they put the spot last is that spot"
