"""Items as exports of other products spell them are measured, or refused with their line; nothing fails in between."""

import json

import pytest
from earmark import cli

DAY_S = 86_400
ROOMS = [f"lamp in room {at % 4}" for at in range(12)]
"""Four rooms, three items each; that of the same room four items before is right."""


def usual(at):
    return {"id": f"i{at}", "title": ROOMS[at], "body": "It hums.", "created": f"2020-01-{at + 1:02}T00:00:00Z"}


ODD = {
    "no title": lambda at: {"title": None, "body": ROOMS[at]},
    "no time": lambda at: {"created": None},
    "seconds since 1970": lambda at: {"created": 1_577_836_800 + at * DAY_S},
    "a letter's date": lambda at: {"created": f"{at + 1:02} Jan 2020 00:00:00 +0000"},
    "a very long body": lambda at: {"body": f"{ROOMS[at]} " * 2_000},
    "an endless word": lambda at: {"body": "x" * 100_000},
    "markup": lambda at: {"body": f"<p>{ROOMS[at]}&nbsp;<b", "metadata": {"format": "html"}},
    "no numbers at all": lambda at: {"n": float("nan"), "inf": [float("inf")], "big": 10**400 + at, "f": at * 1e300},
    "objects": lambda at: {"of": {"a": [{"b": {"c": {"d": {"e": {"f": at}}}}}], "g": [1, None, [2, [3]]]}},
    "another type each": lambda at: {"mix": [at, str(at), {"x": at}, [at], True, None][at % 6]},
    "dates and none": lambda at: {"due": ["2020-01-01", "soon", "", 5][at % 4], "at": f"2020-02-{at + 1:02}"},
    "signs alone": lambda at: {"body": "\0 \ud800 \u200d \x1b[0m \U0001f600"},
    "fields of ours": lambda at: {"author": {"name": "bo"}, "kind": ["a"], "url": 5, "image": "i.png"},
}


@pytest.fixture
def without_model(monkeypatch):
    monkeypatch.delenv("EARMARK_MODELS", raising=False)


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def measured(folder, capsys, odd, suggester="hybrid"):
    put(folder / "items.jsonl", *({**usual(at), **odd(at)} for at in range(12)))
    put(folder / "queries.jsonl", *({"query": f"i{at}", "positives": [f"i{at - 4}"]} for at in range(8, 12)))
    put(folder / "train.jsonl", *({"query": f"i{at}", "positives": [f"i{at - 4}"]} for at in range(4, 8)))
    files = [f"--{name}={folder / name}.jsonl" for name in ("items", "queries", "train")]
    told = cli.main(["evaluate", "suggester", *files, f"--suggester={suggester}", f"--out={folder / 'run.jsonl'}"])
    return told, capsys.readouterr()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_lamp_of_the_same_room_is_found_whatever_else_an_item_tells(tmp_path, capsys, without_model, odd):
    status, told = measured(tmp_path, capsys, ODD[odd])
    assert status == 0
    assert json.loads(told.out)["R@5"] == 100


@pytest.mark.parametrize("odd", ["no time", "another type each", "no numbers at all"])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_so_it_is_where_known_answers_teach(tmp_path, capsys, without_model, odd):
    status, told = measured(tmp_path, capsys, ODD[odd], "learned")
    assert status == 0
    assert json.loads(told.out)["R@5"] == 100


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"title": ["a"]}, "title is not a text"),
        ({"body": 5}, "body is not a text"),
        ({"created": "soon"}, "created is not a time"),
        ({"created": {"at": 5}}, "created is not a time"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, capsys, odd, why):
    status, told = measured(tmp_path, capsys, lambda at: odd if at == 2 else {})
    assert status != 0
    assert f"items.jsonl, line 3: {why}" in told.err
