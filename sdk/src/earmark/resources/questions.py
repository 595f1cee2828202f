"""The project's questions."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from earmark._transport import Call, Wires
from earmark._wire import encoded, segment, written
from earmark.types import Question

PATH = "/v1/questions"


class Questions:
    """Ask, read and change questions."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def create(self, question: Question | str, **policies: Any) -> Question:
        """Ask a question, and return it with the server's defaults filled in.

        Give a Question, or its id and the fields that are not to be the defaults. Asking again what is
        already asked in this way returns it. Raises Conflict where it is asked in another
        way, which stays: `update` changes it.
        """
        if isinstance(question, Question):
            facts = written(replace(question, **policies))
        else:
            Question(question, **policies)  # names that are no field of a question raise TypeError
            facts = written({"id": question, **policies})
        body = encoded({name: value for name, value in facts.items() if value != ""})
        return self._wires.read(Question, Call("POST", PATH, body=body))

    def list(self) -> Iterator[Question]:
        """Yield the project's questions."""
        return self._wires.pages(Question, PATH, {})

    def get(self, id: str) -> Question:
        """Return a question; raises NotFound."""
        return self._wires.read(Question, Call("GET", _path(id)))

    def update(self, id: str, **changes: Any) -> Question:
        """Change fields of a question (not `id` nor `kind`) and return it; raises NotFound, BadRequest.

        Names that are no field of a question raise TypeError.
        """
        Question(id, **changes)
        return self._wires.read(Question, Call("PATCH", _path(id), body=encoded(written(changes))))


def _path(id: str) -> str:
    return f"{PATH}/{segment(id)}"
