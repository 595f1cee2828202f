"""Tests of earmark.rules.running."""

import pytest
from earmark import Item
from earmark.rules import Outcome, RulesUnusable, apply_rules, rule


def test_each_rule_is_asked_about_each_item(many_countries, known_device, login):
    casts = list(apply_rules([many_countries, known_device], [login(1, countries=4), login(2)]))
    assert [(cast.unit, cast.rule, cast.outcome) for cast in casts] == [
        (("1",), "many_countries", Outcome.VOTED),
        (("1",), "known_device", Outcome.ABSTAINED),
        (("2",), "many_countries", Outcome.ABSTAINED),
        (("2",), "known_device", Outcome.ABSTAINED),
    ]
    assert casts[0].votes[0].reason == "Three or more countries in a day"


def test_rules_over_pairs_are_asked_about_pairs_alone(many_countries, same_error, login):
    pair = (Item("1", body="fails in 2.53.8"), Item("2", body="since 2.53.8"))
    [cast] = apply_rules([many_countries, same_error], [pair])
    assert (cast.unit, cast.rule, cast.votes[0].value) == (("1", "2"), "same_error", "duplicate")


def test_a_catalogue_tells_how_far_it_is(many_countries, login):
    told = []
    casts = apply_rules([many_countries], (login(number) for number in range(600)), progress=told.append)
    assert sum(1 for _ in casts) == 600
    assert told == [256, 512, 600]


def test_a_rule_that_fails_on_some_items_still_votes_on_the_others(many_countries, login):
    casts = apply_rules([many_countries], [Item("1"), login(2, countries=3)])
    assert [cast.outcome for cast in casts] == [Outcome.FAILED, Outcome.VOTED]


def test_two_rules_of_one_name_are_refused(many_countries):
    @rule(name="many_countries")
    def other(item):
        return None

    with pytest.raises(RulesUnusable, match="Two rules are called many_countries"):
        list(apply_rules([many_countries, other], []))
    with pytest.raises(RulesUnusable, match="put @rule above"):
        list(apply_rules([lambda item: None], []))
