"""An analyst asks who can be relied on, and what to do about whoever cannot."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.annotators.models import Annotator
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.quality import reliability
from tests.backend.answered import answer_about_the_first

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(make_world):
    """Three people who answered about the first candidate of one thread: two say the same, one the contrary."""
    world = make_world()
    with tenancy(world.project):
        answer_about_the_first(world, (0, "duplicate"), (1, "duplicate"), (2, "different"))
    drain_jobs()
    world.staff = staff_of(world.project)
    return world


def staff_of(project):
    user = get_user_model().objects.create(username=f"staff of {project}", is_staff=True)
    StaffMember.objects.create(user=user, project=project)
    client = Client()
    client.force_login(user)
    return client


def about(world, name, person):
    return reverse(name, args=[world.people[person].pk])


def page(world, address):
    answer = world.staff.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_of_each_who_answered_how_often_they_agree(world):
    told = page(world, reverse("people"))
    assert "Nothing stands out in the <b>3</b> who answered." in told
    assert all(world.people[n].pseudonym in told for n in (0, 1, 2))
    assert world.people[3].pseudonym not in told and "4.2 s" in told


def test_a_person_page_names_its_evidence_and_what_can_be_done(world):
    told = page(world, about(world, "person", 2))
    assert "Agrees with most others in <b>0 of 1</b>" in told
    assert about(world, "story", 0).rsplit("/", 2)[0] in told  # each answer leads to its item's story
    assert all(about(world, name, 2) in told for name in ("person-block", "person-export", "person-erase"))


def test_who_answered_nothing_has_a_page_too(world):
    assert "Answered nothing that stands." in page(world, about(world, "person", 4))


def test_the_list_of_annotators_leads_to_the_evidence(world):
    assert about(world, "person", 2) in page(world, reverse("admin:annotators_annotator_changelist"))


def test_a_blocked_person_is_no_measure_for_others_and_can_be_unblocked(world):
    world.staff.post(about(world, "person-block", 1), {"wanted": "block"})
    told = page(world, about(world, "person", 0))
    assert "<b>0 of 1</b>" in told  # only the one who contradicts is left
    assert "Blocked since" in page(world, about(world, "person", 1))
    world.staff.post(about(world, "person-block", 1), {"wanted": "unblock"})
    with tenancy(world.project):
        assert not Annotator.objects.exclude(blocked_at=None).exists()


def test_the_export_holds_the_rows_of_that_person_alone(world):
    answer = world.staff.post(about(world, "person-export", 0))
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert rows[0]["pseudonym"] == world.people[0].pseudonym
    assert [row["value"] for row in rows if row["record"] == "judgement"] == ["duplicate"]


def test_an_erasure_says_what_it_reaches_and_then_is_done(world):
    told = page(world, about(world, "person-erase", 0))
    assert "<b>1</b> list shown to them, <b>1</b> answer" in told
    with tenancy(world.project):
        assert Annotator.objects.filter(pk=world.people[0].pk).exists()  # looking erases nobody
    assert world.staff.post(about(world, "person-erase", 0)).status_code == 302
    drain_jobs()
    assert world.staff.get(about(world, "person", 0)).status_code == 404
    assert world.people[0].pseudonym not in page(world, reverse("people"))


@pytest.mark.parametrize("name", ["person", "person-erase", "person-block", "person-export"])
def test_people_of_another_project_are_not_there(world, make_world, name):
    stranger = staff_of(make_world("other").project)
    ask = stranger.post if name in ("person-block", "person-export") else stranger.get
    assert ask(about(world, name, 0)).status_code == 404
    assert stranger.post(about(world, "person-erase", 0)).status_code == 404


@pytest.mark.parametrize("name", ["people", "person"])
def test_more_people_cost_no_more_queries(world, name):
    address = reverse(name) if name == "people" else about(world, name, 0)
    with CaptureQueriesContext(connection) as few:
        page(world, address)
    with tenancy(world.project):
        answer_about_the_first(world, (3, "duplicate"), (4, "different"), (5, "duplicate"))
    with CaptureQueriesContext(connection) as many:
        page(world, address)
    assert len(many) == len(few)


def test_of_many_people_the_first_are_listed_and_all_are_counted(world, monkeypatch):
    monkeypatch.setattr(reliability, "MOST_PEOPLE", 2)
    told = page(world, reverse("people"))
    assert "Nothing stands out in the <b>3</b> who answered." in told and "Here are the 2 " in told
    assert sum(about(world, "person", n) in told for n in (0, 1, 2)) == 2
    assert "Agrees with most others in <b>0 of 1</b>" in page(world, about(world, "person", 2))  # who is not listed
