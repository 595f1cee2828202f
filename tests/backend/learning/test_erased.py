"""What an erased person taught is found, said, and trained anew without them."""

import shutil
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from backend.annotators.models import Annotator
from backend.datasets.actions.freeze import ask_for_version, folder_of
from backend.datasets.models import Dataset
from backend.datasets.work import give_up_work as fail_freezing
from backend.desk.actions.erase import erase_annotator
from backend.judgements.actions.tell import answer_as_expert
from backend.learning.actions import forget
from backend.learning.actions.forget import TRAIN_ANEW, mark_taught_by_erased, train_anew
from backend.learning.actions.promote import promote, step_back
from backend.learning.actions.train import TRAIN, ask_for_training, frozen_version
from backend.learning.errors import NotPromotable
from backend.learning.labels import LabelLesson
from backend.projects.actions.jobs import claim_job, do_job, drain_jobs
from backend.projects.models import Job, StaffMember
from backend.projects.tenancy import tenancy
from backend.questions.actions.units import unit_of_item
from backend.suggestions.models import TrainedVersion
from tests.backend.learning.tones import believed, titles, train

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def erased(keep, request):
    """A version live that was taught by somebody who is erased then, and one of before them that is retired."""

    def make_erased():
        world, ask_labels = map(request.getfixturevalue, ("complaints", "ask_labels"))
        world.question = tone = ask_labels(world, "choice", suggesters=["linear"])
        with tenancy(world.project):
            answers = [
                (unit_of_item(question=tone, item=world.items[key]), world.items[key], label)
                for key, _, label in titles()
            ]
        believed(world, tone, answers)
        world.before = train(world, "linear")
        with tenancy(world.project):
            promote(trained=world.before, by="ann", now=world.now)
            unit, item, _ = answers[0]
            answer_as_expert(annotator=world.people[0], unit=unit, item=item, value="Thanks", now=world.now)
        believed(world, tone, [])
        world.live = train(world, "linear")
        with tenancy(world.project):
            promote(trained=world.live, by="ann", now=world.now, reason="to see")
            erase_annotator(annotator=world.people[0], now=world.now)
        while drain_jobs(seconds=60):
            pass
        return world

    return keep(make_erased)


def test_it_is_found_said_and_trained_anew_from_a_new_version_without_them(erased):
    with tenancy(erased.project):
        before, live, anew = TrainedVersion.objects.order_by("number")
        assert (before.erased_at, live.state) == (None, "live") and live.erased_at is not None
        assert (anew.name, anew.state, anew.dataset_number, anew.erased_at) == ("linear", "shadow", 3, None)
    user = get_user_model().objects.create(username="ann", is_staff=True)
    StaffMember.objects.create(project=erased.project, user=user)
    staff = Client()
    staff.force_login(user)
    page = staff.get("/admin/suggestions/trainedversion/").content.decode()
    assert "taught by somebody who is erased since" in page and "Live, taught by somebody erased" in page


def test_what_they_taught_is_never_promoted_or_stepped_back_to_again(erased):
    with tenancy(erased.project):
        anew = TrainedVersion.objects.select_related("question").latest("number")
        promote(trained=anew, by="ann", now=erased.now, reason="without them")
        with pytest.raises(NotPromotable, match="erased since"):
            promote(trained=erased.live, by="ann", now=erased.now, reason="again")
        assert step_back(question=anew.question, by="ann", now=erased.now).after == erased.before


def test_nor_is_it_before_the_worker_has_looked(tones):
    trained = train(tones, "linear")
    with tenancy(tones.project):
        erase_annotator(annotator=Annotator.objects.get(subject="earmark-staff:1"), now=tones.now)
        assert trained.erased_at is None
        with pytest.raises(NotPromotable, match="erased since"):
            promote(trained=trained, by="ann", now=tones.now, reason="to see")


def test_what_cannot_be_read_counts_as_taught_by_them(tones):
    trained = train(tones, "linear")
    with tenancy(tones.project):
        shutil.rmtree(folder_of(frozen_version(question=tones.question)))
        assert mark_taught_by_erased(project_id=tones.project.pk, now=tones.now) == [], "nobody is erased"
        erase_annotator(annotator=tones.people[0], now=tones.now)
    while drain_jobs(seconds=60):
        pass
    with tenancy(tones.project):
        trained.refresh_from_db()
        anew = TrainedVersion.objects.latest("number")
    assert trained.erased_at is not None and (anew.state, anew.dataset_number) == ("shadow", 2)


def test_a_frozen_version_that_taught_several_is_read_once(tones, monkeypatch):
    for _ in range(2):
        train(tones, "linear")
    read = []
    monkeypatch.setattr(forget, "holds_erased", lambda version: bool(read.append(version)))
    with tenancy(tones.project):
        mark_taught_by_erased(project_id=tones.project.pk, now=tones.now)
    assert len(read) == 1


def test_a_frozen_version_with_their_answers_teaches_nothing_any_more(erased):
    with tenancy(erased.project):
        version = frozen_version(question=erased.question, number=2)
        asked = ask_for_training(question=erased.question, version=version, asked_by="ann", now=erased.now)
    drain_jobs(seconds=60)
    with tenancy(erased.project):
        asked.refresh_from_db()
    assert asked.state == "failed" and "Freeze a version anew" in asked.failure


def test_who_is_erased_while_a_version_is_trained_is_found_when_it_is_done(tones, monkeypatch):
    learn = LabelLesson.learn

    def slowly(lesson):
        with tenancy(tones.project):
            expert = Annotator.objects.get(subject="earmark-staff:1")
            erase_annotator(annotator=expert, now=timezone.now())
        while drain_jobs(seconds=60):
            pass
        return learn(lesson)

    monkeypatch.setattr(LabelLesson, "learn", slowly)
    trained = train(tones, "linear")
    assert trained.state == "shadow" and trained.erased_at is None
    drain_jobs(seconds=60)
    with tenancy(tones.project):
        trained.refresh_from_db()
    assert trained.erased_at is not None


def test_what_was_to_take_its_place_is_asked_for_again_where_somebody_else_is_erased_meanwhile(tones):
    with tenancy(tones.project):
        item = tones.items["n0"]
        for person in tones.people[:2]:
            unit = unit_of_item(question=tones.question, item=item)
            answer_as_expert(annotator=person, unit=unit, item=item, value="Thanks", now=tones.now)
    believed(tones, tones.question, [])
    live = train(tones, "linear")
    with tenancy(tones.project):
        promote(trained=live, by="ann", now=tones.now, reason="to see")
        erase_annotator(annotator=tones.people[0], now=tones.now)
    while (job := claim_job(now=timezone.now())) and job.kind != TRAIN:
        do_job(job, now=timezone.now())
    with tenancy(tones.project):
        erase_annotator(annotator=tones.people[1], now=tones.now)
    while drain_jobs(seconds=60):
        pass
    do_job(job, now=timezone.now())
    while drain_jobs(seconds=60):
        pass
    with tenancy(tones.project):
        _, without_one, without_both = TrainedVersion.objects.filter(number__gte=live.number).order_by("number")
    assert (without_one.state, without_both.state, without_both.erased_at) == ("failed", "shadow", None)
    assert without_both.dataset_number == without_one.dataset_number + 1


def test_that_no_version_could_be_frozen_is_said(tones):
    live = train(tones, "linear")
    with tenancy(tones.project):
        version = ask_for_version(dataset=Dataset.objects.get(), asked_by="erasure", now=tones.now)
        fail_freezing(project_id=tones.project.pk, now=tones.now, version_id=version.pk, failure="DiskFull")
        train_anew(version_id=version.pk, name="linear", now=tones.now)
        failed = TrainedVersion.objects.latest("number")
    assert (failed.number, failed.state) == (live.number + 1, "failed") and "DiskFull" in failed.failure


def test_a_version_that_takes_long_to_be_frozen_is_waited_for(tones):
    with tenancy(tones.project):
        version = ask_for_version(dataset=Dataset.objects.get(), asked_by="erasure", now=tones.now)
        for _ in range(20):
            train_anew(version_id=version.pk, name="linear", now=tones.now)
        waiting = Job.objects.waiting().filter(kind=TRAIN_ANEW)
        assert {job.due_at for job in waiting} == {tones.now + timedelta(seconds=30)}
        assert not TrainedVersion.objects.exists()
