import json
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.annotators.actions.people import block_annotator
from backend.annotators.models import Annotator
from backend.api.v1.widget import said_of
from backend.judgements.actions.stand import stand_again
from backend.judgements.models import Exposure, Judgement, LedgerEvent, RefusedEvent, Slot, Withdrawal
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Unit
from tests.backend.answered import answer_about_the_first

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


@pytest.mark.parametrize(
    "odd",
    [{"item": ""}, {"item": "x" * 201}, {"item": 5}, {"question": " "}],
    ids=["blank item", "long item", "number", "blank question"],
)
def test_a_place_whose_names_are_none_takes_nothing_from_the_others(site, token, identity, odd):
    (name,) = odd
    begins = {"key": site.publishable, "identity": identity("customer-1"), "places": [PLACE | odd, PLACE]}
    for places in (suggest(site, token, PLACE | odd, PLACE), site.browser("/w/v1/session", begins).json()):
        left_out, shown = places["places"]
        assert left_out["exposure"] is None and left_out["error"]["code"] == "invalid"
        assert left_out["error"]["detail"].startswith(f"{name}: ")
        assert left_out["error"]["detail"].endswith("Give the element its item and question, or leave it out.")
        assert shown["error"] is None and shown["candidates"]


@pytest.mark.parametrize("nameless", [{"place": ""}, {"place": 5}, "no place"])
def test_a_place_without_its_name_is_refused_whole_since_nobody_could_be_told_of_it(site, token, nameless):
    odd = PLACE | nameless if isinstance(nameless, dict) else nameless
    assert site.browser("/w/v1/suggest", {"token": token, "places": [odd, PLACE]}).status_code == 400


def test_a_question_that_is_not_there_is_called_so_whatever_its_name(site, token):
    [place] = suggest(site, token, PLACE | {"question": "related-items"})["places"]
    assert place["error"]["code"] == "unknown_question"


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


def test_an_earlier_answer_names_its_own_list_and_is_taken_back_under_it(site, token):
    (before,) = suggest(site, token)["places"]
    event = mark(before["exposure"], before["candidates"][0]["id"])
    send(site, token, event)
    (after,) = suggest(site, token)["places"]
    (answer,) = after["answers"]
    assert answer["exposure"] == before["exposure"] != after["exposure"]
    undo = {
        "type": "undo",
        "id": str(uuid7()),
        "exposure": answer["exposure"],
        "at_ms": 9,
        "judgement": answer["judgement"],
    }
    (result,) = send(site, token, undo).json()["results"]
    assert result["status"] == "ok"
    (then,) = suggest(site, token)["places"]
    assert then["answers"] == []
    with tenancy(site.project):
        assert set(Slot.objects.filter(exposure=before["exposure"]).values_list("outcome", flat=True)) == {"unseen"}


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


def lost_in_all(site):
    with tenancy(site.project):
        return sum(RefusedEvent.objects.filter(code="lost_by_client").values_list("events_count", flat=True))


def test_losses_told_again_because_the_receipt_was_lost_are_counted_once(site, token):
    (place,) = suggest(site, token)["places"]
    first, second, third = (mark(place["exposure"], place["candidates"][0]["id"]) for _ in range(3))
    for _ in range(10):
        assert send(site, token, first, lost_count=3).status_code == 200
    assert lost_in_all(site) == 3
    send(site, token, first, second, lost_count=5)
    send(site, token, second, lost_count=5)
    assert lost_in_all(site) == 5
    send(site, token, third, lost_count=4)
    assert lost_in_all(site) == 9


def test_losses_told_again_with_less_of_the_batch_are_counted_once(site, token):
    """A proxy finds a batch too large whose first part was taken, the answer lost: the page sends half of it."""
    (place,) = suggest(site, token)["places"]
    first, second, third, fourth = (mark(place["exposure"], place["candidates"][0]["id"]) for _ in range(4))
    send(site, token, first, second, third, fourth, lost_count=1)
    send(site, token, first, second, lost_count=1)
    assert lost_in_all(site) == 1
    send(site, token, third, fourth)
    send(site, token, third, lost_count=1)
    assert lost_in_all(site) == 2


def test_losses_are_counted_for_each_person_and_never_by_an_event_that_is_none(site, token, identity):
    other = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("customer-2")}).json()["token"]
    (place,) = suggest(site, token)["places"]
    event = mark(place["exposure"], place["candidates"][0]["id"])
    send(site, token, event, lost_count=2)
    send(site, other, event, lost_count=2)
    send(site, token, {"type": "judge"}, lost_count=1)
    send(site, token, {"type": "judge"}, lost_count=1)
    assert lost_in_all(site) == 6


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


def read(site, token, exposure, candidate):
    return site.browser("/w/v1/read", {"token": token, "exposure": exposure, "candidate": candidate})


def test_a_suggested_thread_is_read_whole_by_who_was_shown_it(site, token, person):
    (place,) = suggest(site, token)["places"]
    candidate = place["candidates"][0]["id"]
    with tenancy(site.project):
        Item.objects.filter(key=candidate).update(body="First.\n\n" + "word " * 4000)
    told = read(site, token, place["exposure"], candidate).json()
    assert told == {"id": candidate, "body": "First.\n\n" + "word " * 4000}
    assert read(site, token, place["exposure"], "5").json()["id"] == "5", "the item that the list is about"


def test_nobody_reads_what_they_were_not_shown(site, token, person):
    (place,) = suggest(site, token)["places"]
    candidate = place["candidates"][0]["id"]
    for who, exposure, key in [
        (person("somebody else"), place["exposure"], candidate),
        (token, str(uuid7()), candidate),
        (token, place["exposure"], "nobody"),
    ]:
        refused = read(site, who, exposure, key)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_item")
    site.browser("/w/v1/me/optout", {"token": token, "out": True})
    assert read(site, token, place["exposure"], candidate).json()["code"] == "opted_out"
    site.browser("/w/v1/me/optout", {"token": token, "out": False})
    unshown = next(key for key in ("1", "2", "3", "4") if key not in {one["id"] for one in place["candidates"]})
    assert read(site, token, place["exposure"], unshown).status_code == 404
    with tenancy(site.project):
        Item.objects.filter(key=candidate).update(removed_at=datetime.now(UTC))
    assert read(site, token, place["exposure"], candidate).status_code == 404


def test_a_session_and_what_the_page_before_still_sends_lock_in_one_order(site, token, identity):
    begins = {"key": site.publishable, "identity": identity("customer-1"), "places": [PLACE]}
    for path, body in (
        ("session", begins),
        ("events", {"token": token, "events": []}),
        ("suggest", {"token": token, "places": [PLACE]}),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert site.browser(f"/w/v1/{path}", body).status_code in (200, 202)
        locked = [
            name for one in asked for name in ("allowance", "visit") if f"insert into {name}" in _plain(one["sql"])
        ]
        assert locked[:2] == ["allowance", "visit"], path


def _plain(sql):
    return sql.replace("annotators_", "").replace("assignments_", "")


def test_a_session_brings_the_first_lists_along(site, identity):
    told = site.browser(
        "/w/v1/session",
        {"key": site.publishable, "identity": identity("customer-1"), "places": [PLACE, PLACE | {"item": "nobody"}]},
    ).json()
    shown, refused = told["places"]
    assert shown["exposure"] and shown["candidates"] and refused["error"]["code"] == "unknown_item"
    (again,) = suggest(site, told["token"])["places"]
    assert again["candidates"] == shown["candidates"]
    assert shown["ask"] and told["next_ask_at"], "the visit's one prompt is spent by the list that came along"
    without = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("customer-1")}).json()
    assert without["places"] == []


def test_more_than_fifty_events_or_twenty_places_are_refused_whole(site, token):
    assert send(site, token, *[{"type": "hide"}] * 51).status_code == 400
    body = {"token": token, "places": [PLACE] * 21}
    assert site.browser("/w/v1/suggest", body).status_code == 400


def test_a_session_is_a_call_whether_it_brings_lists_or_not(site, identity, monkeypatch):
    monkeypatch.setattr("backend.annotators.actions.people.spend_call.__kwdefaults__", {"limit": 3})
    asked = {"key": site.publishable, "identity": identity("customer-1")}
    begun = [site.browser("/w/v1/session", asked | {"places": places}) for places in ([], [PLACE], [], [])]
    assert [answer.status_code for answer in begun] == [200, 200, 200, 429]
    other = {"key": site.publishable, "identity": identity("customer-2")}
    assert site.browser("/w/v1/session", other).status_code == 200


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


# Tags and choices


@pytest.fixture
def person(site, identity):
    """Return a session of another person by their id."""

    def sign_in(subject: str) -> str:
        answer = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity(subject)})
        return str(answer.json()["token"])

    return sign_in


def place_of(site, token, question, item="2"):
    (place,) = suggest(site, token, {"place": "p", "question": question, "item": item})["places"]
    return place


def answer(site, token, place, **answered):
    event = mark(place["exposure"], None, answer=answered)
    del event["candidate"]
    (result,) = send(site, token, event).json()["results"]
    return result


def test_tags_are_suggested_answered_and_told_back(site, token, ask_labels):
    ask_labels(site)
    place = place_of(site, token, "topics")
    assert [candidate["id"] for candidate in place["candidates"]] == ["Archive", "Shortcuts", "Inbox"]
    assert place["candidates"][0] == {"id": "Archive", "title": "Archive", "url": "", "snippet": "", "answer": ""}
    result = answer(site, token, place, kind="tags", tag="Archive", value="fits")
    assert without_ids(result) == {
        "status": "ok", "code": None, "others_count": 0, "state": "settled", "agree_count": 1, "votes_count": 1,
    }  # fmt: skip
    assert answer(site, token, place, kind="tags", tag="Printing", value="does_not_fit")["status"] == "ok"
    again = place_of(site, token, "topics")
    assert [(said["candidate"]["id"], said["value"], said["state"]) for said in again["answers"]] == [
        ("Archive", "fits", "settled"), ("Printing", "does_not_fit", "settled"),
    ]  # fmt: skip
    assert [candidate["id"] for candidate in again["candidates"]] == ["Shortcuts", "Inbox"]
    assert again["known"] == [{"id": "Archive", "people_count": 1}]


def test_what_is_known_is_told_to_everybody_with_the_number_of_people(site, token, person, ask_labels):
    ask_labels(site, overlap=1)
    ask_labels(site, "choice")
    for subject in ("customer-1", "customer-2"):
        theirs = person(subject)
        answer(site, theirs, place_of(site, theirs, "topics"), kind="tags", tag="Inbox", value="fits")
        answer(site, theirs, place_of(site, theirs, "tone"), kind="choice", value="Thanks")
    drain_jobs()
    third = person("customer-3")
    topics, tone = place_of(site, third, "topics"), place_of(site, third, "tone")
    assert topics["known"] == [{"id": "Inbox", "people_count": 2}]
    assert tone["known"] == [{"id": "Thanks", "people_count": 2}]
    assert "Inbox" not in [candidate["id"] for candidate in topics["candidates"]]
    assert (tone["candidates"], tone["ask"], tone["answers"]) == ([], False, [])


def test_a_choice_is_answered_about_the_item_and_told_back(site, token, ask_labels):
    ask_labels(site, "choice")
    place = place_of(site, token, "tone")
    assert ([candidate["id"] for candidate in place["candidates"]], place["ask"]) == (["Complaint"], True)
    assert answer(site, token, place, kind="choice", value="Thanks")["state"] == "settled"
    (said,) = place_of(site, token, "tone")["answers"]
    assert (said["candidate"]["id"], said["value"], said["others_count"]) == ("Thanks", "Thanks", 0)


def test_labels_are_completed_and_a_found_one_is_answered(site, token, ask_labels):
    ask_labels(site, allows_new_labels=True)
    place_of(site, token, "topics")
    body = {"token": token, "question": "topics", "item": "2", "query": "print"}
    found = site.browser("/w/v1/search", body).json()
    assert [candidate["id"] for candidate in found["candidates"]] == ["Printing"]
    assert answer(site, token, found, kind="tags", tag="Printing", value="fits")["status"] == "ok"
    assert answer(site, token, found, kind="tags", tag="Print queue", value="fits")["status"] == "ok"
    again = site.browser("/w/v1/search", body | {"item": "3"}).json()
    assert [candidate["id"] for candidate in again["candidates"]] == ["Printing", "Print queue"]


def test_a_search_in_a_choice_is_refused_in_words(site, token, ask_labels):
    ask_labels(site, "choice")
    told = site.browser("/w/v1/search", {"token": token, "question": "tone", "item": "2", "query": "c"})
    assert (told.status_code, told.json()["code"]) == (400, "not_showable")
    assert "nothing to search" in told.json()["detail"]


def test_a_pair_is_not_answered_without_the_other_item(site, token):
    (place,) = suggest(site, token)["places"]
    assert answer(site, token, place, kind="pair", value="duplicate")["code"] == "unknown_candidate"


def without_ids(told):
    """Leave out what differs between any two calls."""
    return {name: value for name, value in told.items() if name not in ("exposure", "id")}


@pytest.mark.parametrize("kind", ["tags", "choice"])
@pytest.mark.parametrize("policy", ["confirm", "trusting"])
def test_no_answer_tells_a_person_that_they_do_not_count(site, person, ask_labels, kind, policy):
    """Two people do the same on items that are alike; one of them is blocked, and is told the very same."""
    question = ask_labels(site, kind, settling_policy=policy, overlap=1)
    answered = {"kind": "tags", "tag": "Archive", "value": "fits"}
    if kind == "choice":
        answered = {"kind": "choice", "value": "Complaint"}
    told = []
    for subject in ("honest", "blocked"):
        theirs = person(subject)
        with tenancy(site.project):
            annotator = Annotator.objects.get(subject=subject)
            if subject == "blocked":
                block_annotator(annotator=annotator, now=site.now)
        before = place_of(site, theirs, question.slug)
        result = answer(site, theirs, before, **answered)
        drain_jobs()
        after = place_of(site, theirs, question.slug)
        for said in after["answers"]:
            del said["judgement"], said["exposure"]
        told.append([without_ids(each) for each in (before, result, after)])
        with tenancy(site.project):
            # what was said is taken back, so that the second person meets the same world as the first
            Withdrawal.objects.bulk_create(
                Withdrawal(
                    id=uuid7(),
                    project=site.project,
                    annotator=annotator,
                    judgement_key=judgement.pk,
                    withdrawn_at=site.now,
                )
                for judgement in Judgement.objects.filter(annotator=annotator)
            )
            stand_again(annotator=annotator, units=Unit.objects.all())
        drain_jobs()
    assert told[0] == told[1]
    assert told[0][1]["state"] == "settled"


def statements_of_said(world, person):
    with tenancy(world.project), CaptureQueriesContext(connection) as asked:
        said_of(world.people[person], world.question, world.items["5"])
    return [each["sql"] for each in asked.captured_queries if "judgements_" in each["sql"]]


@pytest.mark.django_db(transaction=True)
def test_which_answers_stand_is_asked_apart_from_what_they_are(make_world):
    """All in one, it is planned badly while nobody analysed the tables: a thousand answers took a second."""
    world = make_world()
    with tenancy(world.project):
        answer_about_the_first(world, (0, "duplicate"))
    which, what = statements_of_said(world, 0)
    assert '"judgements_livejudgement"' in which and '"judgements_judgement"' not in which
    assert '"judgements_livejudgement"' not in what and '"questions_unit"' not in what
    assert len(statements_of_said(world, 1)) == 1, "who said nothing is asked once"
