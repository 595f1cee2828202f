"""Log lines that hold nothing of what people wrote, also where the database says which value was wrong."""

import logging
import re
from typing import Any

_END = r".*?(?=^The above exception|^During handling|\Z)"
"""A value may have lines of its own: it ends where the next exception begins."""
_VALUES = re.compile(rf"^(?:DETAIL|CONTEXT|LINE \d+):{_END}", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(rf'^((?:psycopg|django\.db)\S*: [^\n]*?: )"{_END}', re.MULTILINE | re.DOTALL)


class WithoutValues(logging.Formatter):
    """Formats lines as usual, and tracebacks without the values that PostgreSQL quotes in its errors."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Return a traceback without DETAIL, CONTEXT and quoted statements."""
        return _QUOTED.sub("\\1…\n", _VALUES.sub("", super().formatException(ei))).rstrip()
