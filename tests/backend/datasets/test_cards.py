"""What a version's card tells, counted by hand."""

from backend.datasets.cards import Card, believed_in


def label(item, value, split="train", **place):
    return {"item": item, "other": None, "label": None, "value": value, "split": split, "is_stale": False} | place


def said(annotator, record="judgement"):
    return {"record": record, "annotator": annotator}


def card_of(labels, judgements=(), before=None):
    card = Card(before=None if before is None else believed_in(before))
    assert list(card.counting_labels(labels)) == list(labels)
    assert list(card.counting_judgements(judgements)) == list(judgements)
    return card.as_facts(before_number=None if before is None else 1, unsettled={"open": 2})


def test_labels_are_counted_by_value_and_side():
    card = card_of([label("1", "spam"), label("2", "spam", "test"), label("3", "ham"), label("4", "ham", None)])
    assert card["values"] == {"ham": {"none": 1, "train": 1}, "spam": {"test": 1, "train": 1}}
    assert card["unsettled"] == {"open": 2}


def test_labels_whose_items_changed_since_are_counted_among_the_others():
    card = card_of([label("1", "spam", is_stale=True), label("2", "spam")])
    assert (card["stale_count"], card["values"]) == (1, {"spam": {"train": 2}})


def test_answers_are_told_apart_from_slots_that_nobody_answered():
    card = card_of([], [said("ann"), said("ann"), said("ben"), said("cem", "slot")])
    assert (card["judgements_count"], card["slots_count"], card["people_count"]) == (3, 1, 2)


def test_what_is_new_gone_and_changed_is_told_since_the_version_before():
    before = [label("1", "spam"), label("2", "ham"), label("3", "ham")]
    card = card_of([label("1", "spam", "test"), label("2", "spam"), label("4", "ham")], before=before)
    assert card["since"] == {"number": 1, "added_count": 1, "gone_count": 1, "changed_count": 1}


def test_two_spots_of_one_item_are_two_units():
    before = [label("1", "Zip", start=0, end=3)]
    card = card_of([label("1", "Zip", start=0, end=3), label("1", "Zip", start=9, end=12)], before=before)
    assert card["since"] == {"number": 1, "added_count": 1, "gone_count": 0, "changed_count": 0}


def test_two_boxes_in_a_picture_whose_size_nobody_told_are_two_units():
    first, second = ({"region": f"xywh=percent:{x},10,5,5", "width": None} for x in (10, 40))
    before = [label("1", "button", anchor=first, x=None)]
    card = card_of(
        [label("1", "button", anchor=first, x=None), label("1", "menu", anchor=second, x=None)], before=before
    )
    assert card["since"] == {"number": 1, "added_count": 1, "gone_count": 0, "changed_count": 0}


def test_a_box_is_the_same_unit_once_the_size_of_its_picture_is_told():
    box = {"region": "xywh=percent:10,10,5,5"}
    card = card_of([label("1", "button", anchor=box, x=80)], before=[label("1", "button", anchor=box, x=None)])
    assert card["since"] == {"number": 1, "added_count": 0, "gone_count": 0, "changed_count": 0}


def test_without_a_version_before_nothing_is_compared():
    assert card_of([label("1", "spam")])["since"] is None
