"""Tests of earmark.resources.items."""

from datetime import UTC, datetime

import httpx
import pytest
from earmark import Item, errors
from earmark.types import Rejected


def storing(network):
    """Let the network keep items as the server does, refusing those without a title."""
    stored = {}

    def take(asked):
        rows = asked.json["items"]
        bad = [
            {"index": at, "id": row["id"], "code": "invalid", "detail": "title: blank"}
            for at, row in enumerate(rows)
            if row.get("title") == ""
        ]
        good = [row for row in rows if row.get("title") != ""]
        created = sum(row["id"] not in stored for row in good)
        stored.update({row["id"]: row for row in good})
        return {
            "created_count": created,
            "updated_count": 0,
            "unchanged_count": len(good) - created,
            "rejected": bad,
        }

    network.on("POST", "/v1/items", json=take)
    return stored


def test_an_item_goes_out_with_all_its_fields(client, network):
    stored = storing(network)
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    client.items.upsert([Item("1", "One", "Body", at, "thread", {"priority": 2}, "https://f.test/1", "u1")])
    assert stored["1"] == {
        "id": "1",
        "title": "One",
        "body": "Body",
        "created_at": "2026-03-01T12:00:00+00:00",
        "kind": "thread",
        "metadata": {"priority": 2},
        "url": "https://f.test/1",
        "author": "u1",
    }


def test_any_number_goes_out_a_thousand_at_a_time(client, network):
    stored = storing(network)
    report = client.items.upsert(Item(str(number), "t") for number in range(2500))
    assert [len(asked.json["items"]) for asked in network.requests] == [1000, 1000, 500]
    assert (report.created_count, len(stored), report.rejected) == (2500, 2500, ())


def test_progress_is_told_after_each_call_and_counts_what_is_not_sent_too(client, network):
    storing(network)
    told = []
    rows = [{"id": str(number), "title": "a\0b" if number == 2499 else "t"} for number in range(2500)]
    client.items.upsert(rows, progress=told.append)
    assert told == [1000, 2000, 2500]


def test_large_items_go_out_fewer_at_a_time(client, network):
    storing(network)
    client.items.upsert({"id": str(number), "body": "x" * 900_000} for number in range(9))
    assert [len(asked.json["items"]) for asked in network.requests] == [4, 4, 1]


def test_nothing_to_send_sends_nothing(client, network):
    report = client.items.upsert([])
    assert (report.created_count, network.requests) == (0, [])


def test_a_rejected_row_is_data_with_its_place_among_all_rows(client, network):
    storing(network)
    rows = [{"id": str(number), "title": "" if number == 1700 else "t"} for number in range(2000)]
    report = client.items.upsert(rows)
    assert report.created_count == 1999
    assert report.rejected == (Rejected(1700, "1700", "invalid", "title: blank"),)


def test_a_row_that_no_server_takes_is_named_and_the_others_go_out(client, network):
    stored = storing(network)
    rows = [
        {"id": "1", "title": "t"},
        {"id": "2", "title": "a\0b"},
        {"id": "3", "metadata": {"x": float("nan")}},
        {"id": "4", "body": "x" * 5_000_000},
        {"id": "5", "title": ""},
        {"id": "6", "title": "t"},
    ]
    report = client.items.upsert(rows)
    assert [(row.index, row.id, row.code) for row in report.rejected] == [
        (1, "2", "malformed"),
        (2, "3", "malformed"),
        (3, "4", "too_large"),
        (4, "5", "invalid"),
    ]
    assert set(stored) == {"1", "6"}


def test_a_lost_answer_is_asked_for_again_and_stores_nothing_twice(client, network):
    stored = storing(network)
    network.lose("POST", "/v1/items", arrives=True, error=httpx.ReadError)
    report = client.items.upsert([Item("1", "One")])
    assert (report.created_count, report.unchanged_count, len(stored)) == (0, 1, 1)


def test_what_was_done_before_a_failure_is_told_with_it(client, network):
    refusal = httpx.Response(401, json={"code": "key_invalid", "detail": "revoked"})
    answers = iter([{"created_count": 1000}, refusal])
    network.on("POST", "/v1/items", json=lambda _: next(answers))
    with pytest.raises(errors.NotAuthenticated) as told:
        client.items.upsert(Item(str(number)) for number in range(1001))
    assert told.value.partial.created_count == 1000


def test_a_list_comes_page_by_page(client, network):
    pages = {
        None: {"results": [{"id": "1"}, {"id": "2"}], "next": "c1"},
        "c1": {"results": [{"id": "3"}], "next": None},
    }
    network.on("GET", "/v1/items", json=lambda asked: pages[asked.query.get("cursor")])
    assert [item.id for item in client.items.list(kind="thread", limit=2)] == ["1", "2", "3"]
    assert network.requests[1].query == {"kind": "thread", "limit": "2", "cursor": "c1"}


def test_a_page_is_asked_for_when_it_is_wanted(client, network):
    network.on("GET", "/v1/items", json={"results": [{"id": "1"}], "next": "again"})
    assert next(client.items.list()).id == "1"
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    ("id", "path"),
    [("1", "/v1/items/1"), ("a/b?c#d", "/v1/items/a%2Fb%3Fc%23d"), ("ä ö", "/v1/items/%C3%A4%20%C3%B6")],
)
def test_an_id_in_an_address_is_quoted(client, network, id, path):
    network.on("GET", path, json={"id": id})
    network.on("DELETE", path, status=204)
    assert client.items.get(id).id == id
    assert client.items.remove(id) is None


def test_what_is_not_there_is_not_found(client, network):
    network.fail("DELETE", "/v1/items/{id}", status=404, code="unknown_item")
    with pytest.raises(errors.NotFound) as told:
        client.items.remove("1")
    assert told.value.code == "unknown_item"
