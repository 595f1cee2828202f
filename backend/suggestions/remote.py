"""Suggesters that run at the host: asked over signed HTTP within a budget, and left alone where they fail.

How a remote suggester fares is known to each process by itself: its breaker, its times, its last answer.
"""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitedLongEnough
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from earmark import suggesters as sdk
from earmark import webhooks

from backend.projects.addresses import PinnedAddress, pinned_address
from backend.projects.connection import Connection
from backend.projects.errors import AddressRefused
from backend.projects.ids import uuid7
from backend.suggestions.breaker import Breaker
from backend.suggestions.errors import RemoteFailed, RemoteLeftAlone
from backend.suggestions.remote_answers import read_answer

MOST_BYTES = 256_000
CALLS_AT_ONCE, CALLS_OF_A_PROJECT, CALLS_OF_A_SUGGESTER = 64, 16, 8
"""How many calls may be under way in a process: more of a suggester than requests are served at once help nobody."""
REQUEST_BUDGET_S = 2.0
ADDRESS_HOLDS_S = 60.0
TIMES_KEPT = 500
CONNECTIONS_KEPT = 8


@dataclass(frozen=True)
class Door:
    """Where a remote suggester is reached, under which name, with which secrets, and within which time."""

    remote_id: int
    project_id: int
    name: str
    url: str
    secrets: Sequence[bytes]
    timeout_s: float


@dataclass(frozen=True)
class Answered:
    """What a remote suggester said, checked."""

    version: str
    suggestions: Sequence[sdk.Suggestion]
    took_s: float = 0.0


@dataclass(frozen=True)
class Health:
    """How a remote suggester fared in this process. Times are of the last calls that were answered."""

    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    calls_count: int = 0
    failures_count: int = 0
    open_for_s: float = 0.0
    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass
class _Line:
    """What a process knows of one remote suggester: valid for one address."""

    url: str
    breaker: Breaker = field(default_factory=Breaker)
    times_s: deque[float] = field(default_factory=lambda: deque(maxlen=TIMES_KEPT))
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    calls_count: int = 0
    failures_count: int = 0
    address: PinnedAddress | None = None
    address_until: float = 0.0
    idle: list[Connection] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    way_lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while a name is looked up, which may take long; nobody waits for it past the own deadline."""


class _Places:
    """Counts the calls under way, so that the hosts of one project take no other project's places."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[tuple[str, int]] = Counter()

    def take(self, door: Door) -> None:
        """Take a place; raises RemoteLeftAlone where the suggester, its project or the process has too many."""
        with self._lock:
            for key, most, whose in self._kinds(door):
                if self._taken[key] >= most:
                    raise RemoteLeftAlone(f"{most} calls {whose} are under way in this process")
            self._taken.update(key for key, _, _ in self._kinds(door))

    def give_back(self, door: Door) -> None:
        """Give a place back."""
        with self._lock:
            self._taken.subtract(key for key, _, _ in self._kinds(door))
            self._taken = +self._taken

    def _kinds(self, door: Door) -> list[tuple[tuple[str, int], int, str]]:
        return [
            (("suggester", door.remote_id), CALLS_OF_A_SUGGESTER, "to it"),
            (("project", door.project_id), CALLS_OF_A_PROJECT, "to suggesters of its project"),
            (("process", 0), CALLS_AT_ONCE, "to remote suggesters"),
        ]


_lines: dict[int, _Line] = {}
_opening = threading.Lock()
_pool: list[ThreadPoolExecutor] = []
_places = _Places()
_request = threading.local()


def ask_remote(door: Door, question: Mapping[str, Any], *, is_trial: bool = False) -> Answered:
    """Ask a remote suggester and return its answer, within the door's timeout whatever its host does.

    All remote suggesters together take a request REQUEST_BUDGET_S at most. A trial does not ask the breaker
    first, and is no news to it. Raises RemoteFailed, RemoteLeftAlone.
    """
    line = _line_of(door)
    if is_trial:
        return _asked_in_time(line, door, question, door.timeout_s)
    began = time.monotonic()
    if _left_of_the_request() < door.timeout_s:
        raise RemoteLeftAlone(f"too little is left of the {REQUEST_BUDGET_S:g} s that a request has for this")
    if not line.breaker.lets_through(began):
        raise RemoteLeftAlone(f"it failed too often; it is asked again in {line.breaker.open_for(began):.0f} s")
    try:
        answered = _asked_in_time(line, door, question, door.timeout_s)
    except RemoteLeftAlone:
        raise
    except RemoteFailed as error:
        with line.lock:
            line.calls_count += 1
            line.failures_count += 1
            line.failed_at, line.failure = timezone.now(), str(error)
        line.breaker.failed(time.monotonic())
        raise
    finally:
        _spend(time.monotonic() - began)
    with line.lock:
        line.calls_count += 1
        line.succeeded_at = timezone.now()
        line.times_s.append(answered.took_s)
    line.breaker.succeeded()
    return answered


def health_of(remote_id: int) -> Health:
    """Return how a remote suggester fared in this process since it started."""
    line = _lines.get(remote_id)
    if line is None:
        return Health()
    with line.lock:
        times = sorted(line.times_s)
        return Health(
            line.succeeded_at,
            line.failed_at,
            line.failure,
            line.calls_count,
            line.failures_count,
            line.breaker.open_for(time.monotonic()),
            1000 * times[len(times) // 2] if times else None,
            1000 * times[min(len(times) - 1, 99 * len(times) // 100)] if times else None,
        )


def forget_remotes() -> None:
    """Forget how remote suggesters fared in this process, and its connections to them."""
    with _opening:
        for line in _lines.values():
            while line.idle:
                line.idle.pop().close()
        _lines.clear()


def begin_request(**_: Any) -> None:
    """Give the request that begins in this thread its budget; work outside a request has none but the timeouts."""
    _request.left_s = REQUEST_BUDGET_S


def end_request(**_: Any) -> None:
    """Take the budget away, so that other work of this thread is not measured by it."""
    _request.left_s = None


def _left_of_the_request() -> float:
    left = getattr(_request, "left_s", None)
    return float("inf") if left is None else left


def _spend(seconds: float) -> None:
    if getattr(_request, "left_s", None) is not None:
        _request.left_s -= seconds


def _line_of(door: Door) -> _Line:
    """Return what is known of a remote suggester; of one that moved to another address, nothing."""
    with _opening:
        line = _lines.get(door.remote_id)
        if line is None or line.url != door.url:
            line = _lines[door.remote_id] = _Line(door.url)
        return line


def _asked_in_time(line: _Line, door: Door, question: Mapping[str, Any], budget_s: float) -> Answered:
    """Call in another thread and wait no longer than the budget; then cut the connection, so that the thread ends.

    Looking up a name cannot be broken off: that thread alone stays behind until the name server answers.
    """
    body = json.dumps(question, ensure_ascii=False, separators=(",", ":")).encode()
    connection = _connection_of(line)
    began = time.monotonic()
    told = _in_a_thread(line, connection, door, lambda: _posted(line, connection, door, body, began + budget_s))
    try:
        raw = told.result(timeout=budget_s)
    except WaitedLongEnough:
        connection.cut()
        raise RemoteFailed(f"it took longer than {1000 * budget_s:.0f} ms") from None
    except RemoteFailed:
        raise
    except Exception as error:
        raise RemoteFailed(f"it could not be asked ({type(error).__name__})") from error
    took_s = time.monotonic() - began
    version, suggestions = read_answer(raw, name=door.name, k=question["k"])
    return Answered(version, suggestions, took_s)


def _in_a_thread(line: _Line, connection: Connection, door: Door, call: Callable[[], bytes]) -> "Future[bytes]":
    """Begin a call; raises RemoteLeftAlone where no place is left for it."""
    try:
        _places.take(door)
    except RemoteLeftAlone:
        _keep_open(line, connection)
        raise
    try:
        with _opening:
            if not _pool:
                _pool.append(ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="remote-suggester"))
        begun = _pool[0].submit(call)
    except BaseException:
        _places.give_back(door)
        raise
    begun.add_done_callback(lambda _: _places.give_back(door))
    return begun


def _connection_of(line: _Line) -> Connection:
    with line.lock:
        if line.idle:
            return line.idle.pop()
    return Connection.new(is_tls=line.url.startswith("https:"))


def _posted(line: _Line, connection: Connection, door: Door, body: bytes, deadline: float) -> bytes:
    """Post a signed question to the address that was checked, and return the answer's body."""
    import httpx

    try:
        address = _address(line, deadline)
        answer = _answer_of(connection, address, door, body, deadline)
    except httpx.TimeoutException:
        connection.close()
        raise RemoteFailed(f"it took longer than {1000 * door.timeout_s:.0f} ms") from None
    except httpx.HTTPError as error:
        connection.close()
        if not connection.is_cut:
            line.address_until = 0.0
        raise RemoteFailed(f"it could not be reached ({type(error).__name__})") from None
    except BaseException:
        connection.close()
        raise
    _keep_open(line, connection)
    return answer


def _answer_of(connection: Connection, address: PinnedAddress, door: Door, body: bytes, deadline: float) -> bytes:
    headers = webhooks.sign(body, message_id=str(uuid7()), timestamp=int(time.time()), secrets=list(door.secrets)) | {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "Host": address.host_header,
        "User-Agent": "Earmark-Suggesters/1",
    }
    extensions: dict[str, Any] = {"trace": connection.trace}
    if address.is_tls:
        extensions["sni_hostname"] = address.host
    timeout = max(0.001, deadline - time.monotonic())
    with connection.client.stream(
        "POST", address.url, content=body, headers=headers, extensions=extensions, timeout=timeout
    ) as response:
        if response.status_code != 200:
            raise RemoteFailed(f"it answered with status {response.status_code}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise RemoteFailed("its answer is compressed, which was not asked for")
        return _read(response.iter_raw())


def _keep_open(line: _Line, connection: Connection) -> None:
    """Keep a connection for the next call; one that was cut meanwhile, or one too many, is closed."""
    with line.lock:
        if len(line.idle) < CONNECTIONS_KEPT and (following := connection.for_the_next_call()):
            line.idle.append(following)
            return
    connection.close()


def _address(line: _Line, deadline: float) -> PinnedAddress:
    """Return the checked address, looked up anew each minute by one thread, for which others wait in time."""
    if not line.way_lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise RemoteFailed("its host name is still being looked up")
    try:
        if line.address is None or time.monotonic() >= line.address_until:
            try:
                line.address = pinned_address(line.url)
            except AddressRefused as error:
                line.address = None
                raise RemoteFailed(f"its address is refused: {error.reason}") from None
            line.address_until = time.monotonic() + ADDRESS_HOLDS_S
        return line.address
    finally:
        line.way_lock.release()


def _read(chunks: Any) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            raise RemoteFailed(f"its answer is longer than {MOST_BYTES:,} bytes")
    return body
