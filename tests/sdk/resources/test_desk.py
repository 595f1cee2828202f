"""Tests of earmark.resources.desk."""

from datetime import UTC, datetime, timedelta

import pytest
from earmark import errors

LINK = {
    "id": 7,
    "question": "duplicate",
    "annotator_kind": "colleague",
    "annotator": None,
    "url": "http://earmark.test/desk/duplicate#a.b.c",
    "created_by": "API",
    "created_at": "2026-03-01T12:00:00Z",
    "expires_at": "2026-03-15T12:00:00Z",
    "revoked_at": None,
}


def test_a_link_for_colleagues_holds_two_weeks_unless_said_otherwise(client, network):
    network.on("POST", "/v1/desk-links", json=LINK, status=201)
    link = client.desk.link("duplicate")
    assert network.requests[0].json == {"question": "duplicate", "annotator_kind": "colleague", "expires_in": 1_209_600}
    assert (link.id, link.url) == (7, "http://earmark.test/desk/duplicate#a.b.c")
    assert link.expires_at == datetime(2026, 3, 15, 12, tzinfo=UTC)


def test_a_link_may_be_one_persons(client, network):
    network.on("POST", "/v1/desk-links", json=LINK | {"annotator": "u-1", "annotator_kind": "expert"}, status=201)
    link = client.desk.link("duplicate", "expert", annotator="u-1", expires_in=timedelta(hours=1))
    sent = network.requests[0].json
    assert (sent["annotator"], sent["annotator_kind"], sent["expires_in"]) == ("u-1", "expert", 3600)
    assert (link.annotator, link.annotator_kind) == ("u-1", "expert")


def test_how_many_a_link_lets_in_may_be_said(client, network):
    network.on("POST", "/v1/desk-links", json=LINK | {"most_people": 7, "people_count": 2}, status=201)
    link = client.desk.link("duplicate", most_people=7)
    assert network.requests[0].json["most_people"] == 7
    assert (link.most_people, link.people_count) == (7, 2)


def test_a_person_of_another_kind_conflicts(client, network):
    network.fail("POST", "/v1/desk-links", status=409, code="known_as_another_kind")
    with pytest.raises(errors.Conflict) as caught:
        client.desk.link("duplicate", annotator="u-1")
    assert caught.value.code == "known_as_another_kind"


def test_links_are_listed_and_a_closed_one_has_no_address(client, network):
    closed = LINK | {"id": 8, "url": None, "revoked_at": "2026-03-02T12:00:00Z"}
    network.on("GET", "/v1/desk-links", json={"results": [LINK, closed], "next": None})
    links = list(client.desk.list(question="duplicate"))
    assert network.requests[0].query == {"question": "duplicate"}
    assert [link.url is None for link in links] == [False, True]


def test_a_link_is_taken_back(client, network):
    network.on("DELETE", "/v1/desk-links/{id}", status=204, content=b"")
    client.desk.revoke(7)
    assert (network.requests[0].method, network.requests[0].path) == ("DELETE", "/v1/desk-links/7")


def test_a_link_that_is_not_there_is_not_found(client, network):
    network.fail("DELETE", "/v1/desk-links/{id}", status=404, code="not_found")
    with pytest.raises(errors.NotFound):
        client.desk.revoke(9)
