from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.annotators.actions.people import opt_out
from backend.annotators.models import Annotator
from backend.api.v1 import exposures
from backend.judgements.models import Exposure, Judgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.models import ItemSnapshot
from backend.suggestions import indexes
from backend.suggestions.models import Suggester

READER = {"id": "reader-1"}


def test_items_are_registered_updated_and_left_alone(site):
    new = {"id": "9", "title": "Ninth", "created_at": "2026-01-01T00:00:00Z"}
    told = site.server.post("/v1/items", {"items": [new, {"id": "1", "title": "Changed"}]}).json()
    assert (told["created_count"], told["updated_count"], told["unchanged_count"]) == (1, 1, 0)
    assert site.server.post("/v1/items", {"items": [new]}).json()["unchanged_count"] == 1
    assert site.server.get("/v1/items/9").json()["title"] == "Ninth"
    with tenancy(site.project):
        assert ItemSnapshot.objects.filter(item__key="1").count() == 2


def test_a_bad_item_is_rejected_alone_and_named(site):
    items = [{"id": "10"}, {"title": "no id"}, {"id": "11", "url": "javascript:alert(1)"}, {"id": 12}]
    told = site.server.post("/v1/items", {"items": items}).json()
    assert told["created_count"] == 1
    assert [(row["index"], row["code"]) for row in told["rejected"]] == [(1, "invalid"), (2, "invalid"), (3, "invalid")]


def test_a_removed_item_is_suggested_no_more_and_comes_back_when_registered_again(site, monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 0)  # how long ago the index was looked at plays no part

    def suggested() -> list[str]:
        body = {"annotator": {"id": str(uuid7())}, "question": "duplicate", "item": "5"}
        return [slot["candidate"]["id"] for slot in site.server.post("/v1/exposures", body).json()["slots"]]

    site.server.patch("/v1/questions/duplicate", {"shown_count": 5})
    gone = suggested()[0]
    before = site.server.get(f"/v1/items/{gone}").json()
    assert site.server.delete(f"/v1/items/{gone}").status_code == 204
    assert gone not in suggested()
    assert site.server.get(f"/v1/items/{gone}").status_code == 404
    kept = {key: before[key] for key in ("id", "title", "body", "url", "created_at")}
    site.server.post("/v1/items", {"items": [kept]})
    assert gone in suggested()


def test_a_list_by_words_asks_the_database_five_things(site, monkeypatch):
    monkeypatch.setattr(indexes, "LOOK_AGAIN_S", 3600)
    body = {"annotator": READER, "question": "duplicate", "item": "5"}
    first = site.server.post("/v1/exposures", body).json()
    asked: list[str] = []

    def listen(execute, sql, *told):
        asked.append(sql.split()[0].lower())
        return execute(sql, *told)

    with connection.execute_wrapper(listen):
        again = site.server.post("/v1/exposures", body).json()
    assert asked == ["select"] * 4 + ["with"]
    assert again["slots"] == first["slots"] != []
    assert site.server.get(f"/v1/exposures/{again['id']}").json() == again


def test_a_question_is_asked_once_and_changed_with_a_new_policy_version(site):
    body = {"id": "tone", "kind": "choice", "labels": ["calm", "angry"], "prompt": "How does it sound?"}
    assert site.server.post("/v1/questions", body).status_code == 201
    assert site.server.post("/v1/questions", body).status_code == 200
    otherwise = site.server.post("/v1/questions", body | {"overlap": 5, "prompt": "How?"})
    assert otherwise.status_code == 409
    assert otherwise.json()["detail"] == (
        "Question 'tone' is asked already in another way (prompt, overlap); it stays as it is. "
        "To change it, update it (in Python client.questions.update('tone', prompt=…))."
    )
    of_a_kind = site.server.post("/v1/questions", {"id": "tone", "kind": "tags", "labels": ["calm"]})
    assert of_a_kind.status_code == 409
    assert of_a_kind.json()["detail"].endswith("of kind choice, which does not change; take another id.")
    changed = site.server.patch("/v1/questions/duplicate", {"epsilon": 0.4}).json()
    assert (changed["epsilon"], changed["policy_version"]) == (0.4, 2)
    assert site.server.patch("/v1/questions/duplicate", {"kind": "tags"}).status_code == 400
    assert site.server.patch("/v1/questions/duplicate", {"epsilon": 0.05}).status_code == 400
    impossible = site.server.patch("/v1/questions/duplicate", {"shown_count": 9, "pool_count": 2})
    assert (impossible.status_code, impossible.json()["code"]) == (400, "invalid")


def test_pushed_suggestions_are_shown_with_their_suggester_and_reasons(site):
    guess = {
        "question": "duplicate", "item": "5", "candidate": "4", "score": 0.99, "reasons": ["the author said so"],
        "suggester": {"name": "host-rules", "version": "2"},
    }  # fmt: skip
    told = site.server.post("/v1/suggestions", {"suggestions": [guess, guess | {"candidate": "none"}]}).json()
    assert (told["accepted_count"], told["rejected"][0]["index"]) == (1, 1)
    site.server.patch("/v1/questions/duplicate", {"shown_count": 5})
    body = {"annotator": READER, "question": "duplicate", "item": "5"}
    slots = site.server.post("/v1/exposures", body).json()["slots"]
    (slot,) = [slot for slot in slots if slot["candidate"]["id"] == "4"]
    assert (slot["suggester"], slot["reasons"]) == ({"name": "host-rules", "version": "2"}, ["the author said so"])


@pytest.mark.parametrize("name", ["lexical", "hybrid", "dictionary", "sequence", "rules:logins"])
def test_nothing_is_pushed_under_the_name_of_a_suggester_of_ours(site, name):
    guess = {"question": "duplicate", "item": "5", "candidate": "4", "score": 0.9}
    rows = [guess | {"suggester": {"name": each, "version": "1"}} for each in (name, f"my-{name}")]
    told = site.server.post("/v1/suggestions", {"suggestions": rows}).json()
    assert told["accepted_count"] == 1
    (refused,) = told["rejected"]
    assert (refused["index"], refused["id"], refused["code"]) == (0, "5", "suggester_name_taken")
    assert name in refused["detail"]
    (kept,) = site.server.get("/v1/suggestions").json()["results"]
    assert kept["suggester"]["name"] == f"my-{name}"
    with tenancy(site.project):
        assert not Suggester.objects.filter(name=name).exists()


def test_suggest_and_log_without_any_widget_into_the_same_ledger(site):
    body = {"id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5"}
    shown = site.server.post("/v1/exposures", body).json()
    assert shown["id"] == body["id"]
    assert site.server.post("/v1/exposures", body).json() == shown
    first, second = (slot["candidate"]["id"] for slot in shown["slots"][:2])
    events = [
        {"type": "seen", "id": str(uuid7()), "at_ms": 10, "candidate": first},
        {"type": "seen", "id": str(uuid7()), "at_ms": 10, "candidate": second},
        {"type": "judge", "id": str(uuid7()), "at_ms": 20, "candidate": first,
         "answer": {"kind": "pair", "value": "duplicate"}, "judged_at": "2026-11-24T00:00:00Z"},
    ]  # fmt: skip
    told = site.server.post(f"/v1/exposures/{shown['id']}/events", {"events": events}).json()
    assert [result["status"] for result in told["results"]] == ["ok"] * 3
    after = site.server.get(f"/v1/exposures/{shown['id']}").json()
    assert [slot["outcome"] for slot in after["slots"][:2]] == ["accepted", "passed"]
    drain_jobs()
    (label,) = site.server.get("/v1/labels?state=settled&item=5").json()["results"]
    assert (label["value"], label["evidence"]["counts"]) == ("duplicate", {"duplicate": 1})
    assert site.server.get(f"/v1/labels?item={first}").json()["results"] == [label], "by either of its items"
    assert site.server.get(f"/v1/labels?item={second}").json()["results"] == []
    assert site.server.get("/v1/labels?item=no-such").json() == {"results": [], "next": None}


def test_what_a_page_of_answers_tells_is_joined_for_its_own_rows_alone(site):
    """Not for all that a filter finds: a person may have given as many answers as there are pages."""
    with CaptureQueriesContext(connection) as asked:
        site.server.get("/v1/judgements?annotator=nobody&limit=2")
    (found,) = [each["sql"] for each in asked.captured_queries if "LIMIT 3" in each["sql"]]
    assert "judgements_judgement" in found and "questions_item" not in found


def test_a_page_of_lists_takes_as_many_statements_as_a_page_of_one(site):
    def listed(limit):
        with CaptureQueriesContext(connection) as asked:
            rows = site.server.get(f"/v1/exposures?limit={limit}").json()["results"]
        return rows, len(asked.captured_queries)

    for item in ("5", "4", "3"):
        body = {"annotator": READER, "question": "duplicate", "item": item}
        site.server.post("/v1/exposures", body)
    (few, statements), (rows, of_more) = listed(1), listed(3)
    assert (len(few), len(rows), of_more) == (1, 3, statements)
    for row in rows:
        assert row == site.server.get(f"/v1/exposures/{row['id']}").json()
        assert [slot["rank"] for slot in row["slots"]] == list(range(1, len(row["slots"]) + 1)) != []


def test_the_host_logs_a_list_of_its_own(site, make_world):
    body = {
        "id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5",
        "shown": [{"candidate": "4", "propensity": 0.25}, {"candidate": "1", "score": 0.5}],
    }  # fmt: skip
    shown = site.server.post("/v1/exposures", body).json()
    assert (shown["policy"], [slot["propensity"] for slot in shown["slots"]]) == ("host", [0.25, None])
    with_other_id = add_api_key(project=make_world("other").project, kind="secret")
    taken = Client().post(
        "/v1/exposures", body, "application/json", headers={"Authorization": f"Bearer {with_other_id}"}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "list_id_taken")
    twice = body | {"id": str(uuid7()), "shown": [{"candidate": "4"}, {"candidate": "4"}]}
    assert site.server.post("/v1/exposures", twice).json()["code"] == "not_showable"


def test_a_list_of_the_host_is_logged_once_and_no_other_under_its_id(site):
    four, one = {"candidate": "4", "propensity": 0.1}, {"candidate": "1", "score": 0.5}
    body = {"id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5", "shown": [four, one]}
    first = site.server.post("/v1/exposures", body)
    others = [
        {"shown": [one, four]}, {"shown": [four]}, {"shown": [four | {"propensity": 0.2}, one]}, {"shown": []},
        {"shown": [four, one | {"score": 0.4}]}, {"shown": [four, one | {"suggester": {"name": "x", "version": "1"}}]},
        {"annotator": {"id": "customer-2"}}, {"item": "3"},
    ]  # fmt: skip
    told = [site.server.post("/v1/exposures", body | other) for other in others]
    told.append(site.server.post("/v1/exposures", {key: body[key] for key in body if key != "shown"}))
    assert {(each.status_code, each.json()["code"]) for each in told} == {(409, "list_id_taken")}
    again = site.server.post("/v1/exposures", body)
    assert (again.status_code, again.json()) == (201, first.json())
    assert site.server.get("/v1/exposures").json()["results"] == [first.json()]


def test_a_list_that_we_picked_is_not_the_host_s_under_the_same_id(site):
    body = {"id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5"}
    picked = site.server.post("/v1/exposures", body).json()
    shown = [{"candidate": slot["candidate"]["id"]} for slot in picked["slots"]]
    assert site.server.post("/v1/exposures", body | {"shown": shown}).json()["code"] == "list_id_taken"
    assert site.server.post("/v1/exposures", body).json() == picked


def test_a_list_that_is_picked_twice_at_the_same_time_is_one(site, monkeypatch):
    body = {"id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5"}
    picked = site.server.post("/v1/exposures", body).json()
    look, looks = exposures.list_logged, []

    def not_there_yet(*about):
        looks.append(about)
        return look(*about) if len(looks) > 1 else None

    monkeypatch.setattr(exposures, "list_logged", not_there_yet)
    again = site.server.post("/v1/exposures", body)
    assert (again.status_code, again.json()) == (201, picked)


@pytest.mark.parametrize("shown", [{}, {"shown": [{"candidate": "4"}]}])
def test_who_opted_out_is_shown_nothing_by_the_host_either(site, shown):
    body = {"annotator": READER, "question": "duplicate", "item": "5"} | shown
    assert site.server.post("/v1/exposures", body).status_code == 201
    with tenancy(site.project):
        opt_out(annotator=Annotator.objects.get(subject=READER["id"]), now=site.now)
    refused = site.server.post("/v1/exposures", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "opted_out")
    other = body | {"annotator": {"id": "customer-2"}}
    assert site.server.post("/v1/exposures", other).status_code == 201
    with tenancy(site.project):
        assert Exposure.objects.count() == 2


def test_imported_judgements_are_told_apart_and_a_bad_one_is_refused_alone(site):
    good = {
        "id": str(uuid7()), "annotator": READER, "question": "duplicate", "item": "5", "candidate": "1",
        "answer": {"kind": "pair", "value": "related"}, "judged_at": "2024-05-05T05:05:05Z",
    }  # fmt: skip
    rows = [good, good, good | {"id": str(uuid7()), "candidate": "5"}, good | {"id": str(uuid7()), "item": "none"}]
    results = site.server.post("/v1/judgements", {"judgements": rows}).json()["results"]
    assert [result["status"] for result in results] == ["ok", "dup", "bad", "bad"]
    (row,) = site.server.get("/v1/judgements?origin=imported&is_live=true").json()["results"]
    assert (row["value"], row["exposure"], row["propensity"]) == ("related", None, None)


def test_an_answer_is_recorded_for_no_time_at_which_nobody_can_have_given_it(site):
    def told(judged_at):
        row = {
            "annotator": READER, "question": "duplicate", "item": "5", "candidate": "1",
            "answer": {"kind": "pair", "value": "related"}, "judged_at": judged_at,
        }  # fmt: skip
        (result,) = site.server.post("/v1/judgements", {"judgements": [row]}).json()["results"]
        return result["status"], result["code"]

    assert told((datetime.now(UTC) + timedelta(days=400)).isoformat()) == ("bad", "from_the_future")
    assert told("0001-01-01T00:00:00Z") == ("bad", "too_early")
    assert told("0001-01-01T00:00:00+14:00") == ("bad", "invalid")
    assert told("1970-01-01T00:00:00Z") == ("bad", "too_early")
    assert told("2024-05-05T05:05:05") == ("bad", "invalid")
    assert site.server.get("/v1/judgements").json()["results"] == []
    assert told("1995-05-05T05:05:05Z") == ("ok", None)  # a host may tell when an item came to it, not when it was made
    assert told((datetime.now(UTC) + timedelta(minutes=5)).isoformat()) == ("ok", None)
    newest, _ = site.server.get("/v1/judgements").json()["results"]
    assert newest["judged_at"] <= newest["received_at"]


def test_a_bulk_of_judgements_is_written_however_one_of_them_fails(site):
    with tenancy(site.project):
        assert Judgement.objects.count() == 0
    row = {
        "annotator": READER,
        "question": "duplicate",
        "item": "5",
        "candidate": "1",
        "answer": {"kind": "pair", "value": "x"},
    }
    assert site.server.post("/v1/judgements", {"judgements": [row]}).json()["results"][0]["code"] == "invalid"


def test_a_version_is_frozen_by_the_worker_and_downloaded(site):
    site.server.post("/v1/datasets", {"id": "dups", "question": "duplicate"})
    version = site.server.post("/v1/datasets/dups/versions", {})
    assert (version.status_code, version.json()["state"]) == (202, "building")
    early = site.server.get("/v1/datasets/dups/versions/1/files/labels.jsonl")
    assert (early.status_code, early.json()["code"]) == (409, "version_not_frozen")
    drain_jobs()
    told = site.server.get("/v1/datasets/dups/versions/1").json()
    assert told["state"] == "frozen" and len(told["checksum"]) == 64
    for file in told["files"]:
        answer = site.server.get(f"/v1/datasets/dups/versions/1/files/{file['name']}")
        assert len(b"".join(answer.streaming_content)) == file["bytes_count"]
    assert site.server.get("/v1/datasets/dups/versions/1/files/secret-key").status_code == 404


def test_what_of_a_dataset_is_not_there_is_named(site):
    site.server.post("/v1/datasets", {"id": "dups", "question": "duplicate"})
    site.server.post("/v1/datasets/dups/versions", {})
    drain_jobs()

    def told(address):
        answer = site.server.get(f"/v1/datasets/{address}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        return answer.json()["detail"]

    assert told("dup/versions/1") == "No dataset 'dup' is registered in this project."
    assert told("dups/versions/7") == "The dataset 'dups' has no version 7."
    assert told("dups/versions/1/files/label.jsonl") == "Version 1 of 'dups' has no file 'label.jsonl'."


def test_lists_go_on_by_cursor_without_gap_or_repetition(site):
    found, cursor = [], ""
    for _ in range(9):
        page = site.server.get(f"/v1/items?limit=2{cursor}").json()
        found += [row["id"] for row in page["results"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "query",
    [
        "colour=red", "title__regex=a", "key=1", "ordering=-id", "limit=0", "limit=1000000000", "limit=-1", "limit=x",
        "cursor=!!", "cursor=AAAA", "id=%00", "project=1", "annotator__subject=x",
        "format=html", "format=json", "id=1&id=2", "limit=1&limit=2",
    ],
)  # fmt: skip
def test_parameters_that_are_none_or_cannot_be_are_refused(site, query):
    answer = site.server.get(f"/v1/items?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in ("unknown_parameter", "invalid")


def test_filters_refuse_values_that_cannot_be(site):
    for query in ("origin=magic", "is_live=perhaps", "since=yesterday", "since=9999-12-31T23:59:59-23:00"):
        assert site.server.get(f"/v1/judgements?{query}").status_code == 400
    assert site.server.get("/v1/labels?state=magic").status_code == 400


@pytest.mark.parametrize(
    "query", ["items?kind=", "items?id=%20", "judgements?annotator=", "judgements?since=", "labels?state="]
)
def test_a_filter_without_a_value_does_not_let_all_through(site, query):
    answer = site.server.get(f"/v1/{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["detail"].startswith("An empty value finds nothing")


@pytest.mark.parametrize(
    "since", ["2004-06-05T21:20:20%2B20:00", "0001-01-01T20:00:00%2B20:00", "2004-06-05", "2004-06-05T01:20:20"]
)
def test_a_time_of_any_zone_and_of_none_is_looked_from(site, since):
    assert site.server.get(f"/v1/judgements?since={since}").json() == {"results": [], "next": None}


def test_another_projects_things_are_not_there_with_the_same_words_as_what_never_was(site, make_world):
    other = make_world("other")
    secret = add_api_key(project=other.project, kind="secret")
    theirs = {"Authorization": f"Bearer {secret}"}
    body = {"annotator": READER, "question": "duplicate", "item": "5"}
    exposure = site.server.post("/v1/exposures", body).json()["id"]
    site.server.post("/v1/items", {"items": [{"id": "mine-alone"}]})
    site.server.post("/v1/datasets", {"id": "mine", "question": "duplicate"})
    pairs = [
        (f"/v1/exposures/{exposure}", f"/v1/exposures/{uuid7()}"),
        ("/v1/items/mine-alone", "/v1/items/nobodys-own"),
        ("/v1/datasets/mine", "/v1/datasets/none"),
    ]
    for mine, nobodys in pairs:
        there, nowhere = Client().get(mine, headers=theirs), Client().get(nobodys, headers=theirs)
        assert there.status_code == nowhere.status_code == 404
        assert there.json()["code"] == nowhere.json()["code"]
    events = {"events": [{"type": "skip", "id": str(uuid7()), "at_ms": 1}]}
    answer = Client().post(f"/v1/exposures/{exposure}/events", events, "application/json", headers=theirs)
    assert answer.status_code == 404
    assert Client().get("/v1/exposures", headers=theirs).json()["results"] == []


def test_a_kind_is_kept_from_first_sight(site):
    body = {"annotator": READER, "question": "duplicate", "item": "5"}
    site.server.post("/v1/exposures", body)
    site.server.post("/v1/exposures", body | {"annotator": READER | {"kind": "expert"}})
    with tenancy(site.project):
        assert Annotator.objects.get(subject="reader-1").kind == "customer"


# Tags and choices

TOPICS = {"id": "topics", "kind": "tags", "labels": ["Archive", "Printing"], "dictionary": {"Archive": ["archive"]}}
TONE = {"id": "tone", "kind": "choice", "labels": ["Calm", "Angry"]}


def ask(site, body, **more):
    answer = site.server.post("/v1/questions", body | {"settling_policy": "trusting", "overlap": 1} | more)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def show(site, question, **more):
    return site.server.post("/v1/exposures", {"annotator": READER, "question": question, "item": "2"} | more).json()


def judged(site, shown, **answer):
    event = {"type": "judge", "id": str(uuid7()), "at_ms": 20, "answer": answer, "judged_at": "2026-11-24T00:00:00Z"}
    (result,) = site.server.post(f"/v1/exposures/{shown['id']}/events", {"events": [event]}).json()["results"]
    return result


def test_a_question_of_labels_is_asked_whole_and_read_back(site):
    asked = ask(site, TOPICS, allows_new_labels=True, is_blind=False, lease_s=600)
    assert (asked["labels"], asked["dictionary"]) == (TOPICS["labels"], TOPICS["dictionary"])
    assert (asked["allows_new_labels"], asked["is_blind"], asked["lease_s"]) == (True, False, 600)
    assert (asked["prompt"], ask(site, TONE)["prompt"]) == ("Which of these fit?", "Which of these is it?")
    assert site.server.patch("/v1/questions/topics", {"dictionary": {}}).json()["policy_version"] == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "tags"}, "needs labels"),
        ({"kind": "choice", "labels": ["one"]}, "2 to 12"),
        ({"kind": "choice", "labels": ["one", "two"], "allows_new_labels": True}, "no new ones"),
        ({"kind": "tags", "labels": ["one", "One"]}, "capitals"),
        ({"kind": "tags", "labels": ["one"], "dictionary": {"two": ["x"]}}, "no label"),
        ({"kind": "tags", "labels": ["one"], "dictionary": {"one": "x"}}, "list"),
        ({"kind": "tags", "labels": ["one"], "dictionary": [["one", "x"]]}, "dictionary"),
        ({"kind": "tags", "labels": ["one"], "dictionary": {"one": ["x" * 301]}}, "300"),
        ({"kind": "tags", "labels": ["one"], "dictionary": {str(n): [] for n in range(501)}}, "500"),
        ({"kind": "tags", "labels": ["one"], "lease_s": 1}, "lease_s"),
    ],
)
def test_labels_that_cannot_be_are_refused_in_words(site, body, said):
    told = site.server.post("/v1/questions", {"id": "odd", **body})
    assert (told.status_code, told.json()["code"]) == (400, "invalid")
    assert said in told.json()["detail"]


def test_weights_of_evidence_are_asked_read_back_and_refused_in_words(site):
    asked = ask(site, {"id": "same", "kind": "pair"}, suggesters=["hybrid"], weights={"fields": 2.5})
    assert asked["weights"] == {"fields": 2.5}
    assert site.server.patch("/v1/questions/same", {"weights": {"fields": 0}}).json()["policy_version"] == 2
    told = site.server.patch("/v1/questions/same", {"weights": {"component": 2}})
    assert (told.status_code, told.json()["code"]) == (400, "invalid")
    assert "words, title, meaning, fields, time, each from 0 to 5" in told.json()["detail"]


def test_a_suggester_whose_name_looks_misspelt_is_refused_with_the_one_that_is_meant(site):
    told = site.server.post("/v1/questions", {"id": "same", "kind": "pair", "suggesters": ["lexical", "hybird"]})
    assert (told.status_code, told.json()["code"]) == (400, "invalid")
    assert "no suggester 'hybird'; did you mean 'hybrid'?" in told.json()["detail"]
    assert site.server.get("/v1/questions/same").status_code == 404
    told = site.server.patch("/v1/questions/duplicate", {"suggesters": ["Lexical"]})
    assert (told.status_code, "did you mean 'lexical'?" in told.json()["detail"]) == (400, True)


def test_a_suggester_that_nobody_knows_here_may_be_named_before_it_is_there(site):
    asked = ask(site, {"id": "same", "kind": "pair"}, suggesters=["same-error", "hybrid-2", "rules:spam"])
    assert asked["suggesters"] == ["same-error", "hybrid-2", "rules:spam"]


def test_a_question_that_asks_a_misspelt_name_already_can_be_changed_elsewhere(site):
    with tenancy(site.project):
        site.question.suggesters = ["lexcal"]
        site.question.save()
    told = site.server.patch("/v1/questions/duplicate", {"suggesters": ["lexcal", "hybrid"], "epsilon": 0.2})
    assert told.status_code == 200


def test_a_change_may_not_take_the_labels_of_a_choice(site):
    ask(site, TONE)
    assert site.server.patch("/v1/questions/tone", {"labels": []}).json()["code"] == "invalid"


def test_tags_are_picked_answered_and_believed_without_any_widget(site):
    ask(site, TOPICS)
    shown = show(site, "topics")
    assert (shown["kind"], [slot["candidate"]["id"] for slot in shown["slots"]]) == ("tags", ["Archive"])
    result = judged(site, shown, kind="tags", tag="archive", value="fits")
    assert (result["status"], result["state"], result["agree_count"]) == ("ok", "settled", 1)
    judged(site, shown, kind="tags", tag="Printing", value="does_not_fit")
    drain_jobs()
    rows = site.server.get("/v1/labels?question=topics").json()["results"]
    assert [(row["unit"], row["value"]) for row in rows] == [
        ({"kind": "tags", "items": ["2"], "label": "Archive", "anchor": None}, "fits"),
        ({"kind": "tags", "items": ["2"], "label": "Printing", "anchor": None}, "does_not_fit"),
    ]
    said = site.server.get("/v1/judgements?question=topics").json()["results"]
    assert [(row["candidate"], row["rank"], row["exposure"]) for row in said] == [
        ("Archive", 1, shown["id"]), ("Printing", None, shown["id"]),
    ]  # fmt: skip


def test_a_choice_is_answered_and_believed(site):
    ask(site, TONE)
    shown = show(site, "tone")
    assert (shown["kind"], shown["slots"], shown["asked"]) == ("choice", [], True)
    assert judged(site, shown, kind="choice", value="Calm")["state"] == "settled"
    drain_jobs()
    (row,) = site.server.get("/v1/labels?question=tone").json()["results"]
    assert (row["unit"], row["value"]) == ({"kind": "choice", "items": ["2"], "label": None, "anchor": None}, "Calm")


def test_labels_are_pushed_and_a_strange_one_is_rejected_alone(site):
    ask(site, TOPICS)
    guess = {
        "question": "topics", "item": "4", "candidate": "printing", "score": 0.9,
        "suggester": {"name": "host-rules", "version": "2"},
    }  # fmt: skip
    rows = [guess, guess | {"candidate": "Toolbar"}, guess | {"item": "nobody"}, guess | {"question": "duplicate"}]
    told = site.server.post("/v1/suggestions", {"suggestions": rows}).json()
    assert (told["accepted_count"], [row["index"] for row in told["rejected"]]) == (1, [1, 2, 3])
    assert site.server.post("/v1/suggestions", {"suggestions": [guess]}).json()["accepted_count"] == 1
    (row,) = site.server.get("/v1/suggestions?question=topics").json()["results"]
    assert (row["candidate"], row["score"]) == ("Printing", 0.9)
    assert [slot["candidate"]["id"] for slot in show(site, "topics", item="4")["slots"]] == ["Printing"]


def test_the_host_logs_a_list_of_labels_that_it_showed(site):
    ask(site, TOPICS)
    shown = show(site, "topics", shown=[{"candidate": "printing", "propensity": 0.5}, {"candidate": "Archive"}])
    assert [(slot["candidate"]["id"], slot["propensity"]) for slot in shown["slots"]] == [
        ("Printing", 0.5), ("Archive", None),
    ]  # fmt: skip
    twice = {"shown": [{"candidate": "Archive"}, {"candidate": "archive"}]}
    assert show(site, "topics", **twice)["code"] == "not_showable"
    assert show(site, "topics", shown=[{"candidate": "Toolbar"}])["code"] == "value_not_allowed"


def test_answers_of_every_kind_are_imported(site):
    ask(site, TOPICS, allows_new_labels=True)
    ask(site, TONE)
    row = {"annotator": READER, "item": "5"}
    rows = [
        row | {"question": "topics", "answer": {"kind": "tags", "tag": "Toolbar", "value": "fits"}},
        row | {"question": "topics", "answer": {"kind": "tags", "tag": "toolbar", "value": "fits"}},
        row | {"question": "topics", "answer": {"kind": "tags", "tag": "a\tb", "value": "fits"}},
        row | {"question": "tone", "answer": {"kind": "choice", "value": "Angry"}},
        row | {"question": "tone", "answer": {"kind": "choice", "value": "Sad"}},
    ]
    results = site.server.post("/v1/judgements", {"judgements": rows}).json()["results"]
    assert [result["status"] for result in results] == ["ok", "ok", "bad", "ok", "bad"]
    with tenancy(site.project):
        assert set(Judgement.objects.values_list("unit__label", "value")) == {("Toolbar", "fits"), ("", "Angry")}
