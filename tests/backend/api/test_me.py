import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from backend.annotators.actions.people import end_sessions, hide_question
from backend.annotators.models import Annotator
from backend.assignments.actions.prompts import set_caps
from backend.assignments.caps import Caps
from backend.assignments.models import Prompt, Visit
from backend.judgements.actions.tell import record_judgement
from backend.judgements.models import Exposure
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key, add_signing_key
from backend.projects.ids import uuid7
from backend.projects.models import WebOrigin
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import ask_question, update_question
from backend.questions.actions.place import place_element, update_rule
from backend.questions.actions.units import unit_of_item, unit_of_tag

PLACE = {"place": "p1", "question": "duplicate", "item": "5"}


def sign_in(site, identity, who="customer-1"):
    return site.browser("/w/v1/session", {"key": site.publishable, "identity": identity(who)}).json()


def suggest(site, token, **place):
    (answer,) = site.browser("/w/v1/suggest", {"token": token, "places": [PLACE | place]}).json()["places"]
    return answer


def send(site, token, *events):
    return site.browser("/w/v1/events", {"token": token, "events": list(events)}).json()


def event(type, exposure, **facts):
    return {"type": type, "id": str(uuid7()), "exposure": exposure, "at_ms": 2000} | facts


def mark(exposure, candidate, value="duplicate", later_s=0):
    return event(
        "judge", exposure, candidate=candidate, answer={"kind": "pair", "value": value},
        judged_at=(datetime.now(UTC) + timedelta(seconds=later_s - 60)).isoformat(),
    )  # fmt: skip


def opt_out(site, token, out=True):
    return site.browser("/w/v1/me/optout", {"token": token, "out": out})


def mine(site, token, **limit):
    return site.browser("/w/v1/me/judgements", {"token": token, **limit})


def person(site, subject="customer-1"):
    return Annotator.objects.get(subject=subject)


# Prompts on the wire


def test_only_one_place_of_a_page_is_asked_and_the_answer_says_when_the_next_may_be(site, token):
    body = {"token": token, "places": [PLACE, PLACE | {"place": "p2", "item": "4"}, PLACE | {"place": "p3"}]}
    places = site.browser("/w/v1/suggest", body).json()["places"]
    assert [place["ask"] for place in places] == [True, False, True]
    ahead = datetime.fromisoformat(send(site, token)["next_ask_at"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < ahead <= timedelta(minutes=30, seconds=1)


def test_a_session_says_that_a_prompt_may_come_now_or_when(site, identity):
    session = sign_in(site, identity)
    assert (session["opted_out"], session["next_ask_at"]) == (False, None)
    assert suggest(site, session["token"])["ask"] is True
    assert sign_in(site, identity)["next_ask_at"] is not None


def test_closing_two_lists_gives_thirty_days_of_peace(site, token):
    with tenancy(site.project):
        set_caps(project_id=site.project.pk, caps=Caps(visit_limit=9, week_limit=9))
    for item in "54":
        send(site, token, event("dismiss", suggest(site, token, item=item)["exposure"]))
    ahead = datetime.fromisoformat(send(site, token)["next_ask_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < ahead <= timedelta(days=30)
    assert suggest(site, token, item="3")["ask"] is False


def test_what_the_hosts_server_shows_counts_to_no_visit_and_no_cap(site):
    body = {"annotator": {"id": "customer-1"}, "question": "duplicate", "item": "5"}
    assert site.server.post("/v1/exposures", body).json()["asked"] is True
    with tenancy(site.project):
        assert (Visit.objects.count(), Prompt.objects.count()) == (0, 0)


# Opting out


def test_who_opts_out_is_shown_nothing_and_no_list_is_logged(site, token, identity):
    assert opt_out(site, token).json() == {"opted_out": True}
    place = suggest(site, token)
    assert (place["error"]["code"], place["ask"], place["exposure"], place["candidates"]) == (
        "opted_out",
        False,
        None,
        [],
    )
    body = {"token": token, "question": "duplicate", "item": "5", "query": "archive"}
    found = site.browser("/w/v1/search", body)
    assert (found.status_code, found.json()["code"]) == (403, "opted_out")
    assert sign_in(site, identity)["opted_out"] is True
    with tenancy(site.project):
        assert (Exposure.objects.count(), Prompt.objects.count()) == (0, 0)


def test_what_is_on_its_way_when_somebody_opts_out_is_still_taken(site, token):
    place = suggest(site, token)
    opt_out(site, token)
    (result,) = send(site, token, mark(place["exposure"], place["candidates"][0]["id"]))["results"]
    assert result["status"] == "ok"


def test_who_comes_back_is_shown_things_again(site, token):
    opt_out(site, token)
    assert opt_out(site, token, False).json() == {"opted_out": False}
    assert suggest(site, token)["error"] is None


def test_opting_out_twice_keeps_the_first_time(site, token):
    opt_out(site, token)
    with tenancy(site.project):
        first = person(site).opted_out_at
    opt_out(site, token)
    with tenancy(site.project):
        assert person(site).opted_out_at == first


def test_one_persons_wish_is_no_other_persons(site, token, identity):
    opt_out(site, token)
    assert suggest(site, sign_in(site, identity, "customer-2")["token"])["error"] is None


# One's own judgements


def test_ones_judgements_are_listed_newest_first_with_what_they_were_about(site, token):
    place = suggest(site, token)
    first, second = (candidate["id"] for candidate in place["candidates"][:2])
    sent = [mark(place["exposure"], first, later_s=0), mark(place["exposure"], second, "related", later_s=5)]
    send(site, token, *sent)
    drain_jobs()
    told = mine(site, token).json()
    assert [row["judgement"] for row in told["judgements"]] == [sent[1]["id"], sent[0]["id"]]
    row = told["judgements"][1]
    assert row["item"] == {
        "id": "5", "title": "Archive messages stay in inbox", "url": "https://forum.example/t/5",
    }  # fmt: skip
    assert (row["question"], row["exposure"], row["candidate"]["id"], row["value"], row["state"]) == (
        "duplicate", place["exposure"], first, "duplicate", "settled",
    )  # fmt: skip
    assert len(mine(site, token, limit=1).json()["judgements"]) == 1


def test_a_tag_is_told_as_a_label_and_a_choice_has_no_candidate(site, token):
    with tenancy(site.project):
        annotator, item = person(site), site.items["5"]
        tags = ask_question(project_id=site.project.pk, slug="topics", kind="tags", labels=["inbox"])
        tone = ask_question(project_id=site.project.pk, slug="tone", kind="choice", labels=["calm", "cross"])
        for unit, value in (
            (unit_of_tag(question=tags, item=item, label="inbox"), "fits"),
            (unit_of_item(question=tone, item=item), "calm"),
        ):
            record_judgement(
                judgement_id=uuid7(), annotator=annotator, unit=unit, item=item, value=value, origin="imported",
                judged_at=site.now, now=site.now,
            )  # fmt: skip
    told = {row["question"]: row for row in mine(site, token).json()["judgements"]}
    assert (told["topics"]["candidate"]["id"], told["topics"]["exposure"]) == ("inbox", None)
    assert (told["tone"]["candidate"], told["tone"]["value"]) == (None, "calm")


def test_a_listed_judgement_is_taken_back_by_an_ordinary_undo(site, token):
    place = suggest(site, token)
    send(site, token, mark(place["exposure"], place["candidates"][0]["id"]))
    (row,) = mine(site, token).json()["judgements"]
    send(site, token, event("undo", row["exposure"], judgement=row["judgement"]))
    assert mine(site, token).json()["judgements"] == []


def test_nobody_sees_what_another_person_said_or_hid(site, token, identity):
    place = suggest(site, token)
    send(site, token, mark(place["exposure"], place["candidates"][0]["id"]))
    with tenancy(site.project):
        hide_question(annotator=person(site), question_slug="duplicate")
    assert mine(site, token).json()["hidden_questions"] == ["duplicate"]
    other = sign_in(site, identity, "customer-2")["token"]
    assert mine(site, other).json() == {"judgements": [], "hidden_questions": []}


def test_who_opted_out_still_sees_what_they_said(site, token):
    place = suggest(site, token)
    send(site, token, mark(place["exposure"], place["candidates"][0]["id"]))
    opt_out(site, token)
    assert len(mine(site, token).json()["judgements"]) == 1


PATHS = [("/w/v1/me/optout", {"out": True}), ("/w/v1/me/judgements", {})]


@pytest.mark.parametrize(("path", "body"), PATHS)
def test_a_revoked_or_tampered_session_or_another_pages_sees_and_changes_nothing(site, token, path, body):
    assert site.browser(path, body | {"token": token + "x"}).status_code == 401
    assert site.browser(path, body | {"token": token}, Origin="https://evil.example").status_code == 403
    with tenancy(site.project):
        end_sessions(annotator=person(site))
    told = site.browser(path, body | {"token": token})
    assert (told.status_code, told.json()["code"]) == (401, "session_expired")
    with tenancy(site.project):
        assert person(site).opted_out_at is None


def test_the_token_of_another_project_opens_its_own_rows_alone(site, token, identity, make_world):
    place = suggest(site, token)
    send(site, token, mark(place["exposure"], place["candidates"][0]["id"]))
    other = make_world("other")
    WebOrigin.objects.create(project=other.project, origin=site.origin)
    add_signing_key(project=other.project, kid="k1", material=b"k" * 40)
    key = add_api_key(project=other.project, kind="publishable")
    signed = identity("customer-1", iss="other")
    theirs = site.browser("/w/v1/session", {"key": key, "identity": signed}).json()["token"]
    assert mine(site, theirs).json()["judgements"] == []
    opt_out(site, theirs)
    with tenancy(site.project):
        assert person(site).opted_out_at is None


@pytest.mark.parametrize("out", [None, "true", 1, 0, [], {}, "\ud800"])
def test_whether_to_opt_out_is_true_or_false_and_nothing_else(site, token, out):
    answer = opt_out(site, token, out)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("limit", [0, -1, 201, True, "5", 1.0, None, 2**63])
def test_the_limit_is_a_whole_number_from_1_to_200(site, token, limit):
    assert mine(site, token, limit=limit).status_code == 400


def test_calls_about_oneself_are_counted_like_all_others(site, token, monkeypatch):
    monkeypatch.setattr("backend.annotators.actions.people.spend_call.__kwdefaults__", {"limit": 2})
    now = timezone.now()
    monkeypatch.setattr("backend.api.v1.doors.utc_now", lambda: now)  # no minute begins in between
    assert [mine(site, token).status_code for _ in range(4)][-1] == 429


# Placement rules


def test_a_session_tells_the_rules_that_stand_as_data(site, identity):
    with tenancy(site.project):
        rule = place_element(
            question=site.question, path="/t/*", selector="article", item_key="/t/{item}", reserve_px=90
        )
    assert sign_in(site, identity)["placement_rules"] == [
        {
            "question": "duplicate", "kind": "pair", "path": "/t/*", "selector": "article", "item_from": "url",
            "item_key": "/t/{item}", "where": "after", "reserve_px": 90,
        }
    ]  # fmt: skip
    with tenancy(site.project):
        update_rule(rule=rule, is_active=False)
    assert sign_in(site, identity)["placement_rules"] == []


def test_the_version_of_the_configuration_changes_with_each_rule_and_question_and_only_then(site, identity, make_world):
    def version():
        return sign_in(site, identity)["config_version"]

    seen = [version()]
    with tenancy(site.project):
        rule = place_element(question=site.question, selector="article", item_key="/t/{item}")
    seen.append(version())
    for change in ({"selector": "main"}, {"reserve_px": 10}, {"is_active": False}):
        with tenancy(site.project):
            update_rule(rule=rule, **change)
        seen.append(version())
    assert seen.pop() == seen[0], "without its only rule, a project's configuration is what it was"
    with tenancy(site.project):
        update_question(question=site.question, prompt="Is it the same?")
    seen.append(version())
    with tenancy(site.project):
        update_question(question=site.question, epsilon=0.2)
    seen.append(version())
    assert len(set(seen)) == len(seen)
    other = make_world("other")
    with tenancy(other.project):
        place_element(question=other.question, selector="article", item_key="/t/{item}")
    assert version() == seen[-1]


def own_copy(site, token):
    answer = site.browser("/w/v1/me/export", {"token": token})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return json.loads(b"".join(answer.streaming_content))["records"]


def test_in_the_page_a_person_has_a_copy_of_what_they_said_saw_and_hid_and_of_nobody_else(site, identity):
    ann, bo = (sign_in(site, identity, who)["token"] for who in ("ann", "bo"))
    shown = suggest(site, ann)["exposure"]
    said = mark(shown, "1")
    send(site, ann, said, event("seen", shown, candidate="1"), event("hide", shown))
    send(site, bo, mark(suggest(site, bo)["exposure"], "2", value="related"))
    rows = own_copy(site, ann)
    assert rows[0] | {"record": "person", "subject": "ann"} == rows[0]
    told = [(row["id"], row["item"], row["value"]) for row in rows if row["record"] == "judgement"]
    assert told == [(said["id"], "5", "duplicate")]
    assert [row["question_slug"] for row in rows if row["record"] == "hiddenquestion"] == ["duplicate"]
    assert {row["exposure"] for row in rows if row["record"] == "slot"} == {shown}
    assert "bo" not in [row.get("subject") for row in rows] and "related" not in json.dumps(rows)


def test_a_copy_in_the_page_tells_nothing_by_which_answers_are_weighed(site, identity, now):
    token = sign_in(site, identity)["token"]
    shown = suggest(site, token)["exposure"]
    send(site, token, mark(shown, "1"))
    with tenancy(site.project):
        Annotator.objects.filter(subject="customer-1").update(blocked_at=now, gold_answers_count=3)
    names = {name for row in own_copy(site, token) for name in row}
    weights = {"score", "propensity", "ask_probability", "draw_probability", "epsilon", "pool", "origin", "suggester"}
    assert names.isdisjoint(weights | {"blocked_at", "gold_answers_count", "gold_right_count", "epoch"})
    assert {"value", "shown_at", "rank", "judged_at"} <= names


def test_a_copy_may_be_read_by_the_pages_scripts_and_needs_a_session_that_holds(site, identity):
    token = sign_in(site, identity)["token"]
    answer = site.browser("/w/v1/me/export", {"token": token})
    assert answer["Access-Control-Allow-Origin"]
    answer.close()
    assert site.browser("/w/v1/me/export", {"token": "none"}).status_code == 401
