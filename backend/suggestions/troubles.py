"""Which suggesters failed lately in this process, for people who look: each process knows its own."""

import threading
import traceback
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from backend.suggestions.errors import SuggesterEnded, SuggesterLate

BACKEND = Path(__file__).resolve().parents[1]
REMEMBERED = timedelta(hours=1)
"""How long after its last failure a suggester is told of."""


@dataclass(frozen=True)
class Trouble:
    """How often a suggester failed since when, and how at last, without what it said: that may quote a customer."""

    name: str
    count: int
    began_at: datetime
    last_at: datetime
    how: str


_troubles: dict[tuple[int, str], Trouble] = {}
_lock = threading.Lock()


def note_trouble(project_id: int, name: str, how: str, *, now: datetime) -> None:
    """Count a failure; what failed long ago is forgotten."""
    with _lock:
        before = _troubles.get((project_id, name))
        if before is None or now - before.last_at > REMEMBERED:
            before = Trouble(name, 0, now, now, how)
        _troubles[project_id, name] = replace(before, count=before.count + 1, last_at=now, how=how)


def troubles_of(project_id: int, *, now: datetime) -> list[Trouble]:
    """Return the suggesters of a project that failed lately, by name."""
    with _lock:
        told = [each for (project, _), each in _troubles.items() if project == project_id]
    return sorted((each for each in told if now - each.last_at <= REMEMBERED), key=lambda each: each.name)


def forget_troubles() -> None:
    """Forget which suggesters failed in this process."""
    with _lock:
        _troubles.clear()


def how_of(error: BaseException) -> str:
    """Return what was raised, and the line of the suggester's own file that led to it, where there is one."""
    if isinstance(error, SuggesterLate):
        return str(error).rstrip(".")
    raised = error.__cause__ if isinstance(error, SuggesterEnded) and error.__cause__ else error
    for frame in traceback.extract_tb(raised.__traceback__):
        if not Path(frame.filename).is_relative_to(BACKEND):
            return f"{type(raised).__name__} at {Path(frame.filename).name}, line {frame.lineno}"
    return type(raised).__name__
