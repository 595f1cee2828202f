"""Tests of earmark.rules.suggester."""

import pytest
from earmark import Item
from earmark.rules import Answers, RuleSuggester, RulesUnusable, Vote, apply_rules, rule
from earmark.rules.combining import Estimate
from earmark.suggesters import ItemIndex, Suggester

NOWHERE = ItemIndex()


def found(suggester, item, index=NOWHERE, k=5):
    return [(each.candidate_id, round(each.score, 4)) for each in suggester.suggest(item, index, k)]


def test_rules_are_a_suggester(many_countries):
    assert isinstance(RuleSuggester([many_countries]), Suggester)


def test_a_choice_is_what_is_believed_most_with_the_rules_sentences(many_countries, known_device, login):
    @rule(version="1")
    def at_night(item):
        return Vote("stolen", 0.5, "signed in at 3 o'clock")

    suggester = RuleSuggester([at_night, many_countries, known_device], one_of=True)
    [guess] = suggester.suggest(login(1, countries=3), NOWHERE, 5)
    assert (guess.candidate_id, guess.score) == ("stolen", pytest.approx(1 - (1 - 0.7) * (1 - 0.35)))
    assert guess.reasons == ["Three or more countries in a day", "signed in at 3 o'clock"]


def test_a_tie_of_a_choice_abstains(many_countries, known_device, login):
    suggester = RuleSuggester([many_countries, known_device], one_of=True)
    assert found(suggester, login(1, countries=3, knows_device=True)) == []
    assert found(suggester, login(1)) == []


def test_tags_stand_beside_each_other(login):
    @rule(version="1")
    def inbox(item):
        return ["Inbox", Vote("Archive", 0.5)]

    @rule(version="1")
    def no_archive(item):
        return Vote("Archive", is_against=True)

    suggester = RuleSuggester([inbox, no_archive])
    archive = 0.35 * 0.3 / (1 - 0.35 * 0.7)
    assert found(suggester, Item("1")) == [("Inbox", 0.7), ("Archive", round(archive, 4))]
    assert found(suggester, Item("1"), k=1) == [("Inbox", 0.7)]


def test_a_rule_that_people_contradict_weighs_less(many_countries, known_device, login):
    rules = [many_countries, known_device]
    items = [login(number, countries=3, knows_device=number < 2) for number in range(10)]
    answers = Answers.of_choices({str(number): "genuine" if number < 8 else "stolen" for number in range(10)})
    suggester = RuleSuggester(rules, one_of=True)
    before = suggester.version
    suggester.fit(apply_rules(rules, items), answers)
    assert suggester.accuracy("many_countries") == pytest.approx((2 + 3.5) / 15)
    assert suggester.accuracy("known_device") == pytest.approx((2 + 3.5) / 7)
    assert found(suggester, items[0])[0][0] == "genuine"
    assert suggester.version != before


def test_estimates_made_elsewhere_weigh_and_a_rule_without_one_weighs_as_new(many_countries, known_device):
    suggester = RuleSuggester([many_countries, known_device], one_of=True)
    usual = suggester.version
    suggester.weighed_by({"many_countries": Estimate(1, 10)})
    assert suggester.accuracy("many_countries") == pytest.approx((1 + 3.5) / 15)
    assert suggester.accuracy("known_device") == pytest.approx(0.7)
    assert suggester.version != usual == suggester.weighed_by({}).version


def test_what_an_earlier_version_of_a_rule_said_does_not_count(many_countries, login):
    casts = list(apply_rules([many_countries], [login(1, countries=3)]))

    @rule(name="many_countries", version="2")
    def changed(item):
        return None

    suggester = RuleSuggester([changed]).fit(casts, Answers.of_choices({"1": "stolen"}))
    assert suggester.estimates_ == {}


def test_a_changed_rule_is_another_version_of_the_suggester(many_countries):
    @rule(name="many_countries", version="2")
    def changed(item):
        return None

    versions = {RuleSuggester([many_countries]).version, RuleSuggester([changed]).version}
    assert len(versions | {RuleSuggester([many_countries]).version}) == 2
    assert all(len(version) <= 40 for version in versions)


def test_what_was_computed_of_accuracies_stands_behind_a_plus_in_the_version(many_countries):
    new = RuleSuggester([many_countries]).version
    weighed = [RuleSuggester([many_countries]).weighed_by({"many_countries": Estimate(n, 9)}).version for n in (3, 8)]
    assert len({new, *weighed}) == 3 and "+" not in new
    assert {version.partition("+")[0] for version in weighed} == {new}
    assert all(len(version) <= 40 for version in weighed)
    assert RuleSuggester([many_countries], prior=0.6).version.partition("+")[0] != new


def test_rules_over_pairs_score_what_the_index_finds(same_error, index, threads):
    known = {item.id: item for item in threads}
    suggester = RuleSuggester([same_error], read=lambda ids: [known[key] for key in ids])
    [guess] = suggester.suggest(known["5"], index, 5)
    assert (guess.candidate_id, guess.score, guess.reasons) == ("1", pytest.approx(0.7), ["both name 2.53.8"])


def test_a_pair_that_rules_call_different_is_believed_less(same_error, index, threads):
    @rule(version="1")
    def far_apart(a, b):
        return "different"

    known = {item.id: item for item in threads}
    suggester = RuleSuggester([same_error, far_apart], read=lambda ids: [known[key] for key in ids])
    assert found(suggester, known["5"], index) == [("1", round(0.7 * 0.3 / (1 - 0.49), 4))]


def test_what_cannot_work_together_is_refused(many_countries, same_error):
    for rules in ([], [many_countries, same_error]):
        with pytest.raises(RulesUnusable, match="The rules are about"):
            RuleSuggester(rules, read=lambda ids: [])
    with pytest.raises(RulesUnusable, match="read="):
        RuleSuggester([same_error])


def test_a_rule_that_fails_leaves_it_to_the_others(many_countries, login):
    @rule(version="1")
    def broken(item):
        raise ValueError("no")

    assert found(RuleSuggester([broken, many_countries]), login(1, countries=3)) == [("stolen", 0.7)]
