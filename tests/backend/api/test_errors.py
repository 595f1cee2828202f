import json

import pytest
from django.test import Client

BAD_BODIES = {
    "NUL in a value": '{"items": [{"id": "a\\u0000b"}]}',
    "NUL in a key": '{"items": [{"id": "a", "metadata": {"x\\u0000": 1}}]}',
    "half a surrogate": '{"items": [{"id": "\\ud800"}]}',
    "NaN": '{"items": [{"id": "a", "metadata": {"x": NaN}}]}',
    "Infinity": '{"items": [{"id": "a", "metadata": {"x": Infinity}}]}',
    "1e400": '{"items": [{"id": "a", "metadata": {"x": 1e400}}]}',
    "2**63": '{"items": [{"id": "a", "metadata": {"x": 9223372036854775808}}]}',
    "4000 digits": '{"items": [{"id": "a", "metadata": {"x": ' + "9" * 4400 + "}}]}",
    "nested 5000 deep": '{"items": ' + "[" * 5000 + "]" * 5000 + "}",
    "a key twice": '{"items": [{"id": "a", "id": "b"}]}',
    "no JSON": "hello",
    "empty": "",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "invalid UTF-8": b'{"items": "\xff"}',
    "items is text": '{"items": "x"}',
    "items is empty": '{"items": []}',
    "1001 items": json.dumps({"items": [{"id": str(n)} for n in range(1001)]}),
}


def is_a_problem(answer, *statuses) -> bool:
    assert answer.status_code in statuses, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"].startswith("application/problem+json")
    told = answer.json()
    assert told["status"] == answer.status_code and told["code"] and told["detail"]
    assert told["request_id"] == answer["X-Request-Id"]
    return True


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_cannot_be_is_a_problem_with_a_code(site, name):
    assert is_a_problem(site.server.post("/v1/items", BAD_BODIES[name]), 400)


WRONG = [None, True, 7, 7.5, "x", [], {}, [None], {"a": 1}, "x" * 5000, -1, ""]
FIELDS = {
    "/v1/questions": ["id", "kind", "labels", "overlap", "epsilon", "is_active", "suggesters", "settling_policy"],
    "/v1/exposures": ["id", "annotator", "question", "item", "shown"],
    "/v1/datasets": ["id", "question", "title"],
    "/v1/judgements": ["judgements"],
    "/v1/suggestions": ["suggestions"],
}
GOOD = {
    "/v1/questions": {"id": "q", "kind": "pair"},
    "/v1/exposures": {"annotator": {"id": "a"}, "question": "duplicate", "item": "5"},
    "/v1/datasets": {"id": "d", "question": "duplicate"},
    "/v1/judgements": {},
    "/v1/suggestions": {},
}


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in FIELDS.items() for field in fields])
def test_the_wrong_type_for_a_field_never_breaks_us(site, path, field):
    for value in WRONG:
        answer = site.server.post(path, GOOD[path] | {field: value})
        assert answer.status_code < 500, (field, value, answer.content[:300])
        assert "json" in answer["Content-Type"]
        if answer.status_code >= 400:
            assert is_a_problem(answer, 400, 404, 409)


@pytest.mark.parametrize("field", ["id", "exposure", "seq", "at_ms", "candidate", "answer", "judged_at", "via", "type"])
def test_the_wrong_type_in_an_event_is_malformed_and_breaks_nothing(site, token, field):
    event = {
        "type": "judge", "id": "01a20ae3-5948-7586-b679-459caedf45a8", "exposure": "01a20ae3-5948-7586-b679-459caedf45a9",
        "seq": 1, "at_ms": 1, "candidate": "1", "answer": {"kind": "pair", "value": "duplicate"},
        "judged_at": "2026-11-24T00:00:00Z", "via": "mouse",
    }  # fmt: skip
    for value in WRONG:
        answer = site.browser("/w/v1/events", {"token": token, "events": [event | {field: value}]})
        assert answer.status_code == 200, (field, value, answer.content[:300])
        assert answer.json()["results"][0]["status"] == "bad"


def test_a_body_that_is_too_large_is_refused_with_413(site, token):
    assert is_a_problem(site.browser("/w/v1/events", {"token": token, "events": [], "x": "y" * 70_000}), 413)
    assert is_a_problem(site.server.post("/v1/items", '{"items": "' + "y" * (8 * 1024 * 1024) + '"}'), 413)


def test_wrong_methods_and_paths_are_problems_never_pages(site):
    assert is_a_problem(site.server.get("/v1/nothing"), 404)
    assert is_a_problem(site.server.delete("/v1/items"), 405)
    assert is_a_problem(Client().get("/w/v1/session"), 405)
    assert is_a_problem(Client().get("/v1/items"), 401)


def test_another_content_type_is_refused(site):
    answer = Client().post(
        "/v1/items", "id=1", content_type="application/x-www-form-urlencoded", headers=site.server.headers
    )
    assert is_a_problem(answer, 415)


def test_an_error_of_ours_says_nothing_of_our_inside(site, monkeypatch):
    def broken(**_):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("backend.api.v1.sdk.register_items", broken)
    answer = site.server.post("/v1/items", {"items": [{"id": "1"}]})
    assert is_a_problem(answer, 500)
    assert b"secret inside" not in answer.content
