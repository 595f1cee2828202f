"""Tests of earmark.errors."""

import inspect

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
