"""Look-ups put together once: they find what the ORM finds, for whichever values."""

import pytest
from django.db import NotSupportedError, OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from backend.projects.composed import Composed, Given, GivenAll, SideBySide
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Question, Unit

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
with_items = Composed(lambda: Unit.objects.of(Given("project")).select_related("item", "other"))
together = SideBySide(questions=by_slug, keys=keys_of, units=with_items)


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


def test_what_is_asked_again_can_be_looked_at_too(world):
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            by_slug.first(project=world.project.pk, slug="x")
    assert len(asked) == 3 and all("questions_question" in (each["sql"] or "") for each in asked)


def test_related_rows_come_along(world):
    Unit.objects.create(project=world.project, question=world.question, item=world.items["1"], other=world.items["2"])
    found = with_items.first(project=world.project.pk)
    with CaptureQueriesContext(connection) as asked:
        assert (found.item.title, found.other) == (world.items["1"].title, world.items["2"])
    assert len(asked) == 0


def test_look_ups_side_by_side_find_what_each_finds_alone_in_one_statement(world):
    keys = ["1", "3", "none"]
    with CaptureQueriesContext(connection) as asked:
        found = together.found(project=world.project.pk, slug=world.question.slug, keys=keys, item=0)
    assert len(asked) == 1
    assert [each.labels for each in found["questions"]] == [world.question.labels]
    assert found["keys"] == [("1", world.items["1"].pk), ("3", world.items["3"].pk)]
    assert found["units"] == []


def test_side_by_side_one_finds_more_though_the_first_finds_nothing(world):
    found = together.found(project=world.project.pk, slug="another", keys=["5", "4"], item=0)
    assert found["questions"] == []
    assert [key for key, _ in found["keys"]] == ["4", "5"]


def test_side_by_side_rows_of_another_project_stay_behind_its_door(make_world, world):
    other = make_world("other")
    with tenancy(world.project):
        found = together.found(project=other.project.pk, slug=other.question.slug, keys=["1"], item=0)
    assert found == {"questions": [], "keys": [], "units": []}


def test_a_table_that_changed_under_a_prepared_statement_asks_for_another_try(world, monkeypatch):
    def refuse(*told, **more):
        raise NotSupportedError("cached plan must not change result type")

    raw = connection.connection
    assert by_slug.first(project=world.project.pk, slug="x") is None
    with monkeypatch.context() as patched, pytest.raises(OperationalError):
        patched.setattr(CursorWrapper, "execute", refuse)
        by_slug.first(project=world.project.pk, slug="x")
    threshold, raw.prepare_threshold = raw.prepare_threshold, 1
    assert threshold is None
