"""Tests of earmark.datasets and earmark.resources.datasets."""

import hashlib
import json
import os
import subprocess
import sys
import time

import httpx
import pytest
from earmark import datasets, errors

LABELS = b'{"item": "1", "other": "2", "value": "duplicate", "split": "train"}\n{"item": "3", "other": "4"}\n'
JUDGEMENTS = b'{"judgement": "j1", "origin": "drawn"}\n'
VERSIONS = "/v1/datasets/{id}/versions"


def manifest():
    listed = [
        {"name": name, "sha256": hashlib.sha256(raw).hexdigest(), "bytes_count": len(raw)}
        for name, raw in (("labels.jsonl", LABELS), ("judgements.jsonl", JUDGEMENTS))
    ]
    return json.dumps({"dataset": "d", "number": 2, "files": listed}).encode()


FILES = {"labels.jsonl": LABELS, "judgements.jsonl": JUDGEMENTS, "manifest.json": manifest()}


def version(number=2, state="frozen"):
    listed = [
        {"name": name, "sha256": hashlib.sha256(raw).hexdigest(), "bytes_count": len(raw)}
        for name, raw in FILES.items()
    ]
    return {
        "dataset": "d",
        "number": number,
        "state": state,
        "frozen_at": "2026-03-01T12:00:00Z",
        "labels_count": 2,
        "judgements_count": 1,
        "checksum": "c",
        "files": listed if state == "frozen" else [],
    }


@pytest.fixture
def frozen(network):
    rows = [version(1), version(2), version(3, "building")]
    network.on("GET", VERSIONS, json={"results": rows, "next": None})
    network.on("GET", VERSIONS + "/2", json=version(2))
    for name, raw in FILES.items():
        network.on("GET", f"/v1/datasets/d/versions/2/files/{name}", content=raw)
    return network


def test_a_dataset_is_named_listed_and_read(client, network):
    row = {"id": "d", "question": "duplicate", "title": "Doubles", "versions_count": 0}
    network.on("POST", "/v1/datasets", json=row, status=201)
    network.on("GET", "/v1/datasets", json={"results": [row], "next": None})
    network.on("GET", "/v1/datasets/d", json=row)
    assert client.datasets.create("d", question="duplicate", title="Doubles") == client.datasets.get("d")
    assert [dataset.title for dataset in client.datasets.list()] == ["Doubles"]
    assert network.requests[0].json == {"id": "d", "question": "duplicate", "title": "Doubles"}


def test_freezing_waits_until_the_version_is_there(client, network):
    states = iter(["building", "building", "frozen"])
    network.on("POST", VERSIONS, json=version(3, "building"), status=202)
    network.on("GET", VERSIONS + "/3", json=lambda _: version(3, next(states)))
    done = client.datasets.freeze("d")
    assert (done.number, done.state) == (3, "frozen")


def test_who_does_not_wait_gets_a_version_that_is_building(client, network):
    network.on("POST", VERSIONS, json=version(3, "building"), status=202)
    assert client.datasets.freeze("d", wait=0).state == "building"


def test_a_version_that_failed_is_told(client, network):
    network.on("POST", VERSIONS, json=version(3, "failed"), status=202)
    with pytest.raises(errors.NotFrozen, match="Version 3 of .d. failed"):
        client.datasets.freeze("d")


def test_one_that_takes_too_long_is_told(client, network):
    network.on("POST", VERSIONS, json=version(3, "building"), status=202)
    network.on("GET", VERSIONS + "/3", json=version(3, "building"))
    with pytest.raises(errors.NotFrozen, match=r"still building after 0\.01 s"):
        client.datasets.freeze("d", wait=0.01)


def test_the_newest_frozen_version_is_taken_unless_one_is_named(client, frozen):
    assert client.datasets.version("d").number == 2
    assert [each.number for each in client.datasets.versions("d")] == [1, 2, 3]


def test_without_a_frozen_version_there_is_nothing_to_load(client, network):
    network.on("GET", VERSIONS, json={"results": [], "next": None})
    with pytest.raises(errors.NotFrozen, match="freeze"):
        client.datasets.load("d")


def test_rows_are_loaded_in_the_order_they_were_frozen_in(client, frozen):
    assert [row["item"] for row in client.datasets.load("d")] == ["1", "3"]
    assert client.datasets.load("d", "judgements", number=2) == [{"judgement": "j1", "origin": "drawn"}]


def test_all_files_are_downloaded_and_loaded_from_the_folder(client, frozen, tmp_path):
    paths = client.datasets.download("d", tmp_path / "deep" / "folder")
    assert {path.name: path.read_bytes() for path in paths} == FILES
    assert [row["item"] for row in datasets.load(tmp_path / "deep" / "folder")] == ["1", "3"]


def test_only_what_is_named_is_fetched_and_only_once(client, frozen, tmp_path):
    for _ in range(2):
        assert [path.name for path in client.datasets.download("d", tmp_path, names=["labels.jsonl"])] == [
            "labels.jsonl"
        ]
    assert len(frozen.requests_to("GET", "/v1/datasets/d/versions/2/files/{name}")) == 1


def test_a_file_that_was_spoilt_here_is_fetched_again(client, frozen, tmp_path):
    (tmp_path / "labels.jsonl").write_bytes(LABELS.replace(b"1", b"9"))
    client.datasets.download("d", tmp_path)
    assert (tmp_path / "labels.jsonl").read_bytes() == LABELS


def test_a_file_that_is_not_what_was_frozen_is_refused_and_leaves_nothing(client, frozen, tmp_path):
    frozen.on("GET", "/v1/datasets/d/versions/2/files/labels.jsonl", content=LABELS[:-1])
    with pytest.raises(errors.ChecksumMismatch, match=r"labels\.jsonl"):
        client.datasets.download("d", tmp_path, names=["labels.jsonl"])
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_begins_again(client, frozen, tmp_path):
    frozen.lose("GET", "/v1/datasets/d/versions/2/files/labels.jsonl", error=httpx.ReadError, times=2)
    assert client.datasets.load("d")[0]["item"] == "1"


def test_two_that_download_into_one_folder_at_a_time_spoil_nothing(client, frozen, tmp_path):
    path = tmp_path / "labels.jsonl"
    seen = []

    def in_two_parts(_):
        if not seen:  # the second one begins and ends while the first is half way
            seen.append("first")
            return httpx.Response(200, content=halves())
        return httpx.Response(200, content=LABELS)

    def halves():
        yield LABELS[:10]
        assert client.datasets.download("d", tmp_path, names=["labels.jsonl"]) == [path]
        yield b"spoilt on the way"
        seen.append(path.read_bytes())

    frozen.on("GET", "/v1/datasets/d/versions/2/files/labels.jsonl", json=in_two_parts)
    with pytest.raises(errors.ChecksumMismatch):
        client.datasets.download("d", tmp_path, names=["labels.jsonl"])
    assert seen == ["first", LABELS] and path.read_bytes() == LABELS
    assert list(tmp_path.iterdir()) == [path]


ENDED_IN_IT = """
import os, sys, httpx
from earmark import Earmark
def halves():
    yield b"half of it"
    os._exit(9)
def answer(request):
    return httpx.Response(200, content=halves()) if "files" in request.url.path else httpx.Response(200, json={version})
client = Earmark("sk_test_" + 24 * "a", transport=httpx.MockTransport(answer))
client.datasets.download("d", sys.argv[1], number=2, names=["labels.jsonl"])
"""


def killed_in_a_download(folder):
    """Let a process end in the middle of a download, and return what it leaves."""
    told = ENDED_IN_IT.replace("{version}", repr(version()))
    assert subprocess.run([sys.executable, "-c", told, str(folder)]).returncode == 9
    [left] = [path for path in folder.iterdir() if path.suffix == ".part"]
    return left


@pytest.mark.parametrize("is_there", [True, False])
def test_what_a_killed_download_left_is_taken_away_by_one_that_comes_an_hour_later(client, frozen, tmp_path, is_there):
    left = killed_in_a_download(tmp_path)
    if is_there:
        (tmp_path / "labels.jsonl").write_bytes(LABELS)
    os.utime(left, (time.time() - 3700,) * 2)
    client.datasets.download("d", tmp_path, names=["labels.jsonl"])
    assert not left.exists() and (tmp_path / "labels.jsonl").read_bytes() == LABELS


def test_what_another_process_may_still_be_writing_stays(client, frozen, tmp_path):
    left = killed_in_a_download(tmp_path)
    client.datasets.download("d", tmp_path)
    assert left.exists()


def test_files_of_ones_own_that_end_alike_stay(client, frozen, tmp_path):
    mine = [tmp_path / "labels.jsonl.part", tmp_path / "labels.jsonl.mine.part", tmp_path / f"notes.{32 * 'a'}.part"]
    for path in mine:
        path.touch()
        os.utime(path, (1, 1))
    client.datasets.download("d", tmp_path)
    assert all(path.exists() for path in mine)


def test_a_refused_download_tells_why(client, frozen, tmp_path):
    frozen.fail("GET", "/v1/datasets/d/versions/2/files/labels.jsonl", status=409, code="version_not_frozen")
    with pytest.raises(errors.Conflict) as told:
        client.datasets.load("d")
    assert told.value.code == "version_not_frozen"


def test_a_name_that_the_version_has_not_is_said(client, frozen, tmp_path):
    with pytest.raises(errors.NotFrozen, match=r"labels\.csv"):
        client.datasets.download("d", tmp_path, names=["labels.csv"])


def test_a_folder_that_was_changed_since_is_not_loaded(client, frozen, tmp_path):
    client.datasets.download("d", tmp_path)
    with (tmp_path / "labels.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(errors.ChecksumMismatch):
        datasets.load(tmp_path)


def test_a_file_name_leads_nowhere_else(client, frozen, tmp_path):
    evil = version(2) | {
        "files": [{"name": "../evil.jsonl", "sha256": hashlib.sha256(b"x").hexdigest(), "bytes_count": 1}]
    }
    frozen.on("GET", VERSIONS + "/2", json=evil)
    frozen.on("GET", "/v1/datasets/d/versions/2/files/{name}", content=b"x")
    [path] = client.datasets.download("d", tmp_path / "in", number=2)
    assert path == tmp_path / "in" / "evil.jsonl"


@pytest.mark.parametrize("rows", ["labels.jsonl", "answers"])
def test_rows_that_no_version_has_are_told_with_those_that_it_has(tmp_path, rows):
    with pytest.raises(ValueError, match=f"Rows are 'labels' or 'judgements', not '{rows}'"):
        datasets.load(tmp_path, rows)
