"""JSON as we take it: no NUL, no lone surrogates, no NaN, no key twice, no endless nesting."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from backend.api.v1.problems import TooLarge

LARGEST_BYTES = 8 * 1024 * 1024
LARGEST_BROWSER_BYTES = 64 * 1024
DEEPEST = 32


class StrictJSONParser(BaseParser):
    """Reads `application/json` of at most 8 MB; raises ParseError with what is wrong, TooLarge past the limit."""

    media_type = "application/json"
    largest_bytes = LARGEST_BYTES

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body."""
        raw = stream.read(self.largest_bytes + 1)
        if len(raw) > self.largest_bytes:
            raise TooLarge(limit=self.largest_bytes)
        try:
            return strict_json(raw)
        except ValueError as error:
            raise ParseError(f"The body is not JSON as we take it: {str(error)[:200]}") from None


class TextJSONParser(StrictJSONParser):
    """Reads JSON sent as `text/plain`, which browsers send without asking first; at most 64 KB."""

    media_type = "text/plain"
    largest_bytes = LARGEST_BROWSER_BYTES


class BrowserJSONParser(StrictJSONParser):
    """Reads `application/json` from a browser; at most 64 KB."""

    largest_bytes = LARGEST_BROWSER_BYTES


def strict_json(raw: bytes) -> Any:
    """Return what JSON says; raises ValueError with what is wrong where it is none as we take it."""
    try:
        found = json.loads(raw, object_pairs_hook=_once, parse_constant=_refuse_constant, parse_float=_finite)
        _check(found, depth=0)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _check(value: Any, *, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool):
        return
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("a whole number does not fit into 64 bits")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth=depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ValueError("a text holds NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half a surrogate pair") from None
