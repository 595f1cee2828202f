"""Files of products that call their fields otherwise are read all the same, and what was read as what is said."""

import json

import pytest
from earmark import cli
from earmark.evaluation.naming import naming_of
from earmark.types import Item

LAMPS = [f"lamp in room {at % 4}" for at in range(12)]


@pytest.fixture(autouse=True)
def without_model(monkeypatch):
    monkeypatch.delenv("EARMARK_MODELS", raising=False)


def put(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def measured(folder, capsys, rows, *more):
    put(folder / "items.jsonl", rows)
    put(folder / "queries.jsonl", [{"query": str(at), "positives": [str(at - 4)]} for at in range(8, 12)])
    files = [f"--items={folder / 'items.jsonl'}", f"--queries={folder / 'queries.jsonl'}"]
    status = cli.main(["evaluate", "suggester", *files, "--suggester=lexical", f"--out={folder / 'run.jsonl'}", *more])
    told = capsys.readouterr()
    return status, json.loads(told.out), told.err


def test_where_no_item_has_our_fields_those_of_like_meaning_are_read(tmp_path, capsys):
    rows = [
        {"id": at, "summary": LAMPS[at], "Description": "It hums.", "createdAt": f"2020-01-{at + 1:02}"}
        for at in range(12)
    ]
    status, found, said = measured(tmp_path, capsys, rows)
    assert (status, found["R@5"]) == (0, 100)
    assert "no item has a title; `summary` is read as it" in said
    assert "no item has a body; `Description` is read as it" in said
    assert "no item has a created; `createdAt` is read as it" in said


def test_one_item_with_a_title_keeps_the_summaries_what_they_are():
    named = naming_of([Item("1", "A title", metadata={"summary": "S"}), Item("2", metadata={"summary": "S"})])
    assert (named.title, list(named.told)) == (None, [])


def test_a_field_that_is_not_always_a_time_is_none():
    assert naming_of([Item("1", metadata={"date": "2020-01-01"}), Item("2", metadata={"date": "soon"})]).created is None


def test_what_is_read_as_the_body_is_no_field_any_more():
    item = Item("1", "T", metadata={"text": "What it says", "team": "A"})
    read = naming_of([item]).of(item)
    assert (read.body, read.metadata) == ("What it says", {"team": "A"})


def test_any_field_is_renamed_when_it_is_told(tmp_path, capsys):
    rows = [{"id": at, "betreff": LAMPS[at], "created": f"2020-01-{at + 1:02}"} for at in range(12)]
    _, without, said = measured(tmp_path, capsys, rows)
    assert without["R@5"] == 0
    assert "no item has a title or a body, so no words are compared" in said
    assert "betreff" in said
    status, found, said = measured(tmp_path, capsys, rows, "--rename", "betreff=title")
    assert (status, found["R@5"]) == (0, 100)
    assert "no item has a title" not in said


def test_texts_of_pairs_are_found_under_other_names_too(tmp_path, capsys):
    rows = [
        {"qid": "q", "q_text": "Where is a bank?", "cid": "far", "c_text": "A car to rent", "rank": "1", "label": 0},
        {"qid": "q", "q_text": "Where is a bank?", "cid": "near", "c_text": "A bank where?", "rank": "2", "label": 1.0},
    ]
    put(tmp_path / "pairs.jsonl", rows)
    run = tmp_path / "run.jsonl"
    given = ["evaluate", "suggester", "--pairs", str(tmp_path / "pairs.jsonl"), "--suggester", "hybrid"]
    assert cli.main([*given, "--out", str(run)]) == 0
    told = capsys.readouterr()
    assert json.loads(run.read_text())["ranked"] == ["near", "far"]
    assert json.loads(told.out)["MRR"] == 100
    assert "`text` is read as it" in told.err


def test_a_column_without_a_name_is_a_field_like_any_other(tmp_path, capsys):
    rows = [{"id": at, "": str(at), "summary": LAMPS[at], "created": f"2020-01-{at + 1:02}"} for at in range(12)]
    status, found, said = measured(tmp_path, capsys, rows)
    assert (status, found["R@5"]) == (0, 100)
    assert "no item has a title; `summary` is read as it" in said


def test_given_candidates_of_renamed_fields_are_asked_about_measured_and_compared(tmp_path, capsys):
    told = [("q1", "c1", "lamp in room 1", 1), ("q1", "c2", "printer on fire", 0)]
    put(tmp_path / "pairs.jsonl", [
        {"question_id": query, "cid": key, "q_title": "lamp in room 1", "c_title": title, "relevance": label}
        for query, key, title, label in told
    ])  # fmt: skip
    names = [f"--pairs={tmp_path / 'pairs.jsonl'}", "--rename=question_id=qid", "--rename=relevance=label"]
    run = str(tmp_path / "run.jsonl")
    assert cli.main(["evaluate", "suggester", *names, "--suggester=lexical", f"--out={run}"]) == 0
    assert json.loads(capsys.readouterr().out)["answered"] == 1
    assert cli.main(["evaluate", "compare", *names, run, run]) == 0
    assert json.loads(capsys.readouterr().out)["queries"] == 1
