"""Tests of earmark.resources.annotators."""

from datetime import UTC, datetime

import pytest
from earmark import errors
from earmark.resources import annotators
from earmark.types import ModelName, VersionName

ASKED = {
    "id": 3,
    "state": "asked",
    "asked_at": "2026-03-01T12:00:00Z",
    "done_at": None,
    "units_count": 0,
    "settled_count": 0,
    "versions": [],
    "models": [],
}
DONE = ASKED | {
    "state": "done",
    "done_at": "2026-03-01T12:00:05Z",
    "units_count": 2,
    "settled_count": 2,
    "versions": [{"dataset": "dups", "number": 4}],
    "models": [{"question": "duplicate", "name": "learned", "number": 2}, {"name": "stacked", "number": 1}],
}


def test_a_person_is_erased_by_the_hosts_id_and_the_id_stands_in_no_address(client, network):
    network.on("POST", "/v1/annotators/erase", json=ASKED, status=202)
    erasure = client.annotators.erase("customer/17")
    assert network.requests[0].json == {"annotator": "customer/17"}
    assert (erasure.id, erasure.is_done, erasure.done_at) == (3, False, None)


def test_with_a_wait_it_looks_until_the_erasure_is_done(client, network, monkeypatch):
    monkeypatch.setattr(annotators, "LOOK_AGAIN_S", 0)
    network.on("POST", "/v1/annotators/erase", json=ASKED, status=202)
    network.on("GET", "/v1/erasures/{id}", json=DONE)
    erasure = client.annotators.erase(pseudonym="abcdefghjk", wait=60)
    assert network.requests[0].json == {"pseudonym": "abcdefghjk"}
    assert erasure.is_done and erasure.done_at == datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
    assert list(erasure.versions) == [VersionName("dups", 4)]
    assert list(erasure.models) == [ModelName("learned", 2, "duplicate"), ModelName("stacked", 1)]


def test_an_export_is_a_row_a_line(client, network):
    network.on(
        "POST", "/v1/annotators/export", content=b'{"record": "person"}\n{"record": "judgement", "value": "x"}\n'
    )
    assert [row["record"] for row in client.annotators.export("ann")] == ["person", "judgement"]
    assert network.requests[0].json == {"annotator": "ann"}


def test_nobody_is_exported_by_a_name_that_nobody_has(client, network):
    network.fail("POST", "/v1/annotators/export", status=404, code="unknown_person")
    with pytest.raises(errors.NotFound) as caught:
        list(client.annotators.export("nobody"))
    assert caught.value.code == "unknown_person"


def test_an_export_that_is_cut_off_is_no_answer(client, network):
    network.on("POST", "/v1/annotators/export", content=b'{"record": "person"}\n{"recor')
    with pytest.raises(errors.ServerFailed):
        list(client.annotators.export("ann"))
