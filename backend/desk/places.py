"""How many calls by one link a process works at, so that nobody who has one holds up what others do."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings

from backend.desk.errors import TooManyAtOnce

AGAIN = timedelta(seconds=1)

_lock = threading.Lock()
_taken: Counter[int] = Counter()


@contextmanager
def place_of(*, link_id: int, now: datetime) -> Iterator[None]:
    """Hold one of a link's places, half of what the process works at, however many people have come by it.

    Raises TooManyAtOnce where all are taken: nobody is let wait here, as who waits holds a place of the process.
    """
    with _lock:
        if _taken[link_id] >= max(1, settings.EARMARK_AT_ONCE // 2):
            raise TooManyAtOnce(retry_at=now + AGAIN)
        _taken[link_id] += 1
    try:
        yield
    finally:
        with _lock:
            _taken[link_id] -= 1
            if not _taken[link_id]:
                del _taken[link_id]
