"""Tests of earmark.rules.timebox."""

import json
import logging
import threading
import time

import pytest
from earmark import Item
from earmark.rules import Outcome, TimeBox, rule, timebox
from earmark.rules.timebox import Call

ONE = Item("1")


@rule(version="1")
def quick(item):
    return "quick"


@rule(version="1")
def silent(item):
    return None


def outcomes(rules, box=None, **options):
    casts = (box or TimeBox()).run([Call(each, (ONE,)) for each in rules], **options)
    return [(cast.rule, cast.outcome) for cast in casts]


def test_each_rule_is_asked_in_its_order():
    assert outcomes([quick, silent]) == [("quick", Outcome.VOTED), ("silent", Outcome.ABSTAINED)]
    assert TimeBox().run([]) == []


@pytest.mark.parametrize("raised", [ValueError("no"), KeyError("countries"), SystemExit(1), KeyboardInterrupt()])
def test_a_rule_that_raises_anything_abstains_and_others_go_on(raised, caplog):
    @rule(version="1")
    def broken(item):
        raise raised

    casts = TimeBox().run([Call(broken, (ONE,)), Call(quick, (ONE,))])
    assert [cast.outcome for cast in casts] == [Outcome.FAILED, Outcome.VOTED]
    assert casts[0].votes == () and casts[0].error.startswith(type(raised).__name__)
    [told] = caplog.messages
    line = broken.function.__code__.co_firstlineno + 2
    at = f"{type(raised).__name__} at test_timebox.py, line {line}"
    assert told.startswith(f"The rule broken 1 failed: {at}; it abstains."), "what it said may quote a customer"


def test_a_rule_that_fails_in_a_library_is_told_by_its_own_line(caplog):
    @rule(version="1")
    def broken(item):
        return json.loads("{")

    TimeBox().run([Call(broken, (ONE,))])
    line = broken.function.__code__.co_firstlineno + 2
    assert f"JSONDecodeError at test_timebox.py, line {line}" in caplog.text


def test_a_rule_that_says_nonsense_has_failed():
    assert outcomes([rule(name="odd", version="1")(lambda item: 7)]) == [("odd", Outcome.FAILED)]


def endless(name, do, budget_ms=20):
    @rule(name=name, version="1", budget_ms=budget_ms)
    def asked(item):
        while True:
            do()

    return asked


def ends(thread_count, within_s=30.0):
    until = time.monotonic() + within_s
    while threading.active_count() > thread_count and time.monotonic() < until:
        time.sleep(0.01)
    return threading.active_count() <= thread_count


def test_an_endless_loop_is_cut_off_and_its_thread_ends(caplog):
    before = threading.active_count()
    began = time.monotonic()
    assert outcomes([endless("loop", lambda: None), quick]) == [("loop", Outcome.LATE), ("quick", Outcome.VOTED)]
    assert time.monotonic() - began < 2
    assert "The rule loop 1 was late" in caplog.text
    assert ends(before)


def test_a_rule_that_sleeps_holds_nobody_up():
    asleep = threading.Event()

    @rule(version="1", budget_ms=20)
    def sleepy(item):
        asleep.wait(30)

    began = time.monotonic()
    assert outcomes([sleepy, quick]) == [("sleepy", Outcome.LATE), ("quick", Outcome.VOTED)]
    assert time.monotonic() - began < 5
    asleep.set()


def test_waiting_a_little_longer_than_the_budget_is_no_fault():
    @rule(version="1", budget_ms=100)
    def patient(item):
        time.sleep(0.15)
        return "stolen"

    assert outcomes([patient]) == [("patient", Outcome.VOTED)]


def test_a_thread_that_was_left_behind_says_nothing(capfd):
    before = threading.active_count()
    outcomes([endless("loop", lambda: None)])
    assert ends(before)
    assert "Traceback" not in capfd.readouterr().err


def test_an_answer_that_comes_too_late_does_not_count():
    @rule(version="1", budget_ms=1)
    def slow(item):
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass
        return "stolen"

    [cast] = TimeBox().run([Call(slow, (ONE,))])
    assert (cast.outcome, cast.votes) == (Outcome.LATE, ())


def test_a_rule_that_is_always_late_is_not_asked_any_more():
    box = TimeBox(most_late=2)
    loop = endless("loop", lambda: None)
    found = outcomes([loop, loop, loop, quick], box)
    assert [outcome for _, outcome in found] == [Outcome.LATE, Outcome.LATE, Outcome.SKIPPED, Outcome.VOTED]
    assert outcomes([loop], box) == [("loop", Outcome.SKIPPED)]
    assert box.why_not(loop) == "late 2 times in a row; asked again in 60 s"


def test_after_a_rest_it_is_asked_again_and_one_answer_in_time_makes_it_good(monkeypatch):
    box, is_slow, passed_s = TimeBox(most_late=2, rest_s=60), [True], [0.0]
    monkeypatch.setattr(timebox, "perf_counter", lambda: time.perf_counter() + passed_s[0])

    @rule(version="1", budget_ms=20)
    def sometimes(item):
        while is_slow[0]:
            pass
        return "quick"

    assert outcomes([sometimes] * 3, box) == [
        ("sometimes", each) for each in (Outcome.LATE, Outcome.LATE, Outcome.SKIPPED)
    ]
    passed_s[0] = 61
    assert outcomes([sometimes] * 2, box) == [("sometimes", Outcome.LATE), ("sometimes", Outcome.SKIPPED)]
    passed_s[0], is_slow[0] = 122, False
    assert outcomes([sometimes], box) == [("sometimes", Outcome.VOTED)]
    is_slow[0] = True
    assert outcomes([sometimes] * 2, box) == [("sometimes", Outcome.LATE)] * 2
    is_slow[0] = False


def test_a_rule_of_which_several_calls_still_run_waits_for_them():
    asleep = threading.Event()

    @rule(version="1", budget_ms=10)
    def sleepy(item):
        asleep.wait(30)

    box = TimeBox(most_late=100)
    assert [outcome for _, outcome in outcomes([sleepy] * 4, box)] == [Outcome.LATE] * 3 + [Outcome.SKIPPED]
    asleep.set()
    until = time.monotonic() + 30
    while box.why_not(sleepy) and time.monotonic() < until:
        time.sleep(0.01)
    assert box.why_not(sleepy) == ""


def test_past_the_time_for_all_the_rest_is_skipped():
    found = outcomes([endless("loop", lambda: None, budget_ms=1_000), quick], whole_ms=500)
    assert found == [("loop", Outcome.LATE), ("quick", Outcome.SKIPPED)]


def test_a_rule_that_waits_is_cut_off_with_the_time_for_all_which_is_not_held_against_it():
    @rule(version="1", budget_ms=5_000)
    def patient(item):
        time.sleep(6)
        return "stolen"

    box = TimeBox(most_late=1)
    [cast, after] = box.run([Call(patient, (ONE,)), Call(quick, (ONE,))], whole_ms=1_000)
    assert (cast.outcome, cast.votes, cast.error) == (Outcome.LATE, (), "the time for all rules was used up")
    assert after.outcome == Outcome.SKIPPED
    assert box.why_not(patient) == ""


def test_each_fault_is_said_once(caplog):
    @rule(version="1")
    def broken(item):
        raise ValueError("no")

    with caplog.at_level(logging.WARNING):
        outcomes([broken] * 20)
    assert len(caplog.records) == 1
