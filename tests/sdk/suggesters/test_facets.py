"""Tests of earmark.suggesters.facets: what agreeing in a host's own fields is worth."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from earmark.suggesters import facets as weighing
from earmark.suggesters import fields
from earmark.suggesters.facets import Facets, likely_pairs
from earmark.suggesters.fields import flat
from earmark.types import Item

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def item(number, **metadata):
    return Item(str(number), created_at=DAY + timedelta(days=number), metadata=metadata)


@pytest.fixture
def items():
    """Two hundred items: half are of the shop `big`, one in twenty of `small`; colours are evenly spread."""
    shops = ["big"] * 10 + ["small"] + ["middle"] * 9
    return [item(at, shop=shops[at % 20], colour=["red", "blue"][at % 2], serial=f"no-{at}") for at in range(200)]


@pytest.fixture
def facets(items):
    """Learned from pairs that always agree in the shop, and in the colour no more often than chance."""
    pairs = [(items[at], items[at + 20 if at % 2 else at + 1 if at % 20 < 9 else at + 20]) for at in range(100)]
    return Facets().fit(items, pairs)


def weighed(facets, name, here, there):
    return facets.weigh(here, there)[facets.names.index(name)]


def test_a_field_that_likely_pairs_agree_in_speaks_for_a_pair_and_its_lack_against(facets):
    assert weighed(facets, "shop", item(1, shop="middle"), item(2, shop="middle")) > 0
    assert weighed(facets, "shop", item(1, shop="big"), item(2, shop="small")) < 0


def test_sharing_a_rare_value_says_more(facets):
    rare = weighed(facets, "shop", item(1, shop="small"), item(2, shop="small"))
    assert rare > weighed(facets, "shop", item(1, shop="big"), item(2, shop="big"))


def test_a_field_of_another_name_weighs_the_same(facets, items):
    renamed = [replace(each, metadata={f"x.{name}": value for name, value in each.metadata.items()}) for each in items]
    pairs = [(renamed[at], renamed[at + 20 if at % 2 else at + 1 if at % 20 < 9 else at + 20]) for at in range(100)]
    told = Facets().fit(renamed, pairs)
    assert told.names == [f"x.{name}" for name in facets.names]
    assert told.weigh(renamed[3], renamed[23]) == facets.weigh(items[3], items[23])


def test_what_one_of_them_does_not_say_speaks_neither_for_nor_against(facets):
    assert weighed(facets, "shop", item(1, shop="big"), item(2)) == 0
    assert weighed(facets, "shop", item(1, shop=None), item(2, shop="big")) == 0


def test_a_field_with_another_value_for_each_item_tells_nothing(facets):
    assert "serial" not in facets.names


def test_prose_tells_nothing():
    assert Facets().fit([item(at, prose="word " * 40 + str(at % 3)) for at in range(100)], []).names == []


SHAPES = {
    "a list": lambda shop, colour: {"of": [shop, colour]},
    "objects": lambda shop, colour: {"of": [{"name": shop}, {"name": colour}]},
    "objects within": lambda shop, colour: {"of": {"shop": {"name": shop}, "colour": {"name": colour}}},
    "commas": lambda shop, colour: {"of": f"{shop}, {colour}"},
    "bars": lambda shop, colour: {"of": f"{shop}|{colour}"},
    "brackets": lambda shop, colour: {"of": f"<{shop}><{colour}>"},
    "a list in words": lambda shop, colour: {"of": f"['{shop}', '{colour}']"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_value_counts_however_it_is_packed(shape):
    def packed(at, shop, colour):
        return item(at, **SHAPES[shape](shop, colour))

    items = [packed(at, f"shop {at % 20}", f"colour {at // 20 % 13}") for at in range(400)]
    pairs = [(items[at], items[(at + 20 * 7) % 400]) for at in range(200)]
    facets = Facets().fit(items, pairs)
    same = facets.weigh(packed(1, "shop 3", "colour 1"), packed(2, "shop 3", "colour 2"))
    other = facets.weigh(packed(1, "shop 3", "colour 1"), packed(2, "shop 4", "colour 2"))
    assert sum(same) > 1
    assert sum(other) < 0
    assert facets.facets_[0].shared(packed(1, "shop 3", "colour 1"), packed(2, "shop 3", "colour 2")) == ["shop 3"]


def test_lists_agree_where_they_share_a_value(items):
    told = [item(at, parts=["a", "b"] if at % 10 else ["c"]) for at in range(100)]
    facets = Facets().fit(told, [(told[at], told[at + 10]) for at in range(80)])
    assert facets.weigh(item(1, parts=["c", "x"]), item(2, parts=["c"]))[0] > 0
    assert facets.weigh(item(1, parts=["a"]), item(2, parts=["c"]))[0] < 0


def test_several_are_weighed_side_by_side_as_one_by_one(facets):
    shops = [
        "big",
        "small",
        "big, small",
        ["big", "hermit"],
        ["hermit"],
        [],
        [None, {"a": 1}],
        {"a": 1},
        "",
        None,
        7,
        True,
    ]
    there = [item(at, shop=shop, colour="red") for at, shop in enumerate([*shops, *shops, ("small", "big")])]
    for here in (item(90, shop="small", colour="red"), item(91, shop=["big", "small"]), item(92)):
        told = facets.weigh_all(here, [each.metadata for each in there])
        assert list(zip(*told, strict=True)) == [facets.weigh(here, each) for each in there]
    told = facets.weigh_all(item(90, shop="small"), [each.metadata for each in there])[facets.names.index("shop")]
    assert told[0] < told[5] == told[6] == told[7] == told[8] == told[9] == 0 < told[1] == told[2]
    assert told[3] == told[4] == told[10] == told[11] == told[0]


def test_numbers_and_dates_are_compared_by_distance():
    told = [item(at, price=float(at), due=(DAY + timedelta(days=at)).isoformat()) for at in range(400)]
    facets = Facets().fit(told, [(told[at], told[at + 1]) for at in range(300)])
    assert set(facets.names) == {"price", "due"}
    assert weighed(facets, "price", item(1, price=5.0), item(2, price=6.0)) > 1
    assert weighed(facets, "price", item(1, price=5.0), item(2, price=350.0)) < 0
    near, far = item(1, due="2026-03-01"), item(2, due="2027-03-01")
    assert weighed(facets, "due", near, near) > 0 > weighed(facets, "due", near, far)


def test_time_is_weighed_as_likely_pairs_show_it(items):
    facets = Facets().fit(items, [(items[at], items[at + 1]) for at in range(150)])
    assert facets.weigh_age(items[0], items[1]) > 1
    assert facets.weigh_age(items[0], items[150]) < 0
    assert facets.weigh_age(items[0], Item("x")) == 0


def test_without_likely_pairs_agreeing_counts_by_a_cautious_prior(items):
    facets = Facets().fit(items, [])
    assert 0 < weighed(facets, "shop", item(1, shop="small"), item(2, shop="small")) < math.log(0.51 / 0.05)


def test_what_was_learned_survives_json(facets, items):
    import json

    again = Facets.from_facts(json.loads(json.dumps(facets.as_facts())))
    assert again.weigh(items[0], items[1]) == facets.weigh(items[0], items[1])
    assert again.weigh_age(items[0], items[1]) == facets.weigh_age(items[0], items[1])


def test_a_value_that_one_item_alone_has_is_not_kept_and_weighs_as_rare(items):
    told = [*items, item(200, shop="hermit")]
    facets = Facets().fit(told, [(items[at], items[at + 20]) for at in range(100)])
    assert "hermit" not in str(facets.as_facts()) and "small" in str(facets.as_facts())
    assert facets.kept_values(told[-1]) == set()
    hermits, small = (weighed(facets, "shop", item(1, shop=shop), item(2, shop=shop)) for shop in ("hermit", "small"))
    assert hermits > small


def test_a_value_is_taken_out_and_no_other_weighs_otherwise(facets, items):
    assert ("shop", "small") in facets.kept_values(items[10])
    less = facets.without({("shop", "small")})
    assert "small" not in str(less.as_facts()) and less.names == facets.names
    assert less.weigh(items[0], items[1]) == facets.weigh(items[0], items[1])


def test_likely_pairs_are_those_whose_texts_are_most_alike(items):
    known = {each.id: each for each in items}
    found = likely_pairs(items[:10], lambda each: ("0", int(each.id) / 10), known, kept=0.2)
    assert [here.id for here, _ in found] == ["9", "8"]


def test_no_items_teach_nothing():
    assert Facets().fit([], []).names == []


def test_a_list_in_words_that_is_empty_is_no_value():
    items = [item(at, of=("[]", "<>", "['hull']")[at % 3]) for at in range(90)]
    facets = Facets().fit(items, [(items[at], items[at + 3]) for at in range(60)])
    assert {value for each in items for _, value in facets.kept_values(each)} == {"hull"}


def test_objects_are_looked_into_once_an_item_however_many_fields_they_hold(monkeypatch):
    looked = []
    items = [item(at, of={f"field {name}": f"v{at % 7}" for name in range(20)}) for at in range(50)]
    monkeypatch.setattr(fields, "flat", lambda metadata: looked.append(metadata) or flat(metadata))
    monkeypatch.setattr(weighing, "flat", fields.flat)
    Facets().fit(items, [(items[at], items[at + 7]) for at in range(20)])
    assert sum("of" in metadata for metadata in looked) == 50 + 2 * 20


def test_a_field_without_a_name_is_none_as_the_distance_in_time_goes_by_that(items):
    nameless = [replace(each, metadata={"": "said", "colour": each.metadata["colour"]}) for each in items]
    assert Facets().fit(nameless, [(each, each) for each in nameless]).names == ["colour"]
