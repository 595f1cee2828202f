"""Spots through the SDK itself, against the real server: pushed, shown, answered, read, frozen and loaded."""

import pytest
from earmark import (
    Annotator,
    Item,
    NewJudgement,
    PushedSuggestion,
    RegionAnswer,
    ShownCandidate,
    SpanAnswer,
    Suggester,
    errors,
)
from earmark.anchors import RegionAnchor, describe, look_elsewhere

from backend.projects.actions.jobs import drain_jobs

OWN = Suggester("finder", "1")
POST = Item("p", "Post", "<p>👍🏽 Mozilla <b>Fire</b>fox 115, שלום</p>", metadata={"format": "html"})
SHOT = Item("s", "Shot", metadata={"image": {"url": "/s.png", "width": 1280, "height": 720, "alt": "A window"}})
FIREFOX, WHOLE = describe(POST.text, 11, 18), describe(POST.text, 3, 18)
BOX = RegionAnchor.in_pixels(128, 144, 384, 288, picture=(1280, 720))


@pytest.fixture
def client(site, by_sdk):
    """Return the SDK's client, with an item and a question of each kind of spot."""
    made = by_sdk(site.secret)
    made.items.upsert([POST, SHOT])
    made.questions.create("products", kind="span", labels=["Product", "Version"], settling_policy="trusting")
    made.questions.create("controls", kind="region", labels=["Button", "Menu"], settling_policy="trusting")
    return made


def push(client, *rows):
    return client.suggestions.push([PushedSuggestion(*row[:3], 0.8, OWN, ["why"], anchor=row[3]) for row in rows])


def test_pushed_spans_and_boxes_are_shown_with_label_and_place(client):
    report = push(client, ("products", "p", "Product", FIREFOX), ("controls", "s", "Menu", BOX))
    assert (report.accepted_count, report.rejected) == (2, ())
    [span] = client.suggest("p", "products", annotator="ann").candidates
    assert (span.label, span.title, span.anchor) == ("Product", "Firefox", FIREFOX)
    [box] = client.suggest("s", "controls", annotator="ann").candidates
    assert (box.label, box.anchor) == ("Menu", BOX)
    assert [each.anchor for each in client.suggestions.list(question="products")] == [FIREFOX]


def test_what_lies_nowhere_is_rejected_with_what_to_do(client):
    gone = describe("Something else altogether stands here, for sure", 0, 9)
    report = push(
        client, ("products", "p", "Product", gone), ("products", "p", "Nothing", FIREFOX),
        ("products", "p", "Product", None), ("products", "p", "Product", BOX),
    )  # fmt: skip
    assert report.accepted_count == 0
    assert [
        "registered" in row.detail or "label" in row.detail or "anchor" in row.detail for row in report.rejected
    ] == [True] * 4


def test_accepting_moving_rejecting_and_marking_become_what_they_say(client):
    push(client, ("products", "p", "Product", FIREFOX))
    outcomes = {}
    for person, report in {
        "ann": lambda shown: shown.reject(shown.candidates[0]),
        "bob": lambda shown: shown.answer(shown.candidates[0], SpanAnswer("Product", WHOLE)),
        "eve": lambda shown: shown.accept(shown.candidates[0]),
    }.items():
        shown = client.suggest("p", "products", annotator=Annotator(person))
        report(shown)
        outcomes[person] = client.exposures.get(shown.id).slots[0].outcome
    assert outcomes == {"ann": "rejected", "bob": "corrected", "eve": "accepted"}
    shown.mark("Version", describe(POST.text, 19, 22))
    drain_jobs()
    said = {(each.value, each.anchor.quote.exact) for each in client.judgements.list(question="products")}
    assert said == {("none", "Firefox"), ("Product", "Mozilla Firefox"), ("Product", "Firefox"), ("Version", "115")}


def test_a_list_of_the_hosts_own_names_where_its_spans_lie(client):
    candidates = [ShownCandidate("Product", 0.5, anchor=FIREFOX)]
    shown = client.exposures.record(candidates, item="p", question="products", annotator="ann")
    shown.accept(shown.candidates[0])
    assert client.exposures.get(shown.id).slots[0].outcome == "accepted"


def test_imported_answers_settle_are_read_as_labels_and_loaded_from_a_version(client):
    results = client.judgements.record(
        [
            NewJudgement(Annotator("ann"), "products", "p", SpanAnswer("Product", WHOLE)),
            NewJudgement(Annotator("ann"), "controls", "s", RegionAnswer("Menu", BOX)),
        ]
    )
    assert [row.status for row in results] == ["ok", "ok"]
    drain_jobs()
    [label] = client.labels.list(question="products", state="settled")
    assert (label.value, label.unit.kind, label.unit.anchor) == ("Product", "span", look_elsewhere(WHOLE, POST.text))
    [box] = client.labels.list(question="controls", state="settled")
    assert box.unit.anchor == BOX
    for question in ("products", "controls"):
        client.datasets.create(question, question=question)
        client.datasets.freeze(question, wait=0)
    drain_jobs()
    [row] = client.datasets.load("products")
    assert row["text"][row["start"] : row["end"]] == row["quote"] == "Mozilla Firefox"
    [row] = client.datasets.load("controls")
    assert [row[name] for name in ("x", "y", "width", "height")] == [128.0, 144.0, 384.0, 288.0]


def test_a_pattern_that_cannot_be_read_is_a_bad_request_that_says_what_to_do(client):
    for entry in ("/(/", "/(?<=a)b/", "/firefox/i"):
        with pytest.raises(errors.BadRequest, match="Product"):
            client.questions.create("bad", kind="span", labels=["Product"], dictionary={"Product": [entry]})
        with pytest.raises(errors.BadRequest, match="Product"):
            client.questions.update("products", dictionary={"Product": [entry]})


def test_words_and_patterns_guess_without_any_code(client):
    client.questions.update("products", dictionary={"Product": ["firefox"], "Version": [r"/\d+/"]})
    shown = client.suggest("p", "products", annotator="ann")
    assert {(each.label, each.title) for each in shown.candidates} == {("Product", "Firefox"), ("Version", "115")}
