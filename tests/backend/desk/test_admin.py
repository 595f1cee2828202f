import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from backend.desk.actions.links import make_link, open_link, person_of_link, read_token
from backend.desk.models import DeskLink
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/desk/desklink/"


@pytest.fixture
def world(make_world):
    made = make_world()
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=made.project, user=user)
    made.staff = Client()
    made.staff.force_login(user)
    return made


def add(world, **changes):
    body = {"question": world.question.pk, "annotator_kind": "colleague", "subject": "", "days_valid": "3"}
    body |= {"most_people": "50"} | changes
    return world.staff.post(f"{LIST}add/", body, follow=True)


def addresses(answer):
    return re.findall(r'value="(https://testserver/desk/[^"]+)"', answer.content.decode())


def test_a_link_is_made_shown_and_shown_again_in_the_list(world):
    answer = add(world)
    (shown, listed) = addresses(answer)
    assert shown == listed and "The link is made" in answer.content.decode()
    name = read_token(shown.partition("#")[2])
    with tenancy(world.project):
        link = open_link(
            link_id=name.link_id, project_id=name.project_id, now=timezone.now(), question_slug="duplicate"
        )
        assert (link.annotator_kind, link.subject, link.created_by) == ("colleague", "", "ann")
        assert timedelta(days=2) < link.expires_at - timezone.now() < timedelta(days=3)
    assert addresses(world.staff.get(LIST)) == [shown]


@pytest.mark.parametrize(("subject", "whom"), [("", "whoever shall label"), ("anna", "anna")])
def test_whoever_makes_a_link_is_told_whom_to_give_it_to(world, subject, whom):
    answer = add(world, subject=subject)
    assert f"Give it to {whom}: " in answer.content.decode()


def test_a_link_for_somebody_of_another_kind_is_refused_in_words(world):
    text = add(world, subject="person-0", annotator_kind="expert").content.decode()
    assert "is known as customer" in text
    assert "are our own" in add(world, subject="desk:1:x").content.decode()
    with tenancy(world.project):
        assert not DeskLink.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "9999", "x", ""])
def test_days_that_cannot_be_are_refused(world, days):
    assert add(world, days_valid=days).status_code == 200
    with tenancy(world.project):
        assert not DeskLink.objects.exists()


def test_how_many_a_link_lets_in_is_set_and_listed_beside_how_many_came(world):
    add(world, most_people="2")
    add(world, subject="colleague-1")
    with tenancy(world.project):
        link = DeskLink.objects.get(subject="")
        assert link.most_people == 2
        person_of_link(link=link, person=uuid4(), now=timezone.now())
    text = world.staff.get(LIST).content.decode()
    assert "1 of 2" in text and "0 of 50" not in text


@pytest.mark.parametrize("people", ["0", "-1", "10001", "x", ""])
def test_numbers_of_people_that_cannot_be_are_refused(world, people):
    assert add(world, most_people=people).status_code == 200
    with tenancy(world.project):
        assert not DeskLink.objects.exists()


def test_links_are_taken_back_and_then_show_no_address(world):
    add(world)
    with tenancy(world.project):
        (pk,) = DeskLink.objects.values_list("pk", flat=True)
    answer = world.staff.post(LIST, {"action": "revoke", "_selected_action": [pk]}, follow=True)
    assert "Nobody gets in" in answer.content.decode() and addresses(answer) == []
    with tenancy(world.project):
        assert DeskLink.objects.get().revoked_at is not None


def test_questions_and_links_of_other_projects_are_not_offered(world, make_world):
    other = make_world("other")
    with tenancy(other.project):
        make_link(
            question=other.question, annotator_kind="crowd", expires_at=timezone.now() + timedelta(days=1),
            created_by="x", now=timezone.now(),
        )  # fmt: skip
    assert addresses(world.staff.get(LIST)) == []
    assert add(world, question=other.question.pk).status_code == 200
    with tenancy(other.project):
        assert DeskLink.objects.count() == 1


def test_a_link_is_not_changed(world):
    add(world)
    with tenancy(world.project):
        (pk,) = DeskLink.objects.values_list("pk", flat=True)
    world.staff.post(
        f"{LIST}{pk}/change/", {"annotator_kind": "expert", "question": world.question.pk, "days_valid": 9}
    )
    with tenancy(world.project):
        assert DeskLink.objects.get().annotator_kind == "colleague"
