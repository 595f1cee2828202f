"""Labels that people name, from the outside: whom they are offered to, how many one may name, what is one label."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.annotators.actions.people import block_annotator, meet_at_desk
from backend.annotators.models import Annotator
from backend.assignments.actions.queue import count_left
from backend.judgements.models import Judgement
from backend.projects.ids import uuid7
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.models import NamedLabel, Naming, Unit

STAFF_LIST = "/admin/questions/namedlabel/"


@pytest.fixture
def forum(site, ask_labels, identity):
    """A site with an open tags question, and a maker of people who are there."""
    site.topics = ask_labels(site, allows_new_labels=True)

    def come(subject):
        return site.browser("/w/v1/session", {"key": site.publishable, "identity": identity(subject)}).json()["token"]

    site.come = come
    site.ann, site.bob, site.eve = come("ann"), come("bob"), come("eve")
    return site


def name(forum, token, *tags, item="2", value="fits"):
    place = {"place": "a", "question": "topics", "item": item}
    shown = forum.browser("/w/v1/suggest", {"token": token, "places": [place]}).json()["places"][0]
    events = [
        {
            "type": "judge", "id": str(uuid7()), "exposure": shown["exposure"], "seq": 1, "at_ms": 2000, "via": "mouse",
            "answer": {"kind": "tags", "tag": tag, "value": value}, "judged_at": datetime.now(UTC).isoformat(),
        }
        for tag in tags
    ]  # fmt: skip
    answer = forum.browser("/w/v1/events", {"token": token, "events": events})
    return [result["code"] or result["status"] for result in answer.json()["results"]]


def offered(forum, token, query, item="3"):
    body = {"token": token, "question": "topics", "item": item, "query": query}
    return [candidate["id"] for candidate in forum.browser("/w/v1/search", body).json()["candidates"]]


def staff_do(forum, action, label):
    user, _ = get_user_model().objects.get_or_create(username="ann of the staff", is_staff=True)
    StaffMember.objects.get_or_create(project=forum.project, user=user)
    client = Client()
    client.force_login(user)
    with tenancy(forum.project):
        key = NamedLabel.objects.get(label=label).pk
    answer = client.post(STAFF_LIST, {"action": action, "_selected_action": [key]}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_new_label_is_offered_to_its_namer_at_once_and_to_others_once_a_second_person_named_it(forum):
    assert name(forum, forum.ann, "Toolbar") == ["ok"]
    assert offered(forum, forum.ann, "tool") == ["Toolbar"]
    assert offered(forum, forum.bob, "tool") == offered(forum, forum.eve, "tool") == []
    assert name(forum, forum.ann, "toolbar", item="4") == ["ok"]
    assert offered(forum, forum.eve, "tool") == []
    assert name(forum, forum.bob, "TOOLBAR") == ["ok"]
    assert offered(forum, forum.eve, "tool") == ["Toolbar"]


def test_who_is_blocked_names_for_nobody_else_and_is_not_told(forum):
    with tenancy(forum.project):
        block_annotator(annotator=Annotator.objects.get(subject="ann"), now=timezone.now())
    assert name(forum, forum.ann, "Toolbar") == ["ok"]
    assert offered(forum, forum.ann, "tool") == ["Toolbar"]
    assert name(forum, forum.bob, "Toolbar") == ["ok"]
    assert offered(forum, forum.eve, "tool") == []
    assert name(forum, forum.come("joe"), "Toolbar") == ["ok"]
    assert offered(forum, forum.eve, "tool") == ["Toolbar"]


def test_the_staff_offer_a_label_to_everybody_or_hide_it_from_all(forum):
    name(forum, forum.ann, "Toolbar")
    assert "offered to everybody" in staff_do(forum, "approve", "Toolbar")
    assert offered(forum, forum.eve, "tool") == ["Toolbar"]
    assert "offered to nobody" in staff_do(forum, "hide", "Toolbar")
    assert offered(forum, forum.ann, "tool") == offered(forum, forum.eve, "tool") == []
    assert name(forum, forum.bob, "Toolbar") == name(forum, forum.eve, "Toolbar") == ["ok"]
    assert offered(forum, forum.eve, "tool") == []
    with tenancy(forum.project):
        assert Judgement.objects.count() == 3


def known(forum, token, item="2"):
    place = {"place": "a", "question": "topics", "item": item}
    shown = forum.browser("/w/v1/suggest", {"token": token, "places": [place]}).json()["places"][0]
    return [label["id"] for label in shown["known"]]


def test_a_hidden_label_stands_on_no_page_and_is_asked_about_at_no_desk(forum):
    assert name(forum, forum.ann, "Toolbar") == ["ok"]
    with tenancy(forum.project):
        unit = Unit.objects.get(label="Toolbar")
        colleague = meet_at_desk(project_id=forum.project.pk, person=uuid4(), kind="colleague", now=timezone.now())
        waiting = {"annotator": colleague, "question": forum.topics, "now": timezone.now()}
        assert count_left(**waiting, most=9) == 1
        Unit.objects.filter(pk=unit.pk).update(settled_value="fits")
    assert known(forum, forum.eve) == ["Toolbar"]
    staff_do(forum, "hide", "Toolbar")
    assert known(forum, forum.eve) == []
    with tenancy(forum.project):
        Unit.objects.filter(pk=unit.pk).update(settled_value="")
        assert count_left(**waiting, most=9) == 0


def test_a_label_that_the_host_pushes_is_offered_to_everybody(forum):
    row = {
        "question": "topics", "item": "2", "candidate": "Toolbar", "score": 0.9,
        "suggester": {"name": "rules", "version": "1"},
    }  # fmt: skip
    assert forum.server.post("/v1/suggestions", {"suggestions": [row]}).json()["accepted_count"] == 1
    assert offered(forum, forum.eve, "tool") == ["Toolbar"]


def test_a_person_names_so_many_new_labels_a_day_and_all_else_is_taken(forum):
    many = [f"Thing {number}" for number in range(21)]
    assert name(forum, forum.ann, *many) == ["ok"] * 20 + ["too_many_new_labels"]
    assert name(forum, forum.ann, "Thing 20", "thing 3", "Archive", "Other", item="4") == [
        "too_many_new_labels", "ok", "ok", "too_many_new_labels",
    ]  # fmt: skip
    assert name(forum, forum.bob, "Thing 20") == ["ok"]
    assert name(forum, forum.ann, "Thing 20", item="4") == ["ok"]
    with tenancy(forum.project):
        assert NamedLabel.objects.count() == 21
        Naming.objects.update(named_at=timezone.now() - timedelta(hours=25))
    assert name(forum, forum.ann, "Other", item="4") == ["ok"]


def test_what_a_host_imports_has_no_such_limit(forum):
    rows = [
        {
            "question": "topics", "item": "2", "annotator": {"id": "ann"}, "origin": "imported",
            "answer": {"kind": "tags", "tag": f"Thing {number}", "value": "fits"},
        }
        for number in range(25)
    ]  # fmt: skip
    results = forum.server.post("/v1/judgements", {"judgements": rows}).json()["results"]
    assert [result["status"] for result in results] == ["ok"] * 25
    assert offered(forum, forum.eve, "thing") == []
    assert name(forum, forum.ann, "Another") == ["ok"]


@pytest.mark.parametrize(
    "same", ["address book", " ADDRESS   book ", "Ａｄｄｒｅｓｓ Book", "Address\u00a0Book", "Ad\u200bdress Book"]
)  # fmt: skip
def test_what_differs_in_what_nobody_sees_is_one_label(forum, same):
    name(forum, forum.ann, "Address Book")
    assert name(forum, forum.bob, same) == ["ok"]
    with tenancy(forum.project):
        assert list(NamedLabel.objects.values_list("label", flat=True)) == ["Address Book"]
    assert offered(forum, forum.eve, "address b") == ["Address Book"]


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u061c", "\u0007", "\u2028"])
def test_signs_that_turn_or_control_text_are_in_no_label(forum, sign):
    assert name(forum, forum.ann, f"Tool{sign}bar") == ["unknown_value"]
    with tenancy(forum.project):
        assert not NamedLabel.objects.exists()


def test_a_label_that_grows_past_what_is_kept_when_compared_is_refused(forum):
    assert name(forum, forum.ann, "\ufdfa" * 60) == ["unknown_value"]


def test_what_is_typed_stands_for_itself(forum):
    name(forum, forum.ann, "100% wool", "Snow_flake", "A\\b")
    assert offered(forum, forum.ann, "%") == ["100% wool"]
    assert offered(forum, forum.ann, "_") == ["Snow_flake"]
    assert offered(forum, forum.ann, "a\\") == ["A\\b"]


def test_a_search_reads_few_of_many_labels(forum):
    with tenancy(forum.project):
        NamedLabel.objects.bulk_create(
            NamedLabel(
                project=forum.project, question=forum.topics, label=f"Made {n:04}", folded=f"made {n:04}",
                named_at=timezone.now(), state="approved",
            )
            for n in range(3000)
        )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        assert offered(forum, forum.eve, "made 29") == [f"Made {n}" for n in range(2900, 2908)]
    reads = [query["sql"] for query in asked if 'FROM "questions_namedlabel"' in query["sql"]]
    assert reads and all("LIMIT 8" in sql or 'folded" IN' in sql for sql in reads)
