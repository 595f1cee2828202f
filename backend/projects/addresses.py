"""Where a webhook may lead: never inside our own network."""

import ipaddress
import socket
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from backend.projects.errors import AddressRefused
from backend.projects.web_origins import SPELT_OTHERWISE

NAT64 = ipaddress.ip_network("64:ff9b::/96")
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
PATIENCE_S = 5.0
"""How long somebody who gives an address waits for a name server."""
LOOK_UPS = 8
"""How many addresses a process checks for people at the same time: each may hold a thread until the system gives up."""
DEFAULT_PORTS = {"http": 80, "https": 443}


_looking_up = threading.BoundedSemaphore(LOOK_UPS)


@dataclass(frozen=True)
class PinnedAddress:
    """An address with its host name already looked up; `url` names the number, `host` the name."""

    url: str
    host: str
    host_header: str
    is_tls: bool


def pinned_address(url: str) -> PinnedAddress:
    """Look an address up once and return it with the number in place of the name.

    Raises AddressRefused for anything but https, and http while DEBUG is on; for credentials in the address,
    for names that do not resolve, and where any number the name stands for is not public, except host:port
    pairs listed in EARMARK_WEBHOOK_ALLOW, which only works while DEBUG is on.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AddressRefused(url=url, reason="it cannot be read") from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username or parts.password:
        raise AddressRefused(url=url, reason="it must be http or https with a host and no credentials")
    if parts.scheme == "http" and not settings.DEBUG:
        raise AddressRefused(url=url, reason="it must be https, so that nobody reads on the way")
    try:
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except ValueError:
        raise AddressRefused(url=url, reason="its port is no number from 1 to 65535") from None
    host = _in_ascii(url, parts.hostname)
    number = _look_up(url, host, port)
    path = parts.path or "/"
    query = f"?{parts.query}" if parts.query else ""
    return PinnedAddress(
        url=f"{parts.scheme}://{_bracketed(number)}:{port}{path}{query}",
        host=host,
        host_header=_bracketed(host) + (f":{parts.port}" if parts.port else ""),
        is_tls=parts.scheme == "https",
    )


def _in_ascii(url: str, host: str) -> str:
    """Return a host name as name servers, headers and certificates spell it: `xn--mnchen-3ya.example`."""
    if SPELT_OTHERWISE.search(host):
        raise AddressRefused(url=url, reason="its host is spelt in more than one way; write it as xn--… does")
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        raise AddressRefused(url=url, reason="its host name is not known") from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def checked_address(url: str, *, patience_s: float = PATIENCE_S) -> PinnedAddress:
    """Look an address up as `pinned_address` does while somebody waits: a name server that says nothing is refused.

    The thread that asked it is left behind until the system gives up; while eight are, who comes waits for one of them
    and is then refused. Raises AddressRefused.
    """
    give_up_at = time.monotonic() + patience_s
    if not _looking_up.acquire(timeout=patience_s):
        raise AddressRefused(url=url, reason="too many host names are being looked up; save it again in a minute")
    asked: Future[PinnedAddress] = Future()

    def ask() -> None:
        try:
            asked.set_result(pinned_address(url))
        except BaseException as error:
            asked.set_exception(error)
        finally:
            _looking_up.release()

    try:
        threading.Thread(target=ask, name="look-up", daemon=True).start()
    except RuntimeError:  # the system has no thread to give
        _looking_up.release()
        raise
    try:
        return asked.result(max(give_up_at - time.monotonic(), 0))
    except TimeoutError:
        raise AddressRefused(url=url, reason=f"its host name was not found within {patience_s:g} s") from None


def _look_up(url: str, host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):  # ValueError: a name that no name server could know
        raise AddressRefused(url=url, reason="its host name is not known") from None
    numbers = [str(entry[4][0]) for entry in found]
    is_listed = settings.DEBUG and f"{host}:{port}" in settings.EARMARK_WEBHOOK_ALLOW
    if not is_listed and not all(is_public(number) for number in numbers):
        to_do = f"While developing, set EARMARK_WEBHOOK_ALLOW={host}:{port} and start anew." if settings.DEBUG else ""
        raise AddressRefused(url=url, reason="it leads to an address that is not public", to_do=to_do)
    return numbers[0]


def is_public(number: str) -> bool:
    """Return whether an IP address, or the IPv4 address inside an IPv6 one, is reachable from anywhere."""
    address = ipaddress.ip_address(number.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        return address.is_global and address in GLOBAL_UNICAST
    return address.is_global and not address.is_multicast
