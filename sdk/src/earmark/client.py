"""The client for the host's servers."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from uuid import UUID

import httpx

from earmark._transport import Wires
from earmark.errors import WrongKindOfKey
from earmark.resources import Datasets, Desk, Exposures, Items, Judgements, Labels, Questions, Suggestions
from earmark.shown import Shown
from earmark.types import Annotator
from earmark.version import __version__


class Earmark:
    """All of `/v1`, for one project. Safe to use from several threads; make one and keep it.

    `secret_key` is `sk_…`. `timeout` is in seconds, for connecting and for each pause in an answer.
    `retries` is how many times more a call is tried where no answer came, or 429, 502, 503 or 504; ids
    are made here, so that trying again stores nothing twice. `transport` takes the place of the
    network: see `earmark.transports.MockTransport`.

    Every call may raise the errors of `earmark.errors`.
    """

    def __init__(
        self,
        secret_key: str,
        base_url: str = "http://127.0.0.1:8000",
        *,
        timeout: float = 10.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not secret_key.startswith("sk_") or not secret_key.isascii():
            raise WrongKindOfKey("The client for servers takes a secret key, which begins with sk_.")
        self.base_url = base_url.rstrip("/")
        headers = {
            "Authorization": f"Bearer {secret_key}",
            "Accept": "application/json",
            "User-Agent": f"earmark-python/{__version__}",
        }
        self._http = httpx.Client(base_url=self.base_url, headers=headers, timeout=timeout, transport=transport)
        wires = Wires(self._http, retries=retries)
        self.items = Items(wires)
        self.questions = Questions(wires)
        self.suggestions = Suggestions(wires)
        self.exposures = Exposures(wires)
        self.judgements = Judgements(wires)
        self.labels = Labels(wires)
        self.datasets = Datasets(wires)
        self.desk = Desk(wires)

    def suggest(self, item: str, question: str, *, annotator: Annotator | str) -> Shown:
        """Return a list of candidates to show to somebody, logged as shown; it may be empty.

        `annotator` is the host's own opaque id of the person, or an Annotator that says their kind too.
        Raises NotFound for an item or question that is not registered.
        """
        return self.exposures.pick(item, question, annotator=annotator)

    def resume(self, exposure: UUID | str) -> Shown:
        """Return a list shown earlier, perhaps by another process, to go on reporting; raises NotFound."""
        return self.exposures.resume(exposure)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Earmark({self.base_url!r})"
