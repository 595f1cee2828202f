"""Web origins as browsers spell them in the header `Origin` (RFC 6454, section 6.2)."""

from urllib.parse import urlsplit

from backend.projects.errors import WebOriginUnusable

USUAL_PORTS = {"http": 80, "https": 443}


def web_origin(written: str) -> str:
    """Return an address of a page that stands for its web origin as browsers spell that; raises WebOriginUnusable.

    A slash at the end, capitals, the usual port and letters beyond ASCII are put right; a path is refused.
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
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}")
