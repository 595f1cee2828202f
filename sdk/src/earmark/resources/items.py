"""The host's items."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from earmark._bulk import Progress, chunks_of, rejected_of, send_chunk
from earmark._transport import Call, Wires
from earmark._wire import segment
from earmark.errors import EarmarkError
from earmark.types import Item, UpsertReport

PATH = "/v1/items"


class Items:
    """Register, read and remove items."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def upsert(self, items: Iterable[Item | Mapping[str, Any]], *, progress: Progress | None = None) -> UpsertReport:
        """Register items by their ids, any number of them, and report what became of each.

        A row takes the place of what was registered under its id: fields that it does not name are emptied.
        One that cannot be taken, or names a field that no item has, is listed in `rejected` by its index; the
        others are stored. Sending the same again changes nothing. `progress` is told how many rows are done
        after each call. Raises EarmarkError, whose `partial` is the report so far.
        """
        report = UpsertReport()
        for chunk in chunks_of(items, kind=Item):
            try:
                told = send_chunk(self._wires, PATH, "items", chunk)
            except EarmarkError as error:
                error.partial = report
                raise
            report = UpsertReport(
                report.created_count + told.get("created_count", 0),
                report.updated_count + told.get("updated_count", 0),
                report.unchanged_count + told.get("unchanged_count", 0),
                (*report.rejected, *rejected_of(chunk, told)),
            )
            if progress is not None:
                progress(chunk.last)
        return report

    def list(self, *, kind: str | None = None, limit: int | None = None) -> Iterator[Item]:
        """Yield the registered items; `limit` is the size of a page, at most 1,000."""
        return self._wires.pages(Item, PATH, {"kind": kind, "limit": limit})

    def get(self, id: str) -> Item:
        """Return an item; raises NotFound."""
        return self._wires.read(Item, Call("GET", _path(id)))

    def remove(self, id: str) -> None:
        """Take an item out of all that is suggested; raises NotFound."""
        self._wires.send(Call("DELETE", _path(id)))


def _path(id: str) -> str:
    return f"{PATH}/{segment(id)}"
