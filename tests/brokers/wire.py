"""The wire to a broker, which a test can cut, mute and join again."""

import selectors
import socket
import threading
from contextlib import suppress

from tests.ports import free_port


class Wire:
    """A port that leads to another one: cut it and nobody answers, mute it and nothing more arrives either way."""

    def __init__(self, host: str, port: int) -> None:
        self.port = free_port()
        self._target = host, port
        self._may_flow = threading.Event()
        self._may_flow.set()
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def join(self) -> None:
        """Lead to the broker."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Close all that leads there; who calls from now on is refused."""
        self._may_flow.set()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        while self._ends:
            _close(self._ends.pop())

    def mute(self) -> None:
        """Take what is sent and hand nothing on, as with a broker that hangs."""
        self._may_flow.clear()

    def unmute(self) -> None:
        """Hand on what waited, and what follows."""
        self._may_flow.set()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=[caller], daemon=True).start()

    def _lead(self, caller: socket.socket) -> None:
        with suppress(OSError):
            broker = socket.create_connection(self._target)
            self._ends += [caller, broker]
            with selectors.DefaultSelector() as ready:
                ready.register(caller, selectors.EVENT_READ, broker)
                ready.register(broker, selectors.EVENT_READ, caller)
                while True:
                    for key, _ in ready.select():
                        self._may_flow.wait()
                        told = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                        if not told:
                            raise OSError
                        key.data.sendall(told)
            _close(broker)
        _close(caller)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
