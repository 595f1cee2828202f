"""Webhooks: messages that tell the host's server that a label changed (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from earmark.errors import WebhookNotGenuine

TOLERANCE_S = 300
STANDARD_PREFIX = "whsec_"
_ID, _TIMESTAMP, _SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class Headers(Protocol):
    """A request's headers, as any framework gives them: a dict, or what has names and values like one."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return names and values."""


@dataclass(frozen=True)
class WebhookEvent:
    """What a message says: `type` is label.settled, label.unsettled, label.changed, or annotator.erased.

    Of labels `data` holds question, unit, value, state, probability and revision. Messages may come twice and
    out of order: keep the highest `revision` of each unit. Of an erasure that is done it holds its id, `erasure`, and
    the frozen `versions` that hold what was erased. Newer servers may send other types: pass over what you do not know.
    """

    id: str
    type: str
    created_at: datetime
    project: str
    data: Mapping[str, Any]

    @property
    def revision(self) -> int:
        """Return the revision of the label, which rises with each change of it."""
        return int(self.data["revision"])


def sign(
    body: bytes, *, message_id: str, timestamp: int, secrets: str | bytes | Sequence[str | bytes]
) -> dict[str, str]:
    """Return the headers of a message: signatures for each secret, of several while they rotate.

    A secret that is spelt as Standard Webhooks does, `whsec_` and base64, signs twice: with the bytes that it
    stands for, as their libraries verify, and with its letters, as this SDK did before.
    """
    marks = [mark for secret in _each(secrets) for mark in _signatures(secret, message_id, str(timestamp), body)]
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(marks),
    }


def verify(
    body: bytes | str,
    headers: Headers,
    secrets: str | bytes | Sequence[str | bytes],
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE_S,
) -> WebhookEvent:
    """Return the event of a message that one of the secrets signed at most `tolerance` seconds from `now`.

    `body` is the raw request body as it came, before any parsing. Header names may have any case, and
    Django's `request.META` spelling works too. Raises WebhookNotGenuine.
    """
    return _event(check(body, headers, secrets, now=now, tolerance=tolerance))


def check(
    body: bytes | str,
    headers: Headers,
    secrets: str | bytes | Sequence[str | bytes],
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE_S,
) -> bytes:
    """Return the raw body of anything that one of the secrets signed, under the conditions of `verify`.

    Raises WebhookNotGenuine.
    """
    raw = body.encode() if isinstance(body, str) else bytes(body)
    given = {name.lower().removeprefix("http_").replace("_", "-"): value for name, value in headers.items()}
    message_id, timestamp, signatures = (given.get(name, "") for name in (_ID, _TIMESTAMP, _SIGNATURE))
    if not (message_id and timestamp and signatures):
        raise WebhookNotGenuine("The headers Webhook-Id, Webhook-Timestamp and Webhook-Signature are needed.")
    _check_time(timestamp, time.time() if now is None else now, tolerance)
    expected = [mark.encode() for one in _each(secrets) for mark in _signatures(one, message_id, timestamp, raw)]
    offered = [mark.encode() for mark in signatures.split()]
    matches = [hmac.compare_digest(one, other) for one in expected for other in offered]
    if not any(matches):
        raise WebhookNotGenuine("No signature was made by one of the secrets over this very body.")
    return raw


def _check_time(timestamp: str, now: float, tolerance: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise WebhookNotGenuine("The header Webhook-Timestamp is not a whole number of seconds.")
    if abs(now - int(timestamp)) > tolerance:
        raise WebhookNotGenuine(f"The message was signed more than {tolerance:g} seconds from now.")


def _signatures(secret: str | bytes, message_id: str, timestamp: str, body: bytes) -> list[str]:
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys_of(secret)]
    return ["v1," + base64.b64encode(digest).decode() for digest in digests]


def keys_of(secret: str | bytes) -> Sequence[bytes]:
    """Return the keys that a secret stands for, Standard Webhooks' first; raises ValueError for an empty one."""
    letters = secret.encode() if isinstance(secret, str) else secret
    if not letters:
        raise ValueError("A webhook secret is not empty.")
    prefix = STANDARD_PREFIX.encode()
    try:
        told = base64.b64decode(letters.removeprefix(prefix), validate=True) if letters.startswith(prefix) else b""
    except ValueError:
        told = b""
    return [told, letters] if told else [letters]


def _each(secrets: str | bytes | Sequence[str | bytes]) -> Sequence[str | bytes]:
    return [secrets] if isinstance(secrets, str | bytes) else secrets


def _event(raw: bytes) -> WebhookEvent:
    try:
        told = json.loads(raw)
        created_at = datetime.fromisoformat(told["created_at"])
        return WebhookEvent(str(told["id"]), str(told["type"]), created_at, str(told["project"]), dict(told["data"]))
    except (ValueError, KeyError, TypeError) as error:
        raise WebhookNotGenuine("The message is signed, but is not an event of Earmark.") from error
