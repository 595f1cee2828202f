"""A network that is not there, for the tests of those who use the SDK."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx


@dataclass(frozen=True)
class Recorded:
    """A request that was made: `path` without the query, `json` of the body or None."""

    method: str
    path: str
    query: Mapping[str, str]
    json: Any
    headers: Mapping[str, str]


@dataclass
class _Route:
    method: str
    path: re.Pattern[str]
    reply: Callable[[Recorded], httpx.Response]
    times: float = field(default=float("inf"))


class MockTransport(httpx.BaseTransport):
    """Answers from routes instead of the network, and keeps what was asked in `requests`.

        network = MockTransport()
        network.on("GET", "/v1/items/{id}", json={"id": "1", "title": "One"})
        client = Earmark("sk_test", transport=network)

    In a path, `{name}` stands for one segment. Of routes that fit, the one added last answers, so that
    a failure added later comes first and gives way when its `times` are used up. A request that no
    route fits raises LookupError.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self._routes: list[_Route] = []
        self._lock = threading.Lock()

    def on(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        status: int = 200,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer with JSON, or with `content` as it is; `json` may be a function of the Recorded request."""

        def reply(request: Recorded) -> httpx.Response:
            told = json(request) if callable(json) else json
            if isinstance(told, httpx.Response):
                return told
            if content is not None:
                return httpx.Response(status, content=content, headers=headers)
            return httpx.Response(status, json=told, headers=headers) if status != 204 else httpx.Response(204)

        self._add(method, path, reply)

    def fail(
        self,
        method: str,
        path: str,
        *,
        status: int = 503,
        code: str = "unavailable",
        detail: str = "Not now.",
        retry_after: float | None = None,
        times: float = 1,
    ) -> None:
        """Refuse with a problem the next `times` times (infinity for always)."""
        problem = {"type": "about:blank", "title": code, "status": status, "detail": detail, "code": code}
        problem |= {"request_id": uuid4().hex} | ({} if retry_after is None else {"retry_after": retry_after})
        content = json.dumps(problem).encode()
        headers = {"Content-Type": "application/problem+json"}
        self._add(method, path, lambda _: httpx.Response(status, content=content, headers=headers), times)

    def lose(
        self,
        method: str,
        path: str,
        *,
        times: float = 1,
        error: type[httpx.TransportError] = httpx.ConnectError,
        arrives: bool = False,
    ) -> None:
        """Give no answer the next `times` times.

        `error` says how: httpx.ConnectError, ReadTimeout, … With `arrives`, the route beneath does its
        work and its answer is lost on the way back.
        """

        def reply(request: Recorded) -> httpx.Response:
            if arrives:
                self._answer(request)
            raise error("simulated")

        self._add(method, path, reply, times)

    def requests_to(self, method: str, path: str) -> list[Recorded]:
        """Return the recorded requests that a path with `{name}` segments fits."""
        wanted = _pattern(path)
        return [each for each in self.requests if each.method == method and wanted.fullmatch(each.path)]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Record a request and answer it."""
        body = request.read()
        recorded = Recorded(
            request.method,
            request.url.raw_path.decode().partition("?")[0],
            dict(request.url.params),
            json.loads(body) if body else None,
            dict(request.headers),
        )
        with self._lock:
            self.requests.append(recorded)
        return self._answer(recorded)

    def _add(
        self, method: str, path: str, reply: Callable[[Recorded], httpx.Response], times: float = float("inf")
    ) -> None:
        self._routes.append(_Route(method.upper(), _pattern(path), reply, times))

    def _answer(self, request: Recorded) -> httpx.Response:
        with self._lock:
            fitting = (each for each in reversed(self._routes) if each.times > 0 and _fits(each, request))
            route = next(fitting, None)
            if route is not None:
                route.times -= 1
        if route is None:
            raise LookupError(f"No route for {request.method} {request.path}.")
        return route.reply(request)


def _fits(route: _Route, request: Recorded) -> bool:
    return route.method == request.method and route.path.fullmatch(request.path) is not None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in re.split(r"(\{\w+\})", path)))
