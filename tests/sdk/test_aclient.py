"""Tests of earmark.aclient: every call of the client, awaited, and a loop that waits for none of them."""

import asyncio
import contextvars
import inspect
import pickle
import threading

import pytest
from earmark import AsyncEarmark, AsyncShown, Earmark, Item, Shown, aclient, errors


@pytest.fixture
def on(network, aside):
    """Give a client to a coroutine, and return what comes of it."""

    async def given(ask, options):
        async with AsyncEarmark("sk_test", "http://earmark.test", transport=network, **options) as client:
            return await ask(client)

    return lambda ask, **options: aside(lambda: asyncio.run(given(ask, options)))


def calls_of(of) -> set[str]:
    return {name for name, _ in inspect.getmembers(of, callable) if not name.startswith("_")}


def test_each_call_of_the_client_can_be_awaited_under_its_name():
    client, awaited = Earmark("sk_test"), AsyncEarmark("sk_test")
    resources = {name for name, value in vars(client).items() if not name.startswith("_") and name != "base_url"}
    assert len(resources) == 9
    for name in resources:
        assert calls_of(getattr(awaited, name)) == calls_of(getattr(client, name)), name
    assert calls_of(awaited) - {"aclose"} - resources == calls_of(client) - {"close"} - resources
    awaited_list = AsyncShown(Shown(None, None), aclient._Calls(1))
    assert set(vars(awaited_list)) - {"_shown"} == calls_of(Shown) - {"id", "asked", "slots", "candidates"}


def test_an_item_is_registered_and_read(on, network):
    network.on("POST", "/v1/items", json={"created_count": 2, "rejected": []})
    network.on("GET", "/v1/items/{id}", json={"id": "7", "title": "Seven"})

    async def ask(client):
        done = []
        report = await client.items.upsert([Item("7"), Item("8")], progress=done.append)
        return report.created_count, (await client.items.get("7")).title, done

    assert on(ask) == (2, "Seven", [2])


def test_a_list_is_gone_through_page_by_page_and_no_page_is_fetched_that_nobody_wants(on, network, monkeypatch):
    monkeypatch.setattr(aclient, "READ_AHEAD", 2)
    pages = {None: {"results": [{"id": "1"}, {"id": "2"}], "next": "b"}, "b": {"results": [{"id": "3"}], "next": None}}
    network.on("GET", "/v1/items", json=lambda asked: pages[asked.query.get("cursor")])

    async def ask(client):
        found = [item.id async for item in client.items.list(kind="thread", limit=2)]
        async for first in client.items.list(limit=2):
            return found, first.id

    assert on(ask) == (["1", "2", "3"], "1")
    assert [asked.query.get("cursor") for asked in network.requests] == [None, "b", None]
    assert network.requests[0].query == {"kind": "thread", "limit": "2"}


def test_a_list_is_shown_and_answered_and_an_answer_taken_back(on, network):
    def show(asked):
        told = {name: asked.json[name] for name in ("id", "question", "item")}
        more = {"annotator": "p", "kind": "pair", "shown_at": "2026-03-01T12:00:00Z", "asked": True}
        return told | more | {"slots": [{"rank": 1, "candidate": {"id": "2"}}]}

    def take(asked):
        return {"results": [{"id": event["id"], "status": "ok", "state": "settled"} for event in asked.json["events"]]}

    network.on("POST", "/v1/exposures", json=show, status=201)
    network.on("POST", "/v1/exposures/{id}/events", json=take)

    async def ask(client):
        shown = await client.suggest("1", "duplicate", annotator="u1")
        await shown.seen(*shown.candidates)
        judgement = await shown.accept(shown.candidates[0])
        await shown.undo(judgement)
        return shown, judgement

    shown, judgement = on(ask)
    assert (shown.asked, shown.slots[0].rank, shown.exposure.item) == (True, 1, "1")
    assert shown.results[judgement].state == "settled"
    events = [event for asked in network.requests[1:] for event in asked.json["events"]]
    assert [event["type"] for event in events] == ["seen", "judge", "undo"]
    assert {asked.path for asked in network.requests[1:]} == {f"/v1/exposures/{shown.id}/events"}


def test_what_the_server_refuses_is_raised_as_by_the_client(on, network):
    network.fail("GET", "/v1/items/{id}", status=404, code="not_found")
    with pytest.raises(errors.NotFound):
        on(lambda client: client.items.get("7"))


def test_the_loop_goes_on_while_a_call_is_under_way(on, network):
    answered = threading.Event()

    def slow(asked):
        assert answered.wait(10), "the loop waited for the call"
        return {"id": "7"}

    network.on("GET", "/v1/items/{id}", json=slow)

    async def ask(client):
        call = asyncio.create_task(client.items.get("7"))
        await asyncio.sleep(0.05)
        answered.set()
        return (await call).id

    assert on(ask) == "7"


def test_no_more_calls_are_under_way_than_there_are_threads(on, network):
    under_way, most, both = [], [], threading.Barrier(2, timeout=10)

    def slow(asked):
        under_way.append(1)
        most.append(len(under_way))
        both.wait()
        under_way.pop()
        return {"id": "7"}

    network.on("GET", "/v1/items/{id}", json=slow)

    async def ask(client):
        return await asyncio.gather(*(client.items.get("7") for _ in range(6)))

    assert len(on(ask, threads=2)) == 6
    assert max(most) == 2


def test_a_call_knows_what_its_task_knows(on, network):
    request_id = contextvars.ContextVar("request_id", default="none")
    seen = []
    network.on("POST", "/v1/items", json={"created_count": 1, "rejected": []})

    async def ask(client):
        request_id.set("r-1")
        await client.items.upsert([Item("7")], progress=lambda done: seen.append(request_id.get()))

    on(ask)
    assert seen == ["r-1"]


def test_a_closed_client_takes_no_more_calls_and_what_was_under_way_is_done(network, aside):
    network.on("GET", "/v1/items/{id}", json={"id": "7"})

    async def ask():
        client = AsyncEarmark("sk_test", "http://earmark.test", transport=network)
        call = asyncio.create_task(client.items.get("7"))
        await asyncio.sleep(0)
        await client.aclose()
        assert (await call).id == "7"
        with pytest.raises(RuntimeError):
            await client.items.get("7")

    aside(lambda: asyncio.run(ask()))


def test_what_cannot_be_a_client_is_said_at_once():
    with pytest.raises(errors.WrongKindOfKey):
        AsyncEarmark("pk_test")
    with pytest.raises(ValueError, match="one thread or more"):
        AsyncEarmark("sk_test", threads=0)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(AsyncEarmark("sk_test"))
    assert repr(AsyncEarmark("sk_test", "http://earmark.test")) == "AsyncEarmark('http://earmark.test')"
