"""Tests of earmark.importing."""

import gzip
import json

import pytest
from earmark import Earmark, errors
from earmark.evaluation.files import read_items
from earmark.importing import ImportOptions, import_items


@pytest.fixture
def stored(network):
    """Let the network keep items; those titled "bad" are rejected."""
    kept = {}

    def take(asked):
        rows = asked.json["items"]
        kept.update({row["id"]: row for row in rows if row.get("title") != "bad"})
        bad = [
            {"index": at, "id": row["id"], "code": "invalid", "detail": "title: bad"}
            for at, row in enumerate(rows)
            if row.get("title") == "bad"
        ]
        return {"created_count": len(rows) - len(bad), "rejected": bad}

    network.on("POST", "/v1/items", json=take)
    return kept


@pytest.fixture
def brought(client, tmp_path):
    said = []

    def bring(*lines, name="items.jsonl", client=client, **options):
        path = tmp_path / name
        raw = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
        if not path.exists():
            path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return import_items(client, path, ImportOptions(**options), say=said.append)

    bring.said = said
    return bring


@pytest.mark.parametrize("name", ["items.jsonl", "items.jsonl.gz"])
def test_each_line_becomes_an_item(brought, stored, name):
    report = brought({"id": "1", "title": "One"}, {"id": "2", "title": "Two"}, name=name)
    assert (report.created_count, report.bad) == (2, [])
    assert stored == {"1": {"id": "1", "title": "One"}, "2": {"id": "2", "title": "Two"}}


def test_fields_are_renamed_and_what_an_item_has_not_goes_into_its_metadata(brought, stored):
    line = {"id": "1", "created": "2026-03-01T12:00:00Z", "priority": "P1", "metadata": {"x": 1}}
    brought(line, rename={"created": "created_at"}, url_of="https://f.test/t/{id}", kind="thread")
    assert stored["1"] == {
        "id": "1",
        "created_at": "2026-03-01T12:00:00Z",
        "metadata": {"x": 1, "priority": "P1"},
        "kind": "thread",
        "url": "https://f.test/t/1",
    }


def test_whole_numbers_are_ids_and_times_may_be_seconds_since_1970(brought, stored):
    brought({"id": 7, "created_at": 1_577_836_800}, url_of="/t/{id}")
    assert stored["7"] == {"id": "7", "created_at": "2020-01-01T00:00:00+00:00", "url": "/t/7"}


def test_fields_that_may_be_meant_are_said_with_how_to_rename_them(brought, stored):
    brought({"id": "1", "summary": "One", "created": "2020-01-01", "body": "B"})
    said = "no item in lines 1 to 1 has a title; if that is `summary`, run it again with --rename summary=title"
    assert said in brought.said
    assert any("--rename created=created_at" in line for line in brought.said)
    assert not any("a body" in line for line in brought.said)


def test_of_a_long_file_the_lines_that_were_looked_at_are_said(brought, stored):
    brought(*({"id": str(at), "summary": "S"} for at in range(1_000)), {"id": "last", "title": "T"})
    assert brought.said[0].startswith("no item in lines 1 to 1,000 has a title; if that is `summary`")


def test_where_fields_have_our_names_nothing_is_said_of_them(brought, stored):
    brought({"id": "1", "title": "One", "body": "B", "created_at": "2020-01-01", "text": "T", "summary": "S"})
    assert brought.said == ["1 lines"]


def test_a_run_with_other_options_begins_anew(brought, network):
    lines = [{"id": str(at), "summary": "S"} for at in range(1_500)]
    sent = []

    def stop_after_one(asked):
        sent.extend(asked.json["items"])
        network.fail("POST", "/v1/items", status=400, times=1 if len(sent) == 1_000 else 0)
        return {"created_count": len(asked.json["items"])}

    network.on("POST", "/v1/items", json=stop_after_one)
    with pytest.raises(errors.BadRequest):
        brought(*lines)
    brought(*lines, rename={"summary": "title"})
    assert [row["title"] for row in sent[1_000:]] == ["S"] * 1_500


def test_what_a_line_says_itself_is_kept(brought, stored):
    brought({"id": "1", "kind": "mail", "url": "/m/1"}, url_of="/t/{id}", kind="thread")
    assert (stored["1"]["kind"], stored["1"]["url"]) == ("mail", "/m/1")


def test_bad_lines_are_named_and_the_others_are_taken(brought, stored):
    lines = [
        {"id": "1"},
        b"{nonsense",
        b"",
        [1],
        {"title": "no id"},
        {"id": "6", "title": "bad"},
        b"\xff\xfe",
        {"id": "8", "title": "a\0b"},
        {"id": "9", "metadata": 7},
        {"id": "10"},
    ]
    report = brought(*lines)
    assert set(stored) == {"1", "10"}
    assert [bad.number for bad in report.bad] == [2, 4, 5, 6, 7, 8, 9]
    assert "line 6: invalid: title: bad" in brought.said
    assert "line 4: not an object with an id (each line holds one: JSON lines)" in brought.said
    assert "line 5: not an object with an id; there are title (--rename THEIRS=id)" in brought.said


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([b"id,title", b"1,One", b"2,Two"], "line 1: not JSON"),
        ([{"key": "1", "summary": "One"}, {"key": "2"}], "there are key, summary (--rename THEIRS=id)"),
    ],
)
def test_a_file_of_another_kind_is_told_once_and_nothing_is_sent(brought, stored, network, lines, why):
    with pytest.raises(errors.FileNotUnderstood) as told:
        brought(*lines)
    assert why in str(told.value)
    assert f"nor is any other of {len(lines)} lines taken (each line holds one object" in str(told.value)
    assert (network.requests, brought.said) == ([], [])


@pytest.mark.parametrize(
    ("begins", "name"),
    [(b"\x28\xb5\x2f\xfd", "zstd -dc"), (b"PK\x03\x04", "unzip -p"), (b"\xff\xfe", "iconv -f UTF-16")],
)
def test_what_is_packed_otherwise_is_named_with_what_unpacks_it(brought, network, begins, name):
    with pytest.raises(errors.EarmarkError, match=name):
        brought(begins + b"...")
    assert network.requests == []


def test_the_command_that_unpacks_a_file_can_be_given_whatever_its_name(tmp_path):
    path = tmp_path / "my file.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd...")
    with pytest.raises(errors.EarmarkError) as told:
        read_items([path])
    assert f"<(zstd -dc '{path}')" in str(told.value)


def test_progress_is_said_a_thousand_lines_at_a_time(brought, stored):
    brought(*({"id": str(number)} for number in range(2100)))
    assert brought.said == ["1,000 lines", "2,000 lines", "2,100 lines"]


def test_a_run_that_was_to_begin_anew_goes_on_without_that(brought, network):
    network.fail("POST", "/v1/items", times=1)
    with pytest.raises(errors.ServerFailed):
        brought(
            {"id": "1"}, client=Earmark("sk_test", "http://earmark.test", transport=network, retries=0), from_start=True
        )
    assert brought.said[-1] == "stopped after 0 lines; the same command without --from-start goes on there"


def test_a_run_that_stopped_goes_on_where_it_was(brought, stored, network, tmp_path):
    lines = [{"id": str(number)} for number in range(2500)]
    impatient = Earmark("sk_test", "http://earmark.test", transport=network, retries=0)

    def stop_after_two(asked, calls=[]):  # noqa: B006
        calls.append(1)
        network.fail("POST", "/v1/items", times=1 if len(calls) == 2 else 0)
        return {"created_count": 1000}

    network.on("POST", "/v1/items", json=stop_after_two)
    with pytest.raises(errors.ServerFailed):
        brought(*lines, client=impatient)
    assert brought.said[-1] == "stopped after 2,000 lines; the same command goes on there"
    note = tmp_path / "items.jsonl.earmark-progress"
    assert json.loads(note.read_text())["lines_done"] == 2000
    network.requests.clear()
    brought(*lines)
    assert [row["id"] for row in network.requests[0].json["items"]] == [str(number) for number in range(2000, 2500)]
    assert "going on after line 2,000 (--from-start begins anew)" in brought.said
    assert not note.exists()


def test_a_note_of_another_file_or_place_or_of_nonsense_does_not_count(brought, stored, network, tmp_path):
    note = tmp_path / "items.jsonl.earmark-progress"
    for told in ('{"stamp": "another", "lines_done": 1}', "nonsense", "[]"):
        note.write_text(told)
        network.requests.clear()
        brought({"id": "1"}, {"id": "2"})
        assert len(network.requests[0].json["items"]) == 2


def test_who_wants_to_begins_anew(brought, stored, network, tmp_path, monkeypatch):
    monkeypatch.setattr("earmark.importing._Note.lines_done", lambda _: 1)
    brought({"id": "1"}, {"id": "2"})
    brought({"id": "1"}, {"id": "2"}, from_start=True)
    assert [len(asked.json["items"]) for asked in network.requests] == [1, 2]


def test_a_file_with_nothing_in_it_is_no_trouble(brought, stored):
    report = brought()
    assert (report.created_count, report.bad) == (0, [])


def test_a_file_is_unpacked_for_what_it_holds_not_for_its_name(client, network, tmp_path):
    network.on("POST", "/v1/items", json=lambda asked: {"created_count": len(asked.json["items"])})
    raw = b'\xef\xbb\xbf{"id": "1"}\r\n{"id": "2"}\r\n'
    for name, held in (("packed.jsonl", gzip.compress(raw)), ("plain.jsonl.gz", raw)):
        (tmp_path / name).write_bytes(held)
        report = import_items(client, tmp_path / name, ImportOptions(), say=lambda _: None)
        assert (report.created_count, report.bad) == (2, [])
