"""Asking rules within their time.

What a time box in Python can do, and what it cannot. Rules run in a thread beside the caller's. A call is
late once it has worked for its budget (processor time, so that a busy machine is not the rule's fault), once
WAITS budgets have passed by the clock, or once all rules together have used up their time. The caller then
goes on without that thread, asks it to end by raising an exception in it, and starts another for the rest.
So a loop in Python ends, and a rule that sleeps or waits for a network holds up nobody for long, but lives
on until its call returns. What cannot be cut short: one call into C that keeps the interpreter's lock, such as
a regular expression that backtracks without end; while it runs, nothing else in the process does, and only
afterwards is it counted as late. Memory is not limited. A rule that is not trusted to that extent belongs in
a process of its own. Where a thread's processor time cannot be read from outside (macOS, Windows), the clock
alone counts for calls that are under way.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time

from earmark.rules.rule import Rule
from earmark.rules.votes import Cast, Outcome, votes_of
from earmark.types import Item

logger = logging.getLogger(__name__)

WAITS = 10
"""After how many budgets by the clock a call is late that did not work, but waited."""
MOST_LATE = 5
"""After how many late calls in a row a rule rests."""
REST_S = 60.0
"""How long a rule rests before it is asked again; late once more, it rests as long again."""
LEAST_WAIT_MS = 1.0
MOST_LEFT_BEHIND = 3
"""With how many threads of it still running a rule is not asked for now."""
USED_UP = "the time for all rules was used up"


@dataclass(frozen=True)
class Call:
    """A rule to be asked about these items: one, or the two of a pair."""

    rule: Rule
    items: tuple[Item, ...]

    @property
    def unit(self) -> tuple[str, ...]:
        """Return the ids asked about."""
        return tuple(item.id for item in self.items)

    def cast(self, outcome: Outcome, ms: float = 0.0, error: str = "") -> Cast:
        """Return the record of this call, without votes."""
        return Cast(self.rule.name, self.rule.version, self.unit, outcome, ms=ms, error=error)


class TimeBox:
    """Asks rules, each within its budget; one that raises or is late abstains, is counted and logged, others go on.

    A rule that was late `most_late` times in a row rests for `rest_s` seconds by this box, and one of which
    several threads still run is not asked until they end. Safe to use from several threads.
    """

    def __init__(self, *, most_late: int = MOST_LATE, rest_s: float = REST_S) -> None:
        self.most_late = most_late
        self.rest_s = rest_s
        self._late_in_a_row: dict[Rule, int] = {}
        self._rests_until: dict[Rule, float] = {}
        self._left_behind: dict[Rule, list[threading.Thread]] = {}
        self._said: set[tuple[Rule, Outcome]] = set()

    def run(self, calls: Sequence[Call], *, whole_ms: float | None = None) -> list[Cast]:
        """Return a record of each call, in order.

        Past `whole_ms` for all together the call under way is late, which is not held against its rule, and
        the rest is skipped.
        """
        until = None if whole_ms is None else perf_counter() + whole_ms / 1000
        casts: list[Cast] = []
        while len(casts) < len(calls):
            runner = _Runner(self, calls[len(casts) :], until)
            runner.start()
            is_late = runner.watch()
            casts += runner.casts
            if is_late:
                casts.append(self._abandoned(calls[len(casts)], runner))
        return casts

    def why_not(self, rule: Rule) -> str:
        """Return why a rule is not asked just now, empty where it is."""
        rests_s = self._rests_until.get(rule, 0.0) - perf_counter()
        if rests_s > 0:
            return f"late {self._late_in_a_row.get(rule, 0)} times in a row; asked again in {rests_s:.0f} s"
        alive = [thread for thread in self._left_behind.get(rule, ()) if thread.is_alive()]
        if rule in self._left_behind:
            self._left_behind[rule] = alive
        return f"{len(alive)} calls still run" if len(alive) >= MOST_LEFT_BEHIND else ""

    def note(self, call: Call, cast: Cast) -> Cast:
        """Count an outcome, say it once a rule and outcome, and return it."""
        rule = call.rule
        if cast.outcome == Outcome.LATE and cast.error != USED_UP:
            self._late_in_a_row[rule] = self._late_in_a_row.get(rule, 0) + 1
            if self._late_in_a_row[rule] >= self.most_late:
                self._rests_until[rule] = perf_counter() + self.rest_s
        elif cast.outcome not in (Outcome.LATE, Outcome.SKIPPED):
            self._late_in_a_row.pop(rule, None)
            self._rests_until.pop(rule, None)
        if cast.outcome in (Outcome.FAILED, Outcome.LATE) and (rule, cast.outcome) not in self._said:
            self._said.add((rule, cast.outcome))
            what = "failed" if cast.outcome == Outcome.FAILED else "was late"
            told = (
                cast.error.partition(": ")[0] or f"more than {rule.budget_ms:g} ms"
            )  # what it said may quote somebody
            logger.warning("The rule %s %s: %s; it abstains. Further ones are only counted.", rule, what, told)
        return cast

    def _abandoned(self, call: Call, runner: _Runner) -> Cast:
        self._left_behind.setdefault(call.rule, []).append(runner)
        error = USED_UP if runner.is_time_used_up else ""
        return self.note(call, call.cast(Outcome.LATE, ms=runner.waited_ms, error=error))


_CLOCK_OF: Callable[[int], int] | None = getattr(time, "pthread_getcpuclockid", None)


class _Runner(threading.Thread):
    """Asks rules one after the other, in a thread that can be left behind."""

    def __init__(self, box: TimeBox, calls: Sequence[Call], until: float | None) -> None:
        super().__init__(name="earmark-rules", daemon=True)
        self.casts: list[Cast] = []
        self.waited_ms = 0.0
        self.is_time_used_up = False
        """Whether the call under way had time left of its own, but all rules together had none."""
        self._box, self._calls, self._until = box, calls, until
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._asking: tuple[Call, float, float] | None = None
        self._is_abandoned = False

    def run(self) -> None:
        """Ask until all are asked, or nobody waits any more."""
        for call in self._calls:
            if not self._begin(call):
                return
            cast = self._asked(call)
            if not self._end(call, cast):
                return
        self._done.set()

    def watch(self) -> bool:
        """Wait until all are asked; return whether the call under way was late and its thread left behind."""
        shortest_s = max(min(call.rule.budget_ms for call in self._calls), LEAST_WAIT_MS) / 1000
        wait_s = max(min(shortest_s, self._left_of_all_s()), LEAST_WAIT_MS / 1000)
        while not self._done.wait(wait_s):
            with self._lock:  # while it is held, a call under way cannot end, so its thread is there
                left_s = self._left_s()
                self._is_abandoned = left_s < 0 or not self.is_alive()
            if self._is_abandoned and not self._done.is_set():
                self._end_thread()
                return True
            wait_s = max(min(left_s, shortest_s), LEAST_WAIT_MS / 1000)
        return False

    def _end_thread(self) -> None:
        """Raise SystemExit in the thread, by which threads end without a word."""
        raised = ctypes.py_object(SystemExit)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), raised)

    def _left_s(self) -> float:
        """Return how long to wait until the call under way may be late, below 0 where it is."""
        if self._asking is None:
            return 1.0
        call, began, began_work = self._asking
        budget_s = call.rule.budget_ms / 1000
        passed_s = perf_counter() - began
        self.waited_ms = 1000 * passed_s
        worked_s = self._work_s() - began_work if _CLOCK_OF is not None else passed_s
        own_s, of_all_s = min(budget_s - worked_s, WAITS * budget_s - passed_s), self._left_of_all_s()
        self.is_time_used_up = of_all_s < 0 <= own_s
        return min(own_s, of_all_s)

    def _left_of_all_s(self) -> float:
        """Return how long all rules together still have."""
        return float("inf") if self._until is None else self._until - perf_counter()

    def _work_s(self) -> float:
        """Return the processor time of this thread, asked by another one; raises nothing."""
        try:
            return time.clock_gettime(_CLOCK_OF(self.ident)) if _CLOCK_OF is not None and self.ident else 0.0
        except OSError:  # it ended just now
            return 0.0

    def _begin(self, call: Call) -> bool:
        with self._lock:
            self._asking = (call, perf_counter(), thread_time())
            return not self._is_abandoned

    def _end(self, call: Call, cast: Cast) -> bool:
        with self._lock:
            if self._is_abandoned:
                return False
            self._asking = None
            self.casts.append(self._box.note(call, cast))
            return True

    def _asked(self, call: Call) -> Cast:
        if self._left_of_all_s() < 0:
            return call.cast(Outcome.SKIPPED, error=USED_UP)
        if why := self._box.why_not(call.rule):
            return call.cast(Outcome.SKIPPED, error=why)
        began, began_work = perf_counter(), thread_time()
        try:
            said = call.rule.function(*call.items)
            votes = votes_of(said, call.rule.sentence, call.items[0] if len(call.items) == 1 else None)
        except BaseException as error:  # a rule may raise anything, also what ends a program
            return call.cast(Outcome.FAILED, 1000 * (perf_counter() - began), _in_words(error)[:200])
        ms, work_ms = 1000 * (perf_counter() - began), 1000 * (thread_time() - began_work)
        if work_ms > call.rule.budget_ms or ms > WAITS * call.rule.budget_ms:
            return call.cast(Outcome.LATE, ms)
        outcome = Outcome.VOTED if votes else Outcome.ABSTAINED
        return Cast(call.rule.name, call.rule.version, call.unit, outcome, votes, ms)


def _in_words(error: BaseException) -> str:
    """Return what was raised, in which line of the rule, and what it said."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename != __file__]
    at = f" at {Path(frames[0].filename).name}, line {frames[0].lineno}" if frames else ""
    return f"{type(error).__name__}{at}: {error}"
