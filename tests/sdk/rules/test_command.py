"""Tests of earmark.rules.command and earmark.rules.files."""

import json
import sys

import pytest
from earmark import cli

LOGINS = """
from earmark.rules import rule, Vote

@rule(version="1")
def many_countries(item):
    "Three or more countries in a day."
    return "stolen" if item.metadata["countries"] >= 3 else None

@rule(version="2")
def known_device(item):
    return Vote("genuine", 0.5) if item.metadata["knows_device"] else None
"""
PAIRS = """
from earmark.rules import rule

@rule(version="1")
def same_word(a, b):
    return "duplicate" if set(a.title.split()) & set(b.title.split()) else None
"""


@pytest.fixture(autouse=True)
def path_is_restored(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "logins.py").write_text(LOGINS)
    (tmp_path / "pairs.py").write_text(PAIRS)
    put(
        tmp_path / "items.jsonl",
        {"id": "1", "countries": 4, "knows_device": True},
        {"id": "2", "countries": 3, "knows_device": False},
        {"id": "3", "countries": 1, "knows_device": True},
        {"id": "4", "knows_device": False},
    )
    put(
        tmp_path / "threads.jsonl",
        {"id": "1", "title": "archive gone", "created": "2026-03-01"},
        {"id": "2", "title": "printer jams", "created": "2026-03-02"},
        {"id": "3", "title": "archive lost", "created": "2026-03-03"},
    )
    return tmp_path


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def run(files, command, rules="logins.py", items="items.jsonl", **options):
    given = [part for name, value in options.items() for part in (f"--{name}", str(files / value))]
    return cli.main(["rules", command, "--rules", str(files / rules), "--items", str(files / items), *given])


def told(capsys):
    return {each["rule"]: each for each in json.loads(capsys.readouterr().out)["rules"]}


def test_rules_over_items_need_items_and_some_of_them(files, capsys):
    put(files / "given.jsonl", {"qid": "1", "cid": "2"})
    asked = ["rules", "analyse", "--rules", str(files / "logins.py")]
    assert cli.main([*asked, "--pairs", str(files / "given.jsonl")]) == 1
    assert "--items" in capsys.readouterr().err
    put(files / "none.jsonl")
    assert cli.main([*asked, "--items", str(files / "none.jsonl")]) == 1
    assert "none.jsonl: there is no item" in capsys.readouterr().err


def test_rules_are_analysed_against_answers(files, capsys):
    put(files / "answers.jsonl", {"item": "1", "value": "stolen"}, {"item": "2", "value": "genuine"})
    assert run(files, "analyse", answers="answers.jsonl") == 0
    found = told(capsys)
    many, known = found["many_countries"], found["known_device"]
    assert (many["version"], many["coverage"], many["overlap"], many["conflict"]) == ("1", 0.5, 0.25, 0.25)
    assert (many["right"], many["judged"], many["accuracy"], many["failed"]) == (1, 2, 0.5, 1)
    assert (known["version"], known["right"], known["judged"], known["abstained"]) == ("2", 0, 1, 2)


def test_the_table_for_people_is_beside_the_json(files, capsys):
    put(files / "answers.jsonl", {"item": "1", "value": "stolen"}, {"item": "2", "value": "genuine"})
    run(files, "analyse", answers="answers.jsonl")
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("many_countries")]
    assert "50.0 % (9.5 % to 90.5 %, 1 of 2)" in line


def test_without_answers_nothing_is_judged(files, capsys):
    assert run(files, "analyse") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["kind"] == "choice"
    assert "nothing was judged" in err


def test_votes_are_written_with_their_reasons(files, capsys):
    assert run(files, "apply", out="votes.jsonl") == 0
    assert json.loads(capsys.readouterr().out) == {
        "rules": 2,
        "votes": 4,
        "calls": {"abstained": 3, "failed": 1, "voted": 4},
    }
    rows = [json.loads(line) for line in (files / "votes.jsonl").read_text().splitlines()]
    assert rows[0] == {
        "item": "1", "rule": "many_countries", "version": "1", "value": "stolen", "confidence": 1.0,
        "is_against": False, "reason": "Three or more countries in a day",
    }  # fmt: skip


def test_a_frozen_versions_tags_are_answers(files, capsys):
    (files / "tags.py").write_text(PAIRS.replace("(a, b)", "(item)").replace("if set", "#"))
    put(
        files / "labels.jsonl",
        {"item": "1", "other": None, "label": "duplicate", "value": "fits"},
        {"item": "2", "other": None, "label": "duplicate", "value": "does_not_fit"},
    )
    assert run(files, "analyse", rules="tags.py", items="threads.jsonl", answers="labels.jsonl") == 0
    found = told(capsys)["same_word"]
    assert (found["right"], found["judged"], found["voted"]) == (1, 2, 3)


def test_rules_over_pairs_are_asked_about_what_is_most_alike(files, capsys):
    put(files / "queries.jsonl", {"query": "3", "positives": ["1"]}, {"query": "2", "positives": []})
    assert run(files, "analyse", rules="pairs.py", items="threads.jsonl", answers="queries.jsonl") == 0
    found = told(capsys)["same_word"]
    assert (found["right"], found["judged"], found["voted"]) == (1, 1, 1)


def test_or_about_the_pairs_that_are_given(files, capsys):
    rows = [
        {"qid": "q", "q_title": "archive gone", "cid": "a", "c_title": "archive lost", "label": "PerfectMatch"},
        {"qid": "q", "q_title": "archive gone", "cid": "b", "c_title": "archive dead", "label": "Irrelevant"},
        {"qid": "q", "q_title": "archive gone", "cid": "c", "c_title": "printer", "label": "Irrelevant"},
    ]
    put(files / "pairs.jsonl", *rows)
    assert run(files, "analyse", rules="pairs.py", pairs="pairs.jsonl", answers="pairs.jsonl") == 0
    found = told(capsys)["same_word"]
    assert (found["asked"], found["voted"], found["right"], found["judged"]) == (3, 2, 1, 2)


def test_or_about_the_pairs_that_are_answered(files, capsys):
    put(files / "labels.jsonl", {"item": "1", "other": "3", "value": "related"})
    assert run(files, "analyse", rules="pairs.py", items="threads.jsonl", answers="labels.jsonl") == 0
    found = told(capsys)["same_word"]
    assert (found["asked"], found["right"], found["judged"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"id": "1"}], "line 1: no answer: neither"),
        (
            [{"item": "1", "value": "stolen"}, {"item": "1", "label": "a", "value": "fits"}],
            "line 2: an answer of another",
        ),
        ([{"item": "1", "label": "a", "value": "yes"}], "line 1: value is yes"),
        ([{"item": "1", "value": None}], "line 1: no value"),
        ([{"query": "1", "positives": "2"}], "line 1: positives is not a list"),
        ([], "line 1: the file holds no answers"),
        ([{"query": "1", "positives": []}], "The rules are about items, the answers are of kind pair"),
    ],
)
def test_answers_that_cannot_be_used_are_told_why(files, capsys, rows, said):
    put(files / "answers.jsonl", *rows)
    assert run(files, "analyse", answers="answers.jsonl") == 1
    assert said in capsys.readouterr().err


def test_rules_of_both_kinds_and_no_items_are_told_too(files, capsys):
    (files / "both.py").write_text(LOGINS + PAIRS)
    assert run(files, "analyse", rules="both.py") == 1
    assert "two files" in capsys.readouterr().err
    assert cli.main(["rules", "analyse", "--rules", str(files / "logins.py")]) == 1
    assert "--items F" in capsys.readouterr().err
