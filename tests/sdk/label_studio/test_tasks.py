"""Files that Label Studio exports, and those that it does not."""

import gzip
import json

import pytest
from earmark.errors import EarmarkError, FileNotUnderstood
from earmark.label_studio.tasks import read_tasks

ONE = {"id": 17, "data": {"text": "a"}, "annotations": [{"id": 1, "result": []}]}


def read(tmp_path, raw):
    path = tmp_path / "export.json"
    path.write_bytes(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    return read_tasks(path)


@pytest.mark.parametrize(
    "raw",
    [[ONE], ONE, b"\xef\xbb\xbf" + json.dumps([ONE], indent=2).encode(), gzip.compress(json.dumps([ONE]).encode())],
    ids=["a list", "one task", "with a mark of bytes", "packed"],
)
def test_a_list_one_task_and_a_packed_file_are_read(tmp_path, raw):
    [task], left_out = read(tmp_path, raw)
    assert (str(task), task.data, len(task.annotations), left_out) == ("task 1 (id 17)", {"text": "a"}, 1, [])


def test_so_are_json_lines(tmp_path):
    tasks, _ = read(tmp_path, b"%b\n\n%b\n" % ((json.dumps(ONE).encode(),) * 2))
    assert [task.number for task in tasks] == [1, 2]


def test_completions_are_what_annotations_were_called(tmp_path):
    [task], _ = read(tmp_path, [{"data": {"text": "a"}, "completions": [{"id": 1}]}])
    assert (str(task), len(task.annotations)) == ("task 1", 1)


def test_what_is_no_task_is_told_by_its_number(tmp_path):
    tasks, left_out = read(tmp_path, [ONE, {"id": 2}, 3])
    assert len(tasks) == 1
    assert [str(each) for each in left_out] == ["task 2: it has no `data`", "task 3: it has no `data`"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ([{"id": 1, "text": "a", "sentiment": "Good"}], "line 1: no task has `data`, as in JSON-MIN"),
        (b"id,text\n1,a\n", "line 1: not JSON"),
        (b'[\n{"data": {}},\n{"data": \n', "line 4: not JSON"),
        (b'{"data": {}}\n{"data": \n', "line 2: not JSON"),
        (b" \n", "line 1: it is empty"),
        (b'["\xff"]', "line 1: not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_of_another_kind_is_told_with_what_to_do(tmp_path, raw, why):
    with pytest.raises(FileNotUnderstood) as told:
        read(tmp_path, raw)
    assert why in str(told.value)


def test_a_packed_file_that_is_cut_off_is_said_to_be_damaged(tmp_path):
    with pytest.raises(EarmarkError, match="damaged"):
        read(tmp_path, gzip.compress(json.dumps([ONE] * 99).encode())[:60])


def test_a_list_of_nothing_is_no_fault(tmp_path):
    assert read(tmp_path, []) == ([], [])
