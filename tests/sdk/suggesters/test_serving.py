"""Tests of earmark.suggesters.serving: one that asks with the SDK's own signature, over nothing or a real socket."""

import asyncio
import json
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from earmark import webhooks
from earmark.anchors import Region, describe
from earmark.suggesters import LexicalSuggester, Suggestion
from earmark.suggesters.serving import Asked, Served

SECRET = "whsec_of-the-project-and-of-the-host"
THREAD = {"id": "9", "title": "archive broken", "created_at": "2026-03-02T12:00:00+00:00", "metadata": {"os": "mac"}}
OLDER = [
    {"id": "1", "title": "archive is broken", "created_at": "2026-03-01T12:00:00+00:00"},
    {"id": "2", "title": "printer", "created_at": "2026-03-01T12:00:00+00:00"},
]
QUESTION = {"question": "duplicate", "kind": "pair", "item": THREAD, "k": 5, "candidates": OLDER}


def signed(question=QUESTION, secret=SECRET, at=None):
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    headers = webhooks.sign(body, message_id="m1", timestamp=int(at or time.time()), secrets=secret)
    return body, headers


def newest(asked: Asked) -> list[Suggestion]:
    return [Suggestion(asked.candidates[0].id, 0.5, [f"the first of {len(asked.candidates)}"])]


@pytest.fixture
def served():
    return Served(newest, name="newest", version="3", secrets=SECRET)


def test_a_function_answers_what_is_asked(served):
    reply = served.answer(*signed())
    assert reply.status == 200
    assert json.loads(reply.body) == {
        "name": "newest",
        "version": "3",
        "suggestions": [{"candidate": "1", "score": 0.5, "reasons": ["the first of 2"]}],
    }


def test_a_function_is_told_all_of_the_item():
    seen = []
    served = Served(lambda asked: seen.append(asked) or [], name="none", version="1", secrets=SECRET)
    assert json.loads(served.answer(*signed()).body)["suggestions"] == []
    (asked,) = seen
    assert (asked.question, asked.kind, asked.k) == ("duplicate", "pair", 5)
    assert (asked.item.id, asked.item.title, dict(asked.item.metadata)) == ("9", "archive broken", {"os": "mac"})
    assert asked.item.created_at.isoformat() == "2026-03-02T12:00:00+00:00"


@pytest.mark.parametrize(
    ("guesses", "facts", "fault"),
    [
        (LexicalSuggester, {}, r"class; give what it makes: LexicalSuggester\(\)"),
        (newest, {"name": "newest", "version": "v" * 41}, "1 to 40 signs"),
    ],
)
def test_what_would_be_refused_at_each_call_is_refused_when_it_is_made(guesses, facts, fault):
    with pytest.raises(ValueError, match=fault):
        Served(guesses, secrets=SECRET, **facts)


@pytest.mark.parametrize("item", [[], "9", None, 7])
def test_an_item_that_is_no_object_is_no_question(served, item):
    assert served.answer(*signed(QUESTION | {"item": item})).status == 400


def test_a_candidate_that_comes_twice_is_the_suggesters_failure():
    served = Served(lambda asked: newest(asked) * 2, name="twice", version="1", secrets=SECRET)
    assert served.answer(*signed()).status == 500


def test_a_suggester_without_an_index_gets_the_candidates_that_came_along():
    told = json.loads(Served(LexicalSuggester(), secrets=SECRET).answer(*signed()).body)
    assert told["name"] == "lexical"
    assert [each["candidate"] for each in told["suggestions"]] == ["1"]


def test_a_suggester_gets_the_hosts_own_index(make_index):
    own = make_index({"7": ("archive broken too", "")})
    for index in (own, lambda: own):
        served = Served(LexicalSuggester(only_earlier=False), secrets=SECRET, index=index)
        assert [each["candidate"] for each in json.loads(served.answer(*signed()).body)["suggestions"]] == ["7"]


@pytest.fixture
def make_index():
    from earmark.suggesters import Item, ItemIndex

    def make(texts):
        index = ItemIndex()
        index.apply([Item(key, title, body) for key, (title, body) in texts.items()])
        return index

    return make


def test_what_another_signed_or_nobody_or_long_ago_is_not_answered(served):
    body, headers = signed()
    assert served.answer(*signed(secret="another")).status == 401
    assert served.answer(body, {}).status == 401
    assert served.answer(body + b" ", headers).status == 401
    assert served.answer(*signed(at=time.time() - 301)).status == 401
    assert served.answer(*signed(at=time.time() + 301)).status == 401


def test_while_the_secret_rotates_both_are_taken():
    served = Served(newest, name="newest", version="3", secrets=["new", SECRET])
    assert served.answer(*signed()).status == 200
    assert served.answer(*signed(secret="new")).status == 200


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        QUESTION | {"k": 0},
        QUESTION | {"k": True},
        QUESTION | {"item": {"title": "no id"}},
        QUESTION | {"item": THREAD | {"created_at": "yesterday"}},
        QUESTION | {"item": THREAD | {"metadata": ["a"]}},
        QUESTION | {"question": 7},
    ],
)
def test_what_is_signed_and_no_question_is_refused(served, question):
    assert served.answer(*signed(question)).status == 400


def test_what_is_too_long_is_refused_before_it_is_looked_at(served):
    assert served.answer(b"x" * 2_000_001, {}).status == 413


def test_a_suggester_that_fails_says_so_and_keeps_its_secrets(caplog):
    def broken(asked):
        raise RuntimeError("the password is swordfish")

    reply = Served(broken, name="broken", version="1", secrets=SECRET).answer(*signed())
    assert reply.status == 500
    assert b"swordfish" not in reply.body
    assert "swordfish" in caplog.text


@pytest.mark.parametrize("score", [1.2, float("nan"), True, "high"])
def test_a_score_that_is_none_never_leaves(score, caplog):
    served = Served(lambda asked: [Suggestion("1", score)], name="odd", version="1", secrets=SECRET)
    assert served.answer(*signed()).status == 500
    assert "score is no number from 0 to 1" in caplog.text


def test_what_cannot_be_served_is_said():
    with pytest.raises(ValueError, match="name"):
        Served(newest, secrets=SECRET)
    with pytest.raises(ValueError, match="secret"):
        Served(LexicalSuggester(), secrets="")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def test_as_a_wsgi_application_it_answers_over_a_real_socket(served):
    with make_server("127.0.0.1", 0, served.wsgi, handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/suggest"
        body, headers = signed()
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5) as answer:
            told = json.load(answer)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url, timeout=5)
        refused.value.close()
        server.shutdown()
    assert told["suggestions"][0]["candidate"] == "1"
    assert refused.value.code == 405


def test_as_an_asgi_application_it_answers_likewise(served):
    body, headers = signed()
    parts = [{"body": body[:10], "more_body": True}, {"body": body[10:]}]
    sent = []

    async def receive():
        return parts.pop(0)

    async def send(message):
        sent.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    with ThreadPoolExecutor(1) as aside:  # a journey before it may have left a loop in this thread
        aside.submit(
            asyncio.run, served.asgi({"type": "http", "method": "POST", "headers": pairs}, receive, send)
        ).result()
    assert sent[0]["status"] == 200
    assert json.loads(sent[1]["body"])["name"] == "newest"


WORDS = describe("Mozilla Firefox", 8, 15)


def test_spans_and_boxes_are_told_with_where_they_lie_and_a_label_may_come_twice():
    found = [
        Suggestion("Product", 0.5, anchor=WORDS),
        Suggestion("Product", 0.4, anchor=Region(10, 20, 30, 40)),
    ]
    served = Served(lambda _: found, name="finder", version="1", secrets=SECRET)
    assert [(each["candidate"], each["anchor"]) for each in json.loads(served.answer(*signed()).body)["suggestions"]] == [
        ("Product", WORDS.wire), ("Product", {"region": "xywh=percent:10,20,30,40"}),
    ]  # fmt: skip


def test_one_place_told_twice_and_an_anchor_that_is_none_fail(caplog):
    for found in ([Suggestion("Product", 0.5, anchor=WORDS)] * 2, [Suggestion("Product", 0.5, anchor="here")]):
        assert (
            Served(lambda _, found=found: found, name="finder", version="1", secrets=SECRET).answer(*signed()).status
            == 500
        )
