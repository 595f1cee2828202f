import threading
import time

from backend.projects.nudge import Nudger


def eventually(found) -> None:
    give_up_at = time.monotonic() + 30
    while not found():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def test_many_nudges_at_once_are_sent_as_few():
    goes_on, sent = threading.Event(), []
    nudger = Nudger(lambda: (sent.append(1), goes_on.wait(30)), pause_s=0)
    for _ in range(100):
        nudger.nudge()
    eventually(lambda: sent)
    nudger.nudge()
    goes_on.set()
    eventually(lambda: nudger.sent_count == 2)
    time.sleep(0.05)
    assert len(sent) == 2, "the first, and one for all that were wanted while it was on its way"


def test_a_broker_that_hangs_keeps_nobody_waiting():
    goes_on = threading.Event()
    nudger = Nudger(goes_on.wait, pause_s=0)
    for _ in range(50):
        nudger.nudge()
    assert nudger.sent_count == 0, "all have returned, and the first is still on its way"
    goes_on.set()


def test_after_two_failures_in_a_row_the_nudger_rests():
    def fail() -> None:
        raise ConnectionError

    nudger = Nudger(fail, pause_s=0, open_for_s=600)
    for count in (1, 2):
        nudger.nudge()
        eventually(lambda count=count: nudger.failed_count == count)
    nudger.nudge()
    time.sleep(0.1)
    assert nudger.failed_count == 2
