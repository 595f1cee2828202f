"""Rows of several tables written in one statement: as the ORM writes them, and behind the same door."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from backend.judgements.models import Exposure, Slot
from backend.projects.composed import Composed, Given, GivenAll
from backend.projects.tenancy import tenancy
from backend.projects.written import write_together
from backend.questions.models import Item

by_keys = Composed(
    lambda: Item.objects.of(Given("project")).filter(pk__in=GivenAll("wanted", "bigint")).order_by("key")
)


@pytest.fixture
def listed(world):
    """An exposure and two slots that are not written yet."""
    facts = {"project": world.project, "question": world.question, "annotator": world.people[0]}
    exposure = Exposure(item=world.items["5"], channel="sdk", policy="ranked", shown_at=world.now, pool=[1], **facts)
    slots = [
        Slot(project=world.project, exposure=exposure, rank=rank, candidate=world.items[key], reasons=[f"“{key}”"])
        for rank, key in ((1, "2"), (2, "1"))
    ]
    return exposure, slots


def write(world, exposure, slots):
    wanted = [slot.candidate_id for slot in slots]
    return write_together([exposure], slots, reading=by_keys, project=world.project.pk, wanted=wanted)


def test_a_list_and_its_slots_are_written_and_the_candidates_read_in_one_statement(world, listed):
    with CaptureQueriesContext(connection) as asked:
        found = write(world, *listed)
    assert len(asked) == 1
    assert [item.key for item in found] == ["1", "2"]
    kept = Exposure.objects.get(pk=listed[0].pk)
    assert (kept.annotator, kept.pool, kept.shown_at, kept.within) == (world.people[0], [1], world.now, None)
    told = kept.slots.order_by("rank").values_list("rank", "candidate__key", "reasons", "outcome", "anchor")
    assert list(told) == [(1, "2", ["“2”"], "unseen", None), (2, "1", ["“1”"], "unseen", None)]


def test_an_empty_group_writes_nothing(world, listed):
    assert write(world, listed[0], []) == []
    assert Exposure.objects.get(pk=listed[0].pk).slots.count() == 0


def test_what_cannot_be_written_takes_all_of_the_statement_with_it(world, listed):
    exposure, slots = listed
    slots[1].rank = 1
    with pytest.raises(IntegrityError, match="a_rank_is_filled_once"), transaction.atomic():
        write(world, exposure, slots)
    assert not Exposure.objects.filter(pk=exposure.pk).exists()


def test_nothing_is_written_into_another_project(make_world, world, listed):
    other = make_world("other")
    with pytest.raises(ProgrammingError, match="row-level security"), tenancy(other.project):
        write(world, *listed)
