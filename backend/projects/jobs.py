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
_mourners: dict[str, Work] = {}


def handles(kind: str, handler: Work | Errand, *, lease_s: int = LEASE_S, on_death: Work | None = None) -> None:
    """Register the handler of one kind of job; the last one registered stands.

    `lease_s`: how long a claim holds. `on_death`: what is done, in a transaction, when the job is given up.
    """
    _handlers[kind] = handler
    _leases[kind] = lease_s
    if on_death is not None:
        _mourners[kind] = on_death


def lease_of(kind: str) -> int:
    """Return for how many seconds a claim on this kind holds before another worker may take it."""
    return _leases.get(kind, LEASE_S)


def mourner_of(kind: str) -> Work | None:
    """Return what is done when a job of this kind is given up."""
    return _mourners.get(kind)


def handler_of(kind: str) -> Work | Errand:
    """Return the handler of a kind; raises UnknownJobKind."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownJobKind(kind=kind) from None
