"""Tests of earmark.evaluation.moments: times as files spell them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from earmark.evaluation.moments import moment_of
from hypothesis import given
from hypothesis import strategies as st

THEN = datetime(2004, 6, 5, 1, 20, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "spelt",
    [
        "2004-06-05T01:20:20.000+0000",
        "2004-06-05T03:20:20+02:00",
        "2004-06-05T01:20:20Z",
        "2004-06-05t01:20:20z",
        "  2004-06-05 01:20:20 UTC\n",
        "2004-06-05 01:20:20",
        "20040605T012020Z",
        "2004/06/05 01:20:20",
        "2004/6/5 01:20:20 GMT",
        "2004-6-5 1:20:20",
        "2004-06-05T1:20:20Z",
        "2004.06.05 01:20:20",
        "2004-06-05 01:20:20 AM",
        "2004-06-05 1:20:20 a.m.",
        "Jun 5, 2004 1:20:20 AM",
        "June 5, 2004 at 01:20:20",
        "Saturday, June 5, 2004, 1:20:20 am",
        "5 June 2004 01:20:20",
        "Sat Jun  5 01:20:20 2004",
        "Sat Jun 05 01:20:20 +0000 2004",
        "Sat, 05 Jun 2004 01:20:20 GMT",
        "Fri, 04 Jun 2004 20:20:20 EST",
        "Jun 4, 2004 6:20:20 PM pdt",
        "Sat, 05 Jun 2004 03:20:20 +0200 (CEST)",
        "Sat, 05 Jun 2004 03:20:20 +0200",
        "Sat, 05 Jun 2004 03:20:20 +02:00",
        "Sat Jun 05 2004 03:20:20 GMT+0200 (Central European Summer Time)",
        "June 5, 2004 at 3:20:20 a.m. UTC+2",
        "Jun 4, 2004, 8:20:20 PM -05:00",
        "June 4, 2004 at 8:20:20 p. m. (UTC-5)",
        1086398420,
        1086398420.0,
        1086398420000,
        "1086398420",
        "1086398420000",
        1086398420000000,
    ],
)
def test_one_time_is_spelt_in_many_ways(spelt):
    assert moment_of(spelt) == THEN


@pytest.mark.parametrize(
    ("spelt", "moment"),
    [
        ("2004", datetime(2004, 1, 1, tzinfo=UTC)),
        (2004, datetime(2004, 1, 1, tzinfo=UTC)),
        ("2004-06", datetime(2004, 6, 1, tzinfo=UTC)),
        ("20040605", datetime(2004, 6, 5, tzinfo=UTC)),
        ("2004-6-5", datetime(2004, 6, 5, tzinfo=UTC)),
        ("5 Jun 2004", datetime(2004, 6, 5, tzinfo=UTC)),
        ("June 5, 2004", datetime(2004, 6, 5, tzinfo=UTC)),
        ("2004-06-05 12:00 AM", datetime(2004, 6, 5, tzinfo=UTC)),
        ("2004-06-05 12:30 PM", datetime(2004, 6, 5, 12, 30, tzinfo=UTC)),
        ("2004-06-05 11:30pm", datetime(2004, 6, 5, 23, 30, tzinfo=UTC)),
        (20040605, datetime(2004, 6, 5, tzinfo=UTC)),
        ("2004-06-05+02:00", datetime(2004, 6, 4, 22, tzinfo=UTC)),
        ("2004-06-05-07:00", datetime(2004, 6, 5, 7, tzinfo=UTC)),
        ("Sat, 05 Jun 2004 01:20:20 -0000 (UTC)", THEN),
        ("Sat, 05 Jun 2004 01:20:20 EDT", THEN.replace(tzinfo=timezone(-timedelta(hours=4)))),
        ("2004-12-31T24:00:00Z", datetime(2005, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2004-06-05T01:20:20.123456789Z", THEN.replace(microsecond=123456)),
        ("2004-06-05T01:20:20-07:00", THEN.replace(tzinfo=timezone(-timedelta(hours=7)))),
    ],
)
def test_what_is_told_less_or_oddly_is_still_a_time(spelt, moment):
    assert moment_of(spelt) == moment


@pytest.mark.parametrize(
    "spelt",
    [
        "01/02/2004",
        "1.2.2004 10:00",
        "2004-6/5",
        "Foo 5, 2004",
        "Sat, 05 Jun 2004 03:20:20 CEST",
        "5 Jun 2004 03:20 MEZ",
        "5 Jun 2004 03.20 (CEST)",
        "5 Jun 2004 03:20:20.5 Europe/Berlin",
        "5 Jun 2004 03:20 Uhr",
        "5 Jun 2004 03:20 Q",
        "Sat Jun  5 03:20:20 CEST 2004",
        "2004-06-05 03:20 CEST",
        "2004-06-05 13:00 PM",
        "2004-06-05 13:05:30 PM",
        "2004-06-05 00:12:30 AM",
        "Jun 5, 2004 13:05:30 PM",
        "Jun 5, 2004 0:20 PM",
        "Jun 5, 2004 1.20 PM",
        "05-Jun-04 01.20.20 PM",
        "1:20 PM, Jun 5, 2004",
        "13:20, 5 June 2004",
        "Sat, 05 Jun 2004 01:20:20 CEST",
        "5 Jun 2004 01:20:20 IST",
        "Sat Jun 05 01:20:20 CET 2004",
        "5 Jun 2004 01:20:20 (BST)",
        "200406050120",
        200406050120,
        "June 2004",
        "yesterday",
        "",
        "0000-00-00 00:00:00",
        "2004-13-01",
        "12",
        12,
        -1,
        1e30,
        float("nan"),
        True,
        None,
        [],
        {},
    ],
)
def test_what_tells_no_time_is_refused(spelt):
    with pytest.raises(ValueError, match="not a time"):
        moment_of(spelt)


@given(st.text() | st.floats() | st.integers())
def test_any_text_or_number_is_a_time_or_refused(spelt):
    try:
        assert moment_of(spelt).tzinfo is not None
    except ValueError as refused:
        assert str(refused) == "not a time"
