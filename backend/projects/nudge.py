"""Nudges: contentless messages that tell a worker to drain the job table.

They leave from a background thread behind a circuit breaker, at most one per process and
`PAUSE_S`, so that no request ever waits for a broker. A lost nudge costs at most one sweep.
"""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

PAUSE_S = 0.2
OPEN_AFTER_FAILURES = 2
OPEN_FOR_S = 15.0


class Nudger:
    """Sends at most one nudge per pause from a thread of its own, and rests after failures."""

    def __init__(self, send: Callable[[], None], *, pause_s: float = PAUSE_S, open_for_s: float = OPEN_FOR_S) -> None:
        self._send = send
        self._pause_s = pause_s
        self._open_for_s = open_for_s
        self._wanted = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self.sent_count = 0
        self.failed_count = 0

    def nudge(self) -> None:
        """Ask for a nudge and return at once."""
        if self._thread is None or not self._thread.is_alive():
            with self._start:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                    self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        failures = 0
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self._send()
            except Exception as error:
                failures += 1
                self.failed_count += 1
                logger.warning("A nudge was lost (%s); the sweep will find the job.", type(error).__name__)
            else:
                failures = 0
                self.sent_count += 1
            time.sleep(self._open_for_s if failures >= OPEN_AFTER_FAILURES else self._pause_s)


def _nobody_listens() -> None:
    """Send nothing: the sweep finds the jobs."""


nudger = Nudger(_nobody_listens)


def send_nudges_by(send: Callable[[], None]) -> None:
    """Say how a nudge leaves; the project's configuration calls this once."""
    global nudger
    nudger = Nudger(send)


def nudge() -> None:
    """Ask the workers to drain, and return at once."""
    nudger.nudge()
