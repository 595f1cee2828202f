"""Tests of the commands `earmark evaluate curve` and `… ablation`: what they write is what a reckoner would say."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from earmark import cli
from earmark.evaluation.drawing import curve_drawn

pytest.importorskip("lightgbm")

WORDS = ("archive", "printer", "calendar", "password", "folder", "spelling")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """24 threads, and 24 later ones that ask: each is the same as the one of its number."""
    monkeypatch.delenv("EARMARK_MODELS", raising=False)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    items, queries = [], []
    for number, word in enumerate(WORDS * 4):
        for key, days in ((f"{number}-right", number), (f"{number}-asks", 100 + number)):
            created = (start + timedelta(days=days)).isoformat()
            items.append({"id": key, "title": f"The {word} number{number} broke", "created": created})
        queries.append({"query": f"{number}-asks", "positives": [f"{number}-right"]})
    put(tmp_path / "items.jsonl", *items)
    put(tmp_path / "known.jsonl", *queries)
    return tmp_path


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def reported(folder, command, *more):
    given = ["--items", str(folder / "items.jsonl"), "--train", str(folder / "known.jsonl")]
    written = ["--out", str(folder / "report.json"), "--plot", str(folder / "plot.svg")]
    return cli.main(["evaluate", command, *given, *written, *more])


def report(folder):
    return json.loads((folder / "report.json").read_text())


def texts(folder):
    return [each.text for each in ElementTree.parse(folder / "plot.svg").iter(f"{SVG}text")]


def test_a_curve_tells_each_draw_of_each_size_and_of_all_examples_one(files, capsys):
    assert reported(files, "curve", "--sizes", "9,3,5000", "--seeds", "2") == 0
    told = report(files)
    assert json.loads(capsys.readouterr().out) == told
    assert (told["measure"], told["taught_queries"], told["asked_queries"]) == ("MRR@10", 16, 8)
    assert [len(each["figures"]) for each in told["learned"]] == [2, 2, 1]
    assert [each["examples"] for each in told["learned"]][:2] == [3, 9]
    assert told["learned"][-1]["examples"] < 5000


def test_a_query_of_two_files_is_one_and_never_both_learned_from_and_asked_about(files):
    rows = [json.loads(line) for line in (files / "known.jsonl").read_text().splitlines()]
    put(files / "more.jsonl", *rows)
    assert reported(files, "curve", "--sizes", "3", "--seeds", "1", "--train", str(files / "more.jsonl")) == 0
    assert (report(files)["taught_queries"], report(files)["asked_queries"]) == (16, 8)


def test_a_query_that_is_asked_about_is_not_learned_from_though_it_is_in_both_files(files):
    rows = [json.loads(line) for line in (files / "known.jsonl").read_text().splitlines()]
    put(files / "asked.jsonl", *rows[:4], *rows[:4])
    assert reported(files, "curve", "--sizes", "3", "--seeds", "1", "--queries", str(files / "asked.jsonl")) == 0
    assert (report(files)["taught_queries"], report(files)["asked_queries"]) == (20, 4)


def test_with_three_examples_the_learned_order_is_the_hybrids(files):
    reported(files, "curve", "--sizes", "3", "--seeds", "3")
    told = report(files)
    assert told["learned"][0]["figures"] == [told["hybrid"]] * 3


def test_the_curve_is_drawn_with_a_dot_a_draw_and_words_for_both(files):
    reported(files, "curve", "--sizes", "3,9", "--seeds", "2")
    dots = list(ElementTree.parse(files / "plot.svg").iter(f"{SVG}circle"))
    assert len(dots) == 2 + 2 + 1
    hybrid = report(files)["hybrid"]
    assert f"hybrid, no labels: {hybrid:.1f}" in texts(files)
    assert "MRR@10 by number of examples" in texts(files)


def test_numbers_of_examples_that_would_touch_are_drawn_once():
    figures = [{"examples": size, "figures": [70.0]} for size in (30, 300, 3_000, 3_247)]
    drawn = ElementTree.fromstring(curve_drawn({"measure": "MRR@10", "hybrid": 70.0, "learned": figures}))
    sizes = [each.text for each in drawn.iter(f"{SVG}text") if each.get("text-anchor") == "middle"]
    assert sizes == ["30", "300", "3,247"]


def test_what_is_near_nought_is_drawn_above_it():
    figures = [{"examples": 30, "figures": [0.0]}]
    drawn = ElementTree.fromstring(curve_drawn({"measure": "MRR@10", "hybrid": 0.0, "learned": figures}))
    texts = {each.text: each for each in drawn.iter(f"{SVG}text")}
    assert "-0.5" not in texts
    assert float(texts["hybrid, no labels: 0.0"].get("y")) < float(texts["0"].get("y"))


@pytest.mark.parametrize("command", ["curve", "ablation"])
def test_right_answers_that_nothing_can_find_are_told(files, capsys, command):
    put(files / "asked.jsonl", {"query": "0-asks", "positives": ["0-right", "nobody"]})
    assert reported(files, command, "--queries", str(files / "asked.jsonl")) == 0
    assert "1 of 2 right answers cannot be found and count as missed" in capsys.readouterr().err


def test_where_all_that_is_learned_from_is_asked_about_that_is_told(files, capsys):
    assert reported(files, "curve", "--queries", str(files / "known.jsonl")) == 1
    assert "All queries to learn from are asked about as well" in capsys.readouterr().err


def test_queries_of_ones_own_are_asked_instead_of_the_last_third(files):
    put(files / "asked.jsonl", {"query": "23-asks", "positives": ["23-right"]}, {"query": "22-asks"})
    reported(files, "curve", "--sizes", "3", "--seeds", "1", "--queries", str(files / "asked.jsonl"))
    assert (report(files)["taught_queries"], report(files)["asked_queries"]) == (23, 1)


def test_parts_that_say_nothing_are_left_out(files):
    reported(files, "ablation")
    parts = [each["part"] for each in report(files)["without"]]
    assert "words" in parts
    assert not {"meaning", "standing among others"} & set(parts)  # there is no model


def test_an_ablation_is_drawn_with_a_row_a_part_and_two_dots_each(files):
    reported(files, "ablation")
    parts = [each["part"] for each in report(files)["without"]]
    assert [text for text in texts(files) if text in parts] == parts
    assert len(list(ElementTree.parse(files / "plot.svg").iter(f"{SVG}circle"))) == 2 * len(parts)


def test_no_known_answers_are_told_so(files, capsys):
    put(files / "known.jsonl", {"query": "1-asks"})
    assert reported(files, "curve") == 1
    assert "Known answers are needed" in capsys.readouterr().err


def test_given_candidates_are_refused_with_what_is_needed(files, capsys):
    put(files / "known.jsonl", {"qid": "q", "cid": "c"})
    assert reported(files, "ablation") == 1
    assert "lines {query, positives} are needed" in capsys.readouterr().err


@pytest.mark.parametrize("sizes", ["0", "3,x", ""])
def test_sizes_are_numbers_of_one_and_up(files, sizes, capsys):
    with pytest.raises(SystemExit):
        reported(files, "curve", "--sizes", sizes)
    assert "is no number of 1 and up" in capsys.readouterr().err
