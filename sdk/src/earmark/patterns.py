r"""Patterns that customers write: regular expressions that cannot hang whoever asks them.

They are matched by RE2 (Cox, "Regular Expression Matching in the Wild", 2010), in time that grows with the text and in
memory that is bounded, so they have no look-around and no back-references. What is left, many matches that each look
far ahead, is cut off by the processor time it took. `\w`, `\d`, `\s` and `\b` know ASCII alone: `\pL` is a letter of
any script, `\p{Greek}` one of one. Case counts, unless the pattern begins with `(?i)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from time import thread_time
from typing import Any

import re2

MOST_SIGNS = 200
MOST_BYTES = 1 << 20
"""The memory that one compiled pattern may take."""
WITH_FLAGS = re.compile(r"/.+/[gimsuxy]{1,3}")


class OutOfTime(Exception):
    """The processor time for it was used up while a text was searched."""


class Pattern:
    """A regular expression, as a dictionary writes it: `/…/`. Raises ValueError for what is none, saying what to do."""

    def __init__(self, written: str) -> None:
        if fault := fault_of_pattern(written):
            raise ValueError(fault)
        self.written = written
        self._matcher = _compiled(written[1:-1])

    def spans(self, text: str, *, until: float) -> Iterator[tuple[int, int]]:
        """Yield where it matches in a text, in code points; a match that is empty or cuts a character is passed over.

        Raises OutOfTime at the first match after `until`, a time of `thread_time`: what this thread worked, so
        that a busy machine is not the pattern's fault.
        """
        for match in self._matcher.finditer(text):
            if thread_time() > until:
                raise OutOfTime(self.written)
            start, end = match.span()
            if start < end and not _is_inside(text, start) and not _is_inside(text, end):
                yield start, end


def is_pattern(entry: str) -> bool:
    """Return whether an entry of a dictionary is a pattern, and not words."""
    return len(entry) > 1 and entry.startswith("/") and entry.endswith("/")


def fault_of_pattern(written: str) -> str:
    """Return why a pattern cannot be asked and what to do, as a sentence; empty where it can."""
    if not is_pattern(written):
        return f"{written!r} is no pattern; a pattern is written between slashes: /…/"
    if len(written) == 2:
        return "The pattern // is empty; write an expression between the slashes."
    if len(written) > MOST_SIGNS + 2:
        return f"A pattern has at most {MOST_SIGNS} signs, not {len(written) - 2}; split it into several."
    try:
        _compiled(written[1:-1])
    except (re2.error, UnicodeError) as error:
        return f"The pattern {written} cannot be read: {_why(error)}"
    return ""


def fault_of_patterns(dictionary: Mapping[str, Sequence[str]]) -> str:
    """Return why one of the patterns in a dictionary cannot be asked, naming its label; empty where all can."""
    for label, entries in dictionary.items():
        for entry in entries:
            if WITH_FLAGS.fullmatch(entry):
                return (
                    f"{label}: {entry!r} ends in flags. Write them inside, as in /(?i)firefox/; "
                    "if words are meant, leave the first slash out."
                )
            if is_pattern(entry) and (fault := fault_of_pattern(entry)):
                return f"{label}: {fault}"
    return ""


@lru_cache(maxsize=1_000)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_BYTES
    return re2.compile(expression, options)


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it holds half a character."
    told = error.args[0] if error.args else ""
    said = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    if "perl operator" in said or re.fullmatch(r"invalid escape sequence: \\\d", said):
        return f"{said}. Look-around and back-references are not known; say it without."
    if "too large" in said or "repetition size" in said:
        return f"{said}. Repeat fewer times."
    return f"{said}."


def _is_inside(text: str, place: int) -> bool:
    """Return whether a place is inside a character: what follows belongs to what stands before."""
    if not 0 < place < len(text):
        return False
    return unicodedata.category(text[place])[0] == "M" or text[place] == "\u200d" or text[place - 1] == "\u200d"
