"""A host erases and exports its people by its secret key; a person asks for it in the page."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.annotators.models import Annotator, Tombstone
from backend.desk.actions.erase import ERASE
from backend.desk.actions.export import rows_of
from backend.desk.actions.links import make_link
from backend.desk.models import Erasure
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key
from backend.projects.actions.webhooks import add_webhook
from backend.projects.ids import uuid7
from backend.projects.models import Job, WebhookDelivery
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.models import TrainedVersion

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """A host's server that calls /v1 with a secret key."""

    def __init__(self, secret):
        self.headers = {"Authorization": f"Bearer {secret}"}

    def post(self, path, body):
        return Client().post(path, json.dumps(body), content_type="application/json", headers=self.headers)

    def get(self, path):
        return Client().get(path, headers=self.headers)


def server_of(project):
    return Server(add_api_key(project=project, kind="secret"))


def work():
    while drain_jobs(seconds=60):
        pass


def said(person, item="5", candidate="1", value="duplicate"):
    return {
        "annotator": {"id": person}, "question": "duplicate", "item": item, "candidate": candidate,
        "answer": {"kind": "pair", "value": value},
    }  # fmt: skip


def tell(server, *judgements):
    results = server.post("/v1/judgements", {"judgements": list(judgements)}).json()["results"]
    work()
    return results


def erase(server, **named):
    return server.post("/v1/annotators/erase", named)


def export(server, **named):
    answer = server.post("/v1/annotators/export", named)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def believed(server):
    rows = server.get("/v1/labels").json()["results"]
    told = [(row["question"], row["unit"], row["value"], row["state"], row["evidence"]["counts"]) for row in rows]
    return sorted((each for each in told if each[3] != "open"), key=json.dumps)


def test_a_person_is_erased_by_the_hosts_own_id_and_the_worker_does_the_rest(site):
    tell(site.server, said("ann"), said("ann", candidate="2"), said("bo"), said("bo", candidate="3"))
    asked = erase(site.server, annotator="ann")
    assert asked.status_code == 202 and asked.json()["state"] == "asked"
    work()
    told = site.server.get(f"/v1/erasures/{asked.json()['id']}").json()
    assert (told["state"], told["units_count"], told["settled_count"]) == ("done", 2, 2)
    assert told["done_at"] is not None and b"ann" not in json.dumps(told["versions"]).encode()
    assert {row["annotator"] for row in site.server.get("/v1/judgements").json()["results"]} == {
        export(site.server, annotator="bo")[0]["pseudonym"]
    }


def test_to_export_a_person_each_table_is_read_once_however_much_they_were_shown(site):
    def asked_of(subject):
        with tenancy(site.project), CaptureQueriesContext(connection) as asked:
            told = [row["record"] for row in rows_of(Annotator.objects.get(subject=subject))]
        return len(asked), told.count("slot")

    for subject, items in (("ann", "5"), ("bo", "345")):
        for item in items:
            shown = {"annotator": {"id": subject}, "question": "duplicate", "item": item}
            assert site.server.post("/v1/exposures", shown).status_code == 201
    (few, slots), (many, more_slots) = asked_of("ann"), asked_of("bo")
    assert 0 < slots < more_slots and few == many


def test_from_the_answer_on_nothing_more_of_the_person_is_taken(site, identity, token):
    begun = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("ann")}).json()
    erase(site.server, annotator="ann")
    places = [{"place": "p", "question": "duplicate", "item": "5"}]
    assert site.browser("/w/v1/suggest", {"token": begun["token"], "places": places}).json()["code"] == (
        "session_expired"
    )
    again = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("ann")})
    assert (again.status_code, again.json()["code"]) == (403, "annotator_erased")
    assert site.browser("/w/v1/suggest", {"token": token, "places": places}).status_code == 200
    shown = {"annotator": {"id": "ann"}, "question": "duplicate", "item": "5"}
    assert site.server.post("/v1/exposures", shown).json()["code"] == "annotator_erased"


def test_one_erased_person_in_a_bulk_is_refused_alone(site):
    erase(site.server, annotator="ann")
    work()
    rows = [said("ann"), said("bo"), said("earmark-staff:1"), said("cy", candidate="2")]
    results = tell(site.server, *rows)
    assert [(each["status"], each["code"]) for each in results] == [
        ("bad", "annotator_erased"), ("ok", None), ("bad", "subject_reserved"), ("ok", None),
    ]  # fmt: skip


def test_asked_again_the_first_erasure_is_told_by_either_name(site):
    tell(site.server, said("ann"))
    pseudonym = export(site.server, annotator="ann")[0]["pseudonym"]
    first = erase(site.server, annotator="ann").json()["id"]
    for _ in range(2):
        assert erase(site.server, annotator="ann").json()["id"] == first
        assert erase(site.server, pseudonym=pseudonym).json()["id"] == first
        work()
    with tenancy(site.project):
        assert Erasure.objects.count() == Tombstone.objects.count() == 1


def test_an_erasure_that_was_given_up_goes_on_when_it_is_asked_for_again(site, now):
    tell(site.server, said("ann"))
    first = erase(site.server, annotator="ann").json()["id"]
    Job.objects.filter(kind=ERASE).update(died_at=now)
    work()
    assert site.server.get(f"/v1/erasures/{first}").json()["state"] == "asked"
    for _ in range(2):
        erase(site.server, annotator="ann")
    assert Job.objects.waiting().filter(kind=ERASE).count() == 1
    work()
    assert site.server.get(f"/v1/erasures/{first}").json()["state"] == "done"


def test_somebody_who_never_answered_is_nobodys_author_any_more(site):
    site.server.post("/v1/items", {"items": [{"id": "hers", "title": "Of hers", "author": "only-an-author"}]})
    assert erase(site.server, annotator="only-an-author").status_code == 202
    work()
    assert site.server.get("/v1/items/hers").json()["author"] == ""
    with tenancy(site.project):
        assert not Annotator.objects.filter(subject="only-an-author").exists()


@pytest.mark.parametrize(
    ("named", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"annotator": "a", "pseudonym": "b"}, 400, "invalid"),
        ({"annotator": 7}, 400, "invalid"),
        ({"pseudonym": "nobody"}, 404, "unknown_person"),
        ({"annotator": "earmark-staff:1"}, 400, "subject_reserved"),
    ],
)
def test_whoever_cannot_be_erased_is_told_why(site, named, status, code):
    answer = erase(site.server, **named)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_person_of_another_project_is_neither_erased_nor_exported(site, make_world):
    other = make_world("other")
    server = server_of(other.project)
    with tenancy(other.project):
        theirs = Annotator.objects.get(subject="person-0").pseudonym
    for path in ("erase", "export"):
        assert site.server.post(f"/v1/annotators/{path}", {"pseudonym": theirs}).json()["code"] == "unknown_person"
    key = erase(server, annotator="person-0").json()["id"]
    absent, foreign = site.server.get("/v1/erasures/999999"), site.server.get(f"/v1/erasures/{key}")
    assert absent.status_code == foreign.status_code == 404
    assert {**absent.json(), "request_id": ""} == {**foreign.json(), "request_id": ""}


def test_an_export_holds_all_that_is_the_persons_and_nothing_of_anybody_else(site, identity):
    site.server.post("/v1/items", {"items": [{"id": "hers", "title": "Of hers", "author": "ann"}]})
    begun = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("ann")}).json()
    places = [{"place": "p", "question": "duplicate", "item": "5"}]
    shown = site.browser("/w/v1/suggest", {"token": begun["token"], "places": places}).json()["places"][0]
    judge = {
        "type": "judge", "id": str(uuid7()), "exposure": shown["exposure"], "at_ms": 900, "seq": 1, "via": "mouse",
        "candidate": shown["candidates"][0]["id"], "answer": {"kind": "pair", "value": "duplicate"},
        "judged_at": "2026-01-01T00:00:00Z", "note": "the note of ann",
    }  # fmt: skip
    undo = {"type": "undo", "id": str(uuid7()), "exposure": shown["exposure"], "at_ms": 950, "judgement": judge["id"]}
    hide = {"type": "hide", "id": str(uuid7()), "exposure": shown["exposure"], "at_ms": 960}
    sent = {"token": begun["token"], "events": [judge, undo, hide]}
    assert [each["status"] for each in site.browser("/w/v1/events", sent).json()["results"]] == ["ok"] * 3
    tell(site.server, said("bo"), said("ann", candidate="2"))
    site.server.post("/v1/desk-links", {"question": "duplicate", "annotator_kind": "expert", "annotator": "cy"})
    rows = export(site.server, annotator="ann")
    counts = {record: sum(row["record"] == record for row in rows) for record in {row["record"] for row in rows}}
    assert counts["person"] == counts["exposure"] == counts["withdrawal"] == counts["hiddenquestion"] == 1
    assert (counts["judgement"], counts["ledgerevent"], counts["authored"]) == (2, 3, 1)
    assert counts["slot"] == len(shown["candidates"])
    assert rows[0]["subject"] == "ann" and "the note of ann" in json.dumps(rows)
    bo = export(site.server, annotator="bo")
    assert [row["record"] for row in bo] == ["person", "judgement", "livejudgement"]
    assert bo[0]["pseudonym"] not in json.dumps(rows)
    assert export(site.server, pseudonym=rows[0]["pseudonym"]) == rows


def test_an_export_tells_of_a_link_made_for_the_person_but_not_who_made_it(site, now):
    with tenancy(site.project):
        until = now + timedelta(days=1)
        made = {"question": site.question, "annotator_kind": "expert", "subject": "ann", "created_by": "zoe"}
        make_link(expires_at=until, now=now, **made)
    tell(site.server, said("ann"))
    rows = export(site.server, annotator="ann")
    assert [row["subject"] for row in rows if row["record"] == "desklink"] == ["ann"]
    assert "zoe" not in json.dumps(rows)


def test_in_the_page_a_person_asks_to_be_forgotten_and_is_signed_out(site, identity):
    begun = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity("ann")}).json()
    unsure = site.browser("/w/v1/me/erase", {"token": begun["token"], "sure": False})
    assert (unsure.status_code, unsure.json()["code"]) == (400, "invalid")
    assert site.browser("/w/v1/me/erase", {"token": begun["token"], "sure": True}).json() == {"erased": True}
    again = site.browser("/w/v1/me/erase", {"token": begun["token"], "sure": True})
    assert (again.status_code, again.json()["code"]) == (401, "session_expired")
    work()
    with tenancy(site.project):
        assert not Annotator.objects.filter(subject="ann").exists()


def test_frozen_versions_that_hold_a_persons_answers_are_named_and_frozen_anew(site):
    tell(site.server, said("ann"), said("bo", candidate="2"))
    site.server.post("/v1/datasets", {"id": "dups", "question": "duplicate"})
    site.server.post("/v1/datasets/dups/versions", {})
    work()
    erasure = erase(site.server, annotator="ann").json()["id"]
    work()
    told = site.server.get(f"/v1/erasures/{erasure}").json()
    assert told["versions"] == [{"dataset": "dups", "number": 1}]
    first, second = site.server.get("/v1/datasets/dups/versions").json()["results"]
    assert (first["holds_erased"], second["holds_erased"]) == (True, False)
    assert (first["judgements_count"], second["judgements_count"], second["state"]) == (2, 1, "frozen")
    untouched = erase(site.server, annotator="somebody-else").json()["id"]
    work()
    assert site.server.get(f"/v1/erasures/{untouched}").json()["versions"] == []
    assert len(site.server.get("/v1/datasets/dups/versions").json()["results"]) == 2


def test_models_that_a_persons_answers_taught_are_named_with_the_question_that_numbers_them(site, ask_labels):
    ask_labels(site)
    tell(site.server, said("ann"), said("bo", candidate="2"))
    hers = {"annotator": {"id": "ann"}, "question": "topics", "item": "5"}
    tell(site.server, hers | {"answer": {"kind": "tags", "tag": "Archive", "value": "fits"}})
    for question in ("duplicate", "topics"):
        site.server.post("/v1/datasets", {"id": question, "question": question})
        site.server.post(f"/v1/datasets/{question}/versions", {})
    work()
    with tenancy(site.project):
        for question in Question.objects.filter(slug__in=("duplicate", "topics")):
            TrainedVersion.objects.create(
                project=site.project, question=question, name="learned", number=1, dataset=question.slug,
                dataset_number=1, dataset_checksum="a", checksum="b", state="failed", asked_at=timezone.now(),
            )  # fmt: skip
    erasure = erase(site.server, annotator="ann").json()["id"]
    work()
    assert site.server.get(f"/v1/erasures/{erasure}").json()["models"] == [
        {"question": "duplicate", "name": "learned", "number": 1},
        {"question": "topics", "name": "learned", "number": 1},
    ]


def test_the_host_hears_that_a_person_is_erased_and_nothing_told_before_holds_their_words(site, ask_labels):
    with tenancy(site.project):
        add_webhook(project=site.project, url="http://127.0.0.1:9/none", secret="s" * 32)
    ask_labels(site, allows_new_labels=True)
    hers = {"annotator": {"id": "ann"}, "question": "topics", "item": "5"}
    tell(site.server, hers | {"answer": {"kind": "tags", "tag": "her own words", "value": "fits"}}, said("bo"))
    with tenancy(site.project):
        bodies = [str(body) for body in WebhookDelivery.objects.values_list("body", flat=True)]
    assert any("her own words" in body for body in bodies)
    erase(site.server, annotator="ann")
    work()
    with tenancy(site.project):
        left = {delivery.kind: str(delivery.body) for delivery in WebhookDelivery.objects.all()}
    assert set(left) == {"label.settled", "annotator.erased"}
    assert not any("her own words" in body for body in left.values())


def answers_of(person, spots, value):
    """Return one person's answers to all five kinds: those of value 0 say something else than those of 1."""
    box = {"region": f"xywh=percent:10,10,{20 + value},20", "width": 1280, "height": 720}
    words = spots.span(["Vector 9", "new Vector 9"][value])
    about = [
        ("duplicate", "5", {"kind": "pair", "value": ["related", "duplicate"][value]}),
        ("topics", "5", {"kind": "tags", "tag": "Archive", "value": ["does_not_fit", "fits"][value]}),
        ("tone", "5", {"kind": "choice", "value": ["Thanks", "Complaint"][value]}),
        ("marks", "review", {"kind": "span", "value": "Product", "anchor": words}),
        ("zips", "review", {"kind": "region", "value": "Zip", "anchor": box}),
    ]
    named = {"pair": {"candidate": "1"}}
    return [
        {"annotator": {"id": person}, "question": question, "item": item, "answer": answer}
        | named.get(answer["kind"], {})
        for question, item, answer in about
    ]


def test_what_is_believed_of_all_five_kinds_is_as_if_the_person_had_never_answered(make_world, ask_labels, ask_spots):
    told = []
    for slug, people in (("with-them", ["gone", "bo", "cy"]), ("without", ["bo", "cy"])):
        world = make_world(slug, overlap=2)
        server = server_of(world.project)
        for kind in ("tags", "choice"):
            ask_labels(world, kind, overlap=2)
        spots = ask_spots(world)
        zips = {"id": "zips", "kind": "region", "labels": ["Zip"], "settling_policy": "trusting", "overlap": 2}
        assert server.post("/v1/questions", zips).status_code == 201
        for person in people:
            rows = answers_of(person, spots, 0 if person == "gone" else 1)
            assert {each["status"] for each in tell(server, *rows)} == {"ok"}
        if "gone" in people:
            before = believed(server)
            erase(server, annotator="gone")
            work()
        told.append(believed(server))
    assert len(told[0]) == 5
    assert told[0] == told[1] != before
