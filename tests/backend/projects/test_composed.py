"""Look-ups put together once: they find what the ORM finds, for whichever values."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from backend.projects.composed import Composed, Given, GivenAll
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Question

by_slug = Composed(lambda: Question.objects.of(Given("project")).filter(slug=Given("slug")))
keys_of = Composed(
    lambda: (
        Item.objects.of(Given("project"))
        .filter(key__in=GivenAll("keys", "text"))
        .exclude(Q(pk=Given("item")))
        .order_by("key")
        .values_list("key", "pk")
    )
)


def test_a_row_is_found_whole_and_another_by_other_values(world):
    found = by_slug.first(project=world.project.pk, slug=world.question.slug)
    assert found == world.question
    assert (found.labels, found.epsilon) == (world.question.labels, world.question.epsilon)
    assert by_slug.first(project=world.project.pk, slug="another") is None
    assert by_slug.first(project=world.project.pk + 1, slug=world.question.slug) is None


def test_columns_are_those_of_all_values_in_a_list(world):
    keys = [item.key for item in Item.objects.order_by("key")[:3]]
    first = Item.objects.get(key=keys[0])
    assert [key for key, _ in keys_of.columns(project=world.project.pk, keys=keys, item=first.pk)] == keys[1:]
    assert keys_of.columns(project=world.project.pk, keys=[], item=0) == []


def test_a_value_is_never_read_as_sql(world):
    hostile = "x' or '1'='1"
    assert by_slug.found(project=world.project.pk, slug=hostile) == []
    assert keys_of.columns(project=world.project.pk, keys=[hostile, "%s"], item=0) == []


def test_rows_of_another_project_stay_behind_its_door(make_world, world):
    other = make_world("other")
    with tenancy(world.project):
        assert by_slug.first(project=other.project.pk, slug=other.question.slug) is None


def test_a_value_that_is_not_told_is_missed(world):
    with pytest.raises(KeyError, match="slug"):
        by_slug.first(project=world.project.pk)


def test_it_is_one_statement(world):
    with CaptureQueriesContext(connection) as asked:
        by_slug.first(project=world.project.pk, slug="x")
    assert len(asked) == 1
