"""Suggesters of other packages, asked within their time: what hangs, or ends a process, costs their own guesses alone.

Each call runs in a thread beside the caller's, as rules do (`earmark.rules.timebox`). One that is late is left behind
and abstains; its thread lives on until its call returns, and while several do, or some calls in a row were late, the
suggester rests. What cannot be cut short is one call into C that keeps the interpreter's lock.
"""

import threading
import time
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar, cast

from django.db import connections
from earmark import suggesters as sdk

from backend.suggestions.breaker import Breaker
from backend.suggestions.errors import SuggesterEnded, SuggesterLate, SuggesterRests

T = TypeVar("T")
LONGEST_S = 2.0
"""How long a call may take: a first one may load a model."""
MOST_LEFT_BEHIND = 3
"""With how many calls still running a suggester is not asked for now."""


class Box:
    """The time box of one suggester for one project; safe in several threads."""

    def __init__(self, *, longest_s: float = LONGEST_S, breaker: Breaker | None = None) -> None:
        self.longest_s = longest_s
        self.breaker = breaker or Breaker()
        self._left_behind: list[threading.Thread] = []
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise SuggesterRests where it is not asked now."""
        with self._lock:
            self._left_behind = [each for each in self._left_behind if each.is_alive()]
            are_many = len(self._left_behind) >= MOST_LEFT_BEHIND
        if are_many or not self.breaker.lets_through(time.monotonic()):
            raise SuggesterRests

    def ask(self, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises; SuggesterLate, and SuggesterEnded for a SystemExit."""
        runner = _Runner(call)
        runner.start()
        runner.join(self.longest_s)
        if runner.is_alive():
            with self._lock:
                self._left_behind.append(runner)
            self.breaker.failed(time.monotonic())
            raise SuggesterLate(longest_s=self.longest_s)
        if isinstance(runner.raised, Exception):
            raise runner.raised
        if runner.raised is not None:  # what ends a program, or a panic of a library in Rust
            raise SuggesterEnded(ended_by=type(runner.raised).__name__) from runner.raised
        return cast("T", runner.returned)


class Boxed:
    """A suggester of another package, made and asked within its box; of what it returns the first `k` count."""

    def __init__(self, made_by: Callable[[], sdk.Suggester], box: Box) -> None:
        self._box = box
        box.check()
        self._own, self.name, self.version = box.ask(lambda: _made(made_by))

    def suggest(self, item: sdk.Item, index: sdk.ItemIndex, k: int) -> list[sdk.Suggestion]:
        """Return its guesses. Raises what it raises, SuggesterLate, SuggesterEnded."""
        found = self._box.ask(lambda: list(islice(self._own.suggest(item, index, k), k)))
        self._box.breaker.succeeded()
        return found


def _made(made_by: Callable[[], sdk.Suggester]) -> tuple[sdk.Suggester, str, str]:
    """Return a suggester with its name and version, which may be worked out."""
    own = made_by()
    return own, own.name, own.version


class _Runner(threading.Thread):
    """One call, in a thread that can be left behind."""

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__(name="earmark-suggester", daemon=True)
        self.returned: Any = None
        self.raised: BaseException | None = None
        self._call = call

    def run(self) -> None:
        """Call, and keep what comes of it."""
        try:
            self.returned = self._call()
        except BaseException as error:  # a suggester may raise anything, also what ends a program
            self.raised = error
        finally:
            connections.close_all()  # this thread's own, if the call opened one


_boxes: dict[tuple[int, str], Box] = {}


def box_of(project_id: int, name: str) -> Box:
    """Return the box of a suggester for a project: what it does to one holds up no other."""
    return _boxes.setdefault((project_id, name), Box())
