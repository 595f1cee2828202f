"""Tests of earmark.evaluation.files."""

import gzip
import os
from datetime import UTC, datetime

import pytest
from earmark.errors import EarmarkError, FileNotUnderstood
from earmark.evaluation import read_items, read_pairs, read_queries, read_rankings
from earmark.evaluation.files import holds_pairs


@pytest.fixture
def written(tmp_path):
    def write(*lines, name="f.jsonl"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def test_what_is_not_text_or_time_of_an_item_is_its_metadata(written):
    path = written('{"id": "1", "title": "T", "created": "2019-01-02T03:04:05.000+0000", "parts": ["a"], "rank": 2}')
    item = read_items([path])["1"]
    assert (item.title, item.body, item.created_at) == ("T", "", datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert item.metadata == {"parts": ["a"], "rank": 2}


def test_what_stands_under_metadata_is_metadata_too(written):
    item = read_items([written('{"id": "1", "metadata": {"parts": ["a"], "rank": 1}, "rank": 2}')])["1"]
    assert item.metadata == {"parts": ["a"], "rank": 2}
    assert read_items([written('{"id": "1", "metadata": "m"}')])["1"].metadata == {"metadata": "m"}


def test_all_but_the_id_may_be_missing_or_null(written):
    items = read_items([written('{"id": 7}', '{"id": "8", "title": null, "body": null, "created": null}', "")])
    assert [(item.id, item.title, item.body, item.created_at) for item in items.values()] == [
        ("7", "", "", None),
        ("8", "", "", None),
    ]


def test_a_query_on_several_lines_is_one_with_all_that_is_right(written):
    path = written(
        '{"query": "q", "positives": ["a"]}',
        '{"query": "r"}',
        '{"query": "q", "positives": ["b"]}',
        '{"query": "q"}',
        '{"query": "r", "positives": []}',
    )
    assert [(each.id, each.positives, each.line) for each in read_queries(path)] == [
        ("q", {"a", "b"}, 1),
        ("r", frozenset(), 2),
    ]


@pytest.mark.parametrize("read", [read_queries, read_pairs])
def test_an_empty_file_is_told_by_its_name(written, read):
    with pytest.raises(EarmarkError, match=r"none\.jsonl is empty"):
        read(written("", name="none.jsonl"))


def test_a_time_without_a_zone_is_utc(written):
    assert read_items([written('{"id": "1", "created": "2009-07-30 11:45:31"}')])["1"].created_at == datetime(
        2009, 7, 30, 11, 45, 31, tzinfo=UTC
    )


def test_of_an_item_that_comes_twice_the_last_counts(written):
    first, second = written('{"id": "1", "title": "old"}'), written('{"id": "1", "title": "new"}', name="g.jsonl")
    assert read_items([first, second])["1"].title == "new"


def test_an_id_that_comes_again_as_something_else_is_told(written):
    told = []
    one, other = '{"id": "1", "title": "old"}', '{"id": 1, "title": "new"}'
    path = written(one, '{"id": "2"}', '{"id": "2"}', other)
    assert read_items([path], say=told.append)["1"].title == "new"
    assert told == [
        f"{path}: the id 1 comes again with other contents; of each such item, 1 of 2, only the last counts"
    ]
    told.clear()
    read_items([written(one), written(one)], say=told.append)
    assert told == []


def test_a_time_that_is_empty_under_one_name_may_stand_under_the_other(written):
    told = written('{"id": "1", "created": null, "created_at": "2004-06-05T01:20:20Z"}')
    assert read_items([told])["1"].created_at == datetime(2004, 6, 5, 1, 20, 20, tzinfo=UTC)
    [pair] = read_pairs(written('{"qid": "1", "cid": "2", "q_created": "", "q_date": "2004-06-05"}'))
    assert pair.query.created_at == datetime(2004, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "line", "why"),
    [
        (lambda path: read_items([path]), "{", "not JSON"),
        (lambda path: read_items([path]), "[1]", "not an object"),
        (lambda path: read_items([path]), '{"title": "T"}', "no id"),
        (lambda path: read_items([path]), '{"id": true}', "id is neither a text nor a whole number: True"),
        (lambda path: read_items([path]), '{"id": "1", "title": 5}', "title is not a text"),
        (lambda path: read_items([path]), '{"id": "1", "created": "yesterday"}', "created is not a time"),
        (read_queries, '{"positives": []}', "no query"),
        (read_queries, '{"query": "1", "positives": "2"}', "positives is not a list"),
        (read_pairs, '{"qid": "1"}', "no cid"),
        (read_pairs, '{"qid": "1", "cid": "2", "rank": "first"}', "rank is not a number"),
        (read_pairs, '{"qid": "1", "cid": "2", "rank": NaN}', "rank is not a number"),
        (read_rankings, '{"query": "1"}', "ranked is not a list"),
        (read_rankings, '{"query": "1", "ranked": [{"id": "2", "score": 0.5}]}', "ranked holds what is no id"),
        (read_rankings, '{"query": "1", "ranked": [["2", 0.5]]}', "ranked holds what is no id"),
        (read_rankings, '{"query": "1", "ranked": [2.0]}', "ranked holds what is no id"),
        (read_queries, '{"query": "1", "positives": [null]}', "positives holds what is no id"),
        (lambda path: read_items([path]), '{"id": "a\\u0000b"}', "id is no text of 1 to 200 signs"),
        (lambda path: read_items([path]), f'{{"id": "{"a" * 201}"}}', "id is no text of 1 to 200 signs"),
    ],
)
def test_a_bad_line_is_told_with_its_number(written, read, line, why):
    good = '{"id": "0", "query": "0", "qid": "0", "cid": "1", "ranked": []}'
    path = written(good, "", line)
    with pytest.raises(FileNotUnderstood, match=rf"f\.jsonl, line 3: {why}") as refused:
        read(path)
    assert refused.value.line == 3


def test_so_is_a_file_that_is_cut_off(tmp_path):
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "1"}\n' * 1000)[:40])
    with pytest.raises(FileNotUnderstood, match="damaged"):
        read_items([path])


def test_so_are_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"id": "1"}\n{"id": "\xff"}\n')
    with pytest.raises(FileNotUnderstood, match="line 2"):
        read_items([path])


def test_queries_without_answers_have_none(written):
    queries = read_queries(written('{"query": "3", "positives": ["1", "2"]}', '{"query": "4"}'))
    assert [(query.id, query.positives) for query in queries] == [("3", {"1", "2"}), ("4", None)]


def test_a_pair_holds_both_texts_and_whether_it_is_right(written):
    [pair] = read_pairs(
        written(
            '{"qid": "q", "q_title": "Q", "q_body": "B", "cid": "c", "c_title": "C", "c_body": "D", "rank": 3,'
            ' "label": "Relevant", "category": "Cars", "date": "2009-07-30 11:45:31", "split": "dev"}'
        )
    )
    assert (pair.query.title, pair.query.body, pair.candidate.title, pair.candidate.body) == ("Q", "B", "C", "D")
    assert (pair.rank, pair.is_positive) == (3, True)
    assert pair.candidate.metadata == {"category": "Cars"}
    assert pair.candidate.created_at == datetime(2009, 7, 30, 11, 45, 31, tzinfo=UTC)


@pytest.mark.parametrize(("label", "is_positive"),
    [
        ('"PerfectMatch"', True), ('"Irrelevant"', False), ('" Yes "', True), ('"no"', False), ("true", True),
        ("false", False), ("1.0", True), ('"2"', True), ("0", False), ("-1", False), ('"nan"', False),
    ],
)  # fmt: skip
def test_labels_say_what_is_right(written, label, is_positive):
    [pair] = read_pairs(written(f'{{"qid": "q", "cid": "c", "label": {label}}}'))
    assert pair.is_positive is is_positive


def test_a_file_says_by_its_first_line_whether_it_holds_pairs(written):
    assert holds_pairs(written('{"qid": "q", "cid": "c"}'))
    assert not holds_pairs(written('{"query": "q"}'))
    assert not holds_pairs(written(""))


@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz", "f"])
@pytest.mark.parametrize("packed", [True, False])
def test_a_file_is_unpacked_for_what_it_holds_not_for_its_name(tmp_path, name, packed):
    raw = b'{"id": "1", "title": "One"}\r\n'
    (tmp_path / name).write_bytes(gzip.compress(raw) if packed else raw)
    assert read_items([tmp_path / name])["1"].title == "One"


@pytest.mark.parametrize("read", [read_queries, read_pairs, read_rankings])
def test_a_file_without_a_line_is_said_by_its_name(written, read):
    with pytest.raises(EarmarkError, match=r"f\.jsonl is empty"):
        read(written("", ""))


@pytest.mark.parametrize("line", ['[{"id": "1"}, {"id": "2"}]', "["])
def test_a_list_is_told_from_lines(written, line):
    with pytest.raises(FileNotUnderstood, match="line 1: not .*each line holds one object"):
        read_items([written(line)])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_as_a_file_is(pack):
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pack(b'{"id": "1", "title": "T"}\n'))
        assert read_items([f"/dev/fd/{reading}"])["1"].title == "T"
    finally:
        os.close(reading)
