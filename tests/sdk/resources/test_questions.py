"""Tests of earmark.resources.questions."""

import pytest
from earmark import Question, errors


@pytest.fixture
def echoing(network):
    network.on("POST", "/v1/questions", json=lambda asked: {"settling_policy": "confirm", **asked.json}, status=201)
    return network


def test_only_what_is_said_goes_out(client, echoing):
    asked = client.questions.create("duplicate", prompt="Are these the same?", settling_policy="trusting")
    assert echoing.requests[0].json == {
        "id": "duplicate",
        "prompt": "Are these the same?",
        "settling_policy": "trusting",
    }
    assert asked.settling_policy == "trusting"


def test_a_question_goes_out_whole(client, echoing):
    client.questions.create(Question("duplicate", prompt="Same?"), overlap=3)
    sent = echoing.requests[0].json
    assert (sent["kind"], sent["overlap"], sent["suggesters"]) == ("pair", 3, [])
    assert "epsilon" not in sent and "guideline" not in sent


def test_labels_go_out_with_the_words_that_speak_for_them(client, echoing):
    asked = client.questions.create(
        "topics", kind="tags", labels=["Mail"], dictionary={"Mail": ["inbox"]}, allows_new_labels=True, lease_s=600
    )
    assert echoing.requests[0].json["dictionary"] == {"Mail": ["inbox"]}
    assert (asked.dictionary, asked.allows_new_labels, asked.lease_s) == ({"Mail": ["inbox"]}, True, 600)


def test_weights_of_evidence_go_out_by_name(client, echoing):
    asked = client.questions.create("duplicate", weights={"fields": 2.0})
    assert echoing.requests[0].json["weights"] == asked.weights == {"fields": 2.0}


def test_a_policy_that_no_question_has_is_a_mistake_seen_at_once(client, network):
    with pytest.raises(TypeError, match="overlapp"):
        client.questions.create("duplicate", overlapp=3)
    assert network.requests == []


def test_asking_in_another_way_conflicts(client, network):
    network.fail("POST", "/v1/questions", status=409, code="conflict")
    with pytest.raises(errors.Conflict):
        client.questions.create("duplicate")


def test_a_change_sends_what_changes(client, network):
    network.on("PATCH", "/v1/questions/{id}", json={"id": "duplicate", "overlap": 4})
    assert client.questions.update("duplicate", overlap=4).overlap == 4
    assert network.requests[0].json == {"overlap": 4}


def test_questions_are_listed_and_read(client, network):
    network.on("GET", "/v1/questions", json={"results": [{"id": "duplicate"}], "next": None})
    network.on("GET", "/v1/questions/{id}", json={"id": "duplicate", "labels": [], "is_active": False})
    assert [question.id for question in client.questions.list()] == ["duplicate"]
    assert client.questions.get("duplicate").is_active is False
