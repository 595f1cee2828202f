"""What is removed leaves what was learned: values of fields, and artefacts that were taught with it."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone
from earmark.suggesters.pool import CandidatePool

from backend.learning.actions import forget
from backend.learning.actions.forget import FORGET
from backend.learning.actions.train import frozen_version
from backend.learning.labels import LabelLesson, taught_keys
from backend.projects.actions.jobs import drain_jobs
from backend.projects.errors import LeaseLost
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.suggestions import artefacts
from backend.suggestions.actions.weigh import FORGET_VALUES
from backend.suggestions.artefacts import (
    fault_of,
    folder_of,
    home_of,
    live_version,
    load_trained,
    unless_broken,
    write_artefact,
)
from backend.suggestions.fusion import fused_suggester
from backend.suggestions.items import as_sdk_item
from backend.suggestions.models import TrainedVersion, WeighedFields
from tests.backend.learning.tones import titles, train

pytestmark = pytest.mark.django_db(transaction=True)


def remove(world, keys):
    with tenancy(world.project):
        for key in keys:
            remove_item(item=world.items[key], now=timezone.now())
    while drain_jobs(seconds=60):
        pass


def all_kept(world):
    """Return all that is kept of fields, as text: what was weighed, and all that was written of trained versions."""
    with tenancy(world.project):
        homes = [home_of(each) for each in TrainedVersion.objects.exclude(checksum="")]
        weighed = json.dumps(WeighedFields.objects.get().facts)
    return weighed + "".join(path.read_text() for home in homes for path in home.rglob("*.*"))


@pytest.fixture
def trained(trained_forum):
    with tenancy(trained_forum.project):
        TrainedVersion.objects.update(state="live")
    return trained_forum


def having(world, area):
    return [key for key, item in world.items.items() if item.metadata.get("area") == area]


def test_a_value_leaves_what_was_learned_with_the_last_item_that_has_it(trained):
    last, *others = having(trained, "area3")
    assert '"area3"' in all_kept(trained)
    remove(trained, others)
    assert '"area3"' in all_kept(trained), "one item has it still"
    remove(trained, [last])
    assert '"area3"' not in all_kept(trained) and '"area4"' in all_kept(trained)


def test_what_is_left_is_whole_and_weighs_as_before(trained):
    here, there = as_sdk_item(trained.items["l5"]), as_sdk_item(trained.items["f5"])

    def weighed():
        with tenancy(trained.project):
            engine = fused_suggester(trained.question, is_learned=True)
            return engine.version, engine.pool.facets.weigh(here, there)

    before = weighed()
    remove(trained, having(trained, "area3"))
    with tenancy(trained.project):
        assert fault_of(live_version(trained.question)) == ""
    assert weighed() == before


def test_a_value_that_is_gone_when_training_begins_and_not_forgotten_yet_is_forgotten_after_it(taught):
    call_command("train_suggester", question="duplicate")
    with tenancy(taught.project):
        for key in having(taught, "area3"):
            remove_item(item=taught.items[key], now=timezone.now())
        waiting = Job.objects.waiting().filter(project=taught.project)
        assert waiting.filter(kind=FORGET_VALUES).count() == waiting.filter(kind=FORGET).count() == 1, "asked once"
    call_command("train_suggester", question="duplicate")
    assert '"area3"' in all_kept(taught)
    while drain_jobs(seconds=60):
        pass
    assert '"area3"' not in all_kept(taught)


def test_an_artefact_that_is_damaged_is_left_and_the_rest_is_forgotten(trained):
    with tenancy(trained.project):
        model = folder_of(live_version(trained.question)) / "model.json"
    model.write_text(model.read_text() + " ")
    remove(trained, having(trained, "area3"))
    with tenancy(trained.project):
        assert '"area3"' not in json.dumps(WeighedFields.objects.get().facts)
        assert "is not what was written" in fault_of(live_version(trained.question))


@pytest.fixture
def dying(monkeypatch):
    """Let whatever writes an artefact die before its transaction commits."""

    def write_and_die(trained, save):
        write_artefact(trained, save)
        raise LeaseLost(job_id=0)

    with monkeypatch.context() as patch:
        patch.setattr(artefacts, "write_artefact", write_and_die)
        patch.setattr(forget, "write_artefact", write_and_die)
        yield patch


def try_again(world, dying):
    dying.undo()
    with tenancy(world.project):
        assert Job.objects.waiting().filter(failure="LeaseLost").update(due_at=timezone.now()) == 1
    while drain_jobs(seconds=60):
        pass


def test_forgetting_that_is_rolled_back_leaves_what_serves_whole_and_is_done_at_the_next_try(trained, dying):
    remove(trained, having(trained, "area3"))
    with tenancy(trained.project):
        assert fault_of(live_version(trained.question)) == ""
    try_again(trained, dying)
    with tenancy(trained.project):
        assert fault_of(live_version(trained.question)) == ""
    assert '"area3"' not in all_kept(trained)


def test_so_it_is_with_words_of_labels(tones, request):
    trained = train(tones)
    dying = request.getfixturevalue("dying")
    remove(tones, [key for key, told, _ in titles() if "porch" in told])
    assert fault_of(trained) == "" and "porch" in kept(trained, tones)
    try_again(tones, dying)
    with tenancy(tones.project):
        trained.refresh_from_db()
    assert fault_of(trained) == "" and "porch" not in kept(trained, tones)


def test_an_artefact_that_took_the_place_of_a_broken_one_is_loaded_at_once(trained):
    with tenancy(trained.project):
        live = live_version(trained.question)
        live.checksum = "gone meanwhile"
        assert unless_broken(live, lambda: load_trained(live, CandidatePool())) is None
        live = live_version(trained.question)
        assert unless_broken(live, lambda: load_trained(live, CandidatePool())) is not None


def test_words_that_only_removed_threads_said_leave_the_suggesters_of_labels_at_once(tones):
    trained = train(tones)
    with tenancy(tones.project):
        keys = {key for key, told, _ in titles() if "porch" in told} & set(
            taught_keys(frozen_version(question=tones.question))
        )
    assert '"w:porch"' in kept(trained, tones)
    remove(tones, sorted(keys)[1:])
    assert '"w:porch"' in kept(trained, tones), "one thread says it still"
    remove(tones, sorted(keys)[:1])
    assert "porch" not in kept(trained, tones) and '"w:garden"' in kept(trained, tones)
    with tenancy(tones.project):
        trained.refresh_from_db()
        assert fault_of(trained) == ""


def test_what_a_thread_said_before_it_was_changed_and_removed_is_forgotten_too(tones, now):
    with tenancy(tones.project):
        key = taught_keys(frozen_version(question=tones.question))[0]
        first = NewItem(key, "awful hopeless zanzibar", created_at=tones.items[key].created_at)
        register_items(project_id=tones.project.pk, items=[first], now=now)
    trained = train(tones)
    assert "zanzibar" in kept(trained, tones)
    with tenancy(tones.project):
        register_items(project_id=tones.project.pk, items=[NewItem(key, "edited", created_at=now)], now=now)
    remove(tones, [key])
    assert "zanzibar" not in kept(trained, tones)


def test_what_is_removed_while_a_version_is_trained_is_forgotten_when_it_is_done(tones, monkeypatch):
    with tenancy(tones.project):
        keys = [key for key, told, _ in titles() if "porch" in told]
    learn = LabelLesson.learn

    def slowly(lesson):
        remove(tones, keys)
        return learn(lesson)

    monkeypatch.setattr(LabelLesson, "learn", slowly)
    trained = train(tones)
    assert "porch" in kept(trained, tones), "it was read before"
    drain_jobs(seconds=60)
    assert "porch" not in kept(trained, tones)


def kept(trained, world):
    with tenancy(world.project):
        return "".join(path.read_text() for path in home_of(trained).rglob("*.json"))
