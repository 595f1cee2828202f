import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backend.annotators.actions.people import opt_out
from backend.assignments.actions.prompts import caps_of, may_prompt
from backend.assignments.caps import Caps
from backend.assignments.models import PromptPolicy
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "admin:assignments_promptpolicy_add"


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def client(world):
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client


def caps(visit=2, week=5, dismissals=3, rest=60):
    return {"visit_limit": visit, "week_limit": week, "dismissals_limit": dismissals, "rest_days": rest}


def test_staff_give_their_project_caps_of_its_own_and_take_them_away_again(world, client):
    client.post(reverse(ADD), caps())
    with tenancy(world.project):
        assert caps_of(world.project.pk) == Caps(2, 5, 3, 60)
        key = PromptPolicy.objects.get().pk
    client.post(reverse("admin:assignments_promptpolicy_change", args=[key]), caps(visit=1))
    with tenancy(world.project):
        assert caps_of(world.project.pk) == Caps(1, 5, 3, 60)
    client.post(reverse("admin:assignments_promptpolicy_delete", args=[key]), {"post": "yes"})
    with tenancy(world.project):
        assert caps_of(world.project.pk) == Caps()


def test_a_project_has_one_policy(world, client):
    client.post(reverse(ADD), caps())
    assert client.post(reverse(ADD), caps()).status_code == 403


@pytest.mark.parametrize("wrong", [{"dismissals": 0}, {"rest": 3651}, {"visit": -1}])
def test_caps_that_cannot_be_are_refused_at_the_form(world, client, wrong):
    answer = client.post(reverse(ADD), caps(**wrong))
    assert answer.status_code == 200
    assert ("A rest comes after one dismissal or more" in answer.content.decode()) == ("visit" not in wrong)
    with tenancy(world.project):
        assert not PromptPolicy.objects.exists()


def test_prompts_are_read_and_not_edited(world, client):
    with tenancy(world.project):
        may_prompt(
            annotator=world.people[0], question=world.question, item=world.items["5"], chance=1.0, draw=0.0,
            now=world.now,
        )  # fmt: skip
    page = client.get(reverse("admin:assignments_prompt_changelist")).content.decode()
    assert world.people[0].pseudonym in page
    assert client.get(reverse("admin:assignments_prompt_add")).status_code == 403


def test_annotators_are_found_by_whether_they_opted_out(world, client):
    with tenancy(world.project):
        opt_out(annotator=world.people[0], now=world.now)
    page = client.get(reverse("admin:annotators_annotator_changelist") + "?opted_out_at__isempty=0").content.decode()
    assert [person.pseudonym in page for person in world.people[:3]] == [True, False, False]
