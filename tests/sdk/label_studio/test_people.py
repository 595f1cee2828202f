"""Who completed an annotation and when, in the ways in which exports tell it."""

from datetime import UTC, datetime

import pytest
from earmark.label_studio.people import UNNAMED, annotator_of, id_of, said_at

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "name"),
    [(7, "7"), ("7", "7"), ({"id": 7, "email": "ann@x.example"}, "7"), (None, UNNAMED), ({}, UNNAMED), (True, UNNAMED)],
)
def test_a_person_is_their_number(told, name):
    assert annotator_of({"completed_by": told}) == name


def test_an_address_is_never_kept_and_is_one_person_however_it_is_told():
    told = ["ann@x.example", {"email": "Ann@X.example"}, " ann@x.example "]
    [name] = {annotator_of({"completed_by": each}) for each in told}
    assert "ann" not in name and "@" not in name and len(name) == 16


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ({"created_at": "2026-02-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z"}, NOON),
        ({"created_at": "2026-03-01T12:00:00", "updated_at": None}, NOON),
        ({"created_at": 1772366400}, NOON),
        ({"updated_at": "yesterday", "created_at": "2026-03-01T13:00:00+01:00"}, NOON),
        ({"created_at": 1e300}, None),
        ({"updated_at": "0001-01-01T00:00:00+14:00"}, None),
        ({"updated_at": "9999-12-31T23:59:59-14:00", "created_at": "2026-03-01T12:00:00Z"}, NOON),
        ({}, None),
    ],
)
def test_an_annotation_is_as_old_as_its_last_change(told, at):
    assert said_at(told) == at


def test_the_same_facts_have_one_id_of_version_7_which_tells_its_time():
    one, other = id_of(NOON, "q", "item", "ann"), id_of(NOON, "q", "item", "bob")
    assert one == id_of(NOON, "q", "item", "ann") != other
    assert (one.version, one.variant, one.int >> 80) == (7, other.variant, int(NOON.timestamp() * 1000))
    assert id_of(None, "q").int >> 80 == 0
