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
from backend.suggestions.indexes import index_of
from backend.suggestions.models import WeighedFields

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


def test_a_value_that_items_had_before_they_were_changed_and_removed_is_forgotten(parts):
    weigh_all(parts)
    register(parts, **{f"r{at}": "hull" for at in range(5)})
    remove(parts, "r0")
    drain()
    assert '"rudder"' not in kept(parts) and '"hull"' in kept(parts)


def test_a_value_stays_while_an_item_has_it_as_text_number_or_in_a_list(world):
    mixed = {"n0": 1, "n1": 1, "t0": "1", "t1": "1", "b0": True, "b1": True, "l0": ["x", 2.5], "l1": ["x", 2.5]}
    register(world, **mixed, **{f"o{at}": "other" for at in range(8)})
    drain()
    weigh_all(world)
    assert all(f'"{value}"' in kept(world) for value in ("1", "True", "x", "2.5", "other"))
    remove(world, "t0", "t1", "l0", "b0", "o0")
    drain()
    assert all(f'"{value}"' in kept(world) for value in ("1", "True", "x", "2.5", "other"))
    remove(world, "n0", "n1", "l1", "b1")
    drain()
    assert not any(f'"{value}"' in kept(world) for value in ("1", "True", "x", "2.5")) and '"other"' in kept(world)


def test_a_value_within_objects_or_in_a_list_in_words_stays_while_an_item_has_it(world):
    packed = {f"o{at}": {"of": [{"name": "hull"}]} for at in range(3)} | {f"w{at}": "wing, rudder" for at in range(3)}
    register(world, **packed, **{f"l{at}": ["rudder"] for at in range(3)}, **{f"x{at}": "other" for at in range(8)})
    drain()
    weigh_all(world)
    remove(world, "o0", "w0", "x0")
    drain()
    assert all(f'"{value}"' in kept(world) for value in ("hull", "wing", "rudder", "other"))
    remove(world, "o1", "o2", "w1", "w2")
    drain()
    assert not any(f'"{value}"' in kept(world) for value in ("hull", "wing"))
    assert all(f'"{value}"' in kept(world) for value in ("rudder", "other"))


def test_a_value_within_objects_stays_though_others_name_the_whole_path(world):
    register(world, **{f"o{at}": {"of": {"name": "hull"}} for at in range(4)})
    register(world, **{f"x{at}": "other" for at in range(8)})
    with tenancy(world.project):
        Item.objects.filter(key__startswith="x").update(metadata={"part.of.name": "wing"})
    drain()
    weigh_all(world)
    assert '"hull"' in kept(world)
    remove(world, "o0", "x0")
    drain()
    assert '"hull"' in kept(world)
    remove(world, "o1", "o2", "o3")
    drain()
    assert '"hull"' not in kept(world) and '"wing"' in kept(world)


def test_however_many_values_are_gone_the_items_are_looked_at_once(parts, django_assert_max_num_queries):
    weigh_all(parts)
    remove(parts, *(f"{part}{at}" for part in "hwr" for at in range(5)))
    with tenancy(parts.project), django_assert_max_num_queries(6):
        weigh.forget_values(project_id=parts.project.pk)
    assert json.loads(kept(parts))["facets"][0]["shares"].keys() == {"engine"}
