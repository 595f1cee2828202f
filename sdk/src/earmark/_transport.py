"""How a call reaches the server: an exchange of requests, answers and waits, free of I/O, and its driver."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx

from earmark._wire import parameter, read, written
from earmark.errors import (
    BadRequest,
    Conflict,
    EarmarkError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotReached,
    Refused,
    ServerFailed,
    TimedOut,
    TooManyRequests,
)

T = TypeVar("T")
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
RETRIED = frozenset({429, 502, 503, 504})
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BY_STATUS: dict[int, type[Refused]] = {
    401: NotAuthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    429: TooManyRequests,
}


@dataclass(frozen=True)
class Call:
    """One call: where, what, and whether it may be sent again when it is not known if it arrived."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_repeatable: bool = True


@dataclass(frozen=True)
class Wait:
    """The driver waits this many seconds before it goes on."""

    seconds: float


Step = Call | Wait


def exchange(
    call: Call, *, retries: int, jitter: random.Random, may_take_proxy: bool = True
) -> Generator[Step, Any, httpx.Response]:
    """Yield what the driver does next, take back what came of it, return the answer.

    For a Call the driver sends back an httpx.Response, or an httpx.TransportError where none came;
    for a Wait, nothing. `may_take_proxy`: a proxy of the surroundings is gone by, and named where no
    answer came. Waits have full jitter (Brooker 2015) on top of what the server asked for.
    Raises NotReached, TimedOut, Refused.
    """
    for attempt in range(retries + 1):
        outcome = yield call
        error = _failure(outcome, may_take_proxy)
        if error is None:
            return _answer(outcome)
        if attempt == retries or not _is_worth_another(call, outcome):
            raise error
        asked_for = error.retry_after or 0.0
        if asked_for > LONGEST_WAIT_S:
            raise error
        yield Wait(asked_for + jitter.uniform(0, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt)))
    raise AssertionError("The last attempt returns or raises.")


def _is_worth_another(call: Call, outcome: httpx.Response | httpx.TransportError) -> bool:
    if isinstance(outcome, httpx.Response):
        return outcome.status_code in (RETRIED if call.is_repeatable else {429})
    return call.is_repeatable or isinstance(outcome, _NEVER_LEFT)


def _answer(outcome: Any) -> httpx.Response:
    if not isinstance(outcome, httpx.Response):
        raise TypeError(f"The driver gave {type(outcome).__name__} for an answer.")
    return outcome


def _failure(outcome: httpx.Response | httpx.TransportError, may_take_proxy: bool) -> EarmarkError | None:
    if isinstance(outcome, httpx.TransportError):
        way = f"{_from_where(outcome)}{by_way_of(outcome) if may_take_proxy else ''}"
        told = str(outcome) or type(outcome).__name__
        if isinstance(outcome, httpx.TimeoutException):
            return TimedOut(f"No answer came in time{way}: {told}")
        return NotReached(f"No answer came{way}: {told} (`earmark doctor` looks what is wrong)")
    return None if outcome.is_success else refusal(outcome)


def _from_where(error: httpx.TransportError) -> str:
    try:
        url = error.request.url
    except RuntimeError:  # no request was made yet
        return ""
    return f" from {url.scheme}://{url.netloc.decode('ascii', 'replace')}"


def by_way_of(error: httpx.HTTPError) -> str:
    """Return in words by which proxy of the surroundings a call went, as httpx takes them; nothing where by none."""
    try:
        url = error.request.url
    except RuntimeError:
        return ""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.host):
        return ""
    named = "ALL_PROXY" if url.scheme not in proxies else f"{url.scheme.upper()}_PROXY"
    return f" by the proxy that {named} names (NO_PROXY={url.host} goes without)"


def refusal(response: httpx.Response) -> Refused:
    """Return the error that an answer of 3xx, 4xx or 5xx states."""
    status = response.status_code
    problem = _problem(response)
    kind = _BY_STATUS.get(status, BadRequest if 400 <= status < 500 else ServerFailed)
    if kind is NotFound and not problem.get("code"):
        kind = ServerFailed  # whose 404 this is nobody knows; not Earmark's word that a thing is gone
    detail = problem.get("detail") or problem.get("title") or _not_earmark(response)
    faults = [each for each in problem.get("errors") or [] if isinstance(each, Mapping)]
    request_id = problem.get("request_id") or response.headers.get("X-Request-Id")
    return kind(
        f"{detail} (status {status}, request {request_id or 'unknown'})",
        code=str(problem.get("code") or "not_earmark"),
        status=status,
        request_id=request_id,
        retry_after=_retry_after(response, problem),
        errors=[(str(each.get("field", "")), str(each.get("detail", ""))) for each in faults],
    )


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        told = json.loads(response.content)
    except (ValueError, httpx.ResponseNotRead):
        return {}
    return told if isinstance(told, dict) else {}


def _not_earmark(response: httpx.Response) -> str:
    if response.is_redirect:
        return f"We are sent on to {response.headers.get('Location')!r}; set base_url to where Earmark is"
    kind = response.headers.get("Content-Type", "nothing")
    return f"What answered does not speak as Earmark does ({kind}); set base_url to where Earmark is"


def _retry_after(response: httpx.Response, problem: Mapping[str, Any]) -> float | None:
    told = problem.get("retry_after", response.headers.get("Retry-After"))
    if told is None or isinstance(told, bool):
        return None
    try:
        return max(0.0, float(told))
    except (TypeError, ValueError):
        pass
    try:
        return max(0.0, (parsedate_to_datetime(str(told)) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


class Wires:
    """The blocking driver of exchanges over one httpx client in each process. Safe to use from several threads."""

    def __init__(self, opened: Callable[[], httpx.Client], *, retries: int, may_take_proxy: bool = True) -> None:
        self._opened = opened
        self._client = opened()
        self._process = os.getpid()
        self._retries = retries
        self._may_take_proxy = may_take_proxy
        self._jitter = random.SystemRandom()  # a state would be forked along, and all children wait alike

    @property
    def client(self) -> httpx.Client:
        """Return the httpx client of this process.

        A process that was forked has the connections of its parent, and each would read the other's answers: it gets
        its own. Those of the parent are let go unclosed, as closing would speak on them.
        """
        if self._process != os.getpid() and not self._client.is_closed:
            self._client, self._process = self._opened(), os.getpid()
        return self._client

    def json(self, call: Call) -> Any:
        """Return the JSON that a call is answered with, None for no content."""
        return self.read_json(self.send(call))

    def read(self, kind: type[T], call: Call) -> T:
        """Return the value of a kind that a call is answered with."""
        response = self.send(call)
        try:
            return read(kind, self.read_json(response))
        except ValueError as error:
            raise unexpected(response, str(error)) from error

    def pages(self, kind: type[T], path: str, filters: Mapping[str, object]) -> Iterator[T]:
        """Yield every row of a list, asking for page after page; filters that are None are left out."""
        query = {name: _as_query(value) for name, value in filters.items() if value is not None}
        while True:
            response = self.send(Call("GET", path, query=query))
            told = self.read_json(response)
            try:
                rows = [read(kind, row) for row in told["results"]]
                following = told["next"]
            except (ValueError, KeyError, TypeError) as error:
                raise unexpected(response, str(error)) from error
            yield from rows
            if not following:
                return
            query["cursor"] = str(following)

    @staticmethod
    def read_json(response: httpx.Response) -> Any:
        """Return the JSON of an answer, None for no content; raises ServerFailed for anything else."""
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise unexpected(response, "it is not JSON") from None

    def send(self, call: Call, into: BinaryIO | None = None) -> httpx.Response:
        """Make a call and return its answer; with `into`, the body of a success goes there instead."""
        steps = exchange(call, retries=self._retries, jitter=self._jitter, may_take_proxy=self._may_take_proxy)
        step = next(steps)
        while True:
            try:
                step = steps.send(self._take(step, into))
            except StopIteration as end:
                response: httpx.Response = end.value
                return response

    def _take(self, step: Step, into: BinaryIO | None) -> httpx.Response | httpx.TransportError | None:
        if isinstance(step, Wait):
            time.sleep(step.seconds)
            return None
        try:
            return self._sent(step, into)
        except httpx.TransportError as error:
            return error
        except httpx.DecodingError as error:  # cut or spoilt on its way, which httpx counts apart
            return httpx.RemoteProtocolError(str(error), request=error.request)

    def _sent(self, call: Call, into: BinaryIO | None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if call.body is not None else {}
        query = dict(call.query) or None
        with self.client.stream(call.method, call.path, params=query, content=call.body, headers=headers) as response:
            if into is None or not response.is_success:
                response.read()
            else:
                into.seek(0)
                into.truncate()
                for chunk in response.iter_bytes():
                    into.write(chunk)
            return response


def _as_query(value: object) -> str:
    if isinstance(value, str):
        return parameter(value)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(written(value))


def unexpected(response: httpx.Response, why: str) -> ServerFailed:
    """Return the error for a success that is not what this version of the SDK understands."""
    request_id = response.headers.get("X-Request-Id")
    return ServerFailed(
        f"The answer is not what was expected: {why} (request {request_id or 'unknown'})",
        code="unexpected_answer",
        status=response.status_code,
        request_id=request_id,
    )
