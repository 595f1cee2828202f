"""Is all well between this machine and Earmark? What is not, is said with what to do."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from earmark._transport import by_way_of, refusal
from earmark.client import LOCAL, usable_address, usable_key
from earmark.errors import AddressUnusable, WrongKindOfKey
from earmark.rules.finding import installed_rules
from earmark.suggesters.protocol import installed
from earmark.version import __version__

TIMEOUT_S = 10.0
LARGEST_SKEW_S = 30.0
PROBE = "/v1/questions"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do where it is not well."""

    name: str
    is_well: bool
    found: str
    to_do: str = ""


def examine(*, url: str, key: str, transport: httpx.BaseTransport | None = None) -> list[Finding]:
    """Return what was found about the SDK, its suggesters, the address, the key, the clock and the server's version."""
    findings = [Finding("SDK", True, f"earmark {__version__} on Python {platform.python_version()}"), *_suggesters()]
    headers = _asking_with(key)
    try:
        url = usable_address(url)
    except AddressUnusable as error:
        to_do = f"Name scheme, host and port alone, with --url or EARMARK_URL, such as {LOCAL}."
        return [*findings, Finding("address", False, str(error), to_do)]
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S, transport=transport) as client:
            response = client.get(PROBE, params={"limit": "1"}, headers=headers)
    except httpx.InvalidURL as error:
        return [*findings, _unreachable(url, str(error))]
    except httpx.HTTPError as error:
        way = by_way_of(error) if transport is None else ""
        return [*findings, _unreachable(f"{url}{way}", str(error) or type(error).__name__)]
    if "X-Request-Id" not in response.headers:
        return [*findings, _stranger(url, response)]
    findings.append(Finding("address", True, f"Earmark answers at {url}"))
    findings.append(_key(key, response))
    findings.append(_clock(response, now=time.time()))
    findings.append(_version(response.headers.get("X-Earmark-Version")))
    return findings


def _asking_with(key: str) -> dict[str, str]:
    """Return the headers that show a key, none for what is no secret key."""
    try:
        return {"Authorization": f"Bearer {usable_key(key)}"}
    except WrongKindOfKey:
        return {}


def _suggesters() -> list[Finding]:
    """Return which suggesters are installed here, and each that cannot be used."""
    found = installed()
    known = [f"{each.name} ({each.package} {each.version})" if each.package else each.name for each in found]
    usable = [name for name, each in zip(known, found, strict=True) if not each.fault]
    to_do = "Mend or uninstall its package; until then questions that name it get nothing from it."
    left_out = [
        Finding("suggester", False, f"{name}: {each.fault}", to_do)
        for name, each in zip(known, found, strict=True)
        if each.fault
    ]
    return [Finding("suggesters", True, ", ".join(usable)), *left_out, *_rules()]


def _rules() -> list[Finding]:
    """Return which sets of rules are installed here, if any, and each that cannot be used."""
    to_do = "Mend or uninstall its package; until then questions that name it get nothing from it."
    found = installed_rules()
    left_out = [Finding("rules", False, f"{each.name}: {each.fault}", to_do) for each in found if each.fault]
    told = [f"{each.name} ({len(each.rules)})" for each in found if not each.fault]
    return [*([Finding("rules", True, ", ".join(told))] if told else []), *left_out]


def _unreachable(where: str, why: str) -> Finding:
    return Finding(
        "address",
        False,
        f"nothing answers at {where} ({why})",
        "Start Earmark there, or name its address with --url or EARMARK_URL.",
    )


def _stranger(url: str, response: httpx.Response) -> Finding:
    seen = f"status {response.status_code}, {response.headers.get('Content-Type', 'no content type')}"
    to_do = "Name the address of Earmark itself, without a path; look whether a proxy stands between."
    return Finding("address", False, f"what answers at {url} is not Earmark ({seen})", to_do)


def _key(key: str, response: httpx.Response) -> Finding:
    if response.is_success:
        return Finding("key", True, f"{key[:6]}… opens the project")
    if not key:
        return Finding("key", False, "none was given", "Give a secret key with --key or EARMARK_KEY.")
    if key.startswith("pk_"):
        to_do = "pk_… is for pages; servers take the secret key, sk_…, of the same project."
        return Finding("key", False, "this is a publishable key", to_do)
    try:
        usable_key(key)
    except WrongKindOfKey as error:
        return Finding("key", False, f"it is refused before it is sent: {error}", "Copy the secret key anew.")
    if response.status_code in (401, 403):
        to_do = "Look in the admin whether it was revoked or has expired, and make a new one there."
        return Finding("key", False, f"{key[:6]}… is refused: {refusal(response)}", to_do)
    return Finding("key", False, f"could not be tried: {refusal(response)}", "Look into the server's log.")


def _clock(response: httpx.Response, *, now: float) -> Finding:
    try:
        there = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return Finding("clock", True, "the server does not tell its time")
    skew = now - there
    if abs(skew) <= LARGEST_SKEW_S:
        return Finding("clock", True, f"within {LARGEST_SKEW_S:g} s of the server's")
    way = "ahead of" if skew > 0 else "behind"
    to_do = "Set both clocks by NTP; identities and webhooks signed here would be refused."
    return Finding("clock", False, f"{abs(skew):.0f} s {way} the server's", to_do)


def _version(there: str | None) -> Finding:
    if there is None:
        return Finding("version", True, "the server does not tell its version")
    if there.split(".")[0] == __version__.split(".")[0]:
        return Finding("version", True, f"the server runs {there}")
    to_do = f"Install the SDK of the server's major version: earmark=={there.split('.')[0]}.*"
    return Finding("version", False, f"the server runs {there}, the SDK is {__version__}", to_do)
