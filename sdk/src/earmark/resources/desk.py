"""Links to Earmark's own labelling pages."""

from collections.abc import Iterator
from datetime import timedelta

from earmark._transport import Call, Wires
from earmark._wire import encoded, written
from earmark.types import DeskLink

PATH = "/v1/desk-links"
TWO_WEEKS = timedelta(days=14)


class Desk:
    """Let experts, colleagues and crowd workers label on a page of Earmark's own."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def link(
        self,
        question: str,
        kind: str = "colleague",
        *,
        annotator: str | None = None,
        expires_in: timedelta = TWO_WEEKS,
        most_people: int | None = None,
    ) -> DeskLink:
        """Make a link to a question's desk: whoever opens it labels as `kind` (expert, colleague, crowd).

        With `annotator`, the host's own opaque id, it is that person's in every browser; without, each
        browser is a person of its own, the same one by every such link of the project, and `most_people`
        (else 50) are let in who are new. It holds for `expires_in`, from a minute to a year. Raises
        NotFound, BadRequest for `most_people` beside `annotator`, and Conflict where the person is known as
        another kind.
        """
        facts = {"question": question, "annotator_kind": kind, "expires_in": int(expires_in.total_seconds())}
        given = {"annotator": annotator, "most_people": most_people}
        named = {name: value for name, value in given.items() if value is not None}
        return self._wires.read(DeskLink, Call("POST", PATH, body=encoded(written(facts | named))))

    def list(self, *, question: str | None = None) -> Iterator[DeskLink]:
        """Yield links, oldest first; those that let nobody in any more have no `url`."""
        return self._wires.pages(DeskLink, PATH, {"question": question} if question else {})

    def revoke(self, id: int) -> None:
        """Let nobody in by a link any more, and end what began with it; raises NotFound."""
        self._wires.send(Call("DELETE", f"{PATH}/{int(id)}"))
