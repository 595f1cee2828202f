from backend.suggestions.breaker import Breaker


def broken(**more):
    breaker = Breaker(failures_to_open=3, open_s=10, **more)
    for _ in range(3):
        assert breaker.lets_through(0)
        breaker.failed(0)
    return breaker


def test_it_opens_after_failures_in_a_row_and_tells_for_how_long():
    breaker = broken()
    assert not breaker.lets_through(9.9)
    assert breaker.open_for(4) == 6


def test_a_success_between_starts_the_count_anew():
    breaker = Breaker(failures_to_open=2, open_s=10)
    for _ in range(5):
        breaker.failed(0)
        breaker.succeeded()
    assert breaker.lets_through(0)
    assert breaker.open_for(0) == 0


def test_once_it_was_open_long_enough_one_call_at_a_time_probes():
    breaker = broken()
    assert breaker.lets_through(10)
    assert not breaker.lets_through(10)


def test_a_probe_that_succeeds_lets_all_through():
    breaker = broken()
    breaker.lets_through(10)
    breaker.succeeded()
    assert all(breaker.lets_through(10) for _ in range(5))


def test_a_probe_that_fails_or_is_never_heard_of_keeps_it_open_as_long_again():
    for says_so in (True, False):
        breaker = broken()
        breaker.lets_through(10)
        if says_so:
            breaker.failed(10.5)
        assert not breaker.lets_through(19.9)
        assert breaker.lets_through(20.5)
