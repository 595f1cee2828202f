"""Whether to ask again what failed lately: a circuit breaker, to which the clock is passed."""

import threading

FAILURES_TO_OPEN = 5
OPEN_S = 30.0


class Breaker:
    """Lets all through until some calls in a row failed; then none for a while, then one at a time to probe.

    Where a probe succeeds all are let through again. A probe of which nothing is heard counts as failed.
    Safe in several threads (Nygard, Release It!, 2007: circuit breaker).
    """

    def __init__(self, *, failures_to_open: int = FAILURES_TO_OPEN, open_s: float = OPEN_S) -> None:
        self._failures_to_open = failures_to_open
        self._open_s = open_s
        self._lock = threading.Lock()
        self._failures_in_a_row = 0
        self._open_until: float | None = None

    def lets_through(self, now: float) -> bool:
        """Return whether a call may be made; one that is made as a probe keeps others back."""
        with self._lock:
            if self._open_until is None:
                return True
            if now < self._open_until:
                return False
            self._open_until = now + self._open_s
            return True

    def succeeded(self) -> None:
        """Let all through again."""
        with self._lock:
            self._failures_in_a_row, self._open_until = 0, None

    def failed(self, now: float) -> None:
        """Count a failure, and open where there were enough in a row."""
        with self._lock:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= self._failures_to_open:
                self._open_until = now + self._open_s

    def open_for(self, now: float) -> float:
        """Return for how many seconds nothing is let through yet, 0 where calls may be made."""
        until = self._open_until
        return max(0.0, until - now) if until is not None else 0.0
