"""What the host's own suggesters guess."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from earmark._bulk import Progress, chunks_of, rejected_of, send_chunk
from earmark._transport import Wires
from earmark.errors import EarmarkError
from earmark.types import PushedSuggestion, PushReport

PATH = "/v1/suggestions"


class Suggestions:
    """Push and read guesses."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def push(
        self, suggestions: Iterable[PushedSuggestion | Mapping[str, Any]], *, progress: Progress | None = None
    ) -> PushReport:
        """Push guesses, any number of them; a bad one is listed in `rejected` and the others are stored.

        The suggester has a name of its own: one that is built in is refused (`suggester_name_taken`).
        A guess of the same suggester for the same pair, label or spot takes the place of the earlier one. `progress`
        is told how many rows are done after each call. Raises EarmarkError, whose `partial` is the report so far.
        """
        report = PushReport()
        for chunk in chunks_of(suggestions, kind=PushedSuggestion, key="item"):
            try:
                told = send_chunk(self._wires, PATH, "suggestions", chunk)
            except EarmarkError as error:
                error.partial = report
                raise
            report = PushReport(
                report.accepted_count + told.get("accepted_count", 0),
                (*report.rejected, *rejected_of(chunk, told)),
            )
            if progress is not None:
                progress(chunk.last)
        return report

    def list(
        self, *, question: str | None = None, item: str | None = None, limit: int | None = None
    ) -> Iterator[PushedSuggestion]:
        """Yield pushed guesses."""
        return self._wires.pages(PushedSuggestion, PATH, {"question": question, "item": item, "limit": limit})
