"""Serving a suggester over HTTP from the host's own process, for Earmark to ask: signed, and free of any framework.

    app = Served(MySuggester(), secrets="…")     # then `app.wsgi`, `app.asgi`, or `app.answer(body, headers)`

Earmark posts {question, kind, item, k, candidates}, signed as webhooks are; the answer is {name, version,
suggestions: [{candidate, score, reasons}]}. An item has id, title, body, created_at, kind and metadata. To
tags and choices `candidates` are the labels that may be named; to a pair they are the items found by their
words, where the project asked for these to be sent along.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earmark import webhooks
from earmark.anchors import TextAnchor
from earmark.errors import WebhookNotGenuine
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.protocol import Suggester, Suggestion, fault_of
from earmark.types import Item

MOST_BYTES = 2_000_000
MOST_SIGNS_OF_A_VERSION = 40
logger = logging.getLogger(__name__)

Secrets = str | bytes | Sequence[str | bytes]
Message = MutableMapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What Earmark asks: at most `k` candidates for an item, to a question of a kind (pair, tags, choice)."""

    question: str
    kind: str
    item: Item
    k: int
    candidates: Sequence[Item] = ()


@dataclass(frozen=True)
class Reply:
    """What goes back: a status and JSON."""

    status: int
    body: bytes

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of the reply."""
        return [("Content-Type", "application/json"), ("Content-Length", str(len(self.body)))]


class Served:
    """A suggester, or a function of what is asked, that answers whoever signs with one of the secrets.

    `index` is given to a suggester: an index of yours, or what returns one. Without it a suggester gets
    an index of the candidates that came along, in memory. A function gets `Asked` and returns
    suggestions; it needs `name` and `version`. `name` must be the one under which the project registered
    this address. Several secrets are taken while they rotate. Raises ValueError for what cannot be served.
    """

    def __init__(
        self,
        guesses: Suggester | Callable[[Asked], Iterable[Suggestion]],
        *,
        secrets: Secrets,
        name: str = "",
        version: str = "",
        index: ItemIndex | Callable[[], ItemIndex] | None = None,
    ) -> None:
        if not secrets:
            raise ValueError("A secret is needed: the one that the project's admin shows for this address.")
        self._suggester = guesses if isinstance(guesses, Suggester) else None
        self._function = None if isinstance(guesses, Suggester) else guesses
        if isinstance(guesses, type):
            raise ValueError(f"{guesses.__name__} is a class; give what it makes: {guesses.__name__}().")
        if self._suggester is None and not (callable(guesses) and name and version):
            raise ValueError("Give a suggester, or a function with name=… and version=….")
        self._secrets = secrets
        self._name = name
        self._version = version
        self._told_version()
        self._index = index

    def answer(self, body: bytes, headers: webhooks.Headers, *, now: float | None = None) -> Reply:
        """Return the reply to a posted body, as it came; header names as `webhooks.verify` takes them.

        200 with suggestions, 401 for what is not signed by a secret within five minutes, 400 for what is
        no question, 413 for what is too long, 500 where the suggester failed. Raises nothing.
        """
        if len(body) > MOST_BYTES:
            return _refused(413, f"A question has at most {MOST_BYTES:,} bytes.")
        try:
            asked = _asked(webhooks.check(body, headers, self._secrets, now=now))
        except WebhookNotGenuine as error:
            return _refused(401, str(error))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return _refused(400, f"This is no question to a suggester ({type(error).__name__}).")
        try:
            return self._guessed(asked)
        except Exception:
            logger.exception("The suggester failed; Earmark is told so.")
            return _refused(500, "The suggester failed; its own log says how.")

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer as a WSGI application, at whatever path it is mounted."""
        if environ.get("REQUEST_METHOD") != "POST":
            reply = _refused(405, "Only POST is answered.")
        elif not (length := str(environ.get("CONTENT_LENGTH") or "")).isdecimal():
            reply = _refused(411, "Content-Length is needed.")
        else:
            body = environ["wsgi.input"].read(min(int(length), MOST_BYTES + 1))
            sent = {key: str(value) for key, value in environ.items() if key.startswith("HTTP_")}
            reply = self.answer(body, sent)
        start_response(f"{reply.status} {_PHRASES.get(reply.status, 'Refused')}", reply.headers)
        return [reply.body]

    async def asgi(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer as an ASGI application; the suggester runs in a thread of its own."""
        if scope["type"] != "http":
            raise ValueError("Only HTTP is answered.")
        if scope["method"] != "POST":
            reply = _refused(405, "Only POST is answered.")
        else:
            sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            body = await _received(receive)
            reply = await asyncio.to_thread(self.answer, body, sent)
        pairs = [(name.lower().encode(), value.encode()) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": reply.body})

    def _guessed(self, asked: Asked) -> Reply:
        found = list(self._suggestions(asked))[: asked.k]
        for place, suggestion in enumerate(found):
            if fault := fault_of(suggestion):
                raise ValueError(f"suggestion {place}: {fault}")
            if any(_spot(suggestion) == _spot(before) for before in found[:place]):
                raise ValueError(f"suggestion {place}: candidate {suggestion.candidate_id} is there already")
        told: dict[str, Any] = {
            "name": self._name or (self._suggester.name if self._suggester else ""),
            "version": self._told_version(),
            "suggestions": [
                {"candidate": each.candidate_id, "score": float(each.score), "reasons": list(each.reasons)}
                | _where(each)
                for each in found
            ],
        }
        return Reply(200, json.dumps(told, ensure_ascii=False, allow_nan=False).encode())

    def _told_version(self) -> str:
        """Return the version as it is now: a suggester that learns changes it. Raises ValueError for one too long."""
        version = self._version or (self._suggester.version if self._suggester else "")
        if not 0 < len(version) <= MOST_SIGNS_OF_A_VERSION:
            raise ValueError(f"A version is a text of 1 to {MOST_SIGNS_OF_A_VERSION} signs, not {version!r}.")
        return version

    def _suggestions(self, asked: Asked) -> Iterable[Suggestion]:
        if self._suggester is None:
            return self._function(asked) if self._function else ()
        return self._suggester.suggest(asked.item, self._index_for(asked), asked.k)

    def _index_for(self, asked: Asked) -> ItemIndex:
        if self._index is None:
            made = ItemIndex()
            made.apply(asked.candidates)
            return made
        return self._index() if callable(self._index) else self._index


_PHRASES = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed", 500: "Internal Server Error"}


def _spot(suggestion: Suggestion) -> tuple[str, str]:
    return suggestion.candidate_id, str(suggestion.anchor)


def _where(suggestion: Suggestion) -> dict[str, Any]:
    """Return where a guess lies, as Earmark reads it; of what is no span and no region, nothing."""
    if suggestion.anchor is None:
        return {}
    if isinstance(suggestion.anchor, TextAnchor):
        return {"anchor": suggestion.anchor.wire}
    return {"anchor": {"region": str(suggestion.anchor)}}


def _refused(status: int, detail: str) -> Reply:
    return Reply(status, json.dumps({"detail": detail}).encode())


async def _received(receive: Callable[[], Awaitable[Message]]) -> bytes:
    """Return the body of a request, cut off where it is too long to be answered."""
    body = b""
    while len(body) <= MOST_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _asked(raw: bytes) -> Asked:
    told = json.loads(raw)
    k = told["k"]
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError("k is a whole number of 1 and up")
    candidates = [_item(each) for each in told.get("candidates") or []]
    return Asked(_text(told["question"]), _text(told["kind"]), _item(told["item"]), k, candidates)


def _item(told: Any) -> Item:
    created = told.get("created_at")
    metadata = told.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise ValueError("metadata is an object")
    return Item(
        id=_text(told["id"]),
        title=_text(told.get("title", "")),
        body=_text(told.get("body", "")),
        created_at=datetime.fromisoformat(created) if created else None,
        kind=_text(told.get("kind", "")),
        metadata=metadata,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return value
