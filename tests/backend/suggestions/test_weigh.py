"""What is weighed of fields holds nothing that only removed items said, whenever they are removed."""

import json

import pytest

from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item
from backend.suggestions.actions import weigh
from backend.suggestions.actions.weigh import weigh_fields
from backend.suggestions.models import WeighedFields
from backend.suggestions.retrieval import index_of

pytestmark = pytest.mark.django_db(transaction=True)


def register(world, **part_of):
    items = [NewItem(key, f"Word {key}", metadata={"part": part}) for key, part in part_of.items()]
    with tenancy(world.project):
        register_items(project_id=world.project.pk, items=items, now=world.now)


def remove(world, *keys):
    with tenancy(world.project):
        for item in Item.objects.filter(key__in=keys):
            remove_item(item=item, now=world.now)


def weigh_all(world):
    with tenancy(world.project):
        weigh_fields(project_id=world.project.pk, index=index_of(world.project.pk).index, now=world.now)


def drain():
    while drain_jobs(seconds=60):
        pass


def kept(world):
    with tenancy(world.project):
        return json.dumps(WeighedFields.objects.get().facts)


@pytest.fixture
def parts(world):
    """Items of four parts, five each; r0 to r4 have the rudder."""
    register(world, **{f"{part[0]}{at}": part for part in ("hull", "wing", "rudder", "engine") for at in range(5)})
    drain()
    return world


@pytest.mark.parametrize("was_weighed_before", [True, False])
def test_what_is_removed_and_looked_for_while_fields_are_weighed_is_forgotten_after_it(
    parts, monkeypatch, was_weighed_before
):
    if was_weighed_before:
        weigh_all(parts)
        drain()
    likely_pairs = weigh.likely_pairs

    def slowly(*given):
        remove(parts, *(f"r{at}" for at in range(5)))
        weigh.forget_values(project_id=parts.project.pk)
        Job.objects.waiting().filter(kind=weigh.FORGET_VALUES).delete()  # that was its job
        return likely_pairs(*given)

    monkeypatch.setattr(weigh, "likely_pairs", slowly)
    weigh_all(parts)
    assert '"rudder"' in kept(parts), "it was read before"
    drain()
    assert '"rudder"' not in kept(parts) and '"hull"' in kept(parts)
