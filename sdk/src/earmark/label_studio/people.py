"""Who said it in Label Studio, when, and under which ids that is known: the same however often it is brought in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from earmark.label_studio.tasks import name_of

UNNAMED = "unnamed"


def annotator_of(annotation: Mapping[str, Any]) -> str:
    """Return a name for who completed an annotation: their number in Label Studio, never an e-mail address.

    Where an address alone is told, the name is made from its hash; where nobody is, it is UNNAMED.
    """
    told = annotation.get("completed_by")
    if isinstance(told, Mapping):
        told = told.get("id") if name_of(told.get("id")) else told.get("email")
    name = name_of(told).strip()
    return digest(name.casefold())[:16] if "@" in name else name or UNNAMED


def said_at(annotation: Mapping[str, Any]) -> datetime | None:
    """Return when an annotation was last changed, else made; None where that is not told. Without a zone it is UTC."""
    for name in ("updated_at", "created_at"):
        told = annotation.get(name)
        try:
            if isinstance(told, str):
                at = datetime.fromisoformat(told)
                return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
            if isinstance(told, int | float) and not isinstance(told, bool):  # so before version 1.0
                return datetime.fromtimestamp(told, UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def digest(*facts: object) -> str:
    """Return a hash of facts, in hexadecimal."""
    return hashlib.sha256("\x1f".join(map(str, facts)).encode(errors="surrogatepass")).hexdigest()


def id_of(at: datetime | None, *facts: object) -> UUID:
    """Return the UUIDv7 of what was said at a time: the same facts have the same id, anywhere."""
    ms = max(0, int(at.timestamp() * 1000)) if at else 0
    rest = int(digest(at and at.astimezone(UTC).isoformat(), *facts), 16)
    number = (ms & (1 << 48) - 1) << 80 | 7 << 76 | (rest >> 62 & 0xFFF) << 64 | 2 << 62 | rest & (1 << 62) - 1
    return UUID(int=number)
