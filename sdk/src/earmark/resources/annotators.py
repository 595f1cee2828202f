"""People: erase one, export one."""

import json
import tempfile
import time
from collections.abc import Iterator
from typing import Any, cast

from earmark._transport import Call, Wires, unexpected
from earmark._wire import encoded
from earmark.types import Erasure

PATH = "/v1/annotators"
LOOK_AGAIN_S = 0.5
IN_MEMORY_BYTES = 4 * 1024 * 1024


class Annotators:
    """What people may ask for: to be forgotten, and to see what is stored of them.

    A person is named by the host's own opaque id, or by the `pseudonym` that lists tell; one of the two.
    """

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    def erase(self, id: str | None = None, *, pseudonym: str | None = None, wait: float = 0.0) -> Erasure:
        """Erase a person for good, and return how far that is; asked again, how far the first one is.

        From the answer on nothing more of theirs is taken, also of an id that was never seen. With `wait`, looks again
        for at most so many seconds until it is done. Raises NotFound for a pseudonym of nobody, BadRequest for a member
        of the staff.
        """
        call = Call("POST", f"{PATH}/erase", body=encoded(_named(id, pseudonym)))
        erasure = self._wires.read(Erasure, call)
        until = time.monotonic() + wait
        while not erasure.is_done and time.monotonic() < until:
            time.sleep(min(LOOK_AGAIN_S, max(0.0, until - time.monotonic())))
            erasure = self.erasure(erasure.id)
        return erasure

    def erasure(self, id: int) -> Erasure:
        """Return how far an erasure is, and which frozen versions and models hold what the person said.

        Raises NotFound.
        """
        return self._wires.read(Erasure, Call("GET", f"/v1/erasures/{int(id)}"))

    def export(self, id: str | None = None, *, pseudonym: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield all that is stored of one person, and of nobody else: rows as JSON, each with its `record`.

        The first is the person. All is fetched before the first row is there. Raises NotFound.
        """
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
            call = Call("POST", f"{PATH}/export", body=encoded(_named(id, pseudonym)))
            response = self._wires.send(call, into=cast("Any", file))
            file.seek(0)
            for line in file:
                try:
                    yield json.loads(line)
                except ValueError:
                    raise unexpected(response, "a line is not JSON") from None


def _named(id: str | None, pseudonym: str | None) -> dict[str, str]:
    given = {"annotator": id, "pseudonym": pseudonym}
    return {name: value for name, value in given.items() if value is not None}
