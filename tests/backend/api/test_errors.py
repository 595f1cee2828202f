import gc
import json
from pathlib import Path
from types import SimpleNamespace

import earmark
import httpx
import psycopg
import pytest
import yaml
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from earmark import suggesters as sdk
from earmark.doctor import examine

from backend.questions.actions.items import register_items

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

    monkeypatch.setattr("backend.api.v1.items.register_items", broken)
    answer = site.server.post("/v1/items", {"items": [{"id": "1"}]})
    assert is_a_problem(answer, 500)
    assert b"secret inside" not in answer.content


def test_a_refused_method_says_which_are_taken_and_is_guarded_as_any_answer(site):
    answer = site.server.delete("/v1/items")
    assert set(answer["Allow"].split(", ")) >= {"GET", "POST"}
    lost = site.server.get("/v1/nothing")
    assert lost["X-Content-Type-Options"] == "nosniff" and lost["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/v1/items", "/v1/judgements", "/v1/exposures", "/v1/items/nothing"])
def test_nobody_between_us_and_the_host_keeps_an_answer(site, path):
    assert site.server.get(path)["Cache-Control"] == "no-store"


def test_each_operation_that_is_described_says_what_a_problem_looks_like():
    described = yaml.safe_load((Path(__file__).parents[3] / "openapi.yaml").read_text())
    operations = [(path, method, told) for path, each in described["paths"].items() for method, told in each.items()]
    assert len(operations) > 30
    for path, method, told in operations:
        problem = told["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/ProblemBody"}, (path, method)
        assert ("security" in told) == path.startswith("/v1/"), (path, method)


def test_a_question_of_long_patterns_is_taken_as_it_is_told(site):
    pattern = "/(?:" + "|".join(f"Product{number}" for number in range(20)) + ")/"
    asked = site.server.post(
        "/v1/questions",
        {"id": "names", "kind": "span", "labels": ["Product"], "dictionary": {"Product": [pattern]}},
    )
    assert asked.status_code == 201
    told = site.server.get("/v1/questions/names").json()
    again = {name: told[name] for name in ("dictionary", "labels", "kind")}
    assert site.server.patch("/v1/questions/names", again).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/questions", {"id": 7, "kind": "pair"}),
        ("/v1/datasets", {"id": 7, "question": "duplicate"}),
        ("/v1/exposures", {"id": 7, "annotator": {"id": "a"}, "question": "duplicate", "item": "5"}),
    ],
)
def test_a_number_is_no_name(site, path, body):
    assert is_a_problem(site.server.post(path, body), 400)


def test_a_judgement_whose_id_is_a_number_is_refused_alone(site):
    row = {
        "id": 7, "annotator": {"id": "a"}, "question": "duplicate", "item": "5", "candidate": "1",
        "answer": {"kind": "pair", "value": "related"},
    }  # fmt: skip
    results = site.server.post("/v1/judgements", {"judgements": [row, row | {"id": None}, row]}).json()["results"]
    assert [each["status"] for each in results] == ["bad"] * 3


def test_another_id_for_a_question_that_is_there_is_not_passed_over(site):
    assert is_a_problem(site.server.patch("/v1/questions/duplicate", {"id": "another"}), 400)
    assert site.server.patch("/v1/questions/duplicate", {"id": "duplicate", "prompt": "Same?"}).status_code == 200


def test_while_the_store_does_not_answer_health_says_so_in_json(site, monkeypatch):
    assert Client().get("/healthz").json() == {"status": "ok"}

    def away():
        raise OperationalError("the store is away")

    monkeypatch.setattr("backend.api.urls.connection.cursor", away)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
    assert answer["Retry-After"] == "2" and b"away" not in answer.content


def test_a_probe_that_knows_an_address_alone_is_told_of_health_and_of_nothing_else(site, settings):
    settings.ALLOWED_HOSTS = ["earmark.example"]
    probe = Client(headers={"host": "10.0.0.7:8000"})
    assert probe.get("/healthz").json() == {"status": "ok"}
    assert [probe.get(path).status_code for path in ("/admin/login/", "/w/earmark.js", "/healthz/")] == [400] * 3


def test_a_server_that_is_asked_by_a_name_it_does_not_know_says_which_setting_lists_its_names(site, settings):
    settings.ALLOWED_HOSTS = ["earmark.example"]
    answer = Client(headers={"host": "10.0.0.7:8000"}).get("/v1/questions")
    assert is_a_problem(answer, 400) and "EARMARK_ALLOWED_HOSTS" in answer.json()["detail"]


def lose_connection() -> None:
    """Let the server end the connection that this thread has, as it does when it is killed."""
    (mine,) = connection.cursor().execute("select pg_backend_pid()").fetchone()
    with psycopg.connect(settings.EARMARK_PLACE.conninfo(), autocommit=True) as superuser:
        superuser.execute("select pg_terminate_backend(%s, 5000)", [mine])


def is_not_now(answer) -> bool:
    assert is_a_problem(answer, 503) and answer["Retry-After"] == "2"
    told = answer.json()
    return (told["code"], told["retry_after"]) == ("unavailable", 2)


def test_what_cannot_be_committed_is_not_acknowledged_and_asked_for_again(site, monkeypatch):
    def registered_and_lost(**given):
        found = register_items(**given)
        lose_connection()
        return found

    monkeypatch.setattr("backend.api.v1.items.register_items", registered_and_lost)
    assert is_not_now(site.server.post("/v1/items", {"items": [{"id": "late"}]}))
    monkeypatch.undo()
    assert site.server.get("/v1/items/late").status_code == 404
    assert site.server.post("/v1/items", {"items": [{"id": "late"}]}).status_code == 200


def test_an_answer_stands_though_the_origin_of_a_page_cannot_be_looked_up_any_more(site, monkeypatch):
    def closed(**_):
        raise InterfaceError("the cursor is closed")

    monkeypatch.setattr("backend.api.v1.doors.WebOrigin", SimpleNamespace(objects=SimpleNamespace(filter=closed)))
    answer = site.browser("/w/v1/session", {"key": "no key", "identity": "nobody"})
    assert is_a_problem(answer, 401) and "Access-Control-Allow-Origin" not in answer


def test_a_page_may_read_that_the_store_is_away_though_its_origin_cannot_be_looked_up(site, monkeypatch):
    def away(*_, **__):
        raise OperationalError("the server is gone")

    monkeypatch.setattr("backend.api.v1.doors.WebOrigin", SimpleNamespace(objects=SimpleNamespace(filter=away)))
    monkeypatch.setattr("backend.api.v1.widget.project_of_publishable_key", away)
    answer = site.browser("/w/v1/session", {"key": "pk_x", "identity": "somebody"})
    assert is_a_problem(answer, 503) and answer["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in answer["Access-Control-Expose-Headers"] and answer["Retry-After"] == "2"


def test_a_suggester_in_whose_time_the_store_goes_away_is_no_failure_of_ours(site, monkeypatch):
    def lost(*_, **__):
        lose_connection()
        connection.cursor().execute("select 1")

    monkeypatch.setattr(sdk.LexicalSuggester, "suggest", lost)
    assert site.server.patch("/v1/questions/duplicate", {"suggesters": ["lexical"]}).status_code == 200
    asked = {"annotator": {"id": "a"}, "question": "duplicate", "item": "5"}
    assert is_not_now(site.server.post("/v1/exposures", asked))
    assert site.server.get("/v1/exposures").json()["results"] == []


def test_a_page_says_so_too_where_the_store_goes_away(site, monkeypatch):
    def lost(*_, **__):
        lose_connection()
        connection.cursor().execute("select 1")

    user = get_user_model().objects.create(username="analyst", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    monkeypatch.setattr("django.contrib.auth.models.User.has_module_perms", lost)
    answer = client.get("/admin/")
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (
        503,
        "2",
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize("method", ["get", "delete"])
def test_no_item_is_called_by_nul(site, method):
    answer = getattr(site.server, method)("/v1/items/a%00b")
    assert is_a_problem(answer, 404)
    assert answer.json()["code"] == "unknown_item"


@pytest.mark.parametrize("key", ["%2E", "%2E%2E", "a%2Fb"])
def test_an_item_is_found_whatever_its_id_holds(site, key):
    site.server.post("/v1/items", {"items": [{"id": name} for name in (".", "..", "a/b")]})
    told = site.server.get(f"/v1/items/{key}").json()
    assert told["id"] == {"%2E": ".", "%2E%2E": "..", "a%2Fb": "a/b"}[key]


@pytest.mark.parametrize("address", ["/v1/nothing", "/v1/questions/a b", "/v1/exposures/1", "/v1/v1/items"])
def test_an_address_of_nothing_says_what_is_one(site, address):
    answer = site.server.get(address)
    assert is_a_problem(answer, 404)
    assert "openapi.yaml" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "body", "told"),
    [
        (
            "/v1/questions",
            {"id": "q", "kind": "pairs"},
            'kind: "pairs" is not one of pair, tags, choice, span, region.',
        ),
        (
            "/v1/questions",
            {"id": "q", "settling_policy": "fast"},
            'settling_policy: "fast" is not one of confirm, trusting, expert.',
        ),
        (
            "/v1/desk-links",
            {"question": "duplicate", "annotator_kind": "boss"},
            'annotator_kind: "boss" is not one of expert, colleague, crowd.',
        ),
    ],
)
def test_what_is_none_of_a_few_words_is_told_which_there_are(site, address, body, told):
    answer = site.server.post(address, body)
    assert is_a_problem(answer, 400)
    assert answer.json()["detail"] == told


def test_so_is_a_filter_and_its_field_is_named(site):
    answer = site.server.get("/v1/labels?state=done")
    assert is_a_problem(answer, 400)
    [fault] = answer.json()["errors"]
    assert fault == {"field": "state", "detail": "This is not one of open, proposed, contested, settled."}


def test_a_fault_of_no_field_is_told_of_the_body(site):
    [fault] = site.server.post("/v1/annotators/erase", {}).json()["errors"]
    assert fault["field"] == "body" and "`pseudonym`" in fault["detail"]


@pytest.mark.parametrize("noun", ["labels", "judgements", "suggestions", "exposures", "desk-links"])
def test_a_list_of_a_question_that_is_not_asked_is_no_empty_list(site, noun):
    assert site.server.get(f"/v1/{noun}?question=duplicate").status_code == 200
    answer = site.server.get(f"/v1/{noun}?question=duplicates")
    assert is_a_problem(answer, 404)
    assert answer.json()["code"] == "unknown_question"


def test_servers_with_a_key_are_told_the_version_that_answers_and_nobody_else_is(site):
    assert site.server.get("/v1/questions")["X-Earmark-Version"] == earmark.__version__
    assert "X-Earmark-Version" not in Client().get("/v1/questions")
    assert "X-Earmark-Version" not in site.browser("/w/v1/session", {"key": site.publishable})
    assert "X-Earmark-Version" not in Client().get("/healthz")


def test_doctor_finds_the_version_of_the_server_that_it_asks(site):
    def answer(request):
        told = site.server.get(request.url.raw_path.decode())
        return httpx.Response(told.status_code, headers=dict(told.items()), content=told.content)

    found = examine(url="http://earmark.test", key=site.secret, transport=httpx.MockTransport(answer))
    (version,) = [each for each in found if each.name == "version"]
    assert (version.is_well, version.found) == (True, f"the server runs {earmark.__version__}")


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/w", "/w/v1"])
def test_no_address_of_the_wire_answers_with_a_page(client, path):
    assert is_a_problem(client.get(path), 404)


@pytest.mark.parametrize("path", ["/v1/questions/{question}", "/v1/items/{item}", "/v1/annotators/export"])
def test_a_parameter_that_nothing_reads_is_refused_and_not_read_past(site, path):
    item = next(iter(site.items))
    path = path.format(question=site.question.slug, item=item) + "?dry_run=1"
    for answer in (site.server.get(path), site.server.post(path, {"annotator": "anna"}), site.server.delete(path)):
        assert is_a_problem(answer, 400, 405)
        assert answer.json()["code"] in ("unknown_parameter", "method_not_allowed")
    assert site.server.get(f"/v1/items/{item}").json()["removed_at"] is None


@pytest.mark.parametrize("body", ["[1]", "hello", '{"a": 1, "a": 2}', "[" * 5000])
def test_a_version_is_not_frozen_beside_a_body_that_cannot_be(site, body):
    site.server.post("/v1/datasets", {"id": "pairs", "question": site.question.slug})
    assert is_a_problem(site.server.post("/v1/datasets/pairs/versions", body), 400)
    assert site.server.get("/v1/datasets/pairs/versions").json()["results"] == []
    for nothing in ("", "{}"):
        assert site.server.post("/v1/datasets/pairs/versions", nothing).status_code == 202


@pytest.mark.parametrize("path", ["/v1/items", "/v1/items?limit=1", "/v1/annotators/erase?a=1", "/w/v1/events"])
def test_a_method_that_the_wire_does_not_describe_is_not_allowed(site, path):
    for method in ("OPTIONS", "PUT", "TRACE"):
        answer = Client().generic(method, path, headers=site.server.headers)
        assert is_a_problem(answer, 405)
        assert "POST" in answer["Allow"] and "OPTIONS" not in answer["Allow"]


@pytest.mark.parametrize("body", [{"items": [{"id": "a"}]}, {}], ids=["taken", "refused"])
def test_what_was_sent_is_let_go_with_the_answer(site, body):
    """Else 8 MB of each call wait for the collector, which looks at few objects and knows nothing of their size."""
    from rest_framework.request import Request

    gc.collect()
    gc.disable()
    try:
        site.server.post("/v1/items", body).close()
        assert [found for found in gc.get_objects() if isinstance(found, Request)] == []
    finally:
        gc.enable()
