import csv
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
import yaml
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.annotators.actions.people import block_annotator
from backend.datasets import files
from backend.datasets.actions.freeze import (
    FREEZE,
    ask_for_version,
    folder_of,
    freeze_version,
    path_of_file,
    register_dataset,
)
from backend.datasets.errors import FileDamaged, VersionNotFrozen
from backend.datasets.models import DatasetVersion, SplitKey
from backend.judgements.actions.record import record_events
from backend.judgements.actions.show import show_found, show_suggestions
from backend.judgements.actions.tell import record_judgement
from backend.judgements.events import Judge, Seen, Undo
from backend.projects.actions.jobs import drain_jobs
from backend.projects.ids import uuid7
from backend.projects.jobs import lease_of
from backend.projects.models import Job
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.actions.units import unit_of_pair
from backend.questions.models import Item
from backend.suggestions import items

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
    text = (folder_of(version) / name).read_text()  # not splitlines: odd texts hold other line ends
    return [json.loads(line) for line in text.split("\n") if line]


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
    assert {key for key, value in said[1].items() if value is None} == {"seen_ms", "anchor"}
    assert all(row["pool_rank"] == row["rank"] for row in rows), "nothing was shuffled"
    assert (said[1]["rank"], said[1]["propensity"], said[1]["origin"]) == (1, pytest.approx(0.92, abs=0.02), "drawn")
    silent = {row["candidate"]: row["outcome"] for row in rows if row["record"] == "slot"}
    assert silent[marked.second] == "passed" and set(silent.values()) == {"passed", "unseen"}


def test_of_a_shuffled_list_the_place_before_is_kept(marked, monkeypatch):
    monkeypatch.setattr("backend.judgements.actions.show.uniform", lambda kind, *facts: 0.0 if kind == "coin" else 0.99)
    with tenancy(marked.project):
        exposure = show_suggestions(
            annotator=marked.people[1], question=marked.question, item=marked.items["5"], channel="widget",
            now=marked.now,
        )  # fmt: skip
        ranked = [each["candidate"] for each in exposure.pool]
        shown = [slot.candidate.key for slot in exposure.slots.select_related("candidate").order_by("rank")]
    rows = [row for row in lines(freeze(marked), "judgements.jsonl") if row["exposure"] == str(exposure.pk)]
    assert shown != ranked[:3]
    assert {row["candidate"]: (row["rank"], row["pool_rank"]) for row in rows} == {
        key: (shown.index(key) + 1, ranked.index(key) + 1) for key in shown
    }


def test_parquet_holds_what_json_lines_hold(marked):
    version = freeze(marked)
    for name in ("labels", "judgements"):
        rows = lines(version, f"{name}.jsonl")
        file = folder_of(version) / f"{name}.parquet"
        assert duckdb.sql(f"select * from '{file}'").columns == list(rows[0])
        assert duckdb.sql(f"select item, value, split from '{file}'").fetchall() == [
            (row["item"], row["value"], row["split"]) for row in rows
        ]


NAMING_THE_VERSION = {"manifest.json", "README.md", "croissant.json"}


def test_the_checksums_are_those_of_the_bytes_and_two_versions_of_the_same_are_alike(marked):
    first, second = freeze(marked), freeze(marked)
    for file in first.files:
        content = (folder_of(first) / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        if file["name"] not in NAMING_THE_VERSION:
            assert content == (folder_of(second) / file["name"]).read_bytes()
    assert (first.number, second.number) == (1, 2)


def test_the_folder_is_a_dataset_of_hugging_face_whose_card_names_the_tables_by_split(marked):
    tell_of_all_origins(marked)
    version = freeze(marked)
    card = (folder_of(version) / "README.md").read_text()
    labels, judgements = yaml.safe_load(card.split("---\n")[1])["configs"]
    rows = lines(version, "labels.jsonl")
    for named in labels["data_files"]:
        items = duckdb.sql(f"select item, other from '{folder_of(version) / named['path']}'").fetchall()
        split = {"validation": "dev"}.get(named["split"], named["split"])
        assert items == [(row["item"], row["other"]) for row in rows if row["split"] == split]
    assert {each["path"] for each in labels["data_files"]} == {f"{row['split']}.labels.parquet" for row in rows}
    assert judgements["data_files"] == [{"split": "every", "path": "judgements.parquet"}]
    assert "12 answers by 2 of the kind customer" in card, "two by one person, ten that the host told of another"
    assert "Trusting: every mark counts" in card and "related" in card


def test_no_more_items_have_a_label_than_there_are_though_the_host_removed_one_that_has(marked):
    with tenancy(marked.project):
        labelled = {"5", marked.first}
        for key, item in marked.items.items():
            if key != "5":
                remove_item(item=item, now=marked.now)
    version = freeze(marked)
    assert {row["item"] for row in lines(version, "labels.jsonl")} <= labelled
    assert "2 items have a label; the project has 2." in (folder_of(version) / "README.md").read_text()
    told = json.loads((folder_of(version) / "croissant.json").read_text())
    assert told["rai:dataLimitations"] == ["2 of 2 items have a label; 0 units are not settled."]


def test_croissant_names_each_file_with_the_checksum_that_the_manifest_has_and_each_column(marked):
    version = freeze(marked)
    told = json.loads((folder_of(version) / "croissant.json").read_text())
    listed = {file["@id"]: file["sha256"] for file in told["distribution"]}
    assert listed | {"croissant.json": listed.get("croissant.json")} == {
        file["name"]: file["sha256"] if file["name"] != "croissant.json" else None
        for file in json.loads((folder_of(version) / "manifest.json").read_text())["files"]
    }
    for rows in told["recordSet"]:
        columns = duckdb.sql(f"select * from '{folder_of(version) / rows['name']}.parquet'").columns
        assert [field["name"] for field in rows["field"]] == columns
    assert (told["creator"]["name"], told["url"], told["version"]) == ("Forum", "https://forum.example", "1.0.0")


def test_a_frozen_version_refuses_every_change(marked):
    version = freeze(marked)
    with pytest.raises(IntegrityError, match="does not change"), tenancy(marked.project), transaction.atomic():
        DatasetVersion.objects.filter(pk=version.pk).update(labels_count=99)
    with pytest.raises(IntegrityError, match="does not change"), tenancy(marked.project), transaction.atomic():
        DatasetVersion.objects.filter(pk=version.pk).update(state="building")
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


ODD_TEXTS = {
    "quotes": 'He said "no", then \\"yes\\" \\n',
    "lines": "one\r\ntwo\ttabs\u2028three\u0085four",
    "null": "null",
    "number": "007",
    "date": "2024-05-05T05:05:05Z",
    "empty": "",
    "scripts": "日本語 עברית \u202egnp.exe 🏳️‍🌈 é",
    "control": "\x01\x1b[31m\x7f",
    "JSON": '{"a": [1, null]}',
    "formula": "=1+1",
}


def test_every_column_of_parquet_holds_what_the_json_lines_hold_whatever_the_text(marked):
    tell_of_all_origins(marked)
    version = freeze(marked)
    assert set(ODD_TEXTS.values()) <= {row["other_body"] for row in lines(version, "labels.jsonl")} | {
        row["item_body"] for row in lines(version, "labels.jsonl")
    }
    for name in ("labels", "judgements"):
        rows = lines(version, f"{name}.jsonl")
        table = duckdb.sql(
            f"set timezone = 'UTC'; select to_json(t)::varchar from '{folder_of(version) / name}.parquet' t"
        )
        for row, columns in zip(rows, as_dicts(table), strict=True):
            assert as_read(row) == as_read(columns)


def test_every_column_of_the_csv_holds_what_the_json_lines_hold_whatever_the_text(marked):
    tell_of_all_origins(marked)
    version = freeze(marked)
    for name in ("labels", "judgements"):
        rows = lines(version, f"{name}.jsonl")
        with (folder_of(version) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file))
        for row, cells in zip(rows, read, strict=True):
            assert as_read({key: of_cell(row[key], cell) for key, cell in cells.items()}) == as_read(row)


def of_cell(known: Any, cell: str) -> Any:
    """Return what a cell says, by the type that its column is known to have."""
    if known is None:
        return cell or None
    if isinstance(known, bool | int | float):
        return json.loads(cell)
    return json.loads(cell) if isinstance(known, dict | list) else cell.removeprefix("'")


def tell_of_all_origins(marked) -> None:
    """Add items with odd texts, and settled judgements that no list of ours led to."""
    with tenancy(marked.project):
        odd = [NewItem(f"odd {name}", text[:30], text) for name, text in ODD_TEXTS.items()]
        register_items(project_id=marked.project.pk, items=odd, now=marked.now)
        host = marked.items["1"]
        for item in Item.objects.filter(key__startswith="odd "):
            record_judgement(
                judgement_id=uuid7(now=marked.now), annotator=marked.people[1], item=item, value="related",
                unit=unit_of_pair(question=marked.question, first=item, second=host),
                origin="imported", judged_at=marked.now, now=marked.now,
            )  # fmt: skip
    drain_jobs()


def as_dicts(table) -> list[dict]:
    return [json.loads(row) for (row,) in table.fetchall()]


def as_read(row: dict) -> dict:
    """Return a row with times and JSON as values, so that both formats compare."""
    times = {"settled_at", "judged_at", "shown_at"}
    trees = {"votes", "reasons"}
    read = dict(row)
    for key in times & row.keys():
        given = row[key]
        read[key] = datetime.fromisoformat(given) if isinstance(given, str) else given
    for key in trees & row.keys():
        read[key] = json.loads(row[key]) if isinstance(row[key], str) else row[key]
    return read


def test_a_field_that_cannot_be_known_is_null_and_the_origin_explains_it(marked):
    tell_of_all_origins(marked)
    with tenancy(marked.project):
        found = show_found(
            annotator=marked.people[2], question=marked.question, item=marked.items["5"], query="print",
            channel="widget", now=marked.now,
        )  # fmt: skip
        mark = Judge(uuid7(now=marked.now), found.pk, 0, 10, "4", "pair", "different", marked.now, "touch")
        record_events(annotator=marked.people[2], events=[mark], now=marked.now)
    drain_jobs()
    rows = lines(freeze(marked), "judgements.jsonl")
    imported = next(row for row in rows if row["origin"] == "imported")
    shown = {
        "outcome", "at_ms", "seen_at_ms", "seen_ms", "exposure", "channel", "shown_at", "policy", "policy_version",
        "epsilon", "candidates_hash", "rank", "pool_rank", "score", "propensity", "suggester", "suggester_version", "reasons",
        "was_asked", "ask_probability", "anchor",
    }  # fmt: skip
    assert {key for key, value in imported.items() if value is None} == shown
    searched = next(row for row in rows if row["policy"] == "search")
    assert {key for key, value in searched.items() if value is None} == {
        "epsilon", "pool_rank", "propensity", "suggester", "suggester_version", "ask_probability", "seen_at_ms", "seen_ms",
        "anchor",
    }  # fmt: skip
    assert (searched["origin"], searched["was_asked"], searched["rank"]) == ("spontaneous", False, 1)
    slot = next(row for row in rows if row["record"] == "slot" and row["seen_at_ms"])
    assert {key for key, value in slot.items() if value is None} - {"split"} == {
        "judgement", "value", "origin", "is_live", "was_withdrawn", "judged_at", "via", "at_ms", "seen_ms",
        "item_hash", "other_hash", "anchor",
    }  # fmt: skip


def test_marks_of_a_blocked_person_stay_in_the_rows_and_are_said_not_to_count(marked):
    with tenancy(marked.project):
        block_annotator(annotator=marked.people[0], now=marked.now)
    drain_jobs()
    version = freeze(marked)
    assert lines(version, "labels.jsonl") == []
    said = [row for row in lines(version, "judgements.jsonl") if row["record"] == "judgement"]
    assert [row["counts"] for row in said] == [False, False]


def test_what_a_blocked_person_passed_by_is_said_not_to_count_either(marked):
    with tenancy(marked.project):
        show_suggestions(
            annotator=marked.people[1], question=marked.question, item=marked.items["5"], channel="widget",
            now=marked.now,
        )  # fmt: skip
        block_annotator(annotator=marked.people[0], now=marked.now)
    drain_jobs()
    slots = [row for row in lines(freeze(marked), "judgements.jsonl") if row["record"] == "slot"]
    passed = next(row for row in slots if row["candidate"] == marked.second and row["outcome"] == "passed")
    assert passed["annotator"] == marked.people[0].pseudonym
    assert {row["annotator"]: row["counts"] for row in slots} == {
        marked.people[0].pseudonym: False, marked.people[1].pseudonym: True,
    }  # fmt: skip


@pytest.mark.parametrize("written", ["5", "candidate"])
def test_what_somebody_passed_by_of_their_own_does_not_count(marked, written):
    key = marked.second if written == "candidate" else written
    with tenancy(marked.project):
        Item.objects.filter(key=key).update(author=marked.people[0].subject)
    slots = [row for row in lines(freeze(marked), "judgements.jsonl") if row["record"] == "slot"]
    assert [row["counts"] for row in slots] == [row["candidate"] != marked.second and written != "5" for row in slots]


def test_no_row_names_a_person_by_the_hosts_own_id(marked):
    version = freeze(marked)
    text = (folder_of(version) / "judgements.jsonl").read_text()
    assert marked.people[0].pseudonym in text
    assert "person-0" not in text


def test_a_pair_on_two_sides_crosses_and_no_duplicates_do(marked):
    """The splits of two clusters stand; comparing them puts the row on neither side."""
    for pair, value in ((("1", "2"), "duplicate"), (("3", "4"), "duplicate"), (("2", "3"), "different")):
        settle_by_import(marked, pair, value)
    with tenancy(marked.project):
        for key, split in (("1", "train"), ("2", "train"), ("3", "test"), ("4", "test")):
            SplitKey.objects.create(
                project=marked.project, question=marked.question, item=marked.items[key], split=split,
                assigned_at=marked.now,
            )  # fmt: skip
    splits = {frozenset((row["item"], row["other"])): row["split"] for row in lines(freeze(marked), "labels.jsonl")}
    assert splits[frozenset("23")] == "crosses"
    assert (splits[frozenset("12")], splits[frozenset("34")]) in {("train", "test"), ("test", "test")}


def settle_by_import(marked, pair: tuple[str, str], value: str) -> None:
    first, second = (marked.items[key] for key in pair)
    with tenancy(marked.project):
        record_judgement(
            judgement_id=uuid7(now=marked.now), annotator=marked.people[3], item=first, value=value,
            unit=unit_of_pair(question=marked.question, first=first, second=second),
            origin="imported", judged_at=marked.now, now=marked.now,
        )  # fmt: skip
    drain_jobs()


def test_nothing_goes_from_test_to_train_when_clusters_merge(marked):
    with tenancy(marked.project):
        for key, split in ((marked.first, "train"), ("5", "train"), ("4", "test")):
            SplitKey.objects.update_or_create(
                project=marked.project, question=marked.question, item=marked.items[key],
                defaults={"split": split, "assigned_at": marked.now},
            )  # fmt: skip
    freeze(marked)
    settle_by_import(marked, ("5", "4"), "duplicate")
    freeze(marked)
    with tenancy(marked.project):
        kept = dict(SplitKey.objects.values_list("item__key", "split"))
    assert {kept[key] for key in (marked.first, "5", "4")} == {"test"}


def test_the_manifest_names_every_other_file_and_its_checksum_is_the_versions(marked):
    version = freeze(marked)
    content = (folder_of(version) / "manifest.json").read_bytes()
    manifest = json.loads(content)
    assert version.checksum == hashlib.sha256(content).hexdigest()
    names = {f"{rows}.{ending}" for rows in ("labels", "judgements") for ending in ("jsonl", "parquet", "csv")}
    names |= {"README.md", "croissant.json", f"{lines(version, 'labels.jsonl')[0]['split']}.labels.parquet"}
    assert {file["name"] for file in manifest["files"]} == names
    assert {path.name for path in folder_of(version).iterdir()} == names | {"manifest.json"}
    assert (manifest["labels_count"], manifest["judgements_count"]) == (
        len(lines(version, "labels.jsonl")), len(lines(version, "judgements.jsonl")),
    )  # fmt: skip


def test_freezing_a_frozen_version_again_leaves_its_bytes(marked):
    version = freeze(marked)
    before = {path.name: path.read_bytes() for path in folder_of(version).iterdir()}
    settle_by_import(marked, ("1", "2"), "duplicate")
    with tenancy(marked.project):
        freeze_version(version_id=version.pk, now=marked.now + timedelta(days=1))
    assert {path.name: path.read_bytes() for path in folder_of(version).iterdir()} == before


def test_while_a_version_is_built_the_admin_says_how_far_it_is_and_then_that_it_is_frozen(marked, monkeypatch):
    get_user_model().objects.create_superuser("ann", password="a long word")
    staff, written, told = Client(), files.write_parquet, []
    staff.force_login(get_user_model().objects.get())
    address = reverse("admin:datasets_datasetversion_changelist")

    def page() -> str:
        try:
            return staff.get(address).content.decode()
        finally:
            connections.close_all()

    def look(*given: Any) -> None:
        with ThreadPoolExecutor(1) as elsewhere:  # another process would see no more either
            told.append(elsewhere.submit(page).result())
        written(*given)

    monkeypatch.setattr(files, "write_parquet", look)
    version = freeze(marked)
    assert "Building: all written once, and now as Parquet" in told[0]
    assert "Building:" not in staff.get(address).content.decode()
    assert [path.name for path in folder_of(version).parent.iterdir()] == ["1"]


def test_items_of_more_than_one_batch_all_keep_their_split(marked, monkeypatch):
    settle_by_import(marked, ("1", "2"), "different")
    monkeypatch.setattr(items, "BATCH", 1)
    freeze(marked)
    with tenancy(marked.project):
        kept = set(SplitKey.objects.of(marked.project).values_list("item__key", flat=True))
    assert kept == {"1", "2", "5", marked.first}


def test_a_worker_killed_in_the_middle_leaves_nothing_to_read_and_the_next_one_ends_the_work(marked, monkeypatch):
    whole = files.write_parquet
    monkeypatch.setattr(files, "write_parquet", lambda *_: 1 / 0)
    with tenancy(marked.project):
        version = ask_for_version(dataset=marked.dataset, asked_by="ann", now=marked.now)
    drain_jobs()
    with tenancy(marked.project):
        assert not folder_of(version).exists()
        with pytest.raises(VersionNotFrozen):
            path_of_file(version=version, name="labels.jsonl")
    monkeypatch.setattr(files, "write_parquet", whole)
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1), leased_until=None)
    drain_jobs()
    with tenancy(marked.project):
        version = DatasetVersion.objects.select_related("dataset").get(pk=version.pk)
    assert version.state == "frozen"
    assert len(lines(version, "labels.jsonl")) == 1
    assert [path.name for path in folder_of(version).parent.iterdir()] == ["1"]


def test_versions_asked_for_at_once_get_numbers_of_their_own(marked):
    numbers: list[int] = []

    def ask() -> None:
        try:
            with tenancy(marked.project):
                numbers.append(ask_for_version(dataset=marked.dataset, asked_by="ann", now=marked.now).number)
        finally:
            connection.close()

    people = [threading.Thread(target=ask) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(numbers) == [1, 2, 3, 4]


# Tags and choices


def labelled(world, question, item, person, value, tag=None):
    exposure = show_suggestions(
        annotator=world.people[person], question=question, item=world.items[item], channel="widget", now=world.now
    )
    event = Judge(uuid7(now=world.now), exposure.pk, 0, 900, tag, question.kind, value, world.now)
    (verdict,) = record_events(annotator=world.people[person], events=[event], now=world.now)
    assert verdict.status == "ok"
    return exposure


@pytest.fixture
def topics(make_world, ask_labels):
    """A world whose item 2 has two tags that fit and one that does not; one of them was named by a person."""
    world = make_world()
    world.topics = ask_labels(world, overlap=1)
    with tenancy(world.project):
        labelled(world, world.topics, "2", 0, "fits", "Archive")
        labelled(world, world.topics, "2", 0, "fits", "Printing")
        labelled(world, world.topics, "2", 1, "does_not_fit", "Inbox")
        labelled(world, world.topics, "3", 1, "fits", "Archive")
        world.dataset = register_dataset(project_id=world.project.pk, slug="topics", question=world.topics)
    drain_jobs()
    return world


def test_a_settled_tag_is_a_row_with_its_label(topics):
    rows = lines(freeze(topics), "labels.jsonl")
    assert [(row["item"], row["label"], row["value"], row["other"], row["cluster"]) for row in rows] == [
        ("2", "Archive", "fits", None, None),
        ("2", "Printing", "fits", None, None),
        ("2", "Inbox", "does_not_fit", None, None),
        ("3", "Archive", "fits", None, None),
    ]
    assert all(row["kind"] == "tags" and row["other_hash"] is None for row in rows)


def test_all_tags_of_an_item_are_on_one_side_for_good(topics):
    first = {(row["item"], row["split"]) for row in lines(freeze(topics), "labels.jsonl")}
    assert {item for item, _ in first} == {"2", "3"} and len(first) == 2
    with tenancy(topics.project):
        assert {key.item.key: key.split for key in SplitKey.objects.filter(question=topics.topics)} == dict(first)
        labelled(topics, topics.topics, "2", 2, "fits", "Shortcuts")
        labelled(topics, topics.topics, "4", 2, "fits", "Printing")
    drain_jobs()
    later = {(row["item"], row["split"]) for row in lines(freeze(topics), "labels.jsonl")}
    assert first < later and {item for item, _ in later} == {"2", "3", "4"}


def test_answers_and_silent_slots_of_tags_name_their_label(topics):
    rows = lines(freeze(topics), "judgements.jsonl")
    said = {row["candidate"]: row for row in rows if row["record"] == "judgement" and row["item"] == "2"}
    assert {key: (row["value"], row["origin"], row["rank"]) for key, row in said.items()} == {
        "Archive": ("fits", "drawn", 1),
        "Printing": ("fits", "spontaneous", None),
        "Inbox": ("does_not_fit", "drawn", 3),
    }
    named = said["Printing"]
    assert (named["exposure"] is not None, named["was_asked"], named["outcome"], named["score"]) == (
        True,
        True,
        None,
        None,
    )
    silent = {row["candidate"] for row in rows if row["record"] == "slot"}
    assert silent and silent <= {"Archive", "Inbox", "Shortcuts"}
    assert all(row["split"] for row in rows)


def test_what_people_added_in_their_own_words_stays_out(topics):
    with tenancy(topics.project):
        exposure = show_suggestions(
            annotator=topics.people[3], question=topics.topics, item=topics.items["2"], channel="widget", now=topics.now
        )
        event = Judge(
            uuid7(now=topics.now), exposure.pk, 0, 9, "Inbox", "tags", "fits", topics.now, "mouse", "canary words"
        )  # fmt: skip
        record_events(annotator=topics.people[3], events=[event], now=topics.now)
    version = freeze(topics)
    assert all(b"canary" not in path.read_bytes() for path in folder_of(version).iterdir())


def test_a_choice_is_a_row_of_its_item(make_world, ask_labels):
    world = make_world()
    tone = ask_labels(world, "choice", overlap=1)
    with tenancy(world.project):
        labelled(world, tone, "1", 0, "Complaint")
        labelled(world, tone, "4", 0, "Question")
        world.dataset = register_dataset(project_id=world.project.pk, slug="tone", question=tone)
    drain_jobs()
    version = freeze(world)
    rows = lines(version, "labels.jsonl")
    assert [(row["item"], row["label"], row["value"]) for row in rows] == [
        ("1", None, "Complaint"),
        ("4", None, "Question"),
    ]
    assert all(row["split"] for row in rows)
    assert [row["candidate"] for row in lines(version, "judgements.jsonl")] == [None, None]


def test_a_version_tells_what_it_counts_and_what_is_new_since_the_one_before(marked):
    first = freeze(marked)
    assert sum(first.card["values"]["duplicate"].values()) == first.labels_count == 1
    assert (first.card["judgements_count"], first.card["people_count"], first.card["since"]) == (2, 1, None)
    assert first.judgements_count == first.card["judgements_count"] + first.card["slots_count"]
    second = freeze(marked)
    assert second.card["since"] == {"number": 1, "added_count": 0, "gone_count": 0, "changed_count": 0}
    assert second.card["unsettled"] == {}


def test_a_version_before_whose_file_is_damaged_is_compared_with_nothing(marked):
    first = freeze(marked)
    with tenancy(marked.project):
        path_of_file(version=first, name="labels.jsonl").write_text("")
    assert freeze(marked).card["since"] is None


def test_a_version_holds_just_the_answers_that_its_labels_count_though_more_come_while_it_is_built(marked, monkeypatch):
    written, is_told = files.write_jsonl, []

    def answer_meanwhile() -> None:
        try:
            settle_by_import(marked, ("5", marked.first), "duplicate")
        finally:
            connections.close_all()

    def look(path, rows, **more: Any) -> int:
        count = written(path, rows, **more)
        if not is_told:
            is_told.append(path.name)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(answer_meanwhile).result()
        return count

    monkeypatch.setattr(files, "write_jsonl", look)
    version = freeze(marked)
    assert is_told == ["labels.jsonl"]
    (label,) = lines(version, "labels.jsonl")
    said = [row for row in lines(version, "judgements.jsonl") if row["is_live"]]
    assert label["answers_count"] == len(said) == 1
    monkeypatch.undo()
    (label,) = lines(freeze(marked), "labels.jsonl")
    assert label["answers_count"] == 2, "the next version has what came meanwhile"


def test_nothing_that_a_removed_item_said_goes_into_a_version_that_is_frozen_afterwards(marked):
    with tenancy(marked.project):
        gone = marked.items[marked.first]
        gone.refresh_from_db()
        remove_item(item=gone, now=marked.now)
        there = Item.objects.get(project=marked.project, key="5")
    version = freeze(marked)
    (row,) = lines(version, "labels.jsonl")
    texts = {row["item"]: (row["item_title"], row["item_body"]), row["other"]: (row["other_title"], row["other_body"])}
    assert texts == {"5": (there.title, there.body), marked.first: (None, None)}
    assert (row["value"], row["split"] is None) == ("duplicate", False), "what was said of it stays"
    for row in lines(version, "judgements.jsonl"):
        assert (row["reasons"] is None) == (row["candidate"] == marked.first), row["candidate"]
    assert all(gone.title.encode() not in path.read_bytes() for path in folder_of(version).iterdir())


def test_a_version_of_millions_of_labels_may_take_hours_and_still_be_its_workers_own():
    """A hundred thousand take up to five minutes, so a quarter of an hour was too short for half a million."""
    assert lease_of(FREEZE) >= 10 * 3600
