import hashlib
import json
from datetime import timedelta

import duckdb
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.datasets.actions.freeze import ask_for_version, folder_of, path_of_file, register_dataset
from backend.datasets.errors import FileDamaged, VersionNotFrozen
from backend.datasets.models import DatasetVersion
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_suggestions
from backend.judgements.events import Judge, Seen, Undo
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def marked(make_world):
    """A world in which person 0 accepted the first candidate of item 5, after a mark taken back."""
    world = make_world()
    with tenancy(world.project):
        exposure = show_suggestions(
            annotator=world.people[0], question=world.question, item=world.items["5"], channel="widget", now=world.now
        )
        first, second = [slot.candidate.key for slot in exposure.slots.order_by("rank")][:2]
        undone = Judge(uuid7(now=world.now), exposure.pk, 1, 1500, first, "pair", "related", world.now, "mouse")
        record_events(
            annotator=world.people[0],
            now=world.now,
            events=[
                Seen(uuid7(now=world.now), exposure.pk, 0, 1000, first),
                Seen(uuid7(now=world.now), exposure.pk, 0, 1000, second),
                undone,
                Undo(uuid7(now=world.now), exposure.pk, 2, 1800, undone.id),
                Judge(
                    uuid7(now=world.now + timedelta(seconds=1)),
                    exposure.pk,
                    3,
                    2000,
                    first,
                    "pair",
                    "duplicate",
                    world.now,
                    "keyboard",
                ),
            ],
        )
        world.dataset = register_dataset(project_id=world.project.pk, slug="dups", question=world.question)
    world.first, world.second = first, second
    drain_jobs()
    return world


def freeze(world) -> DatasetVersion:
    with tenancy(world.project):
        version = ask_for_version(dataset=world.dataset, asked_by="ann", now=world.now)
    drain_jobs()
    with tenancy(world.project):
        return DatasetVersion.objects.select_related("dataset").get(pk=version.pk)


def lines(version, name):
    return [json.loads(line) for line in (folder_of(version) / name).read_text().splitlines()]


def test_a_settled_label_is_a_row_with_its_evidence_and_split(marked):
    (row,) = lines(freeze(marked), "labels.jsonl")
    assert {row["item"], row["other"]} == {"5", marked.first}
    assert (row["value"], row["votes"], row["probability"]) == ("duplicate", {"duplicate": 1}, 0.5)
    assert row["split"] in ("train", "dev", "test") and row["cluster"]


def test_each_judgement_and_each_unanswered_slot_is_a_row_with_its_provenance(marked):
    rows = lines(freeze(marked), "judgements.jsonl")
    said = [row for row in rows if row["record"] == "judgement"]
    assert [(row["value"], row["was_withdrawn"], row["is_live"]) for row in said] == [
        ("related", True, False), ("duplicate", False, True),
    ]  # fmt: skip
    assert {key for key, value in said[1].items() if value is None} == {"seen_ms"}
    assert (said[1]["rank"], said[1]["propensity"], said[1]["origin"]) == (1, pytest.approx(0.92, abs=0.02), "drawn")
    silent = {row["candidate"]: row["outcome"] for row in rows if row["record"] == "slot"}
    assert silent[marked.second] == "passed" and set(silent.values()) == {"passed", "unseen"}


def test_parquet_holds_what_json_lines_hold(marked):
    version = freeze(marked)
    for name in ("labels", "judgements"):
        rows = lines(version, f"{name}.jsonl")
        file = folder_of(version) / f"{name}.parquet"
        assert duckdb.sql(f"select * from '{file}'").columns == list(rows[0])
        assert duckdb.sql(f"select item, value, split from '{file}'").fetchall() == [
            (row["item"], row["value"], row["split"]) for row in rows
        ]


def test_the_checksums_are_those_of_the_bytes_and_two_versions_of_the_same_are_alike(marked):
    first, second = freeze(marked), freeze(marked)
    for file in first.files:
        content = (folder_of(first) / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        if file["name"] != "manifest.json":
            assert content == (folder_of(second) / file["name"]).read_bytes()
    assert (first.number, second.number) == (1, 2)


def test_a_frozen_version_refuses_every_change(marked):
    version = freeze(marked)
    with pytest.raises(IntegrityError, match="does not change"), tenancy(marked.project), transaction.atomic():
        DatasetVersion.objects.filter(pk=version.pk).update(labels_count=99)
    with pytest.raises(IntegrityError, match="does not change"), tenancy(marked.project), transaction.atomic():
        DatasetVersion.objects.filter(pk=version.pk).delete()


def test_a_damaged_file_is_not_handed_out(marked):
    version = freeze(marked)
    assert path_of_file(version=version, name="labels.jsonl").exists()
    (folder_of(version) / "labels.jsonl").write_text("{}\n")
    with pytest.raises(FileDamaged):
        path_of_file(version=version, name="labels.jsonl")
    with pytest.raises(KeyError):
        path_of_file(version=version, name="../../secret-key")


def test_a_version_under_construction_has_no_files(marked):
    with tenancy(marked.project):
        version = ask_for_version(dataset=marked.dataset, asked_by="ann", now=marked.now)
        with pytest.raises(VersionNotFrozen):
            path_of_file(version=version, name="labels.jsonl")


def test_an_item_keeps_its_split_from_version_to_version(marked):
    first = lines(freeze(marked), "labels.jsonl")[0]["split"]
    marked.question.slug = "another salt"
    assert lines(freeze(marked), "labels.jsonl")[0]["split"] == first


def test_a_version_that_cannot_be_built_says_so(marked, monkeypatch):
    from backend.datasets import files
    from backend.projects.models import Job

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(files, "write_parquet", full)
    with tenancy(marked.project):
        version = ask_for_version(dataset=marked.dataset, asked_by="ann", now=marked.now)
    for _ in range(8):
        Job.objects.update(due_at=timezone.now() - timedelta(seconds=1), leased_until=None)
        drain_jobs()
    with tenancy(marked.project):
        version.refresh_from_db()
    assert (version.state, version.failure) == ("failed", "OSError")
