"""Tests of earmark.transports."""

import httpx
import pytest
from earmark import Earmark, errors


def test_what_was_asked_is_kept(client, network):
    network.on("POST", "/v1/items", json={"created_count": 1, "updated_count": 0, "unchanged_count": 0})
    client.items.upsert([{"id": "1", "title": "One"}])
    [asked] = network.requests_to("POST", "/v1/items")
    assert asked.json == {"items": [{"id": "1", "title": "One"}]}
    assert asked.headers["content-type"] == "application/json"


def test_a_name_in_braces_stands_for_one_segment(client, network):
    network.on("GET", "/v1/questions/{id}", json={"id": "duplicate"})
    client.questions.get("duplicate")
    assert network.requests_to("GET", "/v1/{what}/{id}")
    assert not network.requests_to("GET", "/v1/{what}")


def test_the_route_added_last_answers(client, network):
    network.on("GET", "/v1/questions/{id}", json={"id": "any"})
    network.on("GET", "/v1/questions/one", json={"id": "one"})
    assert client.questions.get("one").id == "one"
    assert client.questions.get("two").id == "any"


def test_an_answer_may_depend_on_the_request(client, network):
    network.on("GET", "/v1/items/{id}", json=lambda asked: {"id": asked.path.rsplit("/")[-1]})
    assert client.items.get("17").id == "17"


def test_a_failure_gives_way_when_it_is_used_up(network):
    network.on("GET", "/v1/items/{id}", json={"id": "1"})
    network.fail("GET", "/v1/items/{id}", status=403, code="wrong_kind_of_key")
    client = Earmark("sk_test", transport=network, retries=0)
    with pytest.raises(errors.NotAllowed) as told:
        client.items.get("1")
    assert told.value.code == "wrong_kind_of_key"
    assert client.items.get("1").id == "1"


def test_an_answer_can_be_lost_after_the_work_was_done(client, network):
    stored = []
    network.on("POST", "/v1/items", json=lambda asked: stored.append(asked.json) or {"created_count": 1})
    network.lose("POST", "/v1/items", arrives=True, error=httpx.ReadTimeout)
    client.items.upsert([{"id": "1"}])
    assert stored == [{"items": [{"id": "1"}]}] * 2
