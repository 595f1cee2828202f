import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backend.judgements.actions.show import show_suggestions
from backend.learning import admin
from backend.learning.actions.promote import step_back
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.suggestions.artefacts import folder_of
from backend.suggestions.models import Promotion, Suggester, TrainedVersion

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/suggestions/trainedversion/"


def staff_of(project, name="ann"):
    user = get_user_model().objects.create(username=name, is_staff=True)
    StaffMember.objects.create(project=project, user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def made(trained_forum):
    trained_forum.staff = staff_of(trained_forum.project)
    return trained_forum


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


def test_it_goes_live_and_back_by_clicks_that_are_confirmed_and_logged(made, monkeypatch):
    stepped = []
    monkeypatch.setattr(admin, "step_back", lambda seen, **more: stepped.append(seen) or step_back(seen=seen, **more))
    at = f"{LIST}{made.trained.pk}/"
    asked = text(made.staff.get(f"{at}promote/"))
    assert "Promote duplicate 1?" in asked and "The hybrid serves duplicate now" in asked and "required" not in asked
    assert state(made) == "shadow", "asking changes nothing"
    assert "is live: it orders" in text(made.staff.post(f"{at}promote/", follow=True))
    assert state(made) == "live"
    asked = text(made.staff.get(f"{at}step-back/"))
    assert "Step back from duplicate 1?" in asked and "The hybrid will serve duplicate again." in asked
    assert state(made) == "live"
    assert "the hybrid serves again" in text(made.staff.post(f"{at}step-back/", {"reason": "odd lists"}, follow=True))
    assert state(made) == "retired"
    assert stepped == [made.trained]
    log = text(made.staff.get("/admin/suggestions/promotion/"))
    assert "odd lists" in log and "Stepped back" in log and "ann" in log
    with tenancy(made.project):
        assert Promotion.objects.count() == 2


def test_who_promotes_on_a_page_that_is_out_of_date_is_told_to_look_again(made):
    at = f"{LIST}{made.trained.pk}/"
    page = made.staff.get(f"{at}promote/").content.decode()
    seen = re.search(r'type="hidden" name="live" value="(\d+)"', page)[1]
    assert "is live: it orders" in text(made.staff.post(f"{at}promote/", {"live": seen}, follow=True))
    with tenancy(made.project):
        TrainedVersion.objects.update(state="retired")
        other = TrainedVersion.objects.get()
        other.suggester = Suggester.objects.create(project=made.project, name="learned", version="another")
        other.pk, other.number, other.state = None, 2, "live"
        other.save()
    told = text(made.staff.post(f"{at}promote/", {"live": seen, "reason": "it is mine"}, follow=True))
    assert "duplicate 2 is live by now. Look again before you promote duplicate 1." in told
    assert f'name="live" value="{other.pk}"' in made.staff.get(f"{at}promote/").content.decode()
    assert 'name="live"' not in made.staff.get(f"{LIST}{other.pk}/step-back/").content.decode()


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


def test_the_overview_tells_that_a_live_version_cannot_be_loaded_once_somebody_was_shown_less_for_it(made):
    made.staff.post(f"{LIST}{made.trained.pk}/promote/")
    (folder_of(made.trained) / "model.json").unlink()
    assert "cannot be loaded" not in text(made.staff.get("/admin/"))
    with tenancy(made.project):
        show_suggestions(
            annotator=made.people[0], question=made.question, item=made.items["l3"], channel="sdk", now=made.now
        )
    told = text(made.staff.get("/admin/"))
    assert "The suggester learned fails" in told and "duplicate 1, which is live, cannot be loaded" in told
    assert f'href="{LIST}"' in told.partition("The suggester learned fails")[2][:600]


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


def test_a_suggester_that_does_not_learn_the_kind_is_refused_at_its_field(taught):
    staff = staff_of(taught.project)
    answer = text(staff.post(f"{LIST}add/", {"version": taught.version.pk, "which": "linear"}))
    assert "Of duplicate learned is trained." in answer
    with tenancy(taught.project):
        assert not TrainedVersion.objects.exists()


def test_a_name_that_the_question_does_not_ask_is_told_before_it_is_promoted(made):
    at = f"{LIST}{made.trained.pk}/promote/"
    assert "does not name" not in text(made.staff.get(at))
    with tenancy(made.project):
        made.question.suggesters = ["hybrid"]
        made.question.save()
    assert "does not name learned among its suggesters yet" in text(made.staff.get(at))
    assert reverse("admin:questions_question_change", args=[made.question.pk]) in text(made.staff.get(at))


def test_a_version_that_is_live_and_not_named_is_said_to_show_nothing(made):
    with tenancy(made.project):
        made.question.suggesters = ["lexical"]
        made.question.save()
    at = f"{LIST}{made.trained.pk}/"
    told = text(made.staff.post(f"{at}promote/", {"reason": "to see it"}, follow=True))
    assert "duplicate 1 is live, and shows nothing yet." in told and "orders what people see of" not in told
    assert "does not name learned among its suggesters yet" in text(made.staff.get(LIST))
    assert "Lexical will serve duplicate again." in text(made.staff.get(f"{at}step-back/"))


@pytest.mark.parametrize(
    ("state", "why"), [("failed", "has failed"), ("training", "is still being trained"), ("live", "is live already")]
)
def test_what_cannot_be_promoted_says_why_and_nothing_beside_the_point(made, state, why):
    with tenancy(made.project):
        TrainedVersion.objects.update(state=state)
        made.question.suggesters = ["lexical"]
        made.question.save()
    asked = text(made.staff.get(f"{LIST}{made.trained.pk}/promote/"))
    assert f"duplicate 1 {why}; it cannot be promoted." in asked
    assert "does not name" not in asked and "<button class=" not in asked.partition('class="em"')[2]


def test_where_it_learned_too_little_it_says_so_in_words(made):
    with tenancy(made.project):
        TrainedVersion.objects.update(report=made.trained.report | {"share": 0.0, "tree_share": 0.0})
    page = text(made.staff.get(f"{LIST}{made.trained.pk}/change/"))
    assert "too little to move the hybrid: it orders as that does" in page and "shares 0" not in page


@pytest.mark.parametrize("named", [["lexical"], []])  # without a name a pair asks the usual one, which is lexical
def test_what_serves_is_what_the_question_asks(made, named):
    at = f"{LIST}{made.trained.pk}/promote/"
    with tenancy(made.project):
        made.question.suggesters = named
        made.question.save()
    assert "Lexical serves duplicate now" in text(made.staff.get(at))


def test_the_page_draws_chances_beside_what_came_true_and_tells_the_same_in_a_table(made):
    bins = [
        {"low": 0.1, "high": 0.2, "mean_chance": 0.15, "right_count": 15, "count": 100},
        {"low": 0.8, "high": 0.9, "mean_chance": 0.85, "right_count": 40, "count": 100},
    ]
    with tenancy(made.project):
        TrainedVersion.objects.update(metrics=made.trained.metrics | {"calibration": bins})
    page = text(made.staff.get(f"{LIST}{made.trained.pk}/change/"))
    assert page.count("<circle") == 2 and 'class="off"' in page
    assert re.search(r"<th scope=.row.>15 %</th><td>15 %</td><td>9 to 23 %</td><td>15 of 100</td><td>fits</td>", page)
    assert re.search(r"<th scope=.row.>85 %</th><td>40 %</td>.*?<td>too high</td>", page)


def test_a_trained_order_says_how_often_its_chances_came_true(made):
    bins = made.trained.metrics["calibration"]
    asked = made.trained.metrics["queries"]
    assert asked <= sum(each["count"] for each in bins) <= 10 * asked
    assert sum(each["right_count"] for each in bins) <= asked
