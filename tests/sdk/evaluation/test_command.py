"""Tests of the commands `earmark evaluate …`, end to end on little files."""

import gzip
import json
import os
import sys

import pytest
from earmark import cli


@pytest.fixture
def files(tmp_path, threads):
    """The five threads as a file, and a file of queries whose answers are known."""
    rows = [
        {"id": each.id, "title": each.title, "body": each.body, "created": each.created_at.isoformat()}
        for each in threads
    ]
    put(tmp_path / "items.jsonl", *rows)
    put(tmp_path / "queries.jsonl", {"query": "5", "positives": ["1"]}, {"query": "3", "positives": ["2"]})
    return tmp_path


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def evaluated(folder, *more, suggester="lexical", queries="queries.jsonl"):
    given = ["--items", str(folder / "items.jsonl"), "--queries", str(folder / queries), "--suggester", suggester]
    return cli.main(["evaluate", "suggester", *given, "--out", str(folder / "run.jsonl"), *more])


def rankings(folder):
    lines = (folder / "run.jsonl").read_text().splitlines()
    return {row["query"]: row["ranked"] for row in map(json.loads, lines)}


def test_it_writes_a_line_a_query_and_prints_the_measures(files, capsys):
    assert evaluated(files) == 0
    assert list(rankings(files)) == ["5", "3"]
    assert rankings(files)["5"][0] == "1"
    told = json.loads(capsys.readouterr().out)
    assert (told["suggester"], told["queries"], told["answered"], told["MRR@10"]) == ("lexical", 2, 2, 100.0)


def test_only_items_created_strictly_before_the_query_are_candidates(files):
    put(files / "queries.jsonl", {"query": "1", "positives": ["5"]}, {"query": "5", "positives": ["1"]})
    evaluated(files)
    assert rankings(files)["1"] == []
    assert set(rankings(files)["5"]) <= {"1", "2", "3", "4"}


def test_an_item_of_the_same_moment_or_without_one_is_no_candidate(files):
    same = {"id": "6", "title": "Cannot archive with Shift+A", "created": "2026-03-01T16:00:00+00:00"}
    never = {"id": "7", "title": "Cannot archive with Shift+A"}
    put(files / "more.jsonl", same, never)
    evaluated(files, "--items", str(files / "more.jsonl"))
    assert not {"6", "7"} & set(rankings(files)["5"])


def test_a_suggester_that_looks_ahead_is_not_believed(files, monkeypatch):
    from earmark.suggesters import Suggestion

    class Looks:
        name, version = "ahead", "1"

        def suggest(self, item, index, k):
            return [Suggestion(key, 1.0) for key in ("5", "3", "none", "1", "1", "2")]

    monkeypatch.setattr("earmark.evaluation.assembly.discover", lambda: {"ahead": Looks})
    evaluated(files, suggester="ahead")
    assert rankings(files) == {"5": ["3", "1", "2"], "3": ["1", "2"]}


@pytest.mark.parametrize("is_packed", [False, True])
def test_known_answers_may_come_through_a_pipe(files, monkeypatch, without_model, is_packed):
    taught = []
    monkeypatch.setattr(
        "earmark.evaluation.assembly.examples_of", lambda query, _, positives: taught.append((query, positives)) or []
    )
    reading, writing = os.pipe()
    lines = b'{"query": "5", "positives": ["1"]}\n{"query": "3", "positives": ["2"]}\n'
    os.write(writing, gzip.compress(lines) if is_packed else lines)
    os.close(writing)
    try:
        assert evaluated(files, "--train", f"/dev/fd/{reading}", suggester="learned") == 0
    finally:
        os.close(reading)
    assert taught == [("5", {"1"}), ("3", {"2"})]


def test_without_answers_nothing_is_printed(files, capsys):
    put(files / "queries.jsonl", {"query": "5"})
    assert evaluated(files) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert (
        f"queries.jsonl has no positives, so nothing is measured; what was found is in {files / 'run.jsonl'}"
        in told.err
    )
    assert rankings(files)["5"][0] == "1"


def test_a_query_that_is_no_item_is_told_with_its_line_and_counts_as_missed(files, capsys):
    put(files / "queries.jsonl", {"query": "5", "positives": ["1"]}, {"query": "99", "positives": ["1"]})
    assert evaluated(files) == 0
    told = capsys.readouterr()
    assert "queries.jsonl, line 2: the query 99 is not among the items" in told.err
    assert json.loads(told.out)["R@1"] == 50.0
    assert list(rankings(files)) == ["5"]


def test_where_no_query_is_an_item_the_files_do_not_belong_together(files, capsys):
    put(files / "queries.jsonl", {"query": "98"}, {"query": "99"})
    assert evaluated(files) == 1
    assert "line 1: the query 98 is not among the items, nor is any other" in capsys.readouterr().err


def test_a_known_answer_about_no_item_does_not_keep_the_others_from_teaching(files, capsys, without_model):
    pytest.importorskip("lightgbm")
    put(files / "train.jsonl", {"query": "99", "positives": ["1"]}, {"query": "3", "positives": ["2"]})
    assert evaluated(files, "--train", str(files / "train.jsonl"), suggester="learned") == 0
    assert "train.jsonl, line 1: the query 99" in capsys.readouterr().err
    assert rankings(files)["5"][0] == "1"


@pytest.mark.parametrize("row", [{"query": "3"}, {"query": "3", "positives": []}])
def test_known_answers_that_name_nothing_right_leave_the_order_of_the_hybrid(files, capsys, without_model, row):
    pytest.importorskip("lightgbm")
    assert evaluated(files, suggester="hybrid") == 0
    usual = rankings(files)
    put(files / "train.jsonl", row)
    assert evaluated(files, "--train", str(files / "train.jsonl"), suggester="learned") == 0
    assert "nothing can be learned" in capsys.readouterr().err
    assert rankings(files) == usual


def test_labels_of_pairs_none_of_which_is_known_are_told(pairs, capsys):
    put(pairs / "pairs.jsonl", {"qid": "q", "cid": "c", "c_title": "Printer", "label": "Splendid"})
    assert ordered(pairs) == 0
    assert "names nothing that is right" in capsys.readouterr().err


def test_a_suggester_that_is_not_there_is_told_with_those_that_guess_items(files, capsys):
    assert evaluated(files, suggester="psychic") == 1
    told = capsys.readouterr().err
    assert "There is no suggester psychic of items; there are hybrid, learned, lexical, " in told
    assert "neighbours" not in told and "sequence" not in told


def test_queries_that_are_learned_from_too_are_told(files, capsys, without_model):
    pytest.importorskip("lightgbm")
    put(files / "train.jsonl", {"query": "5", "positives": ["1"]}, {"query": "3"})
    evaluated(files, "--train", str(files / "train.jsonl"), suggester="learned")
    assert "1 of 2 queries are in --train too" in capsys.readouterr().err


def test_lines_that_name_no_query_are_told_with_what_they_hold(files, capsys):
    assert evaluated(files, queries="items.jsonl") == 1
    assert "items.jsonl, line 1: no query: each line is {query, positives: [ids]}" in capsys.readouterr().err


def test_an_id_by_another_name_is_told_with_the_names_there_are_and_taken_once_renamed(files, capsys):
    rows = [json.loads(line) for line in (files / "items.jsonl").read_text().splitlines()]
    put(files / "items.jsonl", *({("key" if name == "id" else name): row[name] for name in row} for row in rows))
    assert evaluated(files) == 1
    assert "line 1: no id; there are key, title, body, created" in capsys.readouterr().err
    assert evaluated(files, "--rename", "key=id") == 0


def test_candidates_of_one_rank_stand_alike_in_whatever_order_the_file_has_them(pairs, without_model):
    rows = [
        {"qid": "q", "q_title": "Printer", "cid": key, "c_title": "Something else", "rank": rank, "label": "Irrelevant"}
        for key, rank in (("a", 2), ("b", 1), ("c", 2))
    ]
    found = []
    for order in (rows, rows[::-1]):
        put(pairs / "pairs.jsonl", *order)
        assert ordered(pairs, "hybrid") == 0
        found.append(rankings(pairs)["q"])
    assert found[0] == found[1]


class Ends:
    """A suggester of somebody's own that ends the program, when it is asked or where it orders."""

    name, version = "ends", "1"

    def suggest(self, item, index, k):
        sys.exit(0)

    def rank(self, item, candidates, index, ranks=None):
        sys.exit()


def test_a_suggester_that_ends_the_program_is_told_with_the_query(files, pairs, capsys, monkeypatch):
    monkeypatch.setattr("earmark.evaluation.assembly.discover", lambda: {"ends": Ends})
    assert evaluated(files, suggester="ends") == 1
    assert "The suggester ends fails for the item 5: SystemExit: 0 (test_command.py, line " in capsys.readouterr().err
    assert ordered(pairs, "ends") == 1
    assert "The suggester ends fails for the item q1: SystemExit:  (test_command.py, line " in capsys.readouterr().err


@pytest.mark.parametrize("suggester", ["dictionary", "neighbours", "linear", "stacked"])
def test_a_suggester_of_labels_is_sent_where_it_is_measured(files, capsys, suggester):
    assert evaluated(files, suggester=suggester) == 1
    assert "guesses labels, not items" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        ["--queries", "empty.jsonl"],
        ["--queries", "queries.jsonl", "--train", "empty.jsonl"],
        ["--pairs", "empty.jsonl"],
    ],
)
def test_an_empty_file_is_no_success(files, capsys, given):
    put(files / "empty.jsonl")
    more = [str(files / part) if part.endswith(".jsonl") else part for part in given]
    asked = ["--items", str(files / "items.jsonl"), "--suggester", "lexical", "--out", str(files / "run.jsonl"), *more]
    assert cli.main(["evaluate", "suggester", *asked]) == 1
    assert "empty.jsonl is empty" in capsys.readouterr().err


def test_a_query_on_two_lines_is_asked_once_with_all_that_is_right(files, capsys):
    put(files / "queries.jsonl", {"query": "5", "positives": ["1"]}, {"query": "5", "positives": ["2"]})
    evaluated(files)
    assert json.loads(capsys.readouterr().out)["R@1"] == 100.0  # the file says 1 first, then 2
    assert len((files / "run.jsonl").read_text().splitlines()) == 1


def test_what_two_files_say_of_a_query_is_taught_together(files, monkeypatch, without_model):
    put(files / "one.jsonl", {"query": "5", "positives": ["1"]})
    put(files / "two.jsonl", {"query": "5", "positives": ["3"]})
    taught = []
    monkeypatch.setattr(
        "earmark.evaluation.assembly.examples_of", lambda query, _, positives: taught.append((query, positives)) or []
    )
    evaluated(files, "--train", str(files / "one.jsonl"), "--train", str(files / "two.jsonl"), suggester="learned")
    assert taught == [("5", {"1", "3"})]


def test_queries_need_items(files, capsys):
    asked = ["evaluate", "suggester", "--queries", str(files / "queries.jsonl")]
    assert cli.main([*asked, "--suggester", "lexical", "--out", str(files / "run.jsonl")]) == 1
    assert "--items" in capsys.readouterr().err


PAIRS = [
    ("q1", "Archive with Shift+A fails", "c1", "Printing a calendar", 1, "Irrelevant"),
    ("q1", "Archive with Shift+A fails", "c2", "Shift+A does not archive", 2, "PerfectMatch"),
    ("q2", "Where is the printer?", "c3", "Nothing alike", 2, "Irrelevant"),
    ("q2", "Where is the printer?", "c4", "Unlike as well", 1, "Irrelevant"),
]


@pytest.fixture
def pairs(tmp_path):
    names = ("qid", "q_title", "cid", "c_title", "rank", "label")
    put(tmp_path / "pairs.jsonl", *(dict(zip(names, row, strict=True)) for row in PAIRS))
    return tmp_path


def ordered(folder, suggester="lexical", *more):
    asked = ["evaluate", "suggester", "--pairs", str(folder / "pairs.jsonl"), "--suggester", suggester]
    return cli.main([*asked, "--out", str(folder / "run.jsonl"), *more])


def test_given_candidates_are_all_ordered_those_without_a_score_as_they_came(pairs, capsys):
    assert ordered(pairs) == 0
    assert rankings(pairs) == {"q1": ["c2", "c1"], "q2": ["c4", "c3"]}
    told = json.loads(capsys.readouterr().out)
    assert (told["MAP"], told["MRR"]) == (50.0, 50.0)  # a question without any right answer counts nought


def test_two_runs_are_compared_by_the_same_queries(files, capsys):
    put(files / "a.jsonl", {"query": "5", "ranked": ["2", "1"]}, {"query": "3", "ranked": ["1", "2"]})
    put(files / "b.jsonl", {"query": "5", "ranked": ["1"]}, {"query": "3", "ranked": ["2"]})
    asked = ["evaluate", "compare", "--queries", str(files / "queries.jsonl"), "--samples", "100"]
    assert cli.main([*asked, str(files / "a.jsonl"), str(files / "b.jsonl")]) == 0
    told = json.loads(capsys.readouterr().out)["MRR@10"]
    assert (told["first"], told["second"], told["difference"], told["chance"]) == (50.0, 100.0, 50.0, 0.0)


def test_without_answers_nothing_is_compared(files, capsys):
    put(files / "queries.jsonl", {"query": "5"})
    put(files / "a.jsonl", {"query": "5", "ranked": ["1"]})
    asked = ["evaluate", "compare", "--queries", str(files / "queries.jsonl")]
    assert cli.main([*asked, str(files / "a.jsonl"), str(files / "a.jsonl")]) == 1
    assert "no answers" in capsys.readouterr().err


@pytest.fixture
def without_model(monkeypatch):
    monkeypatch.delenv("EARMARK_MODELS", raising=False)


def test_without_a_model_the_hybrid_works_and_says_so(files, capsys, without_model):
    assert evaluated(files, suggester="hybrid") == 0
    told = capsys.readouterr()
    assert "without embeddings: no embedding model is named" in told.err
    assert json.loads(told.out)["MRR@10"] == 100.0
    assert json.loads(told.out)["pool_recall"] == 100.0


def test_a_folder_of_models_that_is_not_there_is_an_error_where_it_was_asked_for(files, capsys, without_model):
    assert evaluated(files, "--model", str(files / "nowhere")) == 1
    told = capsys.readouterr().err
    assert f"--model names {files / 'nowhere'}, and no such folder is there; name one with model.onnx" in told
    assert not (files / "run.jsonl").exists()


def test_a_folder_of_the_surroundings_that_is_not_there_is_said_and_all_else_works(files, capsys, monkeypatch):
    monkeypatch.setenv("EARMARK_MODELS", str(files / "nowhere"))
    assert evaluated(files) == 0
    assert f"EARMARK_MODELS names {files / 'nowhere'}, and no such folder is there" in capsys.readouterr().err
    assert evaluated(files, "--model", str(files)) == 0
    assert "no such folder" not in capsys.readouterr().err


def test_the_semantic_suggester_cannot_work_without_one(files, capsys, without_model):
    assert evaluated(files, suggester="semantic") == 1
    assert "no embedding model is named" in capsys.readouterr().err


def test_what_learns_needs_known_answers_and_takes_several_files(files, capsys, without_model):
    pytest.importorskip("lightgbm")
    assert evaluated(files, suggester="learned") == 1
    assert "--train" in capsys.readouterr().err
    put(files / "train.jsonl", {"query": "3", "positives": ["2"]})
    put(files / "more.jsonl", {"query": "4", "positives": ["1"]})
    given = [part for name in ("train.jsonl", "more.jsonl") for part in ("--train", str(files / name))]
    assert evaluated(files, *given, suggester="learned") == 0
    assert rankings(files)["5"][0] == "1"


def test_given_candidates_are_ordered_by_what_was_learned_from_others(pairs, without_model):
    pytest.importorskip("lightgbm")
    for suggester in ("hybrid", "learned"):
        assert ordered(pairs, suggester, "--train", str(pairs / "pairs.jsonl")) == 0
        assert rankings(pairs)["q1"] == ["c2", "c1"]
        assert sorted(rankings(pairs)["q2"]) == ["c3", "c4"]


def test_a_run_whose_name_ends_in_gz_is_packed_and_read_again(files, capsys):
    run = str(files / "run.jsonl.gz")
    assert evaluated(files, "--out", run) == 0
    assert (files / "run.jsonl.gz").read_bytes()[:2] == b"\x1f\x8b"
    capsys.readouterr()
    assert cli.main(["evaluate", "compare", "--queries", str(files / "queries.jsonl"), run, run]) == 0
    assert json.loads(capsys.readouterr().out)["MRR@10"]["first"] == 100.0


def test_right_answers_that_nothing_can_find_are_said(files, capsys):
    put(files / "queries.jsonl", {"query": "5", "positives": ["1", "nowhere"]}, {"query": "1", "positives": ["5"]})
    evaluated(files)
    told = (
        "2 of 3 right answers cannot be found and count as missed: 1 are not among the items, 1 are not created before"
    )
    assert told in capsys.readouterr().err


def test_where_all_can_be_found_nothing_is_said_of_it(files, capsys):
    evaluated(files)
    assert "cannot be found" not in capsys.readouterr().err


def test_a_run_that_holds_nothing_is_not_compared(files, capsys):
    evaluated(files)
    put(files / "empty.jsonl")
    runs = [str(files / "run.jsonl"), str(files / "empty.jsonl")]
    assert cli.main(["evaluate", "compare", "--queries", str(files / "queries.jsonl"), *runs]) == 1
    assert "empty.jsonl is empty" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["suggester", "curve"])
def test_a_package_that_is_missing_is_said_before_the_work(files, capsys, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    given = [
        "--items",
        str(files / "items.jsonl"),
        "--train",
        str(files / "queries.jsonl"),
        "--out",
        str(files / "out"),
    ]
    more = ["--queries", str(files / "queries.jsonl"), "--suggester", "learned"] if command == "suggester" else []
    assert cli.main(["evaluate", command, *given, *more]) == 1
    told = capsys.readouterr().err
    assert "earmark[learned]" in told and "looked at" not in told


def test_where_there_is_no_item_the_queries_are_not_to_blame(files, capsys):
    put(files / "items.jsonl")
    assert evaluated(files) == 1
    assert capsys.readouterr().err.endswith("items.jsonl: there is no item.\n")
