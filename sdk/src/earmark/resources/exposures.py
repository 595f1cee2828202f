"""Lists that were shown."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from earmark._transport import Call, Wires
from earmark._wire import encoded, written
from earmark.errors import NotFound
from earmark.ids import uuid7
from earmark.shown import Shown
from earmark.types import Annotator, Exposure, ShownCandidate

PATH = "/v1/exposures"


class Exposures:
    """Show and log lists without any widget."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def pick(self, item: str, question: str, *, annotator: Annotator | str) -> Shown:
        """Let Earmark pick candidates, log them as shown, and return the list to show.

        Raises NotFound for an item or question that is not registered.
        """
        return self._logged({"item": item, "question": question, "annotator": _annotator(annotator)})

    def record(
        self,
        shown: Sequence[ShownCandidate | str],
        *,
        item: str,
        question: str,
        annotator: Annotator | str,
        id: UUID | None = None,
    ) -> Shown:
        """Log the list that the host itself showed, in the order it was shown.

        Give `id` (UUIDv7) to log the same list once however often this is called. Raises Conflict where another
        list was logged under it (`list_id_taken`), NotFound for an item or candidate that is not registered,
        BadRequest for one given twice, TypeError for a single text in place of a list.
        """
        if isinstance(shown, str):
            raise TypeError(f"Give the list that was shown, even of one candidate: [{shown!r:.80}].")
        slots = [each if isinstance(each, ShownCandidate) else ShownCandidate(each) for each in shown]
        facts = {"item": item, "question": question, "annotator": _annotator(annotator), "shown": slots}
        return self._logged(facts, id)

    def resume(self, id: UUID | str) -> Shown:
        """Return a list shown earlier, perhaps by another process, to go on reporting; raises NotFound."""
        exposure = self.get(id)
        return Shown(self._wires, exposure, age_s=(datetime.now(UTC) - exposure.shown_at).total_seconds())

    def list(
        self,
        *,
        question: str | None = None,
        item: str | None = None,
        annotator: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Exposure]:
        """Yield shown lists with what became of each entry; `annotator` is a pseudonym."""
        filters = {"question": question, "item": item, "annotator": annotator, "limit": limit}
        return self._wires.pages(Exposure, PATH, filters)

    def get(self, id: UUID | str) -> Exposure:
        """Return a shown list; raises NotFound."""
        try:
            known = UUID(str(id))
        except ValueError:
            raise NotFound(
                f"{id!r:.80} is the id of no list; lists have UUIDs.", code="not_found", status=404
            ) from None
        return self._wires.read(Exposure, Call("GET", f"{PATH}/{known}"))

    def _logged(self, facts: dict[str, Any], id: UUID | None = None) -> Shown:
        body = encoded(written({"id": id or uuid7(), **facts}))
        return Shown(self._wires, self._wires.read(Exposure, Call("POST", PATH, body=body)))


def _annotator(annotator: Annotator | str) -> Annotator:
    return annotator if isinstance(annotator, Annotator) else Annotator(annotator)
