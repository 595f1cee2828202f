"""More requests than can be worked at: some wait, the rest are told to come again, and health is always told."""

import io
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.config.gate import WAITING, Gate
from backend.config.launcher import THREADS
from backend.config.wsgi import application


class Slow:
    """An application whose requests end when they are told to."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun = threading.Semaphore(0)

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/healthz":
            self.begun.release()
            self.may_end.wait(60)
        start_response("200 OK", [])
        return [b"done"]


def ask(application, path="/v1/items", **environ):
    told = []
    asked = {"PATH_INFO": path} | environ
    body = b"".join(application(asked, lambda status, headers: told.append((status, dict(headers)))))
    return (*told[0], body)


def test_who_comes_when_all_places_and_seats_are_taken_is_told_to_come_again():
    slow = Slow()
    gate = Gate(slow, at_once=2, waiting=1, patience_s=10)
    with ThreadPoolExecutor(3) as pool:
        working = [pool.submit(ask, gate) for _ in range(2)]
        assert all(slow.begun.acquire(timeout=30) for _ in range(2))
        waiting = pool.submit(ask, gate)
        while gate._seats._value:
            pass
        status, headers, body = ask(gate)
        assert status.startswith("503") and headers["Content-Type"] == "application/problem+json"
        assert headers["Retry-After"] == "1" and json.loads(body)["code"] == "too_busy"
        assert ask(gate, "/healthz")[0] == "200 OK"
        slow.may_end.set()
        assert [each.result()[0] for each in (*working, waiting)] == ["200 OK"] * 3
    assert ask(gate)[0] == "200 OK"


def test_health_is_told_without_more_work_while_the_store_answered_a_moment_ago_and_else_asked_for():
    asked, lately = [], [True, False]

    def page(environ, start_response):
        asked.append(environ["PATH_INFO"])
        start_response("503 Service Unavailable", [])
        return [b""]

    gate = Gate(page, at_once=1, is_well=lambda: lately.pop(0))
    status, headers, body = ask(gate, "/healthz")
    assert (status, headers["Content-Type"], json.loads(body), asked) == (
        "200 OK", "application/json", {"status": "ok"}, [],
    )  # fmt: skip
    assert ask(gate, "/healthz")[0].startswith("503") and asked == ["/healthz"]


@pytest.mark.django_db(transaction=True)
def test_the_process_asks_its_store_for_health_once_and_not_again_at_once():
    assert (
        ask(
            application,
            "/healthz",
            REQUEST_METHOD="GET",
            SERVER_NAME="localhost",
            SERVER_PORT="80",
            **{"wsgi.input": io.BytesIO()},
        )[0]
        == "200 OK"
    )
    assert application._is_well()


def test_nobody_waits_for_longer_than_patience_lasts():
    slow = Slow()
    gate = Gate(slow, at_once=1, waiting=5, patience_s=0.05)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(ask, gate)
        assert slow.begun.acquire(timeout=30)
        assert ask(gate)[0].startswith("503")
        slow.may_end.set()
        assert working.result()[0] == "200 OK"


def test_a_page_may_read_that_it_should_come_again_and_when():
    full = Gate(Slow(), at_once=0, waiting=0)
    status, headers, body = ask(full, "/w/v1/events", HTTP_ORIGIN="https://forum.example")
    assert status.startswith("503") and headers["Retry-After"] == "1" and json.loads(body)["retry_after"] == 1
    assert headers["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in headers
    assert "Retry-After" in headers["Access-Control-Expose-Headers"]


def test_a_page_that_asks_beforehand_learns_it_from_the_request_itself():
    full = Gate(Slow(), at_once=0, waiting=0)
    status, headers, body = ask(full, "/w/v1/events", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")
    assert (status[:3], body) == ("204", b"")
    assert (headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Methods"]) == ("*", "POST")
    assert headers["Access-Control-Allow-Headers"] == "Content-Type"


def test_no_page_reads_what_servers_are_told():
    for path in ("/v1/items", "/admin/"):
        told = ask(Gate(Slow(), at_once=0, waiting=0), path, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")
        assert told[0].startswith("503") and not [name for name in told[1] if name.startswith("Access-Control")]


def test_a_request_that_fails_leaves_its_place():
    def fails(environ, start_response):
        raise RuntimeError("no")

    gate = Gate(fails, at_once=1, waiting=0)
    for _ in range(3):
        try:
            ask(gate)
        except RuntimeError:
            continue
        raise AssertionError("it was turned away")


def test_the_products_web_process_has_threads_to_turn_others_away(settings):
    assert int(THREADS) > settings.EARMARK_AT_ONCE + WAITING
    assert isinstance(application, Gate)


def test_what_is_loaded_at_the_start_is_never_gone_through_again():
    """A child process, since this one is frozen by whoever imported the application first."""
    loaded = "import gc, backend.config.wsgi; assert gc.get_freeze_count() > 50_000, gc.get_freeze_count()"
    subprocess.run([sys.executable, "-W", "ignore", "-c", loaded], check=True, timeout=60)
