"""The optional packages of the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from earmark.errors import LearningMissing, SemanticMissing


@contextmanager
def saying_what_to_install(missing: type[SemanticMissing] | type[LearningMissing]) -> Iterator[None]:
    """Turn the lack of a package into an error that names the extra it belongs to."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise missing(error.name or "") from error
