"""The registry of job handlers by kind; apps register theirs when they are made ready."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.projects.errors import UnknownJobKind

Work = Callable[..., None]
"""Work that shares one transaction with the mark that it is done; takes project_id, now and the job's arguments."""


@dataclass(frozen=True)
class Errand:
    """Work with network traffic: read in one transaction, call between, write in the one that marks it done.

    `read` returns what `call` needs, or None where nothing is left to do; `write` gets what `call` returned.
    """

    read: Callable[..., Any]
    call: Callable[[Any], Any]
    write: Callable[..., None]


LEASE_S = 15

_handlers: dict[str, Work | Errand] = {}
_leases: dict[str, int] = {}


def handles(kind: str, handler: Work | Errand, *, lease_s: int = LEASE_S) -> None:
    """Register the handler of one kind of job and how long a claim holds; the last one registered stands."""
    _handlers[kind] = handler
    _leases[kind] = lease_s


def lease_of(kind: str) -> int:
    """Return for how many seconds a claim on this kind holds before another worker may take it."""
    return _leases.get(kind, LEASE_S)


def handler_of(kind: str) -> Work | Errand:
    """Return the handler of a kind; raises UnknownJobKind."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownJobKind(kind=kind) from None
