"""Tests of earmark.ids."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from earmark import ids


def test_an_id_is_a_uuid_of_version_7_and_of_the_usual_variant():
    made = ids.uuid7()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_its_first_48_bits_are_the_time_in_milliseconds():
    before = time.time_ns() // 1_000_000
    carried = ids.uuid7().int >> 80
    assert before <= carried <= time.time_ns() // 1_000_000 + 1


def test_ids_rise_and_never_come_twice_though_threads_make_them():
    with ThreadPoolExecutor(4) as pool:
        made = [one for some in pool.map(lambda _: [ids.uuid7() for _ in range(2000)], range(4)) for one in some]
    assert len(set(made)) == 8000
    alone = [ids.uuid7() for _ in range(2000)]
    assert alone == sorted(alone)


def test_a_clock_that_goes_back_does_not_take_ids_back(monkeypatch):
    first = ids.uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    assert ids.uuid7() > first
