import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from backend.learning.actions.train import folder_of
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.suggestions.models import Promotion, TrainedVersion

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/suggestions/trainedversion/"


def staff_of(project, name="ann"):
    user = get_user_model().objects.create(username=name, is_staff=True)
    StaffMember.objects.create(project=project, user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def made(taught):
    call_command("train_suggester", question="duplicate")
    with tenancy(taught.project):
        taught.trained = TrainedVersion.objects.select_related("question").get()
    taught.staff = staff_of(taught.project)
    return taught


def text(answer):
    return answer.content.decode()


def state(world):
    with tenancy(world.project):
        return TrainedVersion.objects.order_by("pk").first().state


def test_staff_train_from_a_frozen_version_by_a_click(taught):
    staff = staff_of(taught.project)
    assert "dups 1" in text(staff.get(f"{LIST}add/"))
    answer = staff.post(f"{LIST}add/", {"version": taught.version.pk}, follow=True)
    assert "duplicate 1 is being trained" in text(answer)
    assert state(taught) == "training"
    drain_jobs(seconds=60)
    assert state(taught) == "shadow"
    with tenancy(taught.project):
        assert TrainedVersion.objects.get().asked_by == "ann"


def test_the_list_and_the_page_tell_how_it_did(made):
    listed, page = text(made.staff.get(LIST)), text(made.staff.get(f"{LIST}{made.trained.pk}/change/"))
    assert "surely better" in listed and "Promote …" in listed and "dups 1" in listed
    assert "every checksum holds" in page and made.trained.checksum in page and "MAP@100" in page


def test_it_goes_live_and_back_by_clicks_that_are_confirmed_and_logged(made):
    at = f"{LIST}{made.trained.pk}/"
    asked = text(made.staff.get(f"{at}promote/"))
    assert "Promote duplicate 1?" in asked and "The hybrid serves duplicate now" in asked and "required" not in asked
    assert state(made) == "shadow", "asking changes nothing"
    assert "is live: it orders" in text(made.staff.post(f"{at}promote/", follow=True))
    assert state(made) == "live"
    assert "Step back from duplicate 1?" in text(made.staff.get(f"{at}step-back/"))
    assert state(made) == "live"
    assert "serves again" in text(made.staff.post(f"{at}step-back/", {"reason": "odd lists"}, follow=True))
    assert state(made) == "retired"
    log = text(made.staff.get("/admin/suggestions/promotion/"))
    assert "odd lists" in log and "Stepped back" in log and "ann" in log
    with tenancy(made.project):
        assert Promotion.objects.count() == 2


def test_a_live_version_that_gets_other_vectors_is_told(made):
    with tenancy(made.project):
        TrainedVersion.objects.update(state="live", embedder_version="older-model")
    assert "gets no vectors now" in text(made.staff.get(LIST))
    assert "gets no vectors now" in text(made.staff.get(f"{LIST}{made.trained.pk}/change/"))


def test_what_is_not_surely_better_asks_for_a_reason(made):
    with tenancy(made.project):
        metrics = made.trained.metrics
        metrics["gains"]["hybrid"]["low"] = -1.0
        TrainedVersion.objects.update(metrics=metrics)
    at = f"{LIST}{made.trained.pk}/promote/"
    assert "required" in text(made.staff.get(at))
    assert "Give a reason" in text(made.staff.post(at, {"reason": ""}, follow=True))
    assert state(made) == "shadow"
    made.staff.post(at, {"reason": "its reasons read well"})
    assert state(made) == "live"
    with tenancy(made.project):
        assert Promotion.objects.values_list("reason", "is_override").get() == ("its reasons read well", True)


def test_a_live_version_that_cannot_be_loaded_is_told_above_the_list(made):
    made.staff.post(f"{LIST}{made.trained.pk}/promote/")
    (folder_of(made.trained) / "model.json").write_text("{}")
    assert "is live and abstains" in text(made.staff.get(LIST))


def test_another_projects_version_is_not_there(made, make_world):
    stranger = staff_of(make_world("other").project, "bob")
    at = f"{LIST}{made.trained.pk}/"
    assert stranger.post(f"{at}promote/").status_code == 404
    assert "duplicate 1" not in text(stranger.get(LIST))
    assert f'value="{made.version.pk}"' not in text(stranger.get(f"{LIST}add/"))
    assert state(made) == "shadow"


def test_a_post_from_elsewhere_is_refused(made):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(get_user_model().objects.get(username="ann"))
    assert strict.post(f"{LIST}{made.trained.pk}/promote/").status_code == 403
    assert state(made) == "shadow"
