"""Tests of earmark.resources.judgements."""

from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from earmark import Annotator, NewJudgement, PairAnswer, uuid7


def judgement(number=1, **changes):
    facts = {"annotator": Annotator("u1", "expert"), "question": "q", "item": str(number), "candidate": "0"}
    return NewJudgement(**(facts | {"answer": PairAnswer("duplicate")} | changes))


@pytest.fixture
def stored(network):
    """Let the network keep judgements as the server does; those about item 13 are refused."""
    kept = {}

    def take(asked):
        results = []
        for at, row in enumerate(asked.json["judgements"]):
            status = "bad" if row["item"] == "13" else "dup" if row["id"] in kept else "ok"
            kept[row["id"]] = row
            code = "unknown_item" if status == "bad" else None
            results.append({"index": at, "id": row["id"], "status": status, "code": code, "detail": None})
        return {"results": results}

    network.on("POST", "/v1/judgements", json=take)
    return kept


def test_an_answer_is_given_an_id_of_version_7(client, stored):
    [result] = client.judgements.record([judgement()])
    assert (result.status, UUID(result.id).version) == ("ok", 7)
    assert stored[result.id] == {
        "id": result.id,
        "annotator": {"id": "u1", "kind": "expert"},
        "question": "q",
        "item": "1",
        "candidate": "0",
        "answer": {"kind": "pair", "value": "duplicate"},
        "origin": "imported",
    }


def test_an_id_that_is_given_is_kept(client, stored):
    key = uuid7()
    results = client.judgements.record([judgement(id=key), {**_row(), "id": str(key)}])
    assert [(result.id, result.status) for result in results] == [(str(key), "ok"), (str(key), "dup")]


def _row():
    return {
        "annotator": {"id": "u1"},
        "question": "q",
        "item": "1",
        "answer": {"kind": "pair", "value": "related"},
    }


def test_a_lost_answer_records_nothing_twice(client, network, stored):
    network.lose("POST", "/v1/judgements", arrives=True, error=httpx.ReadTimeout)
    [result] = client.judgements.record([judgement()])
    assert (result.status, len(stored)) == ("dup", 1)


def test_each_of_many_rows_has_one_result_in_order_and_a_bad_one_hurts_no_other(client, stored):
    rows = [judgement(number) for number in range(1200)]
    rows[1100] = {**_row(), "item": "a\0b"}
    results = client.judgements.record(rows)
    assert [result.index for result in results] == list(range(1200))
    bad = [(result.index, result.code) for result in results if result.status == "bad"]
    assert bad == [(13, "unknown_item"), (1100, "malformed")]


def test_answers_are_listed_by_what_is_asked(client, network):
    row = {
        "id": str(uuid7()),
        "question": "q",
        "item": "1",
        "annotator": "p1",
        "value": "related",
        "origin": "drawn",
        "judged_at": "2026-03-01T12:00:00Z",
        "is_live": True,
        "exposure": str(uuid7()),
        "rank": 2,
    }
    network.on("GET", "/v1/judgements", json={"results": [row], "next": None})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    [found] = client.judgements.list(origin="drawn", is_live=True, since=since)
    assert (found.value, found.rank, found.is_live) == ("related", 2, True)
    assert network.requests[0].query == {
        "origin": "drawn",
        "is_live": "true",
        "since": "2026-01-01T00:00:00+00:00",
    }


@pytest.mark.parametrize("row", [judgement(annotator="u1"), {**_row(), "annotator": "u1"}])
def test_a_person_may_be_named_by_their_id_alone(client, stored, row):
    [result] = client.judgements.record([row])
    assert stored[result.id]["annotator"]["id"] == "u1"


def test_a_call_holds_few_enough_for_the_server_to_answer_in_time(client, stored, network):
    told = []
    results = client.judgements.record((judgement(number) for number in range(100, 350)), progress=told.append)
    assert told == [100, 200, 250]
    assert [len(asked.json["judgements"]) for asked in network.requests] == [100, 100, 50]
    assert [each.index for each in results] == list(range(250))
