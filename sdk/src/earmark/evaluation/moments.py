"""Times as files spell them: ISO 8601 in its common forms, seconds since 1970, and as letters are dated.

What may be read in two ways, such as 01/02/2004, is none.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e13, 1e3), (1e14, 1e16, 1e6), (1e17, 1e19, 1e9))
"""From, below, and how many such units a second has: seconds, thousandths, millionths and billionths since 1970."""
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_DATE = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:([T ]+)(\d)(?=:))?")
_HALF_DAY = re.compile(r"(?<![\w:.])(0?[1-9]|1[0-2])(:\d\d(?::\d\d)?)\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_HALF_LEFT = re.compile(r"(?<![a-z])[ap]\.?\s?m\b", re.IGNORECASE)
_OFFSET = re.compile(r"(?<=\d) ?\(?(?:UTC|GMT|(?<= ))([+-])(\d{1,2})(?::?(\d\d))?\)?(?=\s|$)")
_MONTH_FIRST = re.compile(r"\b([A-Z][a-z]{2,8})\.? (\d{1,2}),? (\d{4})\b,?(?: at\b)?")
_DAY_ALONE = re.compile(r"(?:[A-Za-z]+,? +)?\d{1,2} [A-Z][a-z]{2,8} \d{4} *")
_ZONE = re.compile(r"\d[:.]\d\d(?:\.\d+)?\s*\(?\s*([^\W\d_][^\s)]*)")
_ZONES = {"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"}
"""The names of zones that RFC 5322 knows; any other behind a time would be passed over, and hours lost."""
_DAY_IN_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)([+-]\d\d:\d\d)$")
_IN_MINUTES = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")
"""200406050120: thousandths of a second since 1970, or a date and a time."""
_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")
_MIDNIGHT, _LEAP = re.compile(r"(?<=[T ])24(?=:?00)"), re.compile(r"(?<=:[0-5]\d):60")


def moment_of(value: object) -> datetime:
    """Return the time that a value of a file tells, UTC where it names no zone. Raises ValueError where it tells none.

    A year or a month alone is its beginning, midnight as 24:00 the next day's beginning, a leap second the one before.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a time")
    text = _HALF_DAY.sub(_of_whole_day, str(value).strip())
    try:
        moment = _since_1970(text) or _iso(text)
    except (ValueError, OverflowError):
        moment = _as_in_letters(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _since_1970(text: str) -> datetime | None:
    """Return the time that is so long after 1970, None where the number is not one of our age or is none."""
    if _IN_MINUTES.fullmatch(text):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    for least, above, units in _UNITS if math.isfinite(number) else ():
        if least <= number < above:
            return _EPOCH + timedelta(seconds=number / units)
    return None


def _iso(text: str) -> datetime:
    if whole := _MONTH.fullmatch(text):
        return datetime(int(whole[1]), int(whole[2] or 1), 1, tzinfo=UTC)
    spelt = _ZONE_NAME.sub("+00:00", _DATE.sub(_dashed, text.replace("t", "T")))
    spelt = _DAY_IN_ZONE.sub(r"\1T00:00\2", spelt)
    moment = datetime.fromisoformat(_LEAP.sub(":59", _MIDNIGHT.sub("00", spelt)))
    return moment + timedelta(days=1) if _MIDNIGHT.search(spelt) else moment


def _dashed(date: re.Match[str]) -> str:
    hour = f"{date[5]}0{date[6]}" if date[6] else ""
    return f"{date[1]}-{int(date[3]):02}-{int(date[4]):02}{hour}"


def _of_whole_day(half: re.Match[str]) -> str:
    return f"{int(half[1]) % 12 + 12 * (half[3] in 'pP'):02}{half[2]}"


def _as_in_letters(text: str) -> datetime:
    """Return a time as RFC 5322 has it; the month may come first, and a day alone is its beginning.

    A zone by a name that RFC 5322 does not know, such as CET, would count for none; so it is no time.
    """
    if _HALF_LEFT.search(text):  # "0:20 PM", "1.20 PM": it would be passed over, and half a day lost
        raise ValueError("not a time")
    spelt = _OFFSET.sub(_with_four_digits, _MONTH_FIRST.sub(r"\2 \1 \3", text))
    if (zone := _ZONE.search(spelt)) and zone[1].upper() not in _ZONES:
        raise ValueError("not a time")
    try:
        return parsedate_to_datetime(f"{spelt} 00:00" if _DAY_ALONE.fullmatch(spelt) else spelt)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise ValueError("not a time") from None


def _with_four_digits(offset: re.Match[str]) -> str:
    return f" {offset[1]}{int(offset[2]):02}{offset[3] or '00'}"
