"""Settling a spot: its label as ever, and its boundary."""

import itertools
import random

import pytest

from backend.annotators.actions.people import block_annotator
from backend.judgements.actions.meet import meet
from backend.judgements.actions.stand import stand_again
from backend.judgements.actions.tell import record_judgement
from backend.judgements.models import Judgement, Withdrawal
from backend.quality.actions.company import company_of
from backend.quality.actions.settle import label_facts, mark_stale, settle_unit
from backend.quality.models import ConsensusLabel
from backend.questions.actions.items import NewItem, register_items
from backend.questions.models import Item, Question, Unit


@pytest.fixture
def spans(world, ask_spots):
    return ask_spots(world)


@pytest.fixture
def regions(world, ask_spots):
    return ask_spots(world, "region")


def say(world, person, anchor, value="Product", origin="spontaneous"):
    """Let a person say something of a spot, settle it, and return its unit."""
    annotator = world.people[person]
    unit = meet(question=world.question, item=world.item, anchor=anchor, label=value, annotator=annotator)
    record_judgement(
        judgement_id=world.new_id(), annotator=annotator, unit=unit, item=world.item, value=value, origin=origin,
        judged_at=world.now, now=world.now, anchor=anchor,
    )  # fmt: skip
    settle_unit(unit_id=unit.pk, now=world.now)
    return Unit.objects.get(pk=unit.pk)


def label():
    found = ConsensusLabel.objects.get()
    return found.state, found.value


def words(anchors):
    return [anchor["quote"]["exact"] for anchor in anchors]


def test_a_spot_settles_where_people_agree_on_label_and_boundary(spans):
    say(spans, 0, spans.span("Vector 9"))
    unit = say(spans, 1, spans.span("Vector 9"))
    assert label() == ("settled", "Product")
    assert (unit.settled_value, unit.anchor, unit.boundaries) == ("Product", spans.span("Vector 9"), None)


def test_where_only_boundaries_differ_it_waits_and_says_which(spans):
    say(spans, 0, spans.span("Vector 9"))
    unit = say(spans, 1, spans.span("new Vector 9"))
    assert label() == ("open", "Product")
    assert words(unit.boundaries) == ["new Vector 9", "Vector 9"], "of two alike the one that begins first"
    assert unit.priority == 1.0 and unit.settled_value == ""
    evidence = ConsensusLabel.objects.get().evidence["boundaries"]
    assert [(each["place"], each["votes_count"]) for each in evidence] == [([4, 16], 1), ([8, 16], 1)]


def test_a_third_who_says_one_of_them_settles_it_and_the_unit_gets_that_boundary(spans):
    say(spans, 0, spans.span("Vector 9"))
    say(spans, 1, spans.span("new Vector 9"))
    unit = say(spans, 2, spans.span("new Vector 9"))
    assert label() == ("settled", "Product")
    assert (unit.anchor, unit.boundaries) == (spans.span("new Vector 9"), None)


def test_one_more_person_is_wanted_for_a_boundary_until_the_most_are_asked(spans):
    Question.objects.filter(pk=spans.question.pk).update(maximum=3)
    spans.question.refresh_from_db()
    say(spans, 0, spans.span("Vector 9"), origin="assigned")
    assert say(spans, 1, spans.span("new Vector 9"), origin="assigned").people_wanted_count == 1
    assert say(spans, 2, spans.span("Vector 9 she"), origin="assigned").people_wanted_count == 0


def test_a_single_vote_settles_with_its_own_boundary_where_one_is_enough(world, ask_spots):
    spans = ask_spots(world, settling_policy="trusting", overlap=2)
    assert say(spans, 0, spans.span("Vector 9")).settled_value == "Product"


def test_other_labels_contest_as_ever_and_their_boundaries_play_no_part(spans):
    say(spans, 0, spans.span("Vector 9"))
    unit = say(spans, 1, spans.span("Vector 9"), "Fault")
    assert label() == ("contested", "") and unit.boundaries is None
    say(spans, 2, spans.span("Vector 9"), "Fault")
    assert label() == ("settled", "Fault")


def test_that_nothing_is_there_settles_without_a_boundary(spans):
    say(spans, 0, spans.span("Vector 9"), "none")
    say(spans, 1, spans.span("Vector 9"), "none")
    assert label() == ("settled", "none")
    assert "boundaries" not in ConsensusLabel.objects.get().evidence


def test_not_sure_and_blocked_people_have_no_say_in_a_boundary(spans):
    say(spans, 0, spans.span("Vector 9"))
    say(spans, 1, spans.span("Vector 9"))
    unit = say(spans, 2, spans.span("new Vector 9"))
    assert words([unit.anchor]) == ["Vector 9"]
    say(spans, 3, spans.span("new Vector 9"))
    assert label() == ("open", "Product"), "two and two"
    block_annotator(annotator=spans.people[3], now=spans.now)
    settle_unit(unit_id=unit.pk, now=spans.now)
    assert label() == ("settled", "Product")


def test_boxes_that_nearly_meet_settle_on_the_median(regions):
    for person, x in enumerate((10, 12, 11)):
        unit = say(regions, person, regions.region(x, 20, 30, 40), "Zip")
    assert label() == ("settled", "Zip")
    assert unit.anchor == regions.region(11, 20, 30, 40)


def test_boxes_that_differ_wait_for_one_more(regions):
    say(regions, 0, regions.region(10, 20, 30, 40), "Zip")
    unit = say(regions, 1, regions.region(10, 20, 30, 20), "Zip")
    assert label() == ("open", "Zip")
    assert unit.boundaries == [regions.region(10, 20, 30, 20), regions.region(10, 20, 30, 40)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_what_is_believed_does_not_depend_on_who_came_first(spans, order):
    places = ["Vector 9", "new Vector 9", "new Vector 9", "Vector 9 she"]
    for person in order:
        unit = say(spans, person, spans.span(places[person]))
    assert (label(), words([unit.anchor]), unit.boundaries) == (("settled", "Product"), ["new Vector 9"], None)


def test_a_person_is_told_at_once_what_their_mark_did_with_the_boundary(spans):
    def told(person, unit):
        return company_of(annotator=spans.people[person], units=[unit])[unit.pk].belief.state

    say(spans, 0, spans.span("Vector 9"))
    unit = say(spans, 1, spans.span("new Vector 9"))
    assert told(1, unit) == "open"
    assert told(2, say(spans, 2, spans.span("Vector 9"))) == "settled"


def test_after_an_edit_boundaries_are_compared_where_the_words_are_now(spans):
    say(spans, 0, spans.span("Vector 9 zip"))
    edited = "Update. " + spans.item.body
    spans.item = spans.register(edited)
    unit = say(spans, 1, spans.span("Vector 9 zip", edited))
    assert label() == ("settled", "Product")
    assert unit.anchor == spans.span("Vector 9 zip", edited)


def test_a_settled_spot_is_stale_once_its_item_changed(spans):
    say(spans, 0, spans.span("Vector 9"))
    unit = say(spans, 1, spans.span("Vector 9"))
    spans.register("Sold out.")
    mark_stale(project_id=spans.project.pk, item_ids=[spans.item.pk])
    assert ConsensusLabel.objects.get(unit=unit).is_stale


def test_the_host_is_told_where_it_lies(spans):
    say(spans, 0, spans.span("Vector 9"))
    say(spans, 1, spans.span("Vector 9"))
    facts = label_facts(ConsensusLabel.objects.get())
    assert facts["unit"] == {"kind": "span", "items": ["review"], "label": None, "anchor": spans.span("Vector 9")}


@pytest.mark.parametrize("seed", range(3))
def test_settled_anew_from_the_rows_everything_is_as_it_was(spans, seed):
    lot = random.Random(seed)
    stretches = ["Vector 9", "new Vector 9", "Vector 9 she", "Inverness", "above Inverness", "zip froze"]
    for person in range(6):
        for words in lot.sample(stretches, 3):
            say(spans, person, spans.span(words), lot.choice(["Product", "Fault", "none", "unsure"]))

    def everything():
        labels = ConsensusLabel.objects.order_by("unit").values_list("unit", "state", "value", "evidence", "revision")
        units = Unit.objects.order_by("pk").values_list("pk", "anchor", "boundaries", "priority", "settled_value")
        return list(labels), list(units)

    before = everything()
    for unit in Unit.objects.order_by("-pk"):
        settle_unit(unit_id=unit.pk, now=spans.now)
    assert everything() == before and before[0]


def take_back(world, person):
    """Let a person take back what they said last, and settle it."""
    said = Judgement.objects.filter(annotator=world.people[person]).latest("received_at", "id")
    Withdrawal.objects.create(
        id=world.new_id(),
        project_id=world.project.pk,
        judgement_key=said.pk,
        annotator=world.people[person],
        withdrawn_at=world.now,
    )
    stand_again(annotator=world.people[person], units=[said.unit])
    settle_unit(unit_id=said.unit_id, now=world.now)
    return Unit.objects.get(pk=said.unit_id)


def test_a_boundary_that_is_believed_no_more_gives_way_to_the_one_that_was_marked_first(spans):
    say(spans, 0, spans.span("Vector 9"))
    say(spans, 1, spans.span("new Vector 9"))
    assert say(spans, 2, spans.span("new Vector 9")).anchor == spans.span("new Vector 9")
    unit = take_back(spans, 2)
    assert (unit.settled_value, unit.anchor) == ("", spans.span("Vector 9"))
    assert words(unit.boundaries) == ["new Vector 9", "Vector 9"]


def test_a_box_that_is_believed_no_more_lies_where_it_was_drawn_first(regions):
    first, others = regions.region(0, 0, 40, 40), regions.region(0, 0, 40, 24)
    say(regions, 0, first, "Zip")
    say(regions, 1, others, "Zip")
    assert say(regions, 2, others, "Zip").anchor == others
    unit = take_back(regions, 2)
    assert (unit.settled_value, unit.anchor) == ("", first)


def test_where_all_take_back_what_they_said_a_spot_lies_as_at_first(spans):
    say(spans, 0, spans.span("Vector 9"))
    say(spans, 1, spans.span("new Vector 9"))
    say(spans, 2, spans.span("new Vector 9"))
    for person in (2, 1, 0):
        unit = take_back(spans, person)
    assert (unit.anchor, unit.boundaries) == (spans.span("Vector 9"), None)


def test_however_many_labels_an_edit_touches_they_are_looked_at_together(spans, django_assert_max_num_queries):
    words = ["Vector 9", "new", "zip"]
    for one in words:
        say(spans, 0, spans.span(one))
        say(spans, 1, spans.span(one))
    assert ConsensusLabel.objects.filter(state="settled", is_stale=False).count() == len(words)
    spans.register("Sold out.")
    with django_assert_max_num_queries(3):
        mark_stale(project_id=spans.project.pk, item_ids=[spans.item.pk])
    assert ConsensusLabel.objects.filter(is_stale=True).count() == len(words)
    spans.register()
    with django_assert_max_num_queries(3):
        mark_stale(project_id=spans.project.pk, item_ids=[spans.item.pk])
    assert not ConsensusLabel.objects.filter(is_stale=True).exists()


def show(world, url, version=None, **metadata):
    """Register the item with a picture, and look which labels are stale."""
    image = {"url": url, "width": 800, "height": 600, "version": version}
    item = NewItem("review", "A jacket", metadata={"image": image} | metadata)
    register_items(project_id=world.project.pk, items=[item], now=world.now)
    mark_stale(project_id=world.project.pk, item_ids=[world.item.pk])
    world.item = Item.objects.get(pk=world.item.pk)


def is_stale():
    return ConsensusLabel.objects.get().is_stale


def test_a_box_is_stale_once_its_picture_was_replaced_until_somebody_says_it_of_the_new_one(regions):
    show(regions, "https://host.example/one.png")
    for person in (0, 1):
        say(regions, person, regions.region(10, 20, 30, 40), "Zip")
    assert not is_stale()
    show(regions, "https://host.example/two.png")
    assert is_stale()
    say(regions, 2, regions.region(10, 20, 30, 40), "Zip")
    assert not is_stale()


def test_a_box_is_as_it_was_where_only_something_beside_the_picture_changed(regions):
    show(regions, "https://host.example/one.png")
    for person in (0, 1):
        say(regions, person, regions.region(10, 20, 30, 40), "Zip")
    show(regions, "https://host.example/one.png", shelf="B4")
    assert not is_stale()


def test_a_signature_in_an_address_makes_no_other_picture_but_its_version_does(regions):
    show(regions, "https://host.example/one.png?Expires=1&Signature=a")
    for person in (0, 1):
        say(regions, person, regions.region(10, 20, 30, 40), "Zip")
    show(regions, "https://host.example/one.png?Expires=2&Signature=b#now")
    assert not is_stale()
    show(regions, "https://host.example/one.png?Expires=2&Signature=b", version=2)
    assert is_stale()


def test_a_box_drawn_before_pictures_counted_is_stale_by_its_picture_alone(regions):
    show(regions, "https://host.example/one.png")
    Item.objects.update(content_hash="as of title and body")
    regions.item.refresh_from_db()
    for person in (0, 1):
        say(regions, person, regions.region(10, 20, 30, 40), "Zip")
    show(regions, "https://host.example/one.png", shelf="B4")
    assert not is_stale(), "the same picture"
    show(regions, "https://host.example/two.png", shelf="B4")
    assert is_stale()
