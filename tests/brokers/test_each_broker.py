"""On each broker alike: marks are taken and settled once, whether it is there, away, or hangs, and worker or not."""

import os
import signal
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice

import pytest
from earmark import Earmark, Shown

from tests.brokers.conftest import Broker
from tests.journeys.conftest import Product, eventually
from tests.journeys.test_what_must_not_break import PROMPTLY_S, all_settled, mark_some

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

people = count(1)
skipped = count(300, 10)
TAKEN_AGAIN_S = 60
NEWEST = "select id, unit_id from quality_consensuslabel where state = 'settled' order by settled_at desc limit 1"
UNDER_WAY = """
select id from projects_job where kind = 'quality.settle_unit' and arguments ->> 'unit_id' = %s::text
and done_at is null and leased_until is not null
"""


def mark(client: Earmark, *, pairs: int) -> tuple[list[tuple[str, str]], list[float]]:
    """Let a new person mark threads that nobody marked yet."""
    return mark_some(client, f"person-{next(people)}", skip=next(skipped), count=pairs)


def a_list(client: Earmark) -> Shown:
    """Return a list that a new person is shown at a thread that nobody marked yet."""
    threads = islice(client.items.list(kind="thread"), next(skipped), None)
    lists = (client.suggest(thread.id, "duplicate", annotator=f"person-{next(people)}") for thread in threads)
    return next(shown for shown in lists if shown.candidates)


@contextmanager
def stopped(product: Product) -> Iterator[int]:
    """The worker, which does nothing for a while."""
    (worker,) = eventually(lambda: product.children("backend.config.celery"))
    os.kill(worker, signal.SIGSTOP)
    try:
        yield worker
    finally:
        os.kill(worker, signal.SIGCONT)


def assert_nudges_travel(product: Product, broker: Broker) -> None:
    """Nudges come from the web process into the broker, and out of it to the worker."""
    shown = a_list(product.client)
    with stopped(product):
        eventually(
            lambda: [shown.accept(shown.candidates[0]), broker.waiting_count()][1] > 0, within_s=TAKEN_AGAIN_S,
            why="no nudge reached the broker",
        )  # fmt: skip
    eventually(lambda: broker.waiting_count() == 0, within_s=TAKEN_AGAIN_S, why="the worker took no nudge")


def assert_taken_without_it(product: Product) -> None:
    """Marks are answered as promptly as ever, and settle by the sweep."""
    pairs, seconds = mark(product.client, pairs=6)
    assert statistics.median(seconds) < PROMPTLY_S
    eventually(lambda: all_settled(product.client, pairs), within_s=40)


def test_it_may_be_away_at_the_start_and_come_later(product: Product, broker: Broker):
    assert_taken_without_it(product)
    broker.come()
    assert_nudges_travel(product, broker)


@pytest.mark.parametrize(("go", "come"), [("leave", "come"), ("hang", "go_on")])
def test_it_may_leave_or_hang_and_be_there_again(product: Product, broker: Broker, go: str, come: str):
    getattr(broker, go)()
    try:
        assert_taken_without_it(product)
    finally:
        getattr(broker, come)()
    assert_nudges_travel(product, broker)


def test_work_of_a_worker_that_was_killed_is_done_once(product: Product, broker: Broker):
    client = product.client
    shown = a_list(client)
    said = shown.accept(shown.candidates[0])
    pairs = [(shown.exposure.item, shown.candidates[0].id)]
    eventually(lambda: all_settled(client, pairs), within_s=40)
    (worker,) = eventually(lambda: product.children("backend.config.celery"))
    with product.superuser() as holding, product.superuser() as looking:
        label, unit = looking.execute(NEWEST).fetchone()
        holding.autocommit = False
        holding.execute("select from questions_unit where id = %s for no key update", [unit])
        shown.undo(said)
        (job,) = eventually(lambda: looking.execute(UNDER_WAY, [unit]).fetchone(), why="nobody began the work")
        os.kill(worker, signal.SIGKILL)
        holding.rollback()
        done = "select attempts_count, died_at from projects_job where id = %s and done_at is not null"
        assert eventually(lambda: looking.execute(done, [job]).fetchone(), within_s=TAKEN_AGAIN_S) == (2, None)
        steps = "select state from quality_labelchange where label_id = %s order by revision"
        assert looking.execute(steps, [label]).fetchall() == [("settled",), ("open",)]
