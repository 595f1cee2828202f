"""How many requests a process works at: the rest wait a moment, and too many are told to come again."""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

WAITING = 24
PATIENCE_S = 2.0
AGAIN_S = 1
HEALTH = "/healthz"
OF_PAGES = "/w/"
CROSSING = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
"""Any page may read that there is too much to do: it is the same for all, and who asks is not looked up."""
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Content-Length": "0",
    "Cache-Control": "no-store",
}
_BUSY = json.dumps(
    {
        "type": "about:blank", "title": "Too busy", "status": 503, "code": "too_busy", "retry_after": AGAIN_S,
        "detail": "There is more to do than can be done just now; nothing was taken. Try again.",
    }
).encode()  # fmt: skip


_WELL = json.dumps({"status": "ok"}).encode()
#: The headers that the page itself has by Django's middleware.
_OF_WELL = {
    "Content-Type": "application/json", "Content-Length": str(len(_WELL)), "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
}  # fmt: skip


class Gate:
    """A WSGI application that lets `at_once` requests of another one through; 24 more wait for 2 s at most.

    Who is turned away gets a 503 with Retry-After, as `application/problem+json`. The health page is always let in;
    while `is_well` says that the store answered others a moment ago, health is told without asking it once more.
    The server that runs this needs more threads than it lets through, or nobody is ever turned away.
    """

    def __init__(
        self,
        application: Application,
        *,
        at_once: int,
        waiting: int = WAITING,
        patience_s: float = PATIENCE_S,
        is_well: Callable[[], bool] = lambda: False,
    ) -> None:
        self._application = application
        self._is_well = is_well
        self._patience_s = patience_s
        self._places = threading.BoundedSemaphore(at_once)
        self._seats = threading.BoundedSemaphore(at_once + waiting)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request, or say that it should come again."""
        if environ.get("PATH_INFO") == HEALTH:
            if self._is_well():
                start_response("200 OK", list(_OF_WELL.items()))
                return [_WELL]
            return self._application(environ, start_response)
        if not self._seats.acquire(blocking=False):
            return _turned_away(environ, start_response)
        try:
            if not self._places.acquire(timeout=self._patience_s):
                return _turned_away(environ, start_response)
            try:
                return self._application(environ, start_response)
            finally:
                self._places.release()
        finally:
            self._seats.release()


def _turned_away(environ: Environ, start_response: Any) -> Iterable[bytes]:
    """Say that there is too much to do, to the widget's page too; a preflight learns it from the request itself."""
    is_of_pages = str(environ.get("PATH_INFO", "")).startswith(OF_PAGES)
    if is_of_pages and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
        start_response("204 No Content", list(PREFLIGHT.items()))
        return []
    told = {"Content-Type": "application/problem+json", "Content-Length": str(len(_BUSY)), "Retry-After": str(AGAIN_S)}
    told |= {"Cache-Control": "no-store"} | (CROSSING if is_of_pages else {})
    start_response("503 Service Unavailable", list(told.items()))
    return [_BUSY]
