"""The brokers on which the queue is tried: `make test-brokers`, apart from `make test`."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from kombu import Connection

from tests.brokers.wire import Wire
from tests.journeys.conftest import Product

USUAL = "pgmq://,redis://127.0.0.1:6379/9,amqp://guest:guest@127.0.0.1:5672//"
BROKERS = [each.strip() for each in os.environ.get("EARMARK_TEST_BROKERS", USUAL).split(",") if each.strip()]
PORTS = {"redis": 6379, "amqp": 5672}
QUEUE = "earmark"


class Broker:
    """A broker that a product reaches by a wire of the test's own; what is inside of it is read past that."""

    def __init__(self, url: str) -> None:
        told = urlsplit(url)
        self._direct = url
        self.wire = Wire(told.hostname or "127.0.0.1", told.port or PORTS[told.scheme])
        login = f"{told.username or ''}:{told.password or ''}@" if told.username or told.password else ""
        self.url = f"{told.scheme}://{login}127.0.0.1:{self.wire.port}{told.path}"

    def begin(self, product: Product) -> None:
        """Start the product while nobody serves the broker."""
        product.start()

    def come(self) -> None:
        self.wire.join()

    def leave(self) -> None:
        self.wire.cut()

    def hang(self) -> None:
        self.wire.mute()

    def go_on(self) -> None:
        self.wire.unmute()

    def waiting_count(self) -> int:
        """Return how many nudges wait in the queue; of Redis an empty one is not there."""
        with Connection(self._direct) as connection, closing(connection.channel()) as channel:
            try:
                return int(channel.queue_declare(QUEUE, passive=True).message_count)
            except connection.channel_errors:
                return 0

    def forget(self) -> None:
        """Take the queue away again."""
        self.wire.cut()
        with Connection(self._direct) as connection, closing(connection.channel()) as channel:
            channel.queue_delete(QUEUE)


class Pgmq(Broker):
    """The broker in the product's own database: it leaves by another name, and hangs behind a lock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._product: Product | None = None
        self._lock: psycopg.Connection | None = None

    def begin(self, product: Product) -> None:
        """Start the product; its broker comes with the tables and is then taken away."""
        self._product = product.start()
        self.leave()

    def come(self) -> None:
        self._do("alter schema pgmq_elsewhere rename to pgmq")

    def leave(self) -> None:
        self._do("alter schema pgmq rename to pgmq_elsewhere")

    def hang(self) -> None:
        assert self._product
        self._lock = self._product.superuser()
        self._lock.autocommit = False
        self._lock.execute(f"lock table pgmq.q_{QUEUE} in access exclusive mode")

    def go_on(self) -> None:
        assert self._lock
        self._lock.close()

    def waiting_count(self) -> int:
        assert self._product
        with self._product.superuser() as database:
            (count,) = database.execute(f"select count(*) from pgmq.q_{QUEUE} where vt <= now()").fetchone()
        return int(count)

    def forget(self) -> None:
        """Leave all to the product, with whose data it goes."""

    def _do(self, statement: str) -> None:
        assert self._product
        with self._product.superuser() as database:
            database.execute(statement)


def lacking(url: str) -> str | None:
    """Return what a broker lacks to be tried, in words; None where it answers."""
    told = urlsplit(url)
    if told.scheme == "pgmq":
        return None
    if told.scheme not in PORTS:
        return f"{told.scheme or url!r} is no broker that is tried here: pgmq, redis or amqp"
    host, port = told.hostname or "127.0.0.1", told.port or PORTS[told.scheme]
    try:
        socket.create_connection((host, port), 3).close()
        with Connection(url, connect_timeout=3) as connection:
            connection.connect()
    except Exception as error:
        return f"{told.scheme} at {host}:{port} does not answer ({type(error).__name__})"
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to begin where a broker is missing, rather than leave its tests out."""
    faults = [fault for fault in map(lacking, BROKERS) if fault]
    if faults and any("tests/brokers" in item.nodeid for item in session.items):
        pytest.exit(
            "\n".join(["These brokers are missing:", *(f"  {fault}" for fault in faults)])
            + "\nStart them (on Debian: apt-get install redis-server rabbitmq-server), or name others, separated by"
            + f" commas, that no Earmark uses:\n  EARMARK_TEST_BROKERS={USUAL} make test-brokers",
            returncode=1,
        )


@pytest.fixture(scope="session", params=BROKERS, ids=lambda url: urlsplit(url).scheme)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One broker after the other."""
    made = (Pgmq if request.param.startswith("pgmq") else Broker)(request.param)
    yield made
    made.forget()


@pytest.fixture(scope="session")
def product(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product that was started while its broker was away."""
    home: Path = tmp_path_factory.mktemp("product") / "home"
    made = Product(home, environ={"EARMARK_BROKER_URL": broker.url}, is_prepared=True)
    broker.begin(made)
    yield made
    made.stop()
