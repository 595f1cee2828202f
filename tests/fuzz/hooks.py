"""What schemathesis cannot draw: whose session it is, which page asks, and names that exist.

Loaded by schemathesis; what exists is told by the file that EARMARK_FUZZ names (`run.py` writes it).
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any
from zlib import crc32

import requests
import schemathesis
from earmark import sign_identity
from schemathesis.core.parameters import ParameterLocation

KNOWN: dict[str, Any] = json.loads(Path(os.environ["EARMARK_FUZZ"]).read_text())
LONGEST_TOKEN = 4000
BROWSER = "/w/v1/"
DESK = "/w/v1/desk/"
ENDS_A_PERSON = ("/w/v1/me/erase", "/w/v1/me/optout")
_numbers = itertools.count()
_sessions = {desk: itertools.cycle(tokens) for desk, tokens in enumerate((KNOWN["sessions"], KNOWN["desk_sessions"]))}


@schemathesis.serializer("text/plain")
def text_plain(context: Any, value: Any) -> bytes:
    """Send JSON as text, as pages do to be asked nothing beforehand."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Put in what exists, where that leaves wrong what was made wrong on purpose."""
    drawn = case.meta
    if isinstance(case.path_parameters, dict) and not (drawn and drawn.is_negative_at(ParameterLocation.PATH)):
        for name, value in case.path_parameters.items():
            case.path_parameters[name] = existing(name, value, case)
    if isinstance(case.body, dict):
        if not (drawn and drawn.is_negative_at(ParameterLocation.BODY)):
            case.body = existing("body", case.body, case)
        if case.path.startswith(BROWSER):
            case.body = case.body | credentials(case)
    if case.path.startswith(BROWSER):
        case.headers["Origin"] = KNOWN["base_url" if case.path.startswith(DESK) else "origin"]


def existing(name: str, value: Any, case: Any) -> Any:
    """Return what was drawn with every other name of something replaced by one that exists, always the same."""
    if isinstance(value, dict):
        return {key: existing(key, inner, case) for key, inner in value.items()}
    if isinstance(value, list):
        return [existing(name, inner, case) for inner in value]
    names = KNOWN["doomed" if case.method in ("DELETE", "PATCH") else "names"].get(name, [])
    draw = crc32(repr(value).encode())
    return names[draw // 2 % len(names)] if names and draw % 2 else value


def credentials(case: Any) -> dict[str, str]:
    """Return what says who asks, in place of texts that might have been it."""
    given = {name for name, value in case.body.items() if isinstance(value, str) and 0 < len(value) <= LONGEST_TOKEN}
    if "token" in given:
        return {"token": session(case)}
    if "identity" in given:
        return {"identity": identity()} | ({"key": KNOWN["publishable_key"]} if "key" in given else {})
    return {"link": KNOWN["desk_link"]} if "link" in given else {}


def session(case: Any) -> str:
    """Return the token of one of the sessions in turn; of a call that ends a person, of a new one."""
    if case.path not in ENDS_A_PERSON:
        return str(next(_sessions[case.path.startswith(DESK)]))
    asked = {"key": KNOWN["publishable_key"], "identity": identity()}
    answer = requests.post(
        f"{KNOWN['base_url']}{BROWSER}session", json=asked, headers={"Origin": KNOWN["origin"]}, timeout=30
    )
    return str(answer.json()["token"])


def identity() -> str:
    """Return the identity of somebody new, signed as the host signs it."""
    signed_by = {"key": KNOWN["signing_key"], "kid": KNOWN["signing_kid"], "project": KNOWN["project"]}
    return sign_identity(f"fuzz-{next(_numbers)}", **signed_by)
