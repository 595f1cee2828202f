"""What the SDK's tests share: a network that is not there, waits that take no time, a little index."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from earmark import Earmark
from earmark.suggesters import Item, ItemIndex
from earmark.transports import MockTransport

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def network():
    return MockTransport()


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were waited between tries; none of them pass."""
    waited = []
    monkeypatch.setattr("earmark._transport.time", SimpleNamespace(**vars(time) | {"sleep": waited.append}))
    return waited


@pytest.fixture
def aside():
    """Call in a thread of its own, for what begins an event loop: in this one a browser's may be running."""
    with ThreadPoolExecutor(1) as thread:
        yield lambda call, *given: thread.submit(call, *given).result()


@pytest.fixture
def client(network, waits):
    with Earmark("sk_test", "http://earmark.test", transport=network) as client:
        yield client


@pytest.fixture
def threads():
    """Five threads of a forum, an hour apart, oldest first."""
    texts = {
        "1": ("Archive key is gone", "Shift+A used to archive a message, now nothing happens in 2.53.8"),
        "2": ("Printing a calendar", "The printer prints an empty page"),
        "3": ("Crash when printing", "It crashes in readMailFolder when I print a long message"),
        "4": ("Spell checker", "Dictionaries are not found after the update"),
        "5": ("Cannot archive with Shift+A", "Since 2.53.8 the archive shortcut does nothing"),
    }
    return [Item(key, title, body, NOON + timedelta(hours=at)) for at, (key, (title, body)) in enumerate(texts.items())]


@pytest.fixture
def index(threads):
    index = ItemIndex()
    index.apply(threads, seq=5)
    return index


@pytest.fixture(autouse=True)
def apart():
    """Take the place of the backend's fixture of this name: the SDK's tests know no Django."""
