"""Tests of earmark._transport."""

import os
import random
import re
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from earmark import Earmark, errors
from earmark._transport import Call, Wait, exchange
from earmark.doctor import examine
from earmark.transports import MockTransport

ITEM = {"id": "1", "title": "One"}


@pytest.fixture
def answering(network):
    network.on("GET", "/v1/items/{id}", json=ITEM)
    return network


def test_a_busy_server_is_asked_again_until_it_answers(client, answering, waits):
    answering.fail("GET", "/v1/items/{id}", status=503, times=2)
    assert client.items.get("1").title == "One"
    assert len(waits) == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_after_three_more_tries_the_error_is_told(client, answering, waits, status):
    answering.fail("GET", "/v1/items/{id}", status=status, times=4)
    with pytest.raises(errors.Refused) as told:
        client.items.get("1")
    assert told.value.status == status
    assert len(answering.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_an_error_that_stays_is_told_at_once(client, answering, waits, status):
    answering.fail("GET", "/v1/items/{id}", status=status)
    with pytest.raises(errors.Refused):
        client.items.get("1")
    assert waits == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.NotAuthenticated),
        (403, errors.NotAllowed),
        (404, errors.NotFound),
        (409, errors.Conflict),
        (413, errors.BadRequest),
        (500, errors.ServerFailed),
    ],
)
def test_each_status_has_its_error_with_code_and_request_id(client, network, status, kind):
    problem = {
        "detail": "It is so.",
        "code": "as_it_is",
        "request_id": "r1",
        "errors": [{"field": "title", "detail": "too long"}],
    }
    network.on("GET", "/v1/items/{id}", json=problem, status=status)
    with pytest.raises(kind, match=r"It is so\..*r1") as told:
        client.items.get("1")
    assert (told.value.code, told.value.status, told.value.request_id) == ("as_it_is", status, "r1")
    assert told.value.errors == (("title", "too long"),)


def test_what_the_server_asks_for_is_waited(client, answering, waits):
    answering.fail("GET", "/v1/items/{id}", status=429, retry_after=7)
    client.items.get("1")
    assert 7 <= waits[0] <= 7.25


def test_the_header_counts_where_the_body_says_nothing(client, answering, waits):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    for told, least, most in (("5", 5, 5.25), (at, 18, 20.25)):
        busy = iter([httpx.Response(503, headers={"Retry-After": told}), httpx.Response(200, json=ITEM)])
        answering.on("GET", "/v1/items/{id}", json=lambda _, busy=busy: next(busy))
        client.items.get("1")
        assert least <= waits.pop() <= most


def test_a_wait_too_long_is_told_instead(client, answering, waits):
    answering.fail("GET", "/v1/items/{id}", status=429, retry_after=3600)
    with pytest.raises(errors.TooManyRequests) as told:
        client.items.get("1")
    assert told.value.retry_after == 3600
    assert waits == []


def test_waits_are_spread_over_a_span_that_doubles(waits):
    first, third = [], []
    for seed in range(300):
        steps = exchange(Call("GET", "/"), retries=3, jitter=random.Random(seed))
        spans = []
        with pytest.raises(errors.ServerFailed):
            step = next(steps)
            while True:
                spans += [step.seconds] if isinstance(step, Wait) else []
                step = steps.send(None if isinstance(step, Wait) else httpx.Response(503, content=b""))
        first.append(spans[0])
        third.append(spans[2])
    assert min(first) < 0.02 and 0.23 < max(first) <= 0.25
    assert min(third) < 0.1 and 0.9 < max(third) <= 1.0


def test_no_answer_has_a_name(client, answering):
    answering.lose("GET", "/v1/items/{id}", times=4)
    with pytest.raises(errors.NotReached) as told:
        client.items.get("1")
    assert (told.value.status, told.value.code) == (None, "not_reached")


def test_no_answer_in_time_has_one_too(client, answering):
    answering.lose("GET", "/v1/items/{id}", times=4, error=httpx.ReadTimeout)
    with pytest.raises(errors.TimedOut):
        client.items.get("1")


def test_a_call_that_may_not_be_repeated_is_not_where_it_may_have_arrived(client, network):
    network.on("POST", "/v1/datasets/{id}/versions", json={}, status=202)
    network.lose("POST", "/v1/datasets/{id}/versions", error=httpx.ReadError, times=4)
    with pytest.raises(errors.NotReached):
        client.datasets.freeze("d")
    assert len(network.requests) == 1


def test_but_is_where_it_cannot_have(client, network):
    version = {"dataset": "d", "number": 1, "state": "frozen"}
    network.on("POST", "/v1/datasets/{id}/versions", json=version, status=202)
    network.lose("POST", "/v1/datasets/{id}/versions", error=httpx.ConnectError, times=2)
    network.fail("POST", "/v1/datasets/{id}/versions", status=429)
    assert client.datasets.freeze("d").number == 1
    assert len(network.requests) == 4


def test_without_retries_the_first_failure_is_told(answering):
    answering.lose("GET", "/v1/items/{id}")
    with pytest.raises(errors.NotReached):
        Earmark("sk_test", transport=answering, retries=0).items.get("1")


def test_a_page_of_somebody_else_is_not_taken_for_an_answer(client, network):
    network.on("GET", "/v1/items/{id}", content=b"<h1>Welcome</h1>", headers={"Content-Type": "text/html"})
    with pytest.raises(errors.ServerFailed, match="not JSON"):
        client.items.get("1")
    network.on("GET", "/v1/items/{id}", content=b"<h1>No</h1>", status=404, headers={"Content-Type": "text/html"})
    with pytest.raises(errors.ServerFailed, match="does not speak as Earmark.*base_url") as told:
        client.items.get("1")
    assert (told.value.code, told.value.status) == ("not_earmark", 404)


def test_who_did_not_answer_is_said(client, answering, waits):
    answering.lose("GET", "/v1/items/{id}", times=4)
    with pytest.raises(errors.NotReached, match=r"No answer came from http://earmark\.test.*earmark doctor"):
        client.items.get("1")


@pytest.fixture
def surroundings(monkeypatch):
    """Surroundings that name no proxy, to which one may be added."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def silent():
    """The address of somebody who takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_that_a_call_went_by_is_named_with_how_to_go_without(surroundings, name):
    surroundings.setenv(name, "http://127.0.0.1:9")
    said = rf"earmark\.test by the proxy that {name} names \(NO_PROXY=earmark\.test"
    with Earmark("sk_test", "http://earmark.test", retries=0) as client, pytest.raises(errors.NotReached, match=said):
        client.items.get("1")
    [told] = [each for each in examine(url="http://earmark.test", key="sk_test") if each.name == "address"]
    assert re.search(said, told.found)


def test_a_proxy_that_keeps_a_call_waiting_is_named(surroundings, silent):
    surroundings.setenv("HTTP_PROXY", silent)
    said = r"in time from http://earmark\.test by the proxy that HTTP_PROXY names \(NO_PROXY=earmark\.test"
    client = Earmark("sk_test", "http://earmark.test", retries=0, timeout=0.1)
    with client, pytest.raises(errors.TimedOut, match=said):
        client.items.get("1")


def test_where_the_surroundings_name_a_host_that_goes_without_no_proxy_is_named(surroundings, silent):
    surroundings.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    surroundings.setenv("NO_PROXY", "127.0.0.1")
    with Earmark("sk_test", silent, retries=0, timeout=0.1) as client, pytest.raises(errors.TimedOut) as told:
        client.items.get("1")
    assert "proxy" not in str(told.value)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout])
def test_a_transport_of_ones_own_goes_by_no_proxy_and_none_is_named(client, answering, waits, surroundings, error):
    surroundings.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    answering.lose("GET", "/v1/items/{id}", times=4, error=error)
    with pytest.raises(errors.EarmarkError, match="from http://earmark") as told:
        client.items.get("1")
    assert "proxy" not in str(told.value)


def test_being_sent_elsewhere_is_said(client, network):
    network.on("GET", "/v1/items/{id}", content=b"", status=301, headers={"Location": "https://e.test/"})
    with pytest.raises(errors.ServerFailed, match=r"e\.test.*base_url"):
        client.items.get("1")


def test_an_answer_that_lacks_what_it_must_have_is_said_with_its_request(client, network):
    network.on("GET", "/v1/items/{id}", json={"title": "no id"}, headers={"X-Request-Id": "r9"})
    with pytest.raises(errors.ServerFailed) as told:
        client.items.get("1")
    assert (told.value.code, told.value.request_id) == ("unexpected_answer", "r9")


def test_the_key_goes_out_with_each_call_and_stays_out_of_sight(client, answering):
    client.items.get("1")
    assert answering.requests[0].headers["authorization"] == "Bearer sk_test"
    assert "sk_test" not in repr(client)


@pytest.mark.parametrize("key", ["", "pk_abc", "abc", "sk_ä"])
def test_only_a_secret_key_makes_a_client(key):
    with pytest.raises(errors.WrongKindOfKey):
        Earmark(key, transport=MockTransport())


def test_an_error_of_the_users_own_transport_is_not_swallowed(network, client):
    with pytest.raises(LookupError, match="No route for GET /v1/items/1"):
        client.items.get("1")


def test_an_answer_that_cannot_be_unpacked_is_none():
    packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"\x1f\x8b, not so"))
    spoilt = Earmark("sk_test", transport=httpx.MockTransport(lambda _: packed), retries=0)
    with pytest.raises(errors.NotReached, match="No answer came from"):
        spoilt.items.get("1")
