"""A connection to a host that is cut from outside, as a host that drips would hold it open for as long as it likes."""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl

    import httpx


class Connection:
    """A connection to a host, open from call to call, which any thread may cut."""

    def __init__(self, client: "httpx.Client") -> None:
        self.client = client
        self.is_cut = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    @classmethod
    def new(cls, *, is_tls: bool) -> Self:
        """Return one that is opened at its first call; the first of a process loads what it needs."""
        import httpx  # only who calls hosts loads it

        return cls(
            httpx.Client(
                verify=tls() if is_tls else False,
                follow_redirects=False,
                trust_env=False,
                limits=httpx.Limits(max_connections=1),
            )
        )

    def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Keep a handle of the socket as soon as it is connected: TLS takes the first one away."""
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._forget_socket()
                self._socket = facts["return_value"].get_extra_info("socket").dup()
                self._shut_if_cut()

    def cut(self) -> None:
        """End whatever the call under way waits for: its next look at the socket fails at once."""
        with self._lock:
            self.is_cut = True
            self._shut_if_cut()

    def for_the_next_call(self) -> "Connection | None":
        """Hand it over, out of reach of who may cut this call; None where that happened."""
        with self._lock:
            if self.is_cut:
                return None
            following = Connection(self.client)
            following._socket, self._socket = self._socket, None
            return following

    def close(self) -> None:
        """Close it; no call is under way."""
        with self._lock:
            self._forget_socket()
        self.client.close()

    def _shut_if_cut(self) -> None:
        if self.is_cut and self._socket is not None:
            with suppress(OSError):  # the host was faster
                self._socket.shutdown(socket.SHUT_RDWR)

    def _forget_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@cache
def tls() -> "ssl.SSLContext":
    """Return how certificates are checked; read once, as it takes long."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)
