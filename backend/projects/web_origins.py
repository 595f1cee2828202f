"""Web origins as browsers spell them in the header `Origin` (RFC 6454, section 6.2)."""

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from backend.projects.errors import WebOriginUnusable

USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_.-]+")
SPELT_OTHERWISE = re.compile("[ßẞς\u200c\u200d]")
"""What browsers keep (UTS 46) and Python's codec, which is older (RFC 3490), turns into other letters."""


def web_origin(written: str) -> str:
    """Return an address of a page that stands for its web origin as browsers spell that; raises WebOriginUnusable.

    A slash at the end, capitals, the usual port, letters beyond ASCII are put right; a path, a wildcard are refused.
    """
    try:
        parts = urlsplit(written.strip())
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise WebOriginUnusable(written=written, to_do="It cannot be read.") from None
    if parts.scheme not in USUAL_PORTS or not host:
        raise WebOriginUnusable(written=written, to_do="Begin with http:// or https:// and the host.")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise WebOriginUnusable(written=written, to_do="Leave away what comes after host and port.")
    if SPELT_OTHERWISE.search(parts.netloc):
        raise WebOriginUnusable(written=written, to_do="Write its host as the browser's console does, xn--….")
    if "[" in parts.netloc:
        host = f"[{_compressed(host, written)}]"
    elif not _HOST.fullmatch(host):
        raise WebOriginUnusable(written=written, to_do="List each host by itself: no wildcard, no blank, no comma.")
    return f"{parts.scheme}://{host}" + ("" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}")


def _compressed(host: str, written: str) -> str:
    try:
        return IPv6Address(host).compressed
    except ValueError:
        raise WebOriginUnusable(written=written, to_do="It cannot be read.") from None
