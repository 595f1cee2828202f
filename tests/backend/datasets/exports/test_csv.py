"""What stands in the CSV, as Python's own reader and DuckDB read it back, and what a spreadsheet would take it for."""

import csv
import json
from datetime import datetime

import duckdb
import pytest

from backend.datasets.exports import csv as form
from backend.datasets.files import opened, write_jsonl, write_parquet

COLUMNS = {
    "item": "VARCHAR", "text": "VARCHAR", "votes": "JSON", "score": "DOUBLE", "rank": "INTEGER", "was_seen": "BOOLEAN",
    "settled_at": "TIMESTAMPTZ",
}  # fmt: skip
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"]
HARMLESS = [
    "",
    "null",
    "NULL",
    "a,b;c",
    'she said "no"',
    "two\r\nlines",
    "one\rline",
    "007",
    "ü 日本 👍🏽\u2028x",
    " =1",
]
QUOTED = ["'", "''=1", "'=1", "'tis"]
TEXTS = [*FORMULAS, *HARMLESS, *QUOTED, None]


def row(text, **facts):
    told = {"score": -0.5, "rank": -3, "was_seen": True, "settled_at": "2026-03-01T12:00:00+00:00"}
    return {"item": "5", "text": text, "votes": {"a b": [1, None]}} | told | facts


@pytest.fixture
def written(tmp_path):
    """Return a maker of the CSV of some rows."""

    def write(rows):
        write_jsonl(tmp_path / "rows.jsonl", rows)
        write_parquet(tmp_path / "rows.jsonl", tmp_path / "rows.parquet", COLUMNS)
        with opened(tmp_path) as database:
            form.write(database, tmp_path / "rows.parquet", tmp_path / "it's.csv", COLUMNS)
        return tmp_path / "it's.csv"

    return write


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_cell_of_text_begins_as_a_formula_does_and_one_apostrophe_less_gives_each_back(written):
    cells = [row["text"] for row in read(written(map(row, TEXTS)))]
    assert not [cell for cell in cells if cell[:1] in (set("=+-@\t\r\n＝＋－＠")) and cell]
    assert cells[:2] == ["'=1+1", "'+1"]
    assert [cell.removeprefix("'") for cell in cells] == [text or "" for text in TEXTS]


def test_numbers_stay_numbers_nested_values_are_json_and_times_are_iso(written):
    [first] = read(written([row("x")]))
    assert (float(first["score"]), int(first["rank"]), first["was_seen"]) == (-0.5, -3, "true")
    assert json.loads(first["votes"]) == {"a b": [1, None]}
    assert datetime.fromisoformat(first["settled_at"]) == datetime.fromisoformat("2026-03-01T12:00:00Z")


def test_what_is_null_is_nothing_and_what_is_empty_stands_in_quotes(written):
    path = written([row("", score=None, settled_at=None, votes=None), row(None)])
    assert path.read_bytes() == (
        b'"item","text","votes",score,rank,was_seen,settled_at\r\n'
        b'"5","",,,-3,true,\r\n'
        b'"5",,"{""a b"":[1,null]}",-0.5,-3,true,2026-03-01T12:00:00.000000+00:00\r\n'
    )


def test_duckdb_reads_back_every_value_and_type(written):
    path = written(map(row, TEXTS))
    rows = duckdb.sql(
        f"select * replace (settled_at::varchar as settled_at) from read_csv('{str(path).replace(chr(39), chr(39) * 2)}', "
        f"all_varchar = false, allow_quoted_nulls = false, columns = {COLUMNS})"
    ).fetchall()
    given = [text if text is None else text.removeprefix("'") for _, text, *_ in rows]
    assert given == TEXTS
    assert rows[0][3:6] == (-0.5, -3, True)
    assert datetime.fromisoformat(rows[0][6]) == datetime.fromisoformat("2026-03-01T12:00:00Z")


def test_of_no_rows_there_is_the_header(written):
    assert read(written([])) == [] and written([]).read_bytes().endswith(b"settled_at\r\n")
