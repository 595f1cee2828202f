import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from earmark.errors import IndexFailed, LearningMissing

from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.learning import work
from backend.learning.actions.train import TRAIN, ask_for_training, frozen_version, gather
from backend.learning.errors import NothingFrozen, NotLearnable
from backend.projects.actions.jobs import drain_jobs
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.models import Item
from backend.suggestions.artefacts import fault_of, folder_of
from backend.suggestions.models import EmbeddingVersion, ItemVector, Suggester, TrainedVersion

pytestmark = pytest.mark.django_db(transaction=True)


def train(world):
    call_command("train_suggester", question="duplicate", project=world.project.slug)
    with tenancy(world.project):
        return TrainedVersion.objects.select_related("question", "suggester").latest("pk")


def test_a_frozen_version_trains_a_suggester_into_shadow(taught, capsys):
    trained = train(taught)
    assert (trained.state, trained.suggester.state, trained.suggester.name) == ("shadow", "shadow", "learned")
    assert (trained.dataset, trained.dataset_number, trained.dataset_checksum) == ("dups", 1, taught.version.checksum)
    assert trained.positives_count > 12 and trained.examples_count > trained.positives_count and trained.seconds > 0
    said = capsys.readouterr().out
    assert "training duplicate 1 from dups 1" in said and "looked at" in said and "is in shadow as learned " in said


def test_it_is_measured_beside_the_hybrid_on_what_it_did_not_learn_from(taught):
    trained = train(taught)
    with tenancy(taught.project):
        rows = [json.loads(line) for line in _file(taught, "labels.jsonl").splitlines()]
    held_out = [row for row in rows if row["split"] in ("dev", "test")]
    assert trained.metrics["queries"] == len(held_out) > 0
    assert trained.report["queries"] == len(rows) - len(held_out)
    gain = trained.gain
    assert gain["low"] <= gain["difference"] <= gain["high"]
    mine, usual = trained.metrics["learned"]["MRR@10"], trained.metrics["hybrid"]["MRR@10"]
    assert gain["difference"] == pytest.approx(mine - usual, abs=0.02)


def test_it_learns_what_words_do_not_tell(taught):
    trained = train(taught)
    assert trained.metrics["learned"]["MRR@10"] > trained.metrics["hybrid"]["MRR@10"] + 10 and trained.is_better


def test_what_is_meant_alike_is_looked_for_among_the_questions_kind_alone_as_at_the_request(taught):
    with tenancy(taught.project):
        Item.objects.update(kind="thread")
        taught.question.item_kind = "thread"
        taught.question.save()
        items = Item.objects.of(taught.project)
        facts = {"project": taught.project, "width": 32}
        version = EmbeddingVersion.objects.create(
            name="drawn", version="1", state="serving", vectors_count=items.count(), started_at=taught.now, **facts
        )
        for at, item in enumerate(items):
            vector = [float(each == at % 32) for each in range(32)]
            ItemVector.objects.create(
                item=item, version=version, text_hash="1", vector=vector, created_at=item.created_at, **facts
            )
    with CaptureQueriesContext(connection) as asked:
        train(taught)
    searched = [each["sql"] for each in asked if " near as " in each["sql"]]
    assert searched
    assert all("i.kind = 'thread'" in sql for sql in searched)


def _file(world, name):
    from backend.datasets.actions.freeze import path_of_file

    return path_of_file(version=frozen_version(question=world.question), name=name).read_text()


def test_a_worker_trains_as_the_command_does(taught):
    with tenancy(taught.project):
        version = frozen_version(question=taught.question)
        asked = ask_for_training(question=taught.question, version=version, asked_by="ann", now=taught.now)
        assert asked.state == "training"
    drain_jobs(seconds=60)
    with tenancy(taught.project):
        asked = TrainedVersion.objects.select_related("suggester").get(pk=asked.pk)
    by_command = train(taught)
    assert (asked.state, asked.metrics, asked.number) == ("shadow", by_command.metrics, 1)
    assert by_command.number == 2 and by_command.suggester.version != asked.suggester.version


def test_without_a_frozen_version_it_says_how_to_freeze_one(forum):
    with pytest.raises(CommandError, match="Freeze a version now"):
        call_command("train_suggester", question="duplicate")
    with tenancy(forum.project):
        assert not TrainedVersion.objects.exists()


def test_a_version_without_anything_right_fails_and_says_so(forum, label, freeze):
    label(forum, [("f1", "d1")], value="different")
    freeze(forum)
    with pytest.raises(CommandError, match="Wait for more labels"):
        call_command("train_suggester", question="duplicate")
    with tenancy(forum.project):
        failed = TrainedVersion.objects.get()
        assert failed.state == "failed" and "Wait for more labels" in failed.failure
        assert not Suggester.objects.filter(name="learned").exists()


def test_a_job_that_can_learn_nothing_fails_once_and_for_all(forum, label, freeze):
    label(forum, [("f1", "d1")], value="different")
    version = freeze(forum)
    with tenancy(forum.project):
        asked = ask_for_training(question=forum.question, version=version, asked_by="ann", now=forum.now)
    drain_jobs(seconds=60)
    with tenancy(forum.project):
        asked.refresh_from_db()
    assert asked.state == "failed" and "Wait for more labels" in asked.failure


def trained_by_a_worker(world):
    with tenancy(world.project):
        version = frozen_version(question=world.question)
        asked = ask_for_training(question=world.question, version=version, asked_by="ann", now=world.now)
    drain_jobs(seconds=60)
    with tenancy(world.project):
        asked.refresh_from_db()
    assert drain_jobs() == 0
    return asked


@pytest.mark.parametrize("step", ["gather", "learn"])
def test_what_trying_again_does_not_change_is_said_at_once_with_what_to_do(taught, monkeypatch, step):
    def missing(*_, **__):
        raise LearningMissing("lightgbm")

    monkeypatch.setattr(work, step, missing)
    asked = trained_by_a_worker(taught)
    told = "Learning needs the extra `learned` (not installed: lightgbm): pip install 'earmark[learned]'"
    assert (asked.state, asked.failure) == ("failed", told)
    with tenancy(taught.project):
        assert not Job.objects.waiting().filter(kind=TRAIN).exists()


def test_an_index_that_fails_just_now_is_tried_again(taught, monkeypatch):
    def broken(**_):
        raise IndexFailed("torn")

    monkeypatch.setattr(work, "gather", broken)
    assert trained_by_a_worker(taught).state == "training"
    with tenancy(taught.project):
        assert Job.objects.waiting().filter(kind=TRAIN).exists()


def test_a_training_that_fails_for_other_reasons_is_given_up_with_where_to_look(taught):
    with tenancy(taught.project):
        version = frozen_version(question=taught.question)
        asked = ask_for_training(question=taught.question, version=version, asked_by="ann", now=taught.now)
        work.give_up_work(
            project_id=taught.project.pk, now=taught.now, trained_id=asked.pk, failure="ZeroDivisionError"
        )
        asked.refresh_from_db()
    assert asked.state == "failed"
    assert "last with ZeroDivisionError; manage.py train_suggester trains where you see why" in asked.failure


def test_what_was_killed_fails_after_hours_unless_a_job_of_its_waits(taught):
    now = timezone.now()

    def ask(hours, *, is_queued=False):
        return ask_for_training(
            question=taught.question, version=taught.version, asked_by="ann", now=now - timedelta(hours=hours),
            is_queued=is_queued,
        ).pk  # fmt: skip

    def states():
        return list(TrainedVersion.objects.order_by("number").values_list("state", flat=True))

    with tenancy(taught.project):
        killed, _, young = ask(3), ask(3, is_queued=True), ask(1)
        Job.objects.filter(kind="learning.train").update(due_at=now + timedelta(hours=1))
    drain_jobs(seconds=60)
    with tenancy(taught.project):
        assert states() == ["failed", "training", "training"]
        assert "train again" in TrainedVersion.objects.get(pk=killed).failure
        Job.objects.filter(kind="learning.fail_stale").update(due_at=now)
        TrainedVersion.objects.filter(pk=young).update(asked_at=now - timedelta(hours=3))
    drain_jobs(seconds=60)
    with tenancy(taught.project):
        assert states() == ["failed", "training", "failed"]


def test_no_transaction_lasts_while_it_gathers(taught, monkeypatch):
    open_doors = []
    monkeypatch.setattr("backend.learning.pairs.BATCH", 5)
    with tenancy(taught.project):
        trained = ask_for_training(
            question=taught.question, version=taught.version, asked_by="ann", now=taught.now, is_queued=False
        )
    gather(trained=trained, now=taught.now, tell=lambda line: open_doors.append((line, connection.in_atomic_block)))
    assert len(open_doors) > len(taught.pairs) // 5 and not any(is_open for _, is_open in open_doors)


def test_without_times_nothing_known_of_a_cluster_gives_answers_away(forum, label, freeze):
    """Of each fault all three reports are settled as the same, so two that answer a third are mates of each other."""
    with tenancy(forum.project):
        Item.objects.of(forum.project).update(created_at=None)
    numbers = range(20)
    label(forum, [(f"{one}{at}", f"{other}{at}") for at in numbers for one, other in ("fd", "fl", "dl")])
    version = freeze(forum)
    with tenancy(forum.project):
        trained = ask_for_training(
            question=forum.question, version=version, asked_by="ann", now=forum.now, is_queued=False
        )
    lesson = gather(trained=trained, now=forum.now)
    at = lesson.reranker.hybrid.pool.features.index("known_mates")
    assert lesson.asked and not any(each.features[at] for query in lesson.asked for each in query.pool)
    assert lesson.examples and not any(each.features[at] for each in lesson.examples)


def test_unknown_names_are_told_with_those_there_are(forum):
    with pytest.raises(CommandError, match="asks no question 'typo'; it asks duplicate"):
        call_command("train_suggester", question="typo")
    with pytest.raises(CommandError, match="no project 'typo'"):
        call_command("train_suggester", question="duplicate", project="typo")


def test_a_suggester_that_does_not_learn_the_kind_is_refused(taught):
    with tenancy(taught.project), pytest.raises(NotLearnable, match="there it is learned"):
        ask_for_training(
            question=taught.question, version=taught.version, name="linear", asked_by="ann", now=taught.now
        )


def test_a_version_of_another_question_is_refused(taught, make_world):
    with tenancy(taught.project):
        version = frozen_version(question=taught.question)
    other = make_world("other")
    with tenancy(other.project), pytest.raises(NothingFrozen):
        ask_for_training(question=other.question, version=version, asked_by="ann", now=taught.now)


def test_a_changed_or_missing_artefact_is_told(taught):
    trained = train(taught)
    with tenancy(taught.project):
        assert fault_of(trained) == ""
        model = folder_of(trained) / "model.json"
        model.write_text(model.read_text().replace("learned", "changed"))
        assert "is not what was written" in fault_of(trained)
        (folder_of(trained) / "checksums.json").write_text("{}")
        assert "is not what was trained" in fault_of(trained)
        (folder_of(trained) / "checksums.json").unlink()
        assert "train again" in fault_of(trained)


def test_of_boxes_nothing_is_trained_and_it_is_said_what_to_do(make_world, ask_spots):
    spots = ask_spots(make_world(), "region")
    with tenancy(spots.project), pytest.raises(NotLearnable, match="push what it guesses"):
        dataset = register_dataset(project_id=spots.project.pk, slug="spots", question=spots.question, title="")
        version = ask_for_version(dataset=dataset, asked_by="ann", now=spots.now)
        ask_for_training(question=spots.question, version=version, asked_by="ann", now=spots.now)
