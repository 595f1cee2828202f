"""What is believed."""

from collections.abc import Iterator
from typing import Literal

from earmark._transport import Wires
from earmark.types import Label

PATH = "/v1/labels"


class Labels:
    """Read consensus labels."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def list(
        self,
        *,
        question: str | None = None,
        item: str | None = None,
        state: Literal["open", "proposed", "contested", "settled"] | None = None,
        value: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Label]:
        """Yield labels; `item` keeps the units that it is a part of."""
        filters = {"question": question, "item": item, "state": state, "value": value, "limit": limit}
        return self._wires.pages(Label, PATH, filters)
