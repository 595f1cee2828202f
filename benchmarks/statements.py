"""What is sent to the store, with the time each statement takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def statements_sent() -> Iterator[list[tuple[float, str, Any]]]:
    """Yield a list that grows by each statement of this block: its seconds, its text, its parameters."""
    sent: list[tuple[float, str, Any]] = []

    def noting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            sent.append((time.perf_counter() - began, sql, params))

    with connection.execute_wrapper(noting):
        yield sent
