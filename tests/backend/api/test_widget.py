import json
from datetime import UTC, datetime

from backend.judgements.models import Exposure, Judgement, LedgerEvent, RefusedEvent
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy

PLACE = {"place": "p1", "question": "duplicate", "item": "5"}


def suggest(site, token, *places):
    return site.browser("/w/v1/suggest", {"token": token, "places": list(places) or [PLACE]}).json()


def mark(exposure, candidate, value="duplicate", **changes):
    return {
        "type": "judge", "id": str(uuid7()), "exposure": exposure, "seq": 1, "at_ms": 2000, "candidate": candidate,
        "answer": {"kind": "pair", "value": value}, "judged_at": datetime.now(UTC).isoformat(), "via": "mouse",
    } | changes  # fmt: skip


def send(site, token, *events, **more):
    return site.browser("/w/v1/events", {"token": token, "events": list(events), **more})


def test_a_place_gets_at_most_three_candidates_and_nothing_that_is_ours_alone(site, token):
    (place,) = suggest(site, token)["places"]
    assert 1 <= len(place["candidates"]) <= 3 and place["error"] is None
    assert set(place["candidates"][0]) == {"id", "title", "url", "snippet", "answer"}
    told = json.dumps(place)
    assert "score" not in told and "propensity" not in told and "gold" not in told
    with tenancy(site.project):
        exposure = Exposure.objects.get(pk=place["exposure"])
        assert exposure.channel == "widget"
        assert all(slot.propensity and slot.score for slot in exposure.slots.all())


def test_only_earlier_threads_are_suggested(site, token):
    (place,) = suggest(site, token, PLACE | {"item": "2"})["places"]
    assert [candidate["id"] for candidate in place["candidates"]] == ["1"]


def test_an_unknown_place_takes_nothing_from_the_others(site, token):
    places = suggest(site, token, PLACE | {"item": "nobody"}, PLACE | {"question": "nothing"}, PLACE)["places"]
    assert [place["error"] and place["error"]["code"] for place in places] == ["unknown_item", "unknown_question", None]


def test_a_mark_is_told_back_with_its_company_and_stays_after_a_reload(site, token, identity):
    (place,) = suggest(site, token)["places"]
    first = place["candidates"][0]["id"]
    event = mark(place["exposure"], first)
    (result,) = send(site, token, event).json()["results"]
    assert (result["status"], result["others_count"]) == ("ok", 0)
    other = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("customer-2")}).json()["token"]
    (theirs,) = suggest(site, other)["places"]
    (second,) = send(site, other, mark(theirs["exposure"], first)).json()["results"]
    assert second["others_count"] == 1
    (again,) = suggest(site, token)["places"]
    (answer,) = again["answers"]
    assert (answer["judgement"], answer["value"], answer["others_count"]) == (event["id"], "duplicate", 1)


def test_each_event_gets_its_verdict_in_order(site, token):
    (place,) = suggest(site, token)["places"]
    good = mark(place["exposure"], place["candidates"][0]["id"])
    events = [good, good, good | {"at_ms": 9}, {"type": "judge"}, {"type": "dance", "id": "x"}, mark(str(uuid7()), "1")]
    results = send(site, token, *events).json()["results"]
    assert [result["code"] or result["status"] for result in results] == [
        "ok", "dup", "conflict", "malformed", "malformed", "unknown_exposure",
    ]  # fmt: skip
    with tenancy(site.project):
        assert (Judgement.objects.count(), LedgerEvent.objects.count()) == (1, 1)


def test_a_value_of_another_kind_of_question_is_refused(site, token):
    (place,) = suggest(site, token)["places"]
    answer = {"kind": "choice", "value": "duplicate"}
    (result,) = send(site, token, mark(place["exposure"], place["candidates"][0]["id"], answer=answer)).json()[
        "results"
    ]
    assert (result["status"], result["code"]) == ("bad", "unknown_value")


def test_what_the_page_lost_is_counted(site, token):
    assert send(site, token, lost_count=7).status_code == 200
    with tenancy(site.project):
        assert RefusedEvent.objects.get(code="lost_by_client").events_count == 7


def test_a_found_thread_can_be_judged_and_the_search_is_a_shown_list(site, token):
    suggest(site, token)
    body = {"token": token, "question": "duplicate", "item": "5", "query": "print"}
    found = site.browser("/w/v1/search", body).json()
    assert [candidate["id"] for candidate in found["candidates"]] == ["4"]
    (result,) = send(site, token, mark(found["exposure"], "4")).json()["results"]
    assert result["status"] == "ok"
    with tenancy(site.project):
        exposure = Exposure.objects.get(pk=found["exposure"])
        assert (exposure.policy, exposure.within is not None) == ("search", True)
        assert exposure.slots.get().propensity is None


def test_more_than_fifty_events_or_twenty_places_are_refused_whole(site, token):
    assert send(site, token, *[{"type": "hide"}] * 51).status_code == 400
    body = {"token": token, "places": [PLACE] * 21}
    assert site.browser("/w/v1/suggest", body).status_code == 400


def test_calls_beyond_the_allowance_are_told_when_to_come_back(site, token, monkeypatch):
    monkeypatch.setattr("backend.annotators.actions.people.spend_call.__kwdefaults__", {"limit": 3})
    answers = [send(site, token, HTTP_X_FORWARDED_FOR=f"1.2.3.{n}") for n in range(5)]
    assert answers[-1].status_code == 429
    assert 1 <= answers[-1].json()["retry_after"] <= 61
    assert answers[-1].headers["Retry-After"]


def test_the_widgets_files_are_served_under_a_stable_and_an_immutable_name(site, client):
    manifest = json.loads((__import__("pathlib").Path("widget/dist/manifest.json")).read_text())
    stable = client.get("/w/earmark.js")
    assert (stable.status_code, stable["Cache-Control"]) == (200, "public, max-age=300")
    fixed = client.get(f"/w/{manifest['core.js']}", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in fixed["Cache-Control"] and fixed["Content-Encoding"] == "gzip"
    for name in ("manifest.json", "core.0000000000.js", "..%2f..%2fmanage.py"):
        assert client.get(f"/w/{name}").status_code == 404
