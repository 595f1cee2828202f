"""Workers that are killed, and brokers that are gone: nothing is lost, nobody waits."""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from earmark import Earmark

from tests.journeys.conftest import Product, eventually, is_settled
from tests.ports import free_port

pytestmark = pytest.mark.journey

PROMPTLY_S = 1.5
BACK_S = 2.0


def mark_some(client: Earmark, annotator: str, *, skip: int, count: int) -> tuple[list[tuple[str, str]], list[float]]:
    """Accept the first candidate of some threads; return the pairs and how long each mark took, in seconds."""
    pairs, seconds = [], []
    for number, item in enumerate(client.items.list()):
        if number < skip:
            continue
        shown = client.suggest(item.id, "duplicate", annotator=annotator)
        if shown.candidates:
            began = time.monotonic()
            shown.accept(shown.candidates[0])
            seconds.append(time.monotonic() - began)
            pairs.append((item.id, shown.candidates[0].id))
        if len(pairs) == count:
            break
    return pairs, seconds


def all_settled(client: Earmark, pairs: list[tuple[str, str]]) -> bool:
    return all(is_settled(client, first, second) for first, second in pairs)


def test_a_worker_killed_between_mark_and_consensus_loses_nothing(product: Product) -> None:
    client = product.client
    (worker,) = eventually(lambda: product.children("backend.config.celery"))
    os.kill(worker, signal.SIGSTOP)
    pairs, _ = mark_some(client, "killed-1", skip=300, count=5)
    os.kill(worker, signal.SIGKILL)
    began = time.monotonic()
    eventually(lambda: all_settled(client, pairs), within_s=40)
    print(f"settled {time.monotonic() - began:.1f} s after the worker was killed")
    with product.superuser() as database:
        waiting = "select count(*) from projects_job where done_at is null"
        eventually(lambda: database.execute(waiting).fetchone() == (0,))
        (dead,) = database.execute("select count(*) from projects_job where died_at is not null").fetchone()
    assert dead == 0


def test_marks_are_taken_and_settled_while_the_brokers_schema_is_gone(product: Product) -> None:
    with product.superuser() as database:
        database.execute("alter schema pgmq rename to pgmq_elsewhere")
        try:
            pairs, seconds = mark_some(product.client, "schema-1", skip=330, count=6)
            assert statistics.median(seconds) < PROMPTLY_S
            eventually(lambda: all_settled(product.client, pairs), within_s=25)
        finally:
            database.execute("alter schema pgmq_elsewhere rename to pgmq")
    pairs, _ = mark_some(product.client, "schema-2", skip=340, count=1)
    eventually(lambda: all_settled(product.client, pairs), within_s=25)


@pytest.fixture
def without_broker(tmp_path: Path) -> Iterator[Product]:
    """The product with the address of a broker that nobody serves."""
    environ = {"EARMARK_BROKER_URL": f"redis://127.0.0.1:{free_port()}/0"}
    made = Product(tmp_path / "home", environ=environ, is_prepared=True).start()
    yield made
    made.stop()


def test_marks_are_taken_and_settled_when_nobody_serves_the_broker(without_broker: Product) -> None:
    pairs, seconds = mark_some(without_broker.client, "closed-1", skip=300, count=6)
    assert statistics.median(seconds) < PROMPTLY_S
    eventually(lambda: all_settled(without_broker.client, pairs), within_s=25)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator["Redis"]:
    """A Redis of the test's own."""
    made = Redis(free_port(), tmp_path)
    made.start()
    yield made
    made.stop()


class Redis:
    """A Redis server that a test starts and stops."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server = shutil.which("redis-server")
        assert server, "redis-server is needed; `make test` installs it from Debian when root"
        self._process = subprocess.Popen(
            [
                server,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
        )
        eventually(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def test_redis_may_come_and_go(redis: Redis, tmp_path: Path) -> None:
    environ = {"EARMARK_BROKER_URL": f"redis://127.0.0.1:{redis.port}/0"}
    product = Product(tmp_path / "home", environ=environ, is_prepared=True).start()
    try:
        client = product.client
        pairs, _ = mark_some(client, "redis-1", skip=300, count=2)
        eventually(lambda: all_settled(client, pairs), within_s=25)
        redis.stop()
        pairs, seconds = mark_some(client, "redis-2", skip=310, count=6)
        assert statistics.median(seconds) < PROMPTLY_S
        eventually(lambda: all_settled(client, pairs), within_s=25)
        redis.start()
        pairs, _ = mark_some(client, "redis-3", skip=320, count=2)
        eventually(lambda: all_settled(client, pairs), within_s=25)
    finally:
        product.stop()


def test_a_busy_port_is_named_with_the_variable_that_chooses_another(product: Product, tmp_path: Path) -> None:
    second = Product(tmp_path / "home", port=product.port)
    with pytest.raises(AssertionError, match="EARMARK_PORT"):
        second.start()


def test_a_database_killed_in_mid_work_is_back_and_nothing_acknowledged_is_lost(product: Product) -> None:
    client, base_url = product.client, product.connection["base_url"]
    authorization = {"Authorization": f"Bearer {product.connection['secret_key']}"}
    before, _ = mark_some(client, "database-1", skip=360, count=2)
    with product.superuser() as database:
        database.execute("checkpoint")  # as each half minute: the tables may have been made a moment ago
        (backend,) = database.execute("select pg_backend_pid()").fetchone()
        server = int(Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(server, signal.SIGKILL)
    began = time.monotonic()
    asked = {"annotator": {"id": "database-1"}, "question": "duplicate", "item": before[0][0]}
    statuses = []
    while not statuses or statuses[-1] != 201:
        answer = httpx.post(f"{base_url}/v1/exposures", json=asked, headers=authorization, timeout=20)
        statuses.append(answer.status_code)
    took_s = time.monotonic() - began
    print(f"a list was shown again {took_s:.1f} s after the database was killed")
    assert took_s < BACK_S and set(statuses) <= {201, 503}
    after, _ = mark_some(client, "database-1", skip=370, count=2)
    eventually(lambda: all_settled(client, before + after), within_s=40)
