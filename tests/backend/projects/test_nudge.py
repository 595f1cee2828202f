import threading
import time

from backend.projects.nudge import Nudger


def eventually(found) -> None:
    give_up_at = time.monotonic() + 5
    while not found():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def test_many_nudges_at_once_are_sent_as_few():
    sent = []
    nudger = Nudger(lambda: sent.append(1), pause_s=0.05)
    for _ in range(100):
        nudger.nudge()
    eventually(lambda: sent)
    time.sleep(0.12)
    assert 1 <= len(sent) <= 3


def test_a_broker_that_hangs_keeps_nobody_waiting():
    never = threading.Event()
    nudger = Nudger(never.wait, pause_s=0)
    began = time.monotonic()
    for _ in range(50):
        nudger.nudge()
    assert time.monotonic() - began < 0.5
    never.set()


def test_after_two_failures_in_a_row_the_nudger_rests():
    def fail() -> None:
        raise ConnectionError

    nudger = Nudger(fail, pause_s=0, open_for_s=60)
    for _ in range(2):
        nudger.nudge()
        eventually(lambda: nudger.failed_count >= 1)
        time.sleep(0.05)
    nudger.nudge()
    time.sleep(0.1)
    assert nudger.failed_count == 2
