import pytest
from django.db import IntegrityError, transaction

from backend.questions.actions.ask import update_question
from backend.questions.actions.place import place_element, update_rule
from backend.questions.errors import RuleImpossible
from backend.questions.models import PlacementRule


def place(world, **parts):
    return place_element(question=world.question, **{"selector": "article", "item_key": "/t/{item}"} | parts)


def standing(world):
    return PlacementRule.objects.standing().of(world.project).count()


def test_an_element_is_placed_after_what_the_selector_finds_on_every_page(world):
    rule = place(world)
    assert (rule.path, rule.item_from, rule.where, rule.reserve_px, rule.project) == (
        "/**", "url", "after", 0, world.project,
    )  # fmt: skip


def test_an_impossible_rule_is_refused_and_nothing_is_stored(world):
    with pytest.raises(RuleImpossible) as told:
        place(world, selector="p{}")
    assert told.value.field == "selector"
    assert PlacementRule.objects.count() == 0


def test_a_rule_is_changed_within_the_same_bounds(world):
    rule = update_rule(rule=place(world), item_from="attribute", item_key="data-id")
    with pytest.raises(RuleImpossible):
        update_rule(rule=rule, item_from="url")
    rule.refresh_from_db()
    assert (rule.item_from, rule.item_key) == ("attribute", "data-id")


def test_a_rule_stands_while_it_and_its_question_are_in_use(world):
    rule = place(world)
    assert standing(world) == 1
    update_rule(rule=rule, is_active=False)
    assert standing(world) == 0
    update_rule(rule=rule, is_active=True)
    update_question(question=world.question, is_active=False)
    assert standing(world) == 0


@pytest.mark.parametrize("part", [{"path": "t"}, {"reserve_px": 2001}, {"selector": ""}, {"item_key": ""}])
def test_the_table_keeps_the_bounds_too(world, part):
    parts = {"path": "/", "selector": "p", "item_key": "id", "reserve_px": 0} | part
    with pytest.raises(IntegrityError, match="in_bounds"), transaction.atomic():
        PlacementRule.objects.create(project=world.project, question=world.question, **parts)
