"""CSV as of RFC 4180, in UTF-8: a header row, nested values as JSON text, times as of ISO 8601 in UTC, null as nothing.

A spreadsheet takes a text that begins like a formula for one, so an apostrophe stands before it; and before a text that
begins with an apostrophe, so that taking one away from each cell of text that begins so gives back what was there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from backend.projects.spreadsheets import FORMULA_STARTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GUARDED = "'" + FORMULA_STARTS
TEXTS = ("VARCHAR", "JSON")
TIME = "TIMESTAMPTZ"
ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"
RFC_4180 = """format csv, header, delimiter ',', quote '"', escape '"', new_line '\\r\\n'"""


def write(database: "DuckDBPyConnection", source: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Turn Parquet with these DuckDB column types into CSV; text stands in quotes, so that "" is not null."""
    cells = ", ".join(f'{_cell(name, kind)} as "{name}"' for name, kind in columns.items())
    quoted = ", ".join(f'"{name}"' for name, kind in columns.items() if kind in TEXTS)
    database.execute(
        f"copy (select {cells} from read_parquet({in_quotes(source)})) "  # noqa: S608  names of our own
        f"to {in_quotes(target)} ({RFC_4180}, force_quote ({quoted}))"
    )


def _cell(name: str, kind: str) -> str:
    if kind == TIME:
        return f"strftime(\"{name}\" at time zone 'UTC', '{ISO}')"
    if kind not in TEXTS:
        return f'"{name}"'
    text = f'"{name}"::varchar'
    is_guarded = f"{text} <> '' and contains({in_quotes(GUARDED)}, left({text}, 1))"
    return f"case when {is_guarded} then '''' || {text} else {text} end"


def in_quotes(text: object) -> str:
    """Return a text as SQL has it."""
    return "'" + str(text).replace("'", "''") + "'"
