"""Log lines that hold nothing of what people wrote, also where the database says which value was wrong."""

import logging
import re
from typing import Any

_END = r".*?(?=^The above exception|^During handling|\Z)"
"""A value may have lines of its own: it ends where the next exception begins."""
_VALUES = re.compile(rf"^(?:DETAIL|CONTEXT|LINE \d+):{_END}", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(rf'^((?:psycopg|django\.db)\S*: [^\n]*?: )"{_END}', re.MULTILINE | re.DOTALL)


_REFUSED = "Invalid request from ip="
_GIVEN = re.compile(r"""b?['"].*""", re.DOTALL)


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """Let a line through, of a request that gunicorn could not read without the part of it that is quoted there.

    That may be a key, or what somebody wrote: a body that is longer than its request says is read as the next one.
    """
    if record.getMessage().startswith(_REFUSED):
        record.msg, record.args = _GIVEN.sub("…", record.getMessage()), ()
    return True


class WithoutValues(logging.Formatter):
    """Formats lines as usual, and tracebacks without the values that PostgreSQL quotes in its errors."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Return a traceback without DETAIL, CONTEXT and quoted statements."""
        return _QUOTED.sub("\\1…\n", _VALUES.sub("", super().formatException(ei))).rstrip()
