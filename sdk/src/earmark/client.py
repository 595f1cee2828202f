"""The client for the host's servers."""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from earmark._transport import Wires
from earmark.errors import AddressUnusable, WrongKindOfKey
from earmark.resources import (
    Annotators,
    Datasets,
    Desk,
    Exposures,
    Items,
    Judgements,
    Labels,
    Questions,
    Suggestions,
)
from earmark.shown import Shown
from earmark.types import Annotator
from earmark.version import __version__

LOCAL = "http://127.0.0.1:8000"


class Earmark:
    """All of `/v1`, for one project. Safe to use from several threads, so keep it; a forked process connects anew.

    `secret_key` is `sk_…`; white space around it, as a file's last line brings, does not count. `base_url`
    is scheme, host and port, without `/v1`. `timeout` is in seconds, for connecting and for each pause in an answer.
    `retries` is how many times more a call is tried where no answer came, or 429, 502, 503 or 504; ids
    are made here, so that trying again stores nothing twice. `transport` takes the place of the
    network, in a forked process too: see `earmark.transports.MockTransport`.

    Raises WrongKindOfKey, AddressUnusable, ValueError for a negative number of tries. Every call may
    raise the errors of `earmark.errors`.
    """

    def __init__(
        self,
        secret_key: str,
        base_url: str = LOCAL,
        *,
        timeout: float = 10.0,
        retries: int = 3,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if retries < 0:
            raise ValueError(f"A call is tried again 0 times or more, not {retries}.")
        self.base_url = usable_address(base_url)
        headers = {
            "Authorization": f"Bearer {usable_key(secret_key)}",
            "Accept": "application/json",
            "User-Agent": f"earmark-python/{__version__}",
        }
        opened = partial(httpx.Client, base_url=self.base_url, headers=headers, timeout=timeout, transport=transport)
        wires = self._wires = Wires(opened, retries=retries, may_take_proxy=transport is None)
        self.items = Items(wires)
        self.questions = Questions(wires)
        self.suggestions = Suggestions(wires)
        self.exposures = Exposures(wires)
        self.judgements = Judgements(wires)
        self.labels = Labels(wires)
        self.datasets = Datasets(wires)
        self.desk = Desk(wires)
        self.annotators = Annotators(wires)

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
        """Close the connections; a call after that raises RuntimeError."""
        self._wires.client.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A client holds connections and a key, so it is not pickled: make one in each process.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Earmark({self.base_url!r})"


def usable_key(secret_key: str) -> str:
    """Return a secret key as it is sent; raises WrongKindOfKey, which never says the key."""
    key = secret_key.strip() if isinstance(secret_key, str) else ""
    if key.startswith("pk_"):
        raise WrongKindOfKey("This is a publishable key (pk_…), which is for pages; servers take the secret key, sk_….")
    if not key:
        raise WrongKindOfKey("No key was given; servers take the project's secret key, which begins with sk_.")
    if not key.startswith("sk_"):
        raise WrongKindOfKey("The client for servers takes a secret key, which begins with sk_.")
    if not all("!" <= sign <= "~" for sign in key):
        raise WrongKindOfKey(
            "The secret key holds a space, a line break or another sign that no key has; copy it anew."
        )
    return key


def usable_address(base_url: str) -> str:
    """Return an address without the slash at its end; raises AddressUnusable for what no server is at."""
    address = base_url.strip().rstrip("/")
    try:
        url = urlsplit(address)
        httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressUnusable(f"{address!r} is no address of a server: {error}") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise AddressUnusable(f"{address!r} is no address of a server; write it as https://earmark.example or {LOCAL}.")
    if url.username is not None or url.password is not None:
        raise AddressUnusable("The address names a user or a password, which would be sent in place of the key.")
    if url.query or url.fragment or url.path.endswith("/v1"):
        raise AddressUnusable(f"{address!r} names more than the server; leave out /v1 and what follows.")
    return address
