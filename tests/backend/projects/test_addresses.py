import http.server
import socket
import threading

import pytest

from backend.projects.actions.webhooks import DeliveryFailed, _Message, call_host
from backend.projects.addresses import LOOK_UPS, PinnedAddress, checked_address, is_public, pinned_address
from backend.projects.errors import AddressRefused


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://0.0.0.0/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://172.16.0.1/", "http://169.254.169.254/latest", "http://[::ffff:127.0.0.1]/",
        "http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://[fe80::1]/", "http://[fd00::1]/",
        "ftp://example.org/", "file:///etc/passwd", "http://user:word@example.org/", "http:///x", "gopher://x",
        "http://example.org:99999/", "http://no-such-name.invalid/", "javascript:alert(1)", "",
        "http://[::1", "http://[zz]/", f"http://{'a' * 64}.example/", "http://a..b/", "http://\uff11\uff12\uff17.0.0.1/",
        "http://example.org@127.0.0.1/", "http://127.0.0.1#@example.org/", "http://0177.0.0.1/", "//127.0.0.1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_debugging", [True, False])
def test_an_address_that_leads_inside_or_nowhere_is_refused(url, is_debugging, settings):
    settings.DEBUG = is_debugging
    with pytest.raises(AddressRefused):
        pinned_address(url)


def test_a_name_in_letters_of_its_own_language_is_called_as_name_servers_and_headers_spell_it(settings, monkeypatch):
    settings.DEBUG = True
    asked = []

    def known(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    found = pinned_address("https://M\xfcnchen.example:8443/x")
    assert asked == ["xn--mnchen-3ya.example"]
    assert found == PinnedAddress(
        "https://93.184.216.34:8443/x", "xn--mnchen-3ya.example", "xn--mnchen-3ya.example:8443", is_tls=True
    )


def test_who_gives_an_address_does_not_wait_for_a_name_server_that_says_nothing(monkeypatch):
    has_asked, may_answer = threading.Event(), threading.Event()

    def silent(*_, **__):
        has_asked.set()
        may_answer.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(AddressRefused, match="was not found within 0.05 s"):
        checked_address("https://example.org/", patience_s=0.05)
    assert has_asked.wait(30)
    may_answer.set()


def test_of_addresses_whose_name_server_says_nothing_no_more_are_asked_than_a_process_may(monkeypatch):
    may_answer, done = threading.Event(), threading.Semaphore(0)

    def silent(*_, **__):
        may_answer.wait(30)
        done.release()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    why = []
    for _ in range(LOOK_UPS + 2):
        with pytest.raises(AddressRefused) as refused:
            checked_address("https://example.org/", patience_s=0.02)
        why.append(refused.value.reason)
    assert sum("was not found within" in each for each in why) == LOOK_UPS
    assert why[LOOK_UPS:] == ["too many host names are being looked up; save it again in a minute"] * 2
    may_answer.set()
    assert all(done.acquire(timeout=30) for _ in range(LOOK_UPS))
    with pytest.raises(AddressRefused, match="is not known"):
        checked_address("https://example.org/")


def test_an_address_that_is_looked_up_in_time_is_as_it_is_or_refused_for_what_it_is(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert checked_address("https://example.org/a").url == "https://93.184.216.34:443/a"
    with pytest.raises(AddressRefused, match="no credentials"):
        checked_address("https://user:word@example.org/")


@pytest.mark.parametrize(
    ("number", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
     ("224.0.0.1", False), ("100.64.0.1", False), ("255.255.255.255", False), ("192.0.2.1", False),
     ("198.18.0.1", False), ("240.0.0.1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::5db8:d822", True),
     ("64:ff9b:1::7f00:1", False), ("::7f00:1", False), ("::ffff:0:7f00:1", False), ("fec0::1", False),
     ("ff02::1", False), ("fe80::1%1", False), ("2001:db8::1", False), ("::", False)],
)  # fmt: skip
def test_a_number_is_public_only_if_anyone_may_reach_it(number, public):
    assert is_public(number) is public


def test_plain_http_even_to_a_public_host_is_refused_outside_of_development(settings):
    settings.DEBUG = False
    with pytest.raises(AddressRefused, match="must be https"):
        pinned_address("http://93.184.216.34/suggest")
    assert pinned_address("https://93.184.216.34/suggest").is_tls
    settings.DEBUG = True
    assert not pinned_address("http://93.184.216.34/suggest").is_tls


def test_a_name_is_refused_when_one_of_its_numbers_leads_inside(monkeypatch):
    numbers = ["93.184.216.34", "10.0.0.7"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, **_: [(0, 0, 0, "", (n, port)) for n in numbers])
    with pytest.raises(AddressRefused, match="not public"):
        pinned_address("https://two-faced.example/hook")


def test_the_number_that_was_checked_is_the_one_that_is_called(monkeypatch):
    """A name that leads outside when it is looked at and inside a moment later gains nothing."""
    asked: list[str] = []

    def look_up(host, port, **_):
        asked.append(host)
        number = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    pinned = pinned_address("https://rebinding.example/hook?x=1")
    assert pinned == PinnedAddress(
        url="https://93.184.216.34:443/hook?x=1",
        host="rebinding.example",
        host_header="rebinding.example",
        is_tls=True,
    )
    assert asked == ["rebinding.example"]


def test_an_exact_pair_of_host_and_port_may_be_allowed_while_debugging(settings):
    settings.EARMARK_WEBHOOK_ALLOW = ["localhost:8001"]
    settings.DEBUG = True
    assert pinned_address("http://localhost:8001/hook").host_header == "localhost:8001"
    with pytest.raises(AddressRefused):
        pinned_address("http://localhost:8002/hook")
    settings.DEBUG = False
    with pytest.raises(AddressRefused):
        pinned_address("http://localhost:8001/hook")


class Host(http.server.BaseHTTPRequestHandler):
    """Answers with a redirect that leads inside, and remembers who came."""

    came: list[str] = []

    def do_POST(self):
        Host.came.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/inside")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_redirect_is_not_followed(settings):
    with http.server.HTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EARMARK_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_port}"]
        settings.DEBUG = True
        with pytest.raises(DeliveryFailed, match="302"):
            call_host(_Message(f"http://127.0.0.1:{server.server_port}/hook", b"{}", {}))
        server.shutdown()
    assert Host.came == ["/hook"]


@pytest.mark.parametrize("host", ["faß.example", "FAẞ.example", "σoφός.example", "a\u200db.example"])
def test_a_host_that_is_another_one_by_older_rules_is_refused(host):
    with pytest.raises(AddressRefused, match="xn--"):
        pinned_address(f"https://{host}/x")
