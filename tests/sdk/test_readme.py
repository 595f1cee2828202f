"""The code blocks of sdk/README.md are run, one after another, against a server that is not there."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from earmark import webhooks
from earmark.anchors import describe

README = Path(__file__).parents[2] / "sdk" / "README.md"
LABELS = b'{"item": "2", "other": "1", "value": "duplicate"}\n'

WORDS = describe("I use Mozilla Firefox 👍", 6, 21)
SPAN = {"id": "6-21 Product", "title": "Mozilla Firefox", "label": "Product", "anchor": WORDS.wire}


@pytest.fixture
def server(network):
    """Answers as Earmark does to each call of the tour."""
    items = {}
    answers = network.answers = []
    file = {"name": "labels.jsonl", "sha256": hashlib.sha256(LABELS).hexdigest(), "bytes_count": len(LABELS)}
    version = {"dataset": "duplicates", "number": 1, "state": "frozen", "files": [file]}
    unit = {"kind": "pair", "items": ["1", "2"]}
    now = datetime.now(UTC).isoformat()

    def register(asked):
        items.update({row["id"]: row for row in asked.json["items"]})
        return {"created_count": len(items), "updated_count": 0, "unchanged_count": 0, "rejected": []}

    def show(asked):
        if asked.json["item"] not in items:
            return httpx.Response(404, json={"code": "unknown_item", "detail": "No such item.", "request_id": "r1"})
        kind = {"topics": "tags", "tone": "choice", "products": "span"}.get(asked.json["question"], "pair")
        thread = {"id": "1", "title": items["1"]["title"], "url": "/t/1"}
        shown = {"pair": [thread], "tags": [{"id": "Archive", "title": "Archive"}], "choice": [], "span": [SPAN]}[kind]
        slots = [{"rank": rank, "candidate": candidate} for rank, candidate in enumerate(shown, 1)]
        return asked.json | {"annotator": "p1", "kind": kind, "shown_at": now, "slots": slots}

    def take(asked):
        answers.extend(event["answer"] for event in asked.json["events"] if event["type"] == "judge")
        return {"results": [{"id": event["id"], "status": "ok", "state": "settled"} for event in asked.json["events"]]}

    network.on("POST", "/v1/items", json=register)
    network.on("POST", "/v1/suggestions", json=lambda asked: {"accepted_count": len(asked.json["suggestions"])})
    network.on("GET", "/v1/items", json=lambda _: {"results": list(items.values()), "next": None})
    network.on("GET", "/v1/items/{id}", json=lambda asked: items[asked.path.rsplit("/")[-1]])
    network.on("POST", "/v1/questions", json=lambda asked: asked.json)
    network.on("POST", "/v1/exposures", json=show)
    network.on("POST", "/v1/exposures/{id}/events", json=take)
    label = {"question": "duplicate", "unit": unit, "state": "settled", "revision": 1, "computed_at": now}
    network.on("GET", "/v1/labels", json={"results": [label | {"value": "duplicate"}], "next": None})
    erased = {"id": 1, "state": "done", "asked_at": now, "done_at": now, "versions": [{"dataset": "d", "number": 1}]}
    network.on("POST", "/v1/annotators/erase", json=erased)
    network.on("POST", "/v1/annotators/export", content=b'{"record": "person"}\n')
    link = {"id": 1, "url": "http://earmark.test/desk/duplicate#x", "expires_at": now}
    network.on("POST", "/v1/desk-links", json=lambda asked: link | asked.json)
    made = link | {"question": "duplicate", "annotator_kind": "colleague", "most_people": 20, "people_count": 3}
    network.on("GET", "/v1/desk-links", json={"results": [made], "next": None})
    network.on("DELETE", "/v1/desk-links/{id}", status=204, content=b"")
    network.on("POST", "/v1/datasets", json=lambda asked: asked.json)
    network.on("POST", "/v1/datasets/{id}/versions", json=version)
    network.on("GET", "/v1/datasets/{id}/versions", json={"results": [version], "next": None})
    network.on("GET", "/v1/datasets/{id}/versions/1", json=version)
    network.on("GET", "/v1/datasets/{id}/versions/1/files/labels.jsonl", content=LABELS)
    return network


def test_the_tour_runs_as_it_is_written(server, waits, monkeypatch, tmp_path, tiny_model, capsys, aside):
    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **given: real(**given | {"transport": given["transport"] or server}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_MODELS", str(tiny_model.parent))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    for number, block in enumerate(blocks, 1):
        aside(exec, compile(block, f"block {number} of the README", "exec"), names)
    said = capsys.readouterr().out
    assert len(blocks) >= 9
    assert "2 ()\n" in said
    assert "Archive key is gone /t/1" in said
    assert "settled\n" in said
    assert "same-words [Suggestion(candidate_id='1'" in said
    assert "lexical [Suggestion(candidate_id='1'" in said
    assert "semantic [Suggestion(candidate_id='1'" in said
    assert "unknown_item r1" in said
    assert "colleague 3 of 20\n" in said
    assert "on a loop ['1', '2'" in said
    assert server.answers[1:] == [
        {"kind": "tags", "tag": "Archive", "value": "fits"},
        {"kind": "tags", "tag": "Mail client", "value": "fits"},
        {"kind": "choice", "value": "Complaint"},
        {"kind": "span", "value": "Product", "anchor": SPAN["anchor"]},
        {"kind": "span", "value": "Product", "anchor": SPAN["anchor"]},
    ]
    assert "['2.53.8']\nversions 1 1.0\n" in said
    assert "2 ()\nProduct Mozilla Firefox Position(start=6, end=21)\n" in said
    assert names["rows"] == [{"item": "2", "other": "1", "value": "duplicate"}]
    assert [path.name for path in names["paths"]] == ["labels.jsonl"]


def test_its_webhook_door_lets_in_only_what_is_genuine():
    names = {}
    block = next(
        b for b in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL) if "on_webhook" in b
    )
    exec(block, names)
    data = {"unit": {"items": ["1", "2"]}, "value": "duplicate", "revision": 2}
    facts = {
        "id": "m1",
        "type": "label.settled",
        "created_at": "2026-03-01T12:00:00Z",
        "project": "forum",
        "data": data,
    }
    body = json.dumps(facts).encode()
    now = int(datetime.now(UTC).timestamp())
    headers = webhooks.sign(body, message_id="m1", timestamp=now, secrets="whsec_previous")
    assert names["on_webhook"](body, headers) == 200
    assert names["on_webhook"](body + b" ", headers) == 400
