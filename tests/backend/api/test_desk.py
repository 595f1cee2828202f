import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import jwt
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.annotators.actions.people import block_annotator, end_sessions, spend_call
from backend.annotators.models import Annotator
from backend.api.v1.identity import _session_key
from backend.assignments.models import Assignment
from backend.desk.actions.links import address_of, make_link, revoke_link, spend_newcomer
from backend.desk.models import DeskLink
from backend.desk.places import place_of
from backend.judgements.models import Exposure, Judgement
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import ask_question
from backend.questions.models import Question, Unit

OURS = "http://testserver"
SECRETS = ("score", "propensity", "probability", "gold", "votes", "others", "priority", "author", "suggester")


@pytest.fixture
def desk(site):
    """A site whose question is confirmed by two people at the desk, and who may link there."""
    with tenancy(site.project):
        Question.objects.update(settling_policy="confirm", overlap=2)
        site.question.refresh_from_db()
    site.page = lambda path, body, **headers: site.browser(path, body, **{"Origin": OURS} | headers)
    return site


def link_for(desk, question=None, **changes):
    usual = {"annotator_kind": "colleague", "expires_at": timezone.now() + timedelta(days=1), "created_by": "ann"}
    with tenancy(desk.project):
        return make_link(question=question or desk.question, now=timezone.now(), **usual | changes)


def token_of(link):
    return address_of(link).partition("#")[2]


def begin(desk, link=None, **body):
    link = link or link_for(desk)
    return desk.page("/w/v1/desk/session", {"link": token_of(link), "person": str(uuid4())} | body)


def come(desk, link=None, **body):
    answer = begin(desk, link, **body)
    assert answer.status_code == 200, answer.content
    return answer.json()["token"]


def ask(desk, token, **body):
    return desk.page("/w/v1/desk/next", {"token": token} | body)


def judge(told, value="duplicate", **changes):
    place = told["place"]
    return {
        "type": "judge", "id": str(uuid7()), "exposure": place["exposure"], "seq": 1, "at_ms": 900,
        "candidate": place["candidates"][0]["id"], "answer": {"kind": "pair", "value": value},
        "judged_at": datetime.now(UTC).isoformat(), "via": "keyboard",
    } | changes  # fmt: skip


def send(desk, token, *events):
    return desk.page("/w/v1/events", {"token": token, "events": list(events)})


def answered(desk, token, value="duplicate"):
    told = ask(desk, token).json()
    (result,) = send(desk, token, judge(told, value)).json()["results"]
    return told, result


def is_refused(answer, status, code):
    assert answer["Content-Type"].startswith("application/problem+json")
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    return True


# -- beginning ----------------------------------------------------------------------------------------


def test_a_link_becomes_a_session_that_says_what_is_asked(desk):
    told = begin(desk).json()
    assert set(told) == {
        "token", "expires_in", "annotator", "annotator_kind", "question", "is_blind", "consent", "progress",
    }  # fmt: skip
    assert (told["annotator_kind"], told["question"]["id"], told["is_blind"]) == ("colleague", "duplicate", True)
    assert told["progress"] == {"answered_count": 0, "left_count": 0}


def test_the_consent_text_of_the_project_is_told(desk):
    desk.project.consent_text = "What you say is kept."
    desk.project.save()
    assert begin(desk).json()["consent"] == "What you say is kept."


def test_one_browser_is_one_person_and_another_is_another(desk):
    link, person = link_for(desk), str(uuid4())
    first = begin(desk, link, person=person).json()["annotator"]
    assert begin(desk, link, person=person).json()["annotator"] == first
    assert begin(desk, link).json()["annotator"] != first


def test_a_personal_link_is_one_persons_in_every_browser(desk):
    link = link_for(desk, subject="expert-1", annotator_kind="expert")
    told = [begin(desk, link).json() for _ in range(2)]
    assert told[0]["annotator"] == told[1]["annotator"] and told[0]["annotator_kind"] == "expert"


def test_one_browser_is_one_person_by_two_links(desk):
    person = str(uuid4())
    told = [begin(desk, link_for(desk), person=person).json()["annotator"] for _ in range(2)]
    assert told[0] == told[1]


def test_a_full_link_says_what_to_do_and_those_it_let_in_go_on(desk):
    link, person = link_for(desk, most_people=1), str(uuid4())
    token = come(desk, link, person=person)
    refused = begin(desk, link)
    assert is_refused(refused, 403, "link_is_full")
    assert "ask whoever sent it for a new one" in refused.json()["detail"]
    assert ask(desk, token).status_code == 200
    assert begin(desk, link, person=person).status_code == 200
    with tenancy(desk.project):
        assert Annotator.objects.filter(subject__startswith="desk:").count() == 1


def test_of_many_who_come_at_once_no_more_get_in_than_may(desk):
    link = link_for(desk, most_people=3)
    people = [str(uuid4()) for _ in range(4)] * 2

    def open_it(person):
        try:
            return begin(desk, link, person=person).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        codes = Counter(pool.map(open_it, people))
    assert codes == {200: 6, 403: 2}
    with tenancy(desk.project):
        assert Annotator.objects.filter(subject__startswith="desk:").count() == 3
        assert DeskLink.objects.get().people_count == 3


def in_one_minute(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("backend.api.v1.doors.utc_now", lambda: now)


def test_a_flood_of_newcomers_is_slowed_even_at_a_full_link_and_keeps_out_nobody_known(desk, monkeypatch):
    in_one_minute(monkeypatch)
    monkeypatch.setattr("backend.api.v1.desk.spend_newcomer", partial(spend_newcomer, limit=3))
    link, person = link_for(desk, most_people=1), str(uuid4())
    come(desk, link, person=person)
    assert [begin(desk, link).status_code for _ in range(3)] == [403, 403, 429]
    refused = begin(desk, link)
    assert is_refused(refused, 429, "too_many_calls") and int(refused["Retry-After"]) >= 1
    assert begin(desk, link, person=person).status_code == 200
    assert begin(desk, link_for(desk)).status_code == 200


def test_one_person_opens_no_session_after_the_other(desk, monkeypatch):
    in_one_minute(monkeypatch)
    monkeypatch.setattr("backend.api.v1.desk.spend_call", partial(spend_call, limit=2))
    link = link_for(desk, subject="colleague-1")
    assert [begin(desk, link).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("person", [None, 7, True, "x", [], {}, "x" * 900, ""])
def test_who_the_browser_is_must_be_a_uuid(desk, person):
    assert is_refused(begin(desk, person=person), 400, "invalid")


def test_a_link_for_anyone_needs_to_know_which_browser_it_is(desk):
    answer = desk.page("/w/v1/desk/session", {"link": token_of(link_for(desk))})
    assert is_refused(answer, 400, "person_missing")


def test_links_that_do_not_hold_are_refused_each_with_its_own_code(desk):
    link = link_for(desk)
    token = token_of(link)
    assert is_refused(begin(desk, link=link, question="tone"), 401, "link_invalid")
    for bad in (token[:-3], "x", token + "a", token_of(link).replace(".", "..", 1)):
        answer = desk.page("/w/v1/desk/session", {"link": bad, "person": str(uuid4())})
        assert is_refused(answer, 401, "link_invalid")
    with tenancy(desk.project):
        DeskLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert is_refused(begin(desk, link), 403, "link_expired")
    with tenancy(desk.project):
        revoke_link(link=link, now=timezone.now())
    assert is_refused(begin(desk, link), 403, "link_revoked")
    with tenancy(desk.project):
        link.delete()
    assert is_refused(desk.page("/w/v1/desk/session", {"link": token, "person": str(uuid4())}), 401, "link_invalid")


def test_the_desk_is_opened_from_its_own_page_alone(desk):
    link = link_for(desk)
    for headers in (
        {"Origin": "https://forum.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://testserver"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ):
        body = {"link": token_of(link), "person": str(uuid4())}
        answer = desk.page("/w/v1/desk/session", body, **headers)
        assert is_refused(answer, 403, "origin_not_listed")
        if headers.get("Origin") != "https://forum.example":
            assert "Access-Control-Allow-Origin" not in answer


def test_behind_a_proxy_that_ends_tls_the_browsers_word_is_taken(desk):
    headers = {"Origin": "https://testserver", "Sec-Fetch-Site": "same-origin"}
    body = {"link": token_of(link_for(desk)), "person": str(uuid4())}
    assert desk.page("/w/v1/desk/session", body, **headers).status_code == 200


def test_a_question_that_is_not_asked_any_more_has_no_desk(desk):
    link = link_for(desk)
    token = come(desk, link)
    with tenancy(desk.project):
        Question.objects.update(is_active=False)
    assert is_refused(begin(desk, link), 400, "not_asked")
    assert is_refused(ask(desk, token), 400, "not_asked")


def test_who_wants_to_be_left_alone_is(desk):
    link = link_for(desk, subject="colleague-1")
    token = come(desk, link)
    with tenancy(desk.project):
        Annotator.objects.filter(subject="colleague-1").update(opted_out_at=timezone.now())
    assert is_refused(begin(desk, link), 403, "opted_out")
    assert is_refused(ask(desk, token), 403, "opted_out")


# -- asking and answering -------------------------------------------------------------------------------


def test_the_next_unit_is_two_items_and_the_place_an_element_would_get(desk):
    told = ask(desk, come(desk)).json()
    assert set(told) == {"assignment", "items", "place", "reasons", "question", "progress"}
    assert [set(item) for item in told["items"]] == [{"id", "kind", "title", "body", "url", "created_at"}] * 2
    place = told["place"]
    assert (place["ask"], place["answers"], place["known"], place["error"]) == (True, [], [], None)
    assert [candidate["id"] for candidate in place["candidates"]] == [told["items"][1]["id"]]
    with tenancy(desk.project):
        exposure = Exposure.objects.get(pk=place["exposure"])
        assert (exposure.channel, exposure.assignment_id) == ("desk", told["assignment"]["id"])


def test_with_each_unit_the_question_is_told_as_it_is_now(desk):
    token = come(desk)
    ask(desk, token)
    with tenancy(desk.project):
        Question.objects.filter(pk=desk.question.pk).update(guideline="By its first words.")
    assert ask(desk, token).json()["question"]["guideline"] == "By its first words."


def test_before_ones_own_answer_nothing_tells_what_software_or_others_think(desk):
    answered(desk, come(desk), "different")
    drain_jobs()
    link, person = link_for(desk), str(uuid4())
    session = begin(desk, link, person=person)
    told = ask(desk, session.json()["token"])
    assert told.json()["reasons"] == []
    for text in (
        session.content.decode(),
        json.dumps({**told.json(), "items": [], "place": None}),
        json.dumps(told.json()["place"]),
    ):
        assert not [word for word in SECRETS if word in text], text


def test_where_the_desk_is_not_blind_the_reasons_are_told(desk):
    with tenancy(desk.project):
        Question.objects.update(is_blind=False)
    told = ask(desk, come(desk)).json()
    assert told["reasons"] and all(isinstance(reason, str) for reason in told["reasons"])


def test_two_who_agree_settle_a_unit_and_a_third_is_not_asked(desk):
    with tenancy(desk.project):
        Question.objects.update(candidates_from="earlier")
    tokens = [come(desk) for _ in range(3)]
    first, result = answered(desk, tokens[0])
    second, _ = answered(desk, tokens[1])
    assert first["items"] == second["items"] and result["status"] == "ok"
    third = ask(desk, tokens[2]).json()
    assert third["items"] != first["items"]
    drain_jobs()
    with tenancy(desk.project):
        assert Unit.objects.filter(settled_value="duplicate").count() == 1


COMPANY = ("others_count", "state", "agree_count", "votes_count")


def two_who_agree(desk):
    """Return what each of two people at the desk is told of the same answer to the same unit."""
    told = [answered(desk, come(desk)) for _ in range(2)]
    assert told[0][0]["items"] == told[1][0]["items"]
    return [tuple(result[name] for name in COMPANY) for _, result in told]


def test_a_blind_desk_tells_nobody_what_others_said_since_any_answer_can_be_taken_back(desk):
    assert two_who_agree(desk) == [(None,) * 4] * 2


def test_a_desk_that_is_not_blind_tells_who_agrees(desk):
    with tenancy(desk.project):
        Question.objects.update(is_blind=False)
    assert two_who_agree(desk) == [(0, "open", 1, 1), (1, "settled", 2, 2)]


def test_a_call_at_the_desk_looks_at_its_link_once(desk):
    token = come(desk)
    with CaptureQueriesContext(connection) as asked:
        assert ask(desk, token).status_code == 200
    assert len([query for query in asked if 'FROM "desk_desklink"' in query["sql"]]) == 1


def test_an_answer_at_the_desk_is_stored_as_assigned(desk):
    told, _ = answered(desk, come(desk))
    with tenancy(desk.project):
        judgement = Judgement.objects.get()
        assert (judgement.origin, judgement.assignment_id) == ("assigned", told["assignment"]["id"])
        assert Assignment.objects.get(pk=told["assignment"]["id"]).answered_at is not None


def test_an_answer_taken_back_keeps_the_unit_with_its_person(desk):
    token = come(desk)
    told = ask(desk, token).json()
    said = judge(told)
    send(desk, token, said)
    undo = {"type": "undo", "id": str(uuid7()), "exposure": said["exposure"], "at_ms": 990, "judgement": said["id"]}
    assert send(desk, token, undo).json()["results"][0]["status"] == "ok"
    again = ask(desk, token).json()
    assert (again["assignment"]["id"], again["place"]["exposure"]) == (told["assignment"]["id"], said["exposure"])
    assert again["progress"]["answered_count"] == 0


def test_a_person_whose_answers_do_not_count_is_told_the_same_as_anybody_step_by_step(desk, make_world):
    """Two projects alike but for one thing: in the second the person was blocked."""
    told = [steps_of(alike(desk, make_world, slug, is_blocked=is_blocked)) for slug, is_blocked in APART]
    assert told[0] == told[1]
    assert {step["answered_count"] for step in told[0]} == {0, 1, 2, 3, 4, 5}


APART = [("trusted", False), ("blocked", True)]


def alike(desk, make_world, slug, *, is_blocked):
    """Return the desk of another project where whatever one person says settles, and a person who is there."""
    other = make_world(slug, kind="choice", labels=["calm", "angry"])
    other.page = desk.page
    link = link_for(other, subject="colleague-1")
    other.token = come(other, link)
    if is_blocked:
        with tenancy(other.project):
            block_annotator(annotator=Annotator.objects.get(subject="colleague-1"), now=timezone.now())
    return other


def choose(asked, value):
    asked["place"]["candidates"] = [{"id": None}]
    said = judge(asked, answer={"kind": "choice", "value": value})
    return {name: fact for name, fact in said.items() if name != "candidate"}


def steps_of(desk):
    """Answer all there is, take one back at the second, and return what was told after each step, late jobs or not."""
    told, after = [], {}
    look = lambda: told.append(ask(desk, desk.token, **after).json()["progress"])  # noqa: E731
    for number in range(6):
        asked = ask(desk, desk.token, **after).json()
        told.append(asked["progress"])
        if asked["assignment"] is None:
            break
        said = choose(asked, "calm")
        assert send(desk, desk.token, said).json()["results"][0]["status"] == "ok"
        if number == 1:
            drain_jobs()
            undo = {
                "type": "undo",
                "id": str(uuid7()),
                "exposure": said["exposure"],
                "at_ms": 9,
                "judgement": said["id"],
            }
            send(desk, desk.token, undo)
            look()
            drain_jobs()
            look()
            send(desk, desk.token, choose(asked, "angry"))
        look()
        drain_jobs()
        look()
    return told


def test_an_answer_that_comes_after_others_took_the_places_is_refused(desk):
    with tenancy(desk.project):
        Question.objects.update(overlap=1)
    slow, quick = come(desk), come(desk)
    told = ask(desk, slow).json()
    with tenancy(desk.project):
        Assignment.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert answered(desk, quick)[0]["items"] == told["items"]
    (result,) = send(desk, slow, judge(told)).json()["results"]
    assert (result["status"], result["code"]) == ("bad", "lease_over")
    with tenancy(desk.project):
        assert Judgement.objects.count() == 1


def test_a_killed_browser_gets_its_unit_back_and_nothing_is_logged_twice(desk):
    link, person = link_for(desk), str(uuid4())
    first = ask(desk, come(desk, link, person=person)).json()
    again = ask(desk, come(desk, link, person=person)).json()
    assert again["assignment"]["id"] == first["assignment"]["id"]
    assert again["place"]["exposure"] == first["place"]["exposure"]
    with tenancy(desk.project):
        assert Exposure.objects.count() == 1


def test_what_is_left_goes_to_others_and_something_else_is_asked(desk):
    token, other = come(desk), come(desk)
    with tenancy(desk.project):
        Question.objects.update(overlap=1)
    first = ask(desk, token).json()
    second = ask(desk, token, leave=first["assignment"]["id"]).json()
    assert second["items"] != first["items"]
    assert ask(desk, other).json()["items"] == first["items"]


def test_a_page_that_closes_gives_its_unit_back(desk):
    token = come(desk)
    held = ask(desk, token).json()["assignment"]["id"]
    answer = desk.page("/w/v1/desk/leave", {"token": token, "assignment": held})
    assert (answer.status_code, answer.json()) == (200, {})
    with tenancy(desk.project):
        assert Assignment.objects.get(pk=held).lease_until <= timezone.now()


def test_while_an_answer_is_on_its_way_the_next_unit_is_another(desk):
    token = come(desk)
    first = ask(desk, token).json()
    assert ask(desk, token, after=first["assignment"]["id"]).json()["items"] != first["items"]


def test_where_nothing_is_left_all_about_a_unit_is_null(desk):
    token = come(desk)
    told = {"assignment": True}
    while told["assignment"]:
        told = ask(desk, token).json()
        if told["assignment"]:
            send(desk, token, judge(told))
    assert (told["items"], told["place"], told["reasons"]) == ([], None, [])
    assert told["progress"]["answered_count"] > 0


# -- what a session may do, and how long -----------------------------------------------------------------


@pytest.mark.parametrize("close", ["revoked", "expired"])
def test_a_link_that_closes_ends_its_sessions_at_once(desk, close):
    link = link_for(desk)
    token = come(desk, link)
    told = ask(desk, token).json()
    with tenancy(desk.project):
        past = timezone.now() - timedelta(seconds=1)
        DeskLink.objects.update(**{"revoked_at" if close == "revoked" else "expires_at": past})
    calls = [
        ask(desk, token),
        desk.page("/w/v1/desk/leave", {"token": token, "assignment": told["assignment"]["id"]}),
        send(desk, token, judge(told)),
    ]
    assert all(is_refused(answer, 403, f"link_{close}") for answer in calls)
    with tenancy(desk.project):
        assert not Judgement.objects.exists()


def test_ended_sessions_end_at_the_desk_too(desk):
    token = come(desk, link_for(desk, subject="colleague-1"))
    with tenancy(desk.project):
        end_sessions(annotator=Annotator.objects.get(subject="colleague-1"))
    assert is_refused(ask(desk, token), 401, "session_expired")


def test_a_session_of_the_desk_opens_nothing_else(desk):
    token = come(desk)
    place = {"place": "p", "question": "duplicate", "item": "5"}
    assert is_refused(desk.page("/w/v1/suggest", {"token": token, "places": [place]}), 403, "not_at_the_desk")
    search = {"token": token, "question": "duplicate", "item": "5", "query": "archive"}
    assert is_refused(desk.page("/w/v1/search", search), 403, "not_at_the_desk")


def test_a_session_of_a_page_does_not_open_the_desk(desk, token):
    for path, body in (("next", {}), ("leave", {"assignment": 1})):
        answer = desk.browser(f"/w/v1/desk/{path}", {"token": token} | body)
        assert is_refused(answer, 403, "not_at_the_desk")


def test_a_session_of_the_desk_is_taken_from_no_other_page(desk):
    answer = desk.page("/w/v1/desk/next", {"token": come(desk)}, Origin="https://forum.example")
    assert is_refused(answer, 403, "origin_not_listed")


def test_a_token_that_names_another_link_or_none_is_not_taken(desk, make_world):
    claims = jwt.decode(come(desk), _session_key(), algorithms=["HS256"], audience="earmark session")
    other = make_world("other")
    with tenancy(other.project):
        theirs = make_link(
            question=other.question, annotator_kind="crowd", expires_at=timezone.now() + timedelta(days=1),
            created_by="x", now=timezone.now(),
        )  # fmt: skip
    foreign = jwt.encode(claims | {"l": theirs.pk}, _session_key(), algorithm="HS256")
    assert is_refused(ask(desk, foreign), 401, "link_invalid")
    for bad in ("x", "", jwt.encode(claims, "z" * 40, algorithm="HS256"), foreign[:-2]):
        answer = ask(desk, bad)
        assert answer.status_code in (400, 401)


def test_anothers_assignment_and_one_that_is_not_there_are_the_same(desk):
    held = ask(desk, come(desk)).json()["assignment"]["id"]
    token = come(desk)
    for key in (held, 10**9, 2**63 - 1):
        for answer in (
            ask(desk, token, leave=key),
            ask(desk, token, after=key),
            desk.page("/w/v1/desk/leave", {"token": token, "assignment": key}),
        ):
            assert is_refused(answer, 404, "not_found")
    with tenancy(desk.project):
        assert Assignment.objects.get(pk=held).lease_until > timezone.now()


def test_an_assignment_of_another_question_is_not_left_from_this_desk(desk):
    with tenancy(desk.project):
        tone = ask_question(project_id=desk.project.pk, slug="tone", kind="choice", labels=["calm", "angry"])
    one, two = (link_for(desk, question, subject="colleague-1") for question in (desk.question, tone))
    held = ask(desk, come(desk, two)).json()["assignment"]["id"]
    assert is_refused(ask(desk, come(desk, one), leave=held), 404, "not_found")


def test_another_persons_list_is_not_answered(desk):
    told = ask(desk, come(desk)).json()
    (result,) = send(desk, come(desk), judge(told)).json()["results"]
    assert (result["status"], result["code"]) == ("bad", "unknown_exposure")


WRONG = [None, True, 7.5, "x", [], {}, [None], {"a": 1}, "x" * 5000, -1, 0, "", 2**63, "7"]


@pytest.mark.parametrize(
    ("path", "field"),
    [("session", "link"), ("session", "question"), ("next", "token"), ("next", "leave"), ("next", "after"),
     ("leave", "token"), ("leave", "assignment")],
)  # fmt: skip
def test_the_wrong_type_for_a_field_never_breaks_us(desk, path, field):
    token = come(desk)
    good = {"session": {"link": token_of(link_for(desk)), "person": str(uuid4())}, "next": {"token": token},
            "leave": {"token": token, "assignment": 1}}[path]  # fmt: skip
    for value in WRONG:
        answer = desk.page(f"/w/v1/desk/{path}", good | {field: value})
        assert 400 <= answer.status_code < 500, (field, value, answer.content[:300])
        assert answer["Content-Type"].startswith("application/problem+json")


def test_calls_of_one_person_are_limited(desk, monkeypatch):
    monkeypatch.setattr("backend.api.v1.doors.spend_call", partial(spend_call, limit=0))
    token = come(desk)
    ask(desk, token)
    assert is_refused(ask(desk, token), 429, "too_many_calls")


def test_calls_past_the_limit_of_one_person_say_when_to_come_again_whatever_they_are(desk, monkeypatch):
    token = come(desk)
    told = ask(desk, token).json()
    monkeypatch.setattr("backend.api.v1.doors.spend_call", partial(spend_call, limit=0))
    leaving = {"token": token, "assignment": told["assignment"]["id"]}
    for refused in (ask(desk, token), send(desk, token, judge(told)), desk.page("/w/v1/desk/leave", leaving)):
        assert is_refused(refused, 429, "too_many_calls")
        assert 1 <= int(refused["Retry-After"]) <= 61 and "in a minute" in refused.json()["detail"]
    with tenancy(desk.project):
        assert not Judgement.objects.exists() and Assignment.objects.get().lease_until > timezone.now()


@contextmanager
def many_calls_by(link, count=4):
    """Calls by a link that are under way and do not end: as many as it has places."""
    with ExitStack() as held:
        for _ in range(count):
            held.enter_context(place_of(link_id=link.pk, now=timezone.now()))
        yield


def test_one_link_takes_half_of_a_process_and_no_more(desk, settings):
    settings.EARMARK_AT_ONCE = 8
    link, other = link_for(desk), link_for(desk)
    token, told = (here := come(desk, link)), ask(desk, here).json()
    leaving = {"token": token, "assignment": told["assignment"]["id"]}
    with many_calls_by(link):
        for refused in (ask(desk, token), send(desk, token, judge(told)), desk.page("/w/v1/desk/leave", leaving)):
            assert is_refused(refused, 429, "too_many_calls")
            assert refused["Retry-After"] in ("1", "2")
            assert refused.json()["detail"].startswith("Many are at this desk just now")
        assert ask(desk, come(desk, other)).status_code == 200
    assert send(desk, token, judge(told)).json()["results"][0]["status"] == "ok"


def test_what_a_call_held_of_its_link_it_gives_back_also_where_it_fails(desk, settings):
    settings.EARMARK_AT_ONCE = 2
    token = come(desk)
    for _ in range(3):
        assert is_refused(ask(desk, token, leave=10**9), 404, "not_found")
    assert ask(desk, token).status_code == 200


def test_a_blind_choice_is_asked_by_its_item_alone_and_answered(desk):
    with tenancy(desk.project):
        tone = ask_question(project_id=desk.project.pk, slug="tone", kind="choice", labels=["calm", "angry"])
    token = come(desk, link_for(desk, tone))
    told = ask(desk, token).json()
    assert [item["id"] for item in told["items"]] == ["5"] and told["place"]["candidates"] == []
    told["place"]["candidates"] = [{"id": None}]
    said = judge(told, answer={"kind": "choice", "value": "calm"}, note="  hardly  ")
    del said["candidate"]
    (result,) = send(desk, token, said).json()["results"]
    assert (result["status"], result["state"], result["votes_count"]) == ("ok", None, None)
    with tenancy(desk.project):
        judgement = Judgement.objects.get()
        assert (judgement.origin, judgement.value, judgement.note) == ("assigned", "calm", "hardly")


def test_one_tag_of_one_item_is_asked_about_and_answered(desk):
    with tenancy(desk.project):
        topic = ask_question(
            project_id=desk.project.pk, slug="topic", kind="tags", labels=["printing"],
            dictionary={"printing": ["printer"]},
        )  # fmt: skip
    token = come(desk, link_for(desk, topic))
    told = ask(desk, token).json()
    assert [item["id"] for item in told["items"]] == ["4"]
    assert [candidate["id"] for candidate in told["place"]["candidates"]] == ["printing"]
    said = judge(told, answer={"kind": "tags", "tag": "printing", "value": "fits"})
    assert send(desk, token, said).json()["results"][0]["status"] == "ok"
    told = ask(desk, token).json()
    assert (told["assignment"], told["progress"]["answered_count"]) == (None, 1)


# -- servers --------------------------------------------------------------------------------------------


def test_a_server_makes_a_link_that_opens_the_desk(desk):
    answer = desk.server.post("/v1/desk-links", {"question": "duplicate", "annotator_kind": "crowd"})
    assert answer.status_code == 201
    row = answer.json()
    assert row["url"].startswith("https://testserver/desk/duplicate#") and row["annotator"] is None
    left = datetime.fromisoformat(row["expires_at"]) - timezone.now()
    assert timedelta(days=13) < left <= timedelta(days=14)
    body = {"link": row["url"].partition("#")[2], "question": "duplicate", "person": str(uuid4())}
    assert desk.page("/w/v1/desk/session", body).json()["annotator_kind"] == "crowd"


def test_a_server_says_how_many_a_link_lets_in_and_hears_how_many_came(desk):
    row = desk.server.post("/v1/desk-links", {"question": "duplicate", "most_people": 7}).json()
    assert (row["most_people"], row["people_count"]) == (7, 0)
    desk.page("/w/v1/desk/session", {"link": row["url"].partition("#")[2], "person": str(uuid4())})
    (row,) = desk.server.get("/v1/desk-links").json()["results"]
    assert (row["most_people"], row["people_count"]) == (7, 1)
    assert desk.server.post("/v1/desk-links", {"question": "duplicate"}).json()["most_people"] == 50


def test_a_personal_link_has_no_number_of_people(desk):
    body = {"question": "duplicate", "annotator": "colleague-1"}
    assert is_refused(desk.server.post("/v1/desk-links", body | {"most_people": 7}), 400, "invalid")
    assert desk.server.post("/v1/desk-links", body).json()["most_people"] is None


def test_links_are_listed_and_one_that_is_closed_has_no_address(desk):
    made = [desk.server.post("/v1/desk-links", {"question": "duplicate"}).json() for _ in range(2)]
    assert desk.server.delete(f"/v1/desk-links/{made[0]['id']}").status_code == 204
    first, second = desk.server.get("/v1/desk-links?question=duplicate").json()["results"]
    assert (first["url"], first["revoked_at"] is not None) == (None, True)
    assert second == made[1]
    assert desk.server.post("/v1/questions", {"id": "tone", "kind": "pair"}).status_code == 201
    assert desk.server.get("/v1/desk-links?question=tone").json()["results"] == []
    assert is_refused(desk.server.get("/v1/desk-links?subject__regex=x"), 400, "unknown_parameter")


def test_a_person_known_as_another_kind_gets_no_link(desk):
    body = {"question": "duplicate", "annotator_kind": "expert", "annotator": "person-0"}
    assert is_refused(desk.server.post("/v1/desk-links", body), 409, "known_as_another_kind")
    assert is_refused(desk.server.post("/v1/desk-links", body | {"annotator": "desk:1:x"}), 400, "subject_reserved")
    assert desk.server.get("/v1/desk-links").json()["results"] == []


def test_links_of_another_project_are_not_there(desk, make_world):
    other = make_world("other")
    key = add_api_key(project=other.project, kind="secret")
    theirs = {"Authorization": f"Bearer {key}"}
    made = desk.server.post("/v1/desk-links", {"question": "duplicate"}).json()
    foreign = Client().delete(f"/v1/desk-links/{made['id']}", headers=theirs)
    absent = Client().delete("/v1/desk-links/999999", headers=theirs)
    assert foreign.status_code == 404
    assert foreign.json() | {"request_id": ""} == absent.json() | {"request_id": ""}
    assert Client().get("/v1/desk-links", headers=theirs).json()["results"] == []
    assert desk.server.get("/v1/desk-links").json()["results"][0]["url"] == made["url"]


@pytest.mark.parametrize("field", ["question", "annotator_kind", "annotator", "expires_in", "most_people"])
def test_the_wrong_type_for_a_field_of_a_link_never_breaks_us(desk, field):
    for value in WRONG:
        answer = desk.server.post("/v1/desk-links", {"question": "duplicate"} | {field: value})
        assert answer.status_code < 500, (field, value, answer.content[:300])
        assert answer.status_code in (201, 400, 404, 409)
