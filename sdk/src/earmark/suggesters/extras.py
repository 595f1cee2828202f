"""The optional packages of the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from earmark.errors import LearningMissing, SemanticMissing


@contextmanager
def saying_what_to_install(missing: type[SemanticMissing] | type[LearningMissing]) -> Iterator[None]:
    """Turn the lack of a package into an error that names the extra it belongs to."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise missing(error.name or "") from error


def check_learning() -> None:
    """Raise LearningMissing where the extra `learned` is not installed, before any work is done that would need it."""
    for package in ("scipy", "lightgbm"):
        with saying_what_to_install(LearningMissing):
            import_module(package)
