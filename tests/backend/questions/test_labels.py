import pytest

from backend.questions.actions.labels import known_labels, label_of
from backend.questions.actions.units import unit_of_tag
from backend.questions.errors import ValueNotAllowed
from backend.questions.models import NamedLabel, Unit


def test_a_label_is_meant_in_any_capitals_and_keeps_its_spelling(world, ask_labels):
    topics = ask_labels(world)
    assert [label_of(question=topics, given=said, now=world.now) for said in ("Inbox", "inbox", " INBOX ")] == [
        "Inbox"
    ] * 3
    assert not NamedLabel.objects.exists()


@pytest.mark.parametrize("said", ["Toolbar", "", "In\nbox", "x" * 200])
def test_a_closed_question_has_no_labels_but_its_own(world, ask_labels, said):
    with pytest.raises(ValueNotAllowed):
        label_of(question=ask_labels(world), given=said, now=world.now)


def test_the_first_spelling_of_a_new_label_stands(world, ask_labels):
    topics = ask_labels(world, allows_new_labels=True)
    said = ["Address  book", "address book", "ADDRESS BOOK "]
    assert {label_of(question=topics, given=one, now=world.now) for one in said} == {"Address book"}
    assert list(known_labels(question=topics).values()) == ["Archive", "Printing", "Inbox", "Shortcuts", "Address book"]


@pytest.mark.parametrize("said", ["", " ", "x" * 61, "a\tb", "\u202eoops"])
def test_not_everything_is_a_label(world, ask_labels, said):
    with pytest.raises(ValueNotAllowed):
        label_of(question=ask_labels(world, allows_new_labels=True), given=said, now=world.now)


def test_a_tag_in_other_capitals_is_the_same_unit(world, ask_labels):
    topics = ask_labels(world, allows_new_labels=True)
    units = {unit_of_tag(question=topics, item=world.items["1"], label=label).pk for label in ("Mail", "mail", "MAIL")}
    assert len(units) == 1
    assert Unit.objects.get(pk=units.pop()).label == "Mail"
