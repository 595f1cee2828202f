"""Tests of `earmark evaluate labels` and of its measures."""

import json
import math
import sys

import pytest
from earmark import cli
from earmark.evaluation.label_measures import Labelled, calibration_error, of_choices, of_tags, right_share

FREEZE, WORDING = ["freezes", "hangs", "unresponsive"], ["typo", "wording", "misspelt"]


def put(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def files(tmp_path):
    """Eighty items of two kinds, three quarters to learn from; as a choice and as tags."""
    names = [("wording", WORDING) if at % 2 else ("freeze", FREEZE) for at in range(80)]
    put(
        tmp_path / "items.jsonl", *({"id": at, "title": f"{words[at % 3]} {at}"} for at, (_, words) in enumerate(names))
    )
    choices = [{"item": str(at), "label": label} for at, (label, _) in enumerate(names)]
    tags = [{"item": str(at), "fits": [label], "is_complete": True} for at, (label, _) in enumerate(names)]
    for name, rows in (("choice", choices), ("tags", tags)):
        put(tmp_path / f"{name}-train.jsonl", *rows[:60])
        put(tmp_path / f"{name}-test.jsonl", *rows[60:])
    (tmp_path / "words.json").write_text(json.dumps({"freeze": ["freezes"], "wording": ["typo"]}))
    return tmp_path


def evaluated(folder, capsys, suggester, kind="choice", *more):
    given = ["--items", str(folder / "items.jsonl"), "--train", str(folder / f"{kind}-train.jsonl")]
    given += ["--answers", str(folder / f"{kind}-test.jsonl"), "--suggester", suggester, *more]
    code = cli.main(["evaluate", "labels", *given])
    told = capsys.readouterr()
    return json.loads(told.out) if code == 0 else told.err


@pytest.mark.parametrize("suggester", ["neighbours", "linear", "stacked"])
def test_what_is_plain_is_learned_better_than_the_commonest_label(files, capsys, suggester):
    told = evaluated(files, capsys, suggester)
    assert (told["kind"], told["taught"], told["answered"], told["majority_accuracy"]) == ("choice", 60, 20, 0.5)
    assert told["accuracy"] >= 0.95
    assert told["log_loss"] < told["prior_log_loss"]
    assert told["coverage"] == 1.0


@pytest.mark.parametrize("suggester", ["neighbours", "linear", "stacked"])
def test_tags_are_measured_by_precision_recall_and_map(files, capsys, suggester):
    told = evaluated(files, capsys, suggester, "tags")
    assert told["kind"] == "tags"
    assert told["P@1"] >= 0.95
    assert told["MAP"] > told["usual_MAP"] == 0.75


def test_a_dictionary_is_measured_as_it_is(files, capsys):
    told = evaluated(files, capsys, "dictionary", "choice", "--dictionary", str(files / "words.json"))
    assert 0.2 < told["coverage"] < 0.5
    assert told["accuracy_when_guessed"] == 1.0


def test_the_curve_teaches_with_the_first_answers_alone(files, capsys):
    told = evaluated(files, capsys, "neighbours", "choice", "--curve", "--seed", "1")
    assert [each["taught"] for each in told["curve"]] == [30]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"item": "1", "label": 7}, "label is not a text"),
        ({"item": "1", "fits": "freeze"}, "fits is not a list"),
        ({"item": "1", "label": "freeze", "weight": -1}, "weight"),
        ({"item": "1", "fits": ["freeze"]}, "mixed"),
        ({"query": "1", "label": "freeze"}, "no item: each line is {item, label} or {item, fits}"),
    ],
)
def test_a_bad_line_is_told_with_its_number(files, capsys, row, fault):
    put(files / "choice-train.jsonl", {"item": "0", "label": "freeze"}, row)
    told = evaluated(files, capsys, "neighbours")
    assert fault in told
    assert "2" in told or fault == "mixed"


class Own:
    """A suggester of somebody's own that goes wrong in a way."""

    name, version = "own", "1"

    def __init__(self, way):
        if way == "made":
            raise ValueError("no model")
        self.way = way
        if way == "taught":
            self.fit = self.learn

    def learn(self, taught):
        raise KeyError("label")

    def suggest(self, item, index, k):
        if self.way == "raises":
            raise KeyError("topic")
        if self.way == "ends":
            sys.exit(0)
        return ["nonsense"]


@pytest.mark.parametrize("command", ["labels", "spans"])
@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("made", "The suggester own cannot be made: ValueError: no model"),
        ("taught", "The suggester own cannot be taught: KeyError: 'label' (test_labels.py, line "),
        ("raises", "The suggester own fails for the item 60: KeyError: 'topic' (test_labels.py, line "),
        ("ends", "The suggester own fails for the item 60: SystemExit: 0 (test_labels.py, line "),
        ("nonsense", "The suggester own guesses wrongly for the item 60: its kind is str, no Suggestion."),
    ],
)
def test_a_suggester_of_ones_own_that_goes_wrong_is_told(files, capsys, monkeypatch, command, way, said):
    monkeypatch.setattr(f"earmark.evaluation.{command}.discover", lambda: {"own": lambda: Own(way)})
    if command == "labels":
        told = evaluated(files, capsys, "own")
    else:
        put(files / "marked.jsonl", {"id": "60", "text": "It freezes.", "spans": []})
        assert cli.main(["evaluate", "spans", "--answers", str(files / "marked.jsonl"), "--suggester", "own"]) == 1
        told = capsys.readouterr().err
    assert f"earmark: {said}" in told


def test_answers_about_no_item_are_left_out_with_a_word_until_none_is_left(files, capsys):
    with (files / "choice-test.jsonl").open("a") as answers, (files / "choice-train.jsonl").open("a") as taught:
        answers.write('{"item": "zzz", "label": "freeze"}\n{"item": "yyy", "label": "freeze"}\n')
        taught.write('{"item": "zzz", "label": "freeze"}\n')
    given = ["--items", str(files / "items.jsonl"), "--train", str(files / "choice-train.jsonl"), "--answers"]
    run = ["evaluate", "labels", "--suggester", "neighbours", *given, str(files / "choice-test.jsonl")]
    assert cli.main(run) == 0
    told = capsys.readouterr()
    assert (json.loads(told.out)["taught"], json.loads(told.out)["answered"]) == (60, 20)
    assert "choice-test.jsonl, line 21: item 'zzz' is none of the items; all such, 2 of 22, are left out" in told.err
    assert "choice-train.jsonl, line 61: item 'zzz' is none of the items; all such, 1 of 61, are left out" in told.err
    put(files / "choice-test.jsonl", {"item": "zzz", "label": "freeze"})
    assert "line 1: item 'zzz' is none of the items, nor is any other" in evaluated(files, capsys, "neighbours")


def test_how_far_it_is_and_what_is_learned_from_and_asked_about_alike_is_told(files, capsys):
    known = str(files / "choice-train.jsonl")
    run = ["evaluate", "labels", "--suggester", "neighbours", "--items", str(files / "items.jsonl"), "--train", known]
    assert cli.main([*run, "--answers", known]) == 0
    told = capsys.readouterr().err
    assert "60 of 60 items are in --train too" in told
    assert "learning from 60 answers\nasked about 60 of 60 items\n" in told


def test_no_answers_and_an_unknown_suggester_are_told(files, capsys):
    told = evaluated(files, capsys, "nobody")
    assert "There is no suggester nobody of labels; there are dictionary, linear, neighbours, stacked." in told
    put(files / "choice-test.jsonl")
    assert "choice-test.jsonl holds no answers" in evaluated(files, capsys, "neighbours")
    put(files / "choice-train.jsonl")
    assert "choice-train.jsonl holds no answers" in evaluated(files, capsys, "neighbours")


@pytest.mark.parametrize("suggester", ["lexical", "semantic", "hybrid", "learned"])
def test_a_suggester_of_items_is_sent_where_it_is_measured(files, capsys, suggester):
    assert "guesses items, not labels" in evaluated(files, capsys, suggester)


def test_from_too_few_answers_the_stacked_guesses_as_the_dictionary(files, capsys):
    put(files / "choice-train.jsonl", {"item": "0", "label": "freeze"}, {"item": "1", "label": "wording"})
    words = ["--dictionary", str(files / "words.json")]
    stacked, dictionary = (evaluated(files, capsys, name, "choice", *words) for name in ("stacked", "dictionary"))
    assert stacked["accuracy"] == dictionary["accuracy"] and "learned" not in stacked


def test_measures_of_choices():
    answers = [
        Labelled([("a", 0.8)], {"a": True}),
        Labelled([("a", 0.6)], {"b": True}),
        Labelled([], {"a": True}),
        Labelled([("b", 0.5), ("a", 0.5)], {"b": True}),
    ]
    told = of_choices(answers, {"a": 0.75, "b": 0.25})
    assert told["accuracy"] == 0.75
    assert told["majority_accuracy"] == 0.5
    assert told["coverage"] == 0.75
    assert told["accuracy_when_guessed"] == pytest.approx(2 / 3)
    assert told["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert told["log_loss"] == pytest.approx(-(math.log(0.8) + math.log(0.4) + math.log(0.75) + math.log(0.5)) / 4)
    assert told["prior_log_loss"] == pytest.approx(-(2 * math.log(0.75) + 2 * math.log(0.25)) / 4)


def test_measures_of_tags_pass_over_what_is_not_known():
    answers = [Labelled([("x", 0.9), ("a", 0.8), ("b", 0.4)], {"a": True, "b": False, "c": True}), Labelled([], {})]
    told = of_tags(answers, {"b": 0.9, "a": 0.5, "c": 0.1})
    assert (told["P@1"], told["P@3"], told["R@1"], told["R@3"]) == (1.0, 0.5, 0.5, 1.0)
    assert told["MAP"] == pytest.approx((1 + 2 / 3) / 2)
    assert (told["usual_P@1"], told["usual_R@3"]) == (0.0, 1.0)
    assert told["usual_MAP"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert told["coverage"] == 0.5
    assert told["log_loss"] == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)


def test_calibration_error_is_how_far_chances_are_from_the_truth():
    assert calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0
    assert calibration_error([(0.9, False), (0.2, True)]) == pytest.approx(0.85)
    assert calibration_error([]) == 0


@pytest.mark.parametrize(("guessed", "share"), [([("a", 0.9), ("b", 0.8)], 1), ([("b", 0.9), ("a", 0.8)], 0), ([], 0)])
def test_a_choice_is_right_where_the_first_guess_is(guessed, share):
    assert right_share(Labelled(guessed, {"a": True}), one_of=True, most=3) == share


@pytest.mark.parametrize(
    ("labels", "share"),
    [("ab", 1), ("a", 2 / 3), ("ax", 1 / 2), ("aux", 1 / 2), ("x", 0), ("", 0), ("xyab", 0)],
)
def test_tags_are_right_by_f1_over_what_is_known_of_the_first_few(labels, share):
    known = {"a": True, "b": True, "x": False, "y": False}
    guessed = [(label, 0.5) for label in labels]
    assert right_share(Labelled(guessed, known), one_of=False, most=2) == pytest.approx(share)


def test_where_no_tag_fits_silence_is_right():
    assert right_share(Labelled([], {"x": False}), one_of=False, most=3) == 1
    assert right_share(Labelled([("x", 0.5)], {"x": False}), one_of=False, most=3) == 0


def test_chances_are_told_and_drawn_beside_what_came_true(files, capsys):
    told = evaluated(files, capsys, "linear", "choice", "--plot", str(files / "chances.svg"))
    assert sum(each["count"] for each in told["reliability"]) >= 20
    assert (files / "chances.svg").read_text().count("<circle") == len(told["reliability"])


def test_a_line_without_an_answer_is_told_by_its_own_file(files, capsys):
    put(files / "choice-train.jsonl", {"item": "1", "label": "wording"}, {"item": "2"})
    assert "choice-train.jsonl, line 2: no label (of a choice)" in evaluated(files, capsys, "neighbours")
