"""Hosts that want more of a webhook than to be told: each is a real server on a real socket."""

import socket
import socketserver
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from backend.projects.actions import webhooks
from backend.projects.actions.webhooks import DeliveryFailed, _Message, call_host
from backend.projects.errors import AddressRefused


@contextmanager
def serving(behave):
    """Run a server that answers each connection by `behave(connection)`; the connections that came stand in `.came`."""
    came = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            came.append(self.client_address)
            with suppress(OSError):
                behave(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        server.came = came
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def allow(settings):
    """Let webhooks reach servers of this machine."""

    def let(*servers):
        settings.DEBUG = True
        settings.EARMARK_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_address[1]}" for server in servers]

    return let


def hook(server, path="/hook"):
    return _Message(f"http://127.0.0.1:{server.server_address[1]}{path}", b'{"type":"label.settled"}', {})


def drips(begin: bytes, each: bytes, ended: threading.Event):
    """Behave as a host that says a little from time to time and never ends; the event is set once it was cut off."""

    def behave(connection):
        connection.recv(65536)
        connection.settimeout(0.02)
        try:
            connection.sendall(begin)
            while True:
                connection.sendall(each)
                with suppress(TimeoutError):
                    if not connection.recv(65536):
                        raise ConnectionAbortedError
        except OSError:
            ended.set()

    return behave


@pytest.mark.parametrize(
    ("begin", "each"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTT", b""),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Many: 1\r\n"),
    ],
)
def test_a_host_that_drips_its_answer_is_cut_off_at_the_deadline(begin, each, allow, monkeypatch):
    monkeypatch.setattr(webhooks, "DEADLINE_S", 0.3)
    ended = threading.Event()
    with serving(drips(begin, each, ended)) as server:
        allow(server)
        with pytest.raises(DeliveryFailed, match=r"the host was not reached: it took longer than 0.3 s"):
            call_host(hook(server))
        assert not each or ended.wait(30), "it was cut, and not merely left alone"
    timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
    for each in timers:  # one whose time is over may have a word left to do
        each.join(30)
    assert not any(each.is_alive() for each in timers)


def test_a_host_that_never_says_a_word_is_left_after_a_while(allow, monkeypatch):
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.2)
    with serving(lambda connection: time.sleep(3)) as server:
        allow(server)
        with pytest.raises(DeliveryFailed, match="ReadTimeout"):
            call_host(hook(server))


def test_of_a_body_without_end_hardly_more_is_taken_than_what_the_network_holds(allow):
    sent = []

    def floods(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    with serving(floods) as server:
        allow(server)
        assert call_host(hook(server)) == 200
    assert sum(sent) < 64_000_000


def test_headers_without_end_are_no_answer(allow):
    def floods(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Many: " + b"x" * 8000 + b"\r\n")

    with serving(floods) as server:
        allow(server)
        with pytest.raises(DeliveryFailed, match="RemoteProtocolError"):
            call_host(hook(server))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_not_followed(status, allow):
    def redirects(connection):
        connection.recv(65536)
        to = f"http://127.0.0.1:{inside.server_address[1]}/secret"
        connection.sendall(f"HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())

    with serving(lambda connection: None) as inside, serving(redirects) as server:
        allow(server, inside)
        with pytest.raises(DeliveryFailed, match=str(status)):
            call_host(hook(server))
        assert inside.came == [] and len(server.came) == 1


@pytest.fixture
def rebinding(monkeypatch):
    """Let the name rebinding.example stand for the given numbers, one after the other; return the asked ones."""
    look_up, asked = socket.getaddrinfo, []

    def standing_for(*numbers):
        left = list(numbers)

        def answer(host, port, *told, **more):
            if host != "rebinding.example":
                return look_up(host, port, *told, **more)
            asked.append(left[0])
            return look_up(left.pop(0) if len(left) > 1 else left[0], port, *told, **more)

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return standing_for


def test_a_name_that_stands_for_another_number_a_moment_later_leads_nowhere_else(rebinding, settings, monkeypatch):
    """The number that was checked is the one that is called, though nobody is there."""
    settings.DEBUG, settings.EARMARK_WEBHOOK_ALLOW = True, []
    monkeypatch.setattr(webhooks, "TIMEOUT_S", 0.5)
    called = []
    create = socket.create_connection

    def connect(address, *told, **more):
        called.append(address[0])
        return create(address, *told, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    asked = rebinding("192.88.99.1", "127.0.0.1")
    with serving(lambda connection: None) as inside:
        port = inside.server_address[1]
        with pytest.raises(DeliveryFailed):
            call_host(_Message(f"http://rebinding.example:{port}/hook", b"{}", {}))
        assert (asked, called, inside.came) == (["192.88.99.1"], ["192.88.99.1"], [])
        with pytest.raises(AddressRefused, match="not public"):
            call_host(_Message(f"http://rebinding.example:{port}/hook", b"{}", {}))
        assert inside.came == [] and called == ["192.88.99.1"]
