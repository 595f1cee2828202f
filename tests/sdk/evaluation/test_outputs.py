"""Tests of what the commands write: nothing that is read, nothing in part, and what cannot be written before the work."""

import gzip
import itertools
import json
import os
import stat

import pytest
from earmark import cli
from earmark.evaluation import assembly, command
from earmark.suggesters import Suggestion

ITEMS = [
    {"id": number, "title": f"The lamp of room {number % 3} is out", "created": f"2026-03-{number + 1:02}"}
    for number in range(9)
]
QUERIES = [{"query": 7, "positives": [1]}, {"query": 8, "positives": [2]}]
RULE = "from earmark.rules import rule\n@rule\ndef lamps(item):\n    return 'Lamp'\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    put(tmp_path / "items.jsonl", ITEMS)
    put(tmp_path / "queries.jsonl", QUERIES)
    (tmp_path / "rules.py").write_text(RULE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def evaluated(out):
    given = ["--items", "items.jsonl", "--queries", "queries.jsonl", "--suggester", "lexical", "--out", str(out)]
    return cli.main(["evaluate", "suggester", *given])


APPLY = ["rules", "apply", "--rules", "rules.py", "--items", "items.jsonl", "--out"]
CURVE = ["evaluate", "curve", "--items", "items.jsonl", "--train", "queries.jsonl"]


@pytest.mark.parametrize("name", ["items.jsonl", "queries.jsonl", "./items.jsonl", "link"])
def test_a_file_that_is_read_is_never_written_over(folder, capsys, name):
    (folder / "link").symlink_to("items.jsonl")
    before = (folder / name).read_bytes()
    assert evaluated(name) == 1
    assert "is read here; name another file to write." in capsys.readouterr().err
    assert (folder / name).read_bytes() == before


def test_nor_do_rules_write_over_their_items(folder, capsys):
    assert cli.main([*APPLY, "items.jsonl"]) == 1
    assert len((folder / "items.jsonl").read_text().splitlines()) == len(ITEMS)


@pytest.mark.parametrize(
    "given",
    [
        ["evaluate", "suggester", "--items", "nowhere", "--queries", "q", "--suggester", "lexical", "--out", "no/run"],
        ["evaluate", "suggester", "--items", "nowhere", "--queries", "q", "--suggester", "lexical", "--out", "."],
        [*CURVE, "--out", "no/report.json"],
        [*CURVE, "--out", "report.json", "--plot", "no/plot.svg"],
        [*APPLY, "no/votes.jsonl"],
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(folder, capsys, given):
    assert cli.main(given) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert ("folder does not exist" in told.err) != ("Is a directory" in told.err)


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_a_run_that_is_stopped_leaves_the_one_before(folder, capsys, monkeypatch, packed):
    run = folder / f"run.jsonl{packed}"
    assert evaluated(run) == 0
    before = run.read_bytes()

    def stopped(*_):
        yield command.Ranking("7", ["1"])
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "asked", stopped)
    capsys.readouterr()
    assert evaluated(run) == 130
    assert run.read_bytes() == before
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[-1]) == ("", "earmark: stopped; nothing was written.")
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("run")) == [run.name]


def test_a_run_goes_where_a_link_leads_and_keeps_who_may_read_it(folder):
    (folder / "kept").write_text("")
    (folder / "kept").chmod(0o600)
    (folder / "run.jsonl").symlink_to("kept")
    assert evaluated("run.jsonl") == 0
    assert (folder / "run.jsonl").is_symlink()
    assert len((folder / "kept").read_text().splitlines()) == len(QUERIES)
    assert stat.S_IMODE((folder / "kept").stat().st_mode) == 0o600


def test_a_run_may_go_into_a_pipe(folder):
    os.mkfifo(folder / "pipe")
    end = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert evaluated("pipe") == 0
        assert [json.loads(line)["query"] for line in os.read(end, 1 << 16).splitlines()] == ["7", "8"]
    finally:
        os.close(end)


def test_a_packed_run_is_packed_though_it_is_written_beside(folder):
    assert evaluated("run.jsonl.gz") == 0
    assert len(gzip.decompress((folder / "run.jsonl.gz").read_bytes()).splitlines()) == len(QUERIES)


def test_a_run_that_lacks_queries_is_said_where_it_is_compared(folder, capsys):
    assert evaluated("run.jsonl") == 0
    (folder / "half.jsonl").write_text((folder / "run.jsonl").read_text().splitlines()[0] + "\n")
    capsys.readouterr()
    assert cli.main(["evaluate", "compare", "--queries", "queries.jsonl", "run.jsonl", "half.jsonl"]) == 0
    told = capsys.readouterr()
    assert told.err == "half.jsonl lacks 1 of 2 queries; these count as if it had found nothing\n"
    assert json.loads(told.out)["queries"] == 2


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ("20.0", "id is neither a text nor a whole number: 20.0"),
        ("true", "id is neither a text nor a whole number: True"),
        ('"a\\ud800"', "id holds half a character (a lone surrogate): 'a\\ud800'"),
        ("null", "no id"),
    ],
)
def test_an_id_that_is_none_is_told_with_its_line(folder, capsys, odd, why):
    with (folder / "items.jsonl").open("a") as items:
        items.write(f'{{"id": {odd}, "title": "A lamp"}}\n')
    assert evaluated("run.jsonl") == 1
    assert capsys.readouterr().err == f"earmark: items.jsonl, line {len(ITEMS) + 1}: {why}\n"


class Own:
    name, version = "own", "1"

    def __init__(self, guesses=()):
        self.guesses = guesses

    def suggest(self, item, index, k):
        if self.guesses is None:
            raise ValueError("no such field")
        return self.guesses


def own_evaluated(monkeypatch, guesses):
    monkeypatch.setattr(assembly, "discover", lambda: {"own": lambda: Own(guesses)})
    given = ["--items", "items.jsonl", "--queries", "queries.jsonl", "--suggester", "own", "--out", "run.jsonl"]
    return cli.main(["evaluate", "suggester", *given])


@pytest.mark.parametrize(
    ("guesses", "why"),
    [
        (None, "fails for the item 7: ValueError: no such field (test_outputs.py, line "),
        (5, "fails for the item 7: TypeError: 'int' object is not iterable"),
        ([("1", 0.5)], "guesses wrongly for the item 7: its kind is tuple, no Suggestion."),
        ([Suggestion("1", 2.0)], "guesses wrongly for the item 7: its score is no number from 0 to 1."),
    ],
)
def test_what_a_suggester_of_ones_own_does_wrong_is_said_in_a_line(folder, capsys, monkeypatch, guesses, why):
    assert own_evaluated(monkeypatch, guesses) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("earmark: The suggester own ") and why in said
    assert not (folder / "run.jsonl").exists()


def test_guesses_without_end_are_cut(folder, monkeypatch):
    endless = (Suggestion(str(number % 9), 0.5) for number in itertools.count())
    assert own_evaluated(monkeypatch, endless) == 0
    assert len((folder / "run.jsonl").read_text().splitlines()) == len(QUERIES)


@pytest.mark.parametrize("form", ["/dev/fd/{end}", "link"])
def test_a_run_may_go_where_the_shell_leads_it(folder, form):
    out, end = os.pipe()  # as in --out >(gzip > F), and --out /dev/stdout before a pipe
    (folder / "link").symlink_to(f"/dev/fd/{end}")
    try:
        assert evaluated(form.format(end=end)) == 0
        assert [json.loads(line)["query"] for line in os.read(out, 1 << 16).splitlines()] == ["7", "8"]
    finally:
        os.close(out)
        os.close(end)


def test_a_file_that_lies_beside_and_is_called_a_part_stays(folder):
    (folder / "run.jsonl.part").write_text("mine")
    assert evaluated("run.jsonl") == 0
    assert (folder / "run.jsonl.part").read_text() == "mine"


def test_a_link_to_where_no_folder_is_is_said_before_the_work(folder, capsys):
    (folder / "run.jsonl").symlink_to("no/run.jsonl")
    assert evaluated("run.jsonl") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "its folder does not exist" in told
