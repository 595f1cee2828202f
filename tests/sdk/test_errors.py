"""Tests of earmark.errors."""

import inspect
import pickle

import pytest
from earmark import errors


def test_the_drawn_tree_is_the_real_one():
    drawn, path = {}, []
    for line in errors.__doc__.splitlines():
        name = line.strip("│├└─ ").split(" ")[0]
        if not hasattr(errors, name) or not name[:1].isupper():
            continue
        depth = line.index(name) // 4 - 1
        path[depth:] = [name]
        drawn[name] = path[-2] if len(path) > 1 else "Exception"
    real = {
        name: kind.__bases__[0].__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert drawn == real


def test_every_error_carries_the_same_facts():
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.EarmarkError):
            assert {"status", "request_id", "retry_after", "partial"} <= {*dir(kind)}


@pytest.mark.parametrize(
    "error",
    [
        errors.EarmarkError("Something."),
        errors.NotFound("Gone.", code="not_found", status=404, request_id="r", retry_after=2.0, errors=[("id", "x")]),
        errors.FileNotUnderstood("items.jsonl", 3, "no id"),
        errors.EventRefused("1", "judge", "unknown_value", "r"),
        errors.AnchorUnusable("text_not_found", "Mark it again."),
        errors.LearningMissing("scipy"),
        errors.NotSendable("An id is not empty."),
    ],
)
def test_an_error_comes_whole_out_of_another_process(error):
    error.partial = ["done"]
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
