"""Tests of earmark.resources.labels."""

LABEL = {
    "question": "duplicate",
    "unit": {"kind": "pair", "items": ["1", "2"]},
    "value": "duplicate",
    "state": "settled",
    "probability": 0.75,
    "evidence": {"counts": {"duplicate": 2}, "votes_count": 2, "answers_count": 3},
    "revision": 4,
    "is_stale": False,
    "settled_at": "2026-03-01T12:00:00Z",
    "computed_at": "2026-03-01T12:00:00Z",
}


def test_labels_are_listed_with_their_evidence(client, network):
    network.on("GET", "/v1/labels", json={"results": [LABEL], "next": None})
    [label] = client.labels.list(question="duplicate", state="settled", item="1")
    assert (label.value, label.probability, label.unit.items) == ("duplicate", 0.75, ("1", "2"))
    assert (label.evidence.counts, label.evidence.votes_count) == ({"duplicate": 2}, 2)
    assert network.requests[0].query == {"question": "duplicate", "item": "1", "state": "settled"}
