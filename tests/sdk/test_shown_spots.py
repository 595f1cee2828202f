"""Tests of earmark.shown for what lies in a text or a picture."""

from datetime import UTC, datetime

import pytest
from earmark import SpanAnswer, errors
from earmark.anchors import RegionAnchor, describe

TEXT = "Mozilla Firefox and Thunderbird"
FIREFOX, WHOLE, BIRD = describe(TEXT, 8, 15), describe(TEXT, 0, 15), describe(TEXT, 20, 31)
BOX = RegionAnchor.in_percent(10, 20, 30, 40, picture=(1280, 720))


@pytest.fixture
def ledger(network):
    """Let the network show one span, or one box, and keep events."""
    kept = []

    def show(asked):
        anchor, kind = (BOX, "region") if asked.json["question"] == "buttons" else (FIREFOX, "span")
        candidate = {"id": "8-15 Product", "title": "Firefox", "label": "Product", "anchor": anchor.wire}
        now = datetime.now(UTC).isoformat()
        slots = [{"rank": 1, "candidate": candidate}]
        return asked.json | {"annotator": "p1", "kind": kind, "shown_at": now, "slots": slots}

    def take(asked):
        kept.extend(asked.json["events"])
        return {"results": [{"id": event["id"], "status": "ok"} for event in asked.json["events"]]}

    network.on("POST", "/v1/exposures", json=show, status=201)
    network.on("POST", "/v1/exposures/{id}/events", json=take)
    return kept


@pytest.fixture
def shown(client, ledger):
    return client.suggest("1", "products", annotator="u1")


def said(ledger):
    return [(event.get("candidate"), event["answer"]) for event in ledger]


def test_a_suggested_span_says_what_it_may_be_and_where(shown):
    [candidate] = shown.candidates
    assert (candidate.label, candidate.anchor, candidate.title) == ("Product", FIREFOX, "Firefox")


def test_accepting_says_the_label_at_the_suggested_place(shown, ledger):
    shown.accept(shown.candidates[0])
    assert said(ledger) == [("8-15 Product", {"kind": "span", "value": "Product", "anchor": FIREFOX.wire})]


def test_rejecting_says_that_nothing_of_the_kind_is_there(shown, ledger):
    shown.reject("8-15 Product")
    assert said(ledger) == [("8-15 Product", {"kind": "span", "value": "none", "anchor": FIREFOX.wire})]


def test_another_label_or_another_boundary_corrects_it(shown, ledger):
    shown.answer(shown.slots[0], "Company")
    shown.answer(shown.slots[0], SpanAnswer("Product", WHOLE))
    assert [(answer["value"], answer["anchor"]["position"]) for _, answer in said(ledger)] == [
        ("Company", {"start": 8, "end": 15}), ("Product", {"start": 0, "end": 15}),
    ]  # fmt: skip
    assert {candidate for candidate, _ in said(ledger)} == {"8-15 Product"}


def test_what_the_person_marked_themselves_names_no_candidate(shown, ledger):
    marked = shown.mark("Product", BIRD)
    shown.undo(marked)
    assert (ledger[0].get("candidate"), ledger[0]["answer"]["anchor"]) == (None, BIRD.wire)
    assert ledger[1]["judgement"] == str(marked)


@pytest.mark.parametrize("report", ["accept", "reject"])
def test_a_spot_that_is_not_in_the_list_is_marked_and_not_named(shown, ledger, report):
    with pytest.raises(errors.NowhereToPoint, match=r"mark\(label, anchor\)"):
        getattr(shown, report)("20-31 Product")
    assert ledger == []


def test_a_box_is_answered_alike(client, ledger):
    buttons = client.suggest("1", "buttons", annotator="u1")
    buttons.accept(buttons.candidates[0])
    buttons.mark("none", BOX)
    assert [(candidate, answer["kind"], answer["anchor"]) for candidate, answer in said(ledger)] == [
        ("8-15 Product", "region", BOX.wire), (None, "region", BOX.wire),
    ]  # fmt: skip
