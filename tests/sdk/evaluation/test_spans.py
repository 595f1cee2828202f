"""Tests of `earmark evaluate spans` and of its measures."""

import json

import pytest
from earmark import cli
from earmark.evaluation.span_measures import Answered, of_spans, overlap, said_of_spans, span_share
from earmark.suggesters import MarkedSpan

from tests.sdk.suggesters.marked_texts import PRODUCTS, drawn


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def marked(each, **more):
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in each.spans]
    return {"item": each.item.id, "spans": spans} | more


@pytest.fixture
def files(tmp_path):
    """A hundred texts, three in five to learn from, and a dictionary of what a product is called."""
    texts = drawn(100)
    put(tmp_path / "items.jsonl", *({"id": each.item.id, "title": "", "body": each.item.body} for each in texts))
    put(tmp_path / "train.jsonl", *map(marked, texts[:60]))
    put(tmp_path / "test.jsonl", *map(marked, texts[60:]))
    frozen = ({"id": e.item.id, "text": e.item.body, "spans": marked(e)["spans"]} for e in texts[60:])
    put(tmp_path / "frozen.jsonl", *frozen)
    (tmp_path / "words.json").write_text(json.dumps({"Product": PRODUCTS}))
    return tmp_path


def evaluated(folder, capsys, *more, answers="test.jsonl", items=True):
    given = ["--items", str(folder / "items.jsonl")] if items else []
    code = cli.main(["evaluate", "spans", *given, "--answers", str(folder / answers), *more])
    told = capsys.readouterr()
    return json.loads(told.out) if code == 0 else told.err


def test_a_pattern_that_cannot_be_read_is_told_with_its_file(files, capsys):
    (files / "words.json").write_text('{"Product": ["/(?=x)/"]}')
    told = evaluated(files, capsys, "--suggester", "dictionary", "--dictionary", str(files / "words.json"))
    assert told.startswith("earmark: ") and "words.json: The pattern /(?=x)/ cannot be read" in told


def test_a_line_that_is_of_nothing_is_told_with_what_it_should_be(files, capsys):
    put(files / "some.jsonl", {"spans": []})
    assert "line 1: neither an item (of --items) nor an id and a text" in evaluated(files, capsys, answers="some.jsonl")


def test_who_taught_nothing_is_told_why_nothing_is_guessed(files, capsys):
    assert cli.main(["evaluate", "spans", "--answers", str(files / "frozen.jsonl")]) == 0
    assert "sequence guessed nothing at all; it was given 0 known answers (--train) and no" in capsys.readouterr().err


def test_what_is_plain_is_learned_and_measured_by_label(files, capsys):
    told = evaluated(files, capsys, "--train", str(files / "train.jsonl"), "--curve")
    assert (told["suggester"], told["taught"], told["answered"]) == ("sequence", 60, 40)
    assert told["f1"] >= 0.95 and told["overlap_f1"] >= told["f1"] and told["quiet"] >= 0.9
    assert set(told["by_label"]) == {"Person", "Product"} and told["learned"]["texts"] == 60
    [first] = told["curve"]
    assert first["taught"] == 30


def test_how_far_it_is_and_what_is_learned_from_and_asked_about_alike_is_told(files, capsys):
    known = str(files / "train.jsonl")
    run = ["evaluate", "spans", "--items", str(files / "items.jsonl"), "--train", known, "--answers", known]
    assert cli.main(run) == 0
    told = capsys.readouterr().err
    assert "60 of 60 texts are in --train too" in told
    assert "learning from 60 texts\nasked about 60 of 60 texts\n" in told


def test_a_dictionary_is_measured_as_it_is(files, capsys):
    told = evaluated(files, capsys, "--suggester", "dictionary", "--dictionary", str(files / "words.json"))
    assert told["by_label"]["Product"]["recall"] == 0.0, "it never says the number of a product"
    assert told["by_label"]["Product"]["overlap_recall"] > 0.9
    assert told["by_label"]["Person"]["recall"] == 0.0


def test_lines_of_a_frozen_version_bring_their_texts_along(files, capsys):
    learned = evaluated(files, capsys, "--train", str(files / "train.jsonl"))
    frozen = evaluated(files, capsys, "--train", str(files / "train.jsonl"), answers="frozen.jsonl")
    assert frozen["f1"] == learned["f1"]
    words = ("--suggester", "dictionary", "--dictionary", str(files / "words.json"))
    assert evaluated(files, capsys, *words, answers="frozen.jsonl", items=False)["answered"] == 40


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"item": "0-1"}, "spans is not a list"),
        ({"item": "0-1", "spans": [{"start": 3, "end": 3, "label": "A"}]}, "is no stretch of a text"),
        ({"item": "0-1", "spans": [{"start": 0, "end": 9999, "label": "A"}]}, "is no stretch of a text"),
        ({"item": "0-1", "spans": [{"start": True, "end": 3, "label": "A"}]}, "two whole numbers and a text"),
        ({"item": "0-1", "spans": [{"start": 0, "end": 3, "label": ""}]}, "two whole numbers and a text"),
        ({"item": "0-1", "spans": ["Vector"]}, "two whole numbers and a text"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(files, capsys, row, why):
    put(files / "bad.jsonl", marked(drawn(1)[0]), row)
    told = evaluated(files, capsys, "--suggester", "dictionary", answers="bad.jsonl")
    assert "bad.jsonl" in told and "2" in told and why in told


def test_texts_of_no_item_are_left_out_with_a_word_until_none_is_left(files, capsys):
    nobody = {"item": "nobody", "spans": []}
    put(files / "some.jsonl", nobody, *map(marked, drawn(3)), nobody)
    given = ["--items", str(files / "items.jsonl"), "--answers", str(files / "some.jsonl"), "--suggester", "dictionary"]
    assert cli.main(["evaluate", "spans", *given]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["answered"] == 3
    assert "some.jsonl, line 1: item 'nobody' is none of the items" in told.err
    assert "all such, 2 of 5, are left out" in told.err
    put(files / "some.jsonl", nobody)
    assert "told, nor is any other" in evaluated(files, capsys, answers="some.jsonl")


@pytest.mark.parametrize("name", ["linear", "lexical", "nobody"])
def test_a_suggester_of_something_else_is_refused_with_what_to_try(files, capsys, name):
    told = evaluated(files, capsys, "--suggester", name)
    assert "guesses no spans" in told or "There is no suggester nobody" in told


def test_an_empty_file_is_no_measure(files, capsys):
    (files / "empty.jsonl").write_text("")
    assert "holds no marked texts" in evaluated(files, capsys, answers="empty.jsonl")


A, NEAR, FAR = MarkedSpan(0, 10, "A"), MarkedSpan(0, 6, "A"), MarkedSpan(8, 12, "A")


def test_exact_is_the_same_place_with_the_same_label_and_nearly_is_half_of_the_union():
    assert (overlap(A, NEAR), overlap(A, FAR)) == (0.6, 2 / 12)
    told = of_spans([Answered([(NEAR, 0.9), (FAR, 0.4)], [A])])
    assert (told["precision"], told["recall"], told["f1"]) == (0.0, 0.0, 0.0)
    assert (told["overlap_precision"], told["overlap_recall"]) == (0.5, 1.0)
    other = of_spans([Answered([(MarkedSpan(0, 10, "B"), 0.9)], [A])])
    assert other["f1"] == other["overlap_f1"] == 0.0, "another label is not right"


def test_one_marked_span_makes_one_guess_right():
    twice = Answered([(NEAR, 0.9), (A, 0.8)], [A])
    assert (twice.hits_count(), twice.hits_count(nearly=True)) == (1, 1)


def test_a_text_in_which_nothing_is_marked_is_right_without_a_guess():
    assert span_share(Answered()) == 1.0 and span_share(Answered([(A, 0.5)])) == 0.0
    assert span_share(Answered([(A, 0.9), (FAR, 0.9)], [A])) == pytest.approx(2 / 3)
    told = of_spans([Answered(), Answered([(A, 0.5)]), Answered([(A, 1.0)], [A])])
    assert (told["quiet"], told["precision"], told["calibration_error"]) == (0.5, 0.5, pytest.approx(0.25))
    assert said_of_spans([Answered([(A, 0.9), (FAR, 0.4)], [A])]) == [(0.9, True), (0.4, False)]
