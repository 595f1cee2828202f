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

    `read` returns what `call` needs, or None where nothing is left to do; `write` gets what `call` returned. `fail`
    gets the error that `call` raised, in a transaction of its own, before the job is put back.
    """

    read: Callable[..., Any]
    call: Callable[[Any], Any]
    write: Callable[..., None]
    fail: Callable[..., None] | None = None


LEASE_S = 15

_handlers: dict[str, Work | Errand] = {}
_leases: dict[str, int] = {}
_urgent: set[str] = set()
_bounds: dict[str, int] = {}
_mourners: dict[str, Work] = {}
_titles: dict[str, str] = {}


def handles(
    kind: str,
    handler: Work | Errand,
    *,
    lease_s: int = LEASE_S,
    on_death: Work | None = None,
    is_urgent: bool = False,
    most_at_once: int | None = None,
    called: str = "",
) -> None:
    """Register the handler of one kind of job; the last one registered stands.

    `lease_s`: how long the work may take. `on_death`: what is done, in a transaction, when the job is given up.
    `is_urgent`: whether it comes before all that is not. `most_at_once`: in how many lanes of one project a job is
    worked at at the same time, over all workers, so that who is slow leaves threads to others; None for any number.
    `called`: what it does, in words for people.
    """
    _handlers[kind] = handler
    _titles[kind] = called or kind
    _leases[kind] = lease_s
    (_urgent.add if is_urgent else _urgent.discard)(kind)
    if most_at_once is None:
        _bounds.pop(kind, None)
    else:
        _bounds[kind] = most_at_once
    if on_death is not None:
        _mourners[kind] = on_death


def lease_of(kind: str) -> int:
    """Return for how many seconds a worker may be at a job of this kind before another one may take it."""
    return _leases.get(kind, LEASE_S)


def title_of(kind: str) -> str:
    """Return what a job of this kind does, in words for people."""
    return _titles.get(kind, kind)


def is_urgent(kind: str) -> bool:
    """Return whether jobs of this kind come before others."""
    return kind in _urgent


def bounds() -> dict[str, int]:
    """Return by kind in how many lanes of one project a job is worked at at the same time, where that is bounded."""
    return dict(_bounds)


def mourner_of(kind: str) -> Work | None:
    """Return what is done when a job of this kind is given up."""
    return _mourners.get(kind)


def handler_of(kind: str) -> Work | Errand:
    """Return the handler of a kind; raises UnknownJobKind."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownJobKind(kind=kind) from None
