"""What a suggester at the host answered, checked part by part: it is nobody of ours who wrote it."""

import json
from typing import Any

from earmark import suggesters as sdk
from earmark.anchors import Region, TextAnchor
from earmark.errors import AnchorUnusable

from backend.suggestions.errors import RemoteFailed


def read_answer(raw: bytes, *, name: str, k: int) -> tuple[str, list[sdk.Suggestion]]:
    """Return the version and the suggestions of an answer; raises RemoteFailed, which says what is wrong with it."""
    try:
        told = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RemoteFailed("its answer is not JSON") from None
    if not isinstance(told, dict):
        raise RemoteFailed("its answer is no JSON object")
    if told.get("name") != name:
        raise RemoteFailed(f"its answer does not give the name {name}, under which it is registered")
    version = told.get("version")
    if not isinstance(version, str) or not _is_version(version):
        raise RemoteFailed("its answer gives no version, a text of 1 to 40 signs")
    given = told.get("suggestions")
    if not isinstance(given, list) or len(given) > k:
        raise RemoteFailed(f"its answer gives no suggestions, a list of at most {k}")
    found = [_suggestion(each, place) for place, each in enumerate(given)]
    if len({(each.candidate_id, str(each.anchor)) for each in found}) < len(found):
        raise RemoteFailed("its answer gives a candidate twice")
    return version, sorted(found, key=lambda each: -each.score)


def _suggestion(told: Any, place: int) -> sdk.Suggestion:
    if not isinstance(told, dict):
        raise RemoteFailed(f"suggestions[{place}] is no JSON object")
    made = sdk.Suggestion(told.get("candidate"), told.get("score"), told.get("reasons") or [])  # type: ignore[arg-type]
    if fault := sdk.fault_of(made):
        raise RemoteFailed(f"suggestions[{place}].{fault}")
    return sdk.Suggestion(made.candidate_id, float(made.score), made.reasons, _anchor(told.get("anchor"), place))


def _anchor(told: Any, place: int) -> TextAnchor | Region | None:
    """Return where a guess lies, None where it says nothing of that."""
    if told is None:
        return None
    is_box = isinstance(told, dict) and isinstance(told.get("region"), str)
    try:
        return Region.of(told["region"]) if is_box else TextAnchor.of(told)
    except AnchorUnusable as error:  # whose words may hold what the host wrote
        field = "anchor.region" if is_box else "anchor"
        raise RemoteFailed(f"suggestions[{place}].{field} cannot be used ({error.code})") from None


def _is_version(version: str) -> bool:
    return not sdk.fault_of(sdk.Suggestion(version, 0.0)) and len(version) <= 40


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")
