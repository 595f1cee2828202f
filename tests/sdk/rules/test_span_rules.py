"""Tests of rules over items that say where in the text something is."""

import json
import re
import sys

import pytest
from earmark import Item, cli
from earmark.rules import Answers, Outcome, RuleSuggester, RulesUnusable, Vote, analyse_rules, apply_rules, rule
from earmark.rules.analysis import overlap
from earmark.suggesters import ItemIndex

TEXT = "👍🏽 Mozilla Firefox 115 and Thunderbird"
FIREFOX, WHOLE, VERSION, BIRD = (11, 18), (3, 18), (19, 22), (27, 38)


@rule(version="1")
def browsers(item):
    """It names a browser."""
    return [Vote("Product", at=match.span()) for match in re.finditer(r"Firefox|Thunderbird", item.text)]


@rule(version="1")
def makers(item):
    return [
        Vote("Product", 0.5, "a maker and its product", at=match.span())
        for match in re.finditer(r"Mozilla \w+", item.text)
    ]


@rule(version="1")
def numbers(item):
    """It is a number."""
    return [Vote("Version", at=match.span()) for match in re.finditer(r"\d+", item.text)]


def suggested(*rules, text=TEXT, **given):
    found = RuleSuggester(rules, of_spans=True, **given).suggest(Item("1", body=text), ItemIndex(), 9)
    return [(each.anchor.quote.exact, each.candidate_id, round(each.score, 4)) for each in found]


def test_rules_suggest_spans_at_their_places_with_the_rules_sentences():
    assert suggested(browsers, numbers) == [
        ("Firefox", "Product", 0.7),
        ("115", "Version", 0.7),
        ("Thunderbird", "Product", 0.7),
    ]
    [first, *_] = RuleSuggester([browsers], of_spans=True).suggest(Item("1", body=TEXT), ItemIndex(), 9)
    assert (first.reasons, first.anchor.position.start, first.anchor.position.end) == (["It names a browser"], *FIREFOX)


def test_positions_count_in_what_is_read_of_markup():
    markup = Item("1", body="<p>Use</p><p><b>Fire</b>fox</p>", metadata={"format": "html"})
    [guess] = RuleSuggester([browsers], of_spans=True).suggest(markup, ItemIndex(), 9)
    assert (guess.anchor.quote.exact, guess.anchor.position.start) == ("Firefox", 4)


def test_rules_that_name_the_very_same_place_are_surer_together():
    @rule(version="1")
    def again(item):
        return Vote("Product", 0.5, at=FIREFOX)

    assert suggested(browsers, again)[0] == ("Firefox", "Product", round(1 - 0.3 * 0.65, 4))


def test_two_labels_at_one_place_take_from_each_other():
    @rule(version="1")
    def company(item):
        return Vote("Company", at=FIREFOX)

    half = round(0.7 * 0.3 / (2 * 0.7 * 0.3 + 0.09), 4)
    assert suggested(browsers, company)[1:] == [("Firefox", "Company", half), ("Firefox", "Product", half)]


def test_of_two_that_overlap_by_half_under_one_label_the_one_believed_more_stays():
    @rule(version="1")
    def long_one(item):
        return Vote("Product", 0.9, at=(9, 18))

    assert suggested(long_one, browsers) == [("Firefox", "Product", 0.7), ("Thunderbird", "Product", 0.7)]
    assert suggested(makers, browsers, text="Mozilla Firefox") == [
        ("Firefox", "Product", 0.7),
        ("Mozilla Firefox", "Product", 0.35),
    ], "7 of 15"


def test_a_vote_against_takes_from_a_place_and_labels_without_one_say_nothing():
    @rule(version="1")
    def no(item):
        return [Vote("Product", is_against=True, at=BIRD), "Product"]

    assert suggested(browsers, no) == [("Firefox", "Product", 0.7), ("Thunderbird", "Product", round(0.21 / 0.51, 4))]


def test_of_tags_a_vote_with_a_place_says_nothing():
    assert RuleSuggester([browsers]).suggest(Item("1", body=TEXT), ItemIndex(), 9) == []


@pytest.mark.parametrize("at", [(0, 0), (3, 1), (-1, 2), (0, True), [0, 1], (0, 1, 2), (0.0, 1.0)])
def test_a_place_that_is_none_is_refused_where_the_vote_is_made(at):
    with pytest.raises(ValueError, match="A span is"):
        Vote("Product", at=at)


def test_a_place_past_the_texts_end_is_the_rules_failure_and_others_go_on():
    @rule(version="1")
    def past(item):
        return Vote("Product", at=(0, 999))

    failed, voted = apply_rules([past, browsers], [Item("1", body=TEXT)])
    assert (failed.outcome, "past the end of item.text" in failed.error) == (Outcome.FAILED, True)
    assert [vote.at for vote in voted.votes] == [FIREFOX, BIRD]


def test_spans_are_asked_of_rules_over_items_alone():
    @rule(version="1")
    def pair(a, b):
        return None

    for given in ({"rules": [browsers], "one_of": True}, {"rules": [pair], "read": lambda _: []}):
        with pytest.raises(RulesUnusable, match="of_spans=True"):
            RuleSuggester(of_spans=True, **given)


def test_the_version_of_rules_for_spans_is_another():
    assert RuleSuggester([browsers], of_spans=True).version != RuleSuggester([browsers]).version


def test_overlap_is_what_two_have_together_of_what_they_cover():
    assert [overlap((0, 4), other) for other in ((0, 4), (0, 2), (2, 6), (4, 8))] == [1, 0.5, 1 / 3, 0]


ANSWERS = Answers.of_spans({("1", 3, 18): "Product", ("1", *VERSION): "none", ("2", 0, 5): "unsure"})


@pytest.mark.parametrize(
    ("vote", "right"),
    [
        (Vote("Product", at=WHOLE), True),
        (Vote("Product", at=(9, 18)), True),
        (Vote("Product", at=FIREFOX), None),
        (Vote("Company", at=WHOLE), False),
        (Vote("Version", at=VERSION), False),
        (Vote("Version", at=VERSION, is_against=True), True),
        (Vote("Product", at=BIRD), None),
        (Vote("Product"), None),
    ],
)
def test_a_vote_is_judged_by_the_place_that_overlaps_it_by_half(vote, right):
    assert ANSWERS.judge(("1",), vote) is right
    assert ANSWERS.judge(("2",), Vote("Product", at=(0, 5))) is None


def test_where_all_of_a_text_is_known_a_vote_elsewhere_is_wrong():
    known = Answers.of_spans({("1", *FIREFOX): "Product"}, complete={"1"})
    assert [known.judge(("1",), Vote("Product", at=at)) for at in (FIREFOX, BIRD)] == [True, False]


def test_each_version_of_a_rule_is_told_apart_with_overlap_conflict_and_accuracy():
    @rule(version="1")
    def company(item):
        return Vote("Company", at=FIREFOX)

    items = [Item("1", body=TEXT), Item("2", body="nothing here")]
    answers = Answers.of_spans({("1", *FIREFOX): "Product", ("1", *BIRD): "none"})
    by_name = {each.rule: each for each in analyse_rules(apply_rules([browsers, numbers, company], items), answers)}
    told = by_name["browsers"]
    assert (told.coverage, told.overlap, told.conflict, told.judged_count, told.right_count) == (0.5, 0.5, 0.5, 2, 1)
    assert (by_name["numbers"].overlap, by_name["numbers"].judged_count) == (0.0, 0)
    assert by_name["company"].accuracy == 0.0


def test_a_rule_that_people_contradict_weighs_less_in_spans_too():
    items = [Item(str(n), body="Firefox") for n in range(20)]
    answers = Answers.of_spans({(str(n), 0, 7): "Product" if n < 5 else "none" for n in range(20)})
    suggester = RuleSuggester([browsers], of_spans=True).fit(apply_rules([browsers], items), answers)
    [guess] = suggester.suggest(items[0], ItemIndex(), 9)
    assert guess.score == pytest.approx((5 + 3.5) / 25)


RULES = r"""
import re
from earmark.rules import Vote, rule

@rule(version="1")
def browsers(item):
    return [Vote("Product", at=match.span()) for match in re.finditer("Firefox", item.text)]
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "rules.py").write_text(RULES)
    put(tmp_path / "items.jsonl", {"id": "1", "body": "👍 Firefox"}, {"id": "2", "body": "Firefox, Firefox"})
    row = {"kind": "span", "other": None, "label": None}
    put(
        tmp_path / "answers.jsonl",
        row | {"item": "1", "start": 2, "end": 9, "value": "Product"},
        row | {"item": "2", "start": 0, "end": 7, "value": "none"},
    )
    return tmp_path


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_command_judges_rules_by_the_rows_of_a_frozen_version(files, capsys):
    ran = cli.main(
        [
            "rules",
            "analyse",
            "--rules",
            f"{files}/rules.py",
            "--items",
            f"{files}/items.jsonl",
            "--answers",
            f"{files}/answers.jsonl",
        ]
    )
    told = json.loads(capsys.readouterr().out)
    assert (ran, told["kind"]) == (0, "span")
    assert (told["rules"][0]["judged"], told["rules"][0]["right"]) == (2, 1)


def test_the_command_writes_where_rules_found_something(files):
    assert (
        cli.main(
            [
                "rules",
                "apply",
                "--rules",
                f"{files}/rules.py",
                "--items",
                f"{files}/items.jsonl",
                "--out",
                f"{files}/votes.jsonl",
            ]
        )
        == 0
    )
    votes = [json.loads(line) for line in (files / "votes.jsonl").read_text().splitlines()]
    assert [(vote["item"], vote["start"], vote["end"], vote["value"]) for vote in votes] == [
        ("1", 2, 9, "Product"), ("2", 0, 7, "Product"), ("2", 9, 16, "Product"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"item": "1", "start": 3, "end": 3, "value": "Product"}, "two whole numbers"),
        ({"item": "1", "start": "0", "end": 3, "value": "Product"}, "two whole numbers"),
        ({"item": "1", "kind": "region", "value": "Menu"}, "part of a picture"),
    ],
)
def test_an_answer_that_is_none_is_named_by_its_line(files, capsys, row, said):
    put(files / "answers.jsonl", row)
    assert (
        cli.main(
            [
                "rules",
                "analyse",
                "--rules",
                f"{files}/rules.py",
                "--items",
                f"{files}/items.jsonl",
                "--answers",
                f"{files}/answers.jsonl",
            ]
        )
        != 0
    )
    told = capsys.readouterr().err
    assert said in told and "line 1" in told
