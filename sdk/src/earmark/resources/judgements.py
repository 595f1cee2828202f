"""Answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from earmark._bulk import Progress, chunks_of, send_chunk
from earmark._transport import Wires
from earmark._wire import read
from earmark.errors import EarmarkError
from earmark.ids import uuid7
from earmark.types import Annotator, Judgement, NewJudgement, Origin, RecordResult

PATH = "/v1/judgements"
MOST_AT_ONCE = 100
"""Each takes the server some hundredths of a second: a thousand would last longer than a client waits."""


class Judgements:
    """Record answers that no shown list led to, and read all answers."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def record(
        self, judgements: Iterable[NewJudgement | Mapping[str, Any]], *, progress: Progress | None = None
    ) -> list[RecordResult]:
        """Record answers, any number of them, a hundred a call, and return one result a row, in order.

        A row without an id is given one, so that a try after a lost answer stores nothing twice. A
        refused row has status `bad` with a code and keeps the others from nothing: one `judged_at` a time
        at which nobody can have answered is `from_the_future` or `too_early`. `progress` is told how many rows
        are done after each call. Raises EarmarkError, whose `partial` is the results so far; to go on, record
        `rows[len(error.partial):]`, as rows without ids that are recorded once more are other answers.
        """
        results: list[RecordResult] = []
        for chunk in chunks_of(_with_ids(judgements), kind=NewJudgement, most=MOST_AT_ONCE):
            try:
                told = send_chunk(self._wires, PATH, "judgements", chunk)
            except EarmarkError as error:
                error.partial = results
                raise
            taken = [read(RecordResult, row) for row in told.get("results", [])]
            moved = [replace(row, index=chunk.indexes[row.index]) for row in taken]
            unsent = [RecordResult(row.index, row.id or None, "bad", row.code, row.detail) for row in chunk.unsendable]
            results += sorted([*moved, *unsent], key=lambda row: row.index)
            if progress is not None:
                progress(chunk.last)
        return results

    def list(
        self,
        *,
        question: str | None = None,
        item: str | None = None,
        annotator: str | None = None,
        origin: Origin | None = None,
        value: str | None = None,
        is_live: bool | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Judgement]:
        """Yield answers; `annotator` is a pseudonym, `is_live` leaves out what was replaced or withdrawn."""
        filters = {
            "question": question,
            "item": item,
            "annotator": annotator,
            "origin": origin,
            "value": value,
            "is_live": is_live,
            "since": since,
            "limit": limit,
        }
        return self._wires.pages(Judgement, PATH, filters)


def _with_ids(rows: Iterable[NewJudgement | Mapping[str, Any]]) -> Iterable[NewJudgement | Mapping[str, Any]]:
    """Return what was given with an id in each row; one row in place of several is left to be refused."""
    return rows if isinstance(rows, str | NewJudgement | Mapping) else map(_with_id, rows)


def _with_id(row: NewJudgement | Mapping[str, Any]) -> NewJudgement | Mapping[str, Any]:
    if isinstance(row, NewJudgement):
        by = Annotator(row.annotator) if isinstance(row.annotator, str) else row.annotator
        return replace(row, id=row.id or uuid7(), annotator=by)
    if not isinstance(row, Mapping):
        return row
    told = row.get("annotator")
    named = {"annotator": {"id": told}} if isinstance(told, str) else {}
    return {**row, **named, "id": row.get("id") or uuid7()}
