"""What was sent and what was answered, written down by those who sent it."""

import statistics
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

CONFLICT = "conflict"


@dataclass
class Account:
    """The clients' side of the sum; threads share it."""

    phase: str = "begin"
    made: set[str] = field(default_factory=set)
    """Ids of events that were sent at least once."""
    lost_count: int = 0
    """Events that were thrown away before they were sent, and told so."""
    deliveries: Counter[str] = field(default_factory=Counter)
    """How often an event was answered ok, dup or bad, turned away with its request, or not answered at all."""
    taken: Counter[str] = field(default_factory=Counter)
    """By id how often the answer was ok."""
    acknowledged: set[str] = field(default_factory=set)
    refused: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    """What should never be, by what it is."""
    taken_after_an_error: int = 0
    """Events that an answer called not taken, and that were stored by just that request."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, status: int, took_s: float, *, says_when: bool) -> None:
        """Write down one answer; status 0 is none."""
        with self.lock:
            self.statuses[self.phase][status] += 1
            if status == 200:
                self.took_ms[self.phase].append(took_s * 1000)
            elif status in (429, 503) and not says_when:
                self.faults[f"{status} without Retry-After"] += 1
            elif status not in (0, 401, 429, 503):
                self.faults[f"status {status}"] += 1

    def delivered(self, ids: list[str], status: int, results: list[dict[str, Any]]) -> None:
        """Write down what became of one delivery of events; status 0 is no answer."""
        with self.lock:
            self.made.update(ids)
            if status != 200:
                self.deliveries["turned away" if status else "unanswered"] += len(ids)
                return
            if [result["id"] for result in results] != ids:
                self.faults["results of other events"] += 1
            for result in results:
                self._judged(result["id"], result["status"], result["code"])

    def _judged(self, key: str, status: str, code: str | None) -> None:
        self.deliveries[status] += 1
        if status == "ok":
            self.taken[key] += 1
        if status == "bad":
            self.refused[key].add(str(code))
        else:
            self.acknowledged.add(key)

    def lose(self, count: int) -> None:
        """Write down that so many events were thrown away."""
        with self.lock:
            self.lost_count += count

    def blame(self, fault: str) -> None:
        """Write down what should never be."""
        with self.lock:
            self.faults[fault] += 1

    def latency(self, phase: str) -> tuple[float, float]:
        """Return the median and the 95th percentile of a phase, in ms."""
        took = sorted(self.took_ms[phase]) or [0.0]
        return statistics.median(took), took[int(len(took) * 0.95)]
