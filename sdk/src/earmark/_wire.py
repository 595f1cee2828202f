"""From the wire's JSON to the SDK's values and back, by the annotations of the dataclasses."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import re
import types
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from urllib.parse import quote
from uuid import UUID

from earmark.anchors import Region, RegionAnchor, TextAnchor
from earmark.errors import AnchorUnusable, NotSendable

T = TypeVar("T")
_LONG_NUMBER = re.compile(r"\d{19}")


def read(kind: type[T], told: Any) -> T:
    """Return a dataclass from a JSON object; keys it does not know are left out.

    Raises ValueError where a field without a default is missing or a value cannot be what it must be.
    """
    if not isinstance(told, Mapping):
        raise ValueError(f"{kind.__name__} is a JSON object, not {type(told).__name__}.")
    values = {name: _value(hint, told[name]) for name, hint in _fields(cast("Hashable", kind)).items() if name in told}
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from error


def written(value: Any) -> Any:
    """Return a value as JSON carries it; of a dataclass, fields that are None are left out."""
    if isinstance(value, TextAnchor | RegionAnchor):
        return value.wire
    if isinstance(value, Region):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((each, getattr(value, each.name)) for each in dataclasses.fields(value))
        return {each.name: written(inner) for each, inner in pairs if inner is not None}
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {key: written(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [written(inner) for inner in value]
    return value


def encoded(value: Any) -> bytes:
    """Return a value as strict JSON; raises NotSendable for what no server can take.

    That is NaN and infinity, whole numbers past 64 bits, NUL and lone surrogates in texts, and
    objects that are not JSON.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        raw = text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise NotSendable(f"This cannot be sent as JSON: {_why(error)}") from error
    if ("\\u0000" in text or _LONG_NUMBER.search(text)) and not _is_sendable(value):
        raise NotSendable("This cannot be sent as JSON: a text holds NUL, or a whole number has over 64 bits.")
    return raw


def segment(id: str) -> str:
    """Return an id as one segment of a path.

    Raises NotSendable for what is the id of nothing, TypeError for what is no text.
    """
    told = parameter(id)
    if not told:
        raise NotSendable("An id is not empty.")
    return "%2E" * len(told) if told in (".", "..") else quote(told, safe="")


def parameter(value: str) -> str:
    """Return a text that may stand in an address.

    Raises NotSendable for NUL and half characters, TypeError for what is no text.
    """
    if not isinstance(value, str):
        raise TypeError(f"An id is a text, not {type(value).__name__}; write {str(value)!r:.80}.")
    if "\0" in value or any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
        raise NotSendable(f"{value!r:.80} holds NUL or half a character (a lone surrogate), which no id does.")
    return value


def _why(error: Exception) -> str:
    """Return in words what JSON cannot hold."""
    if isinstance(error, UnicodeEncodeError):
        return f"a text holds half a character (the lone surrogate {error.object[error.start]!r})"
    return str(error)


def _is_sendable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, Mapping):
        return all(_is_sendable(key) and _is_sendable(inner) for key, inner in value.items())
    return not isinstance(value, list) or all(map(_is_sendable, value))


@cache
def _fields(kind: Hashable) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in dataclasses.fields(cast("type[Any]", kind))}


def _value(hint: Any, told: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if told is None:
            return None
        if TextAnchor in get_args(hint):
            return _anchor(told)
        return _value(next(arm for arm in get_args(hint) if arm is not type(None)), told)
    if origin is collections.abc.Sequence:
        if not isinstance(told, list):
            raise ValueError(f"A list was expected, not {type(told).__name__}.")
        return tuple(_value(get_args(hint)[0], each) for each in told)
    if origin is collections.abc.Mapping or hint is Any or origin is Literal:
        return told
    if dataclasses.is_dataclass(hint):
        return read(hint, told)  # type: ignore[arg-type]
    return _scalar(hint, told)


def _anchor(told: Any) -> TextAnchor | RegionAnchor:
    if not isinstance(told, Mapping):
        raise ValueError(f"An anchor is a JSON object, not {type(told).__name__}.")
    try:
        return RegionAnchor.of(told) if "region" in told else TextAnchor.of(told)
    except AnchorUnusable as error:
        raise ValueError(str(error)) from error


def _scalar(hint: Any, told: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(told) if isinstance(told, str) else _refuse(hint, told)
    if hint is UUID:
        return UUID(told) if isinstance(told, str) else _refuse(hint, told)
    if hint is float and isinstance(told, int) and not isinstance(told, bool):
        return float(told)
    return told if isinstance(told, hint) else _refuse(hint, told)


def _refuse(hint: Any, told: Any) -> Any:
    raise ValueError(f"{hint.__name__} was expected, not {told!r:.80}.")
