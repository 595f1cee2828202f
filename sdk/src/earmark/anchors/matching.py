"""Approximate matching of a pattern in a text: a fast scan that says where, a slower alignment that says how.

The scan is G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming",
Journal of the ACM 46(3), 1999. The alignment is T. F. Smith and M. S. Waterman, "Identification of common molecular
subsequences", Journal of Molecular Biology 147, 1981, with the gaps of O. Gotoh, "An improved algorithm for matching
biological sequences", ibid. 162, 1982: a sentence put in between costs little more than a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SAME = 8
OTHER = -12
OPEN = -24
OPEN_WITHIN = -32
"""A gap within the quote costs more than one beside it, so that what was added at its edge stays outside."""
LONGER = -1
NEVER = -(10**9)
STOP, PAIR, EXTRA, MISSING = 0, 1, 2, 3
EXTRA_GOES_ON, MISSING_GOES_ON = 4, 8


def scan(pattern: str, text: str) -> Iterator[int]:
    """Yield for each character of the text the fewest errors with which the pattern, not empty, ends there.

    An error is a character too many, too few, or another one. A column of the table of edit distances is two whole
    numbers: bit `i` of `more` says that row `i` is one more than the row above, of `less` that it is one less.
    """
    last, everything = 1 << len(pattern) - 1, (1 << len(pattern)) - 1
    rows_of: dict[str, int] = {}
    for row, sign in enumerate(pattern):
        rows_of[sign] = rows_of.get(sign, 0) | 1 << row
    more, less, errors = everything, 0, len(pattern)
    for sign in text:
        equal = rows_of.get(sign, 0)
        vertical = equal | less
        horizontal = (((equal & more) + more) ^ more) | equal
        rising = less | (everything & ~(horizontal | more))
        falling = more & horizontal
        if rising & last:
            errors += 1
        elif falling & last:
            errors -= 1
        rising <<= 1
        more = (falling << 1 | ~(vertical | rising)) & everything
        less = rising & vertical
        yield errors


@dataclass(frozen=True)
class Alignment:
    """The best local alignment: its score, and for each character of the pattern its index in the text, or None."""

    score: int
    places: list[int | None]


def align(pattern: str, text: str, within: range) -> Alignment:
    """Align a pattern with a text; gaps at the rows of `within` open at a higher price.

    Of equal scores the one that ends first in the text counts, of equal ways to it a pair before an extra
    character of the text before a missing one of the pattern.
    """
    opens = [OPEN_WITHIN if row in within else OPEN for row in range(len(pattern) + 1)]
    scores, extras = [0] * (len(pattern) + 1), [NEVER] * (len(pattern) + 1)
    best, table = (0, 0, 0), []
    for column, sign in enumerate(text):
        ways = bytearray(len(pattern) + 1)
        before, above, missing = 0, 0, NEVER
        for row, wanted in enumerate(pattern, 1):
            beside, way = scores[row], 0
            extra, opened = extras[row] + LONGER, beside + opens[row]
            if opened < extra:
                way = EXTRA_GOES_ON
            else:
                extra = opened
            missing, opened = missing + LONGER, above + opens[row]
            if opened < missing:
                way |= MISSING_GOES_ON
            else:
                missing = opened
            above = before + (SAME if wanted == sign else OTHER)
            how = PAIR
            if extra > above:
                above, how = extra, EXTRA
            if missing > above:
                above, how = missing, MISSING
            if above <= 0:
                above, how = 0, STOP
            ways[row], extras[row] = way | how, extra
            before, scores[row] = beside, above
            if above > best[0]:
                best = above, row, column
        table.append(ways)
    return Alignment(best[0], _places(table, len(pattern), *best[1:]))


def _places(table: list[bytearray], size: int, row: int, column: int) -> list[int | None]:
    """Walk back from the end of the best alignment."""
    places: list[int | None] = [None] * size
    how = STOP
    while row and column >= 0:
        way = table[column][row]
        if how == EXTRA:
            how = EXTRA if way & EXTRA_GOES_ON else STOP
            column -= 1
        elif how == MISSING:
            how = MISSING if way & MISSING_GOES_ON else STOP
            row -= 1
        elif way & 3 == PAIR:
            row -= 1
            places[row] = column
            column -= 1
        elif way & 3 == STOP:
            break
        else:
            how = way & 3
    return places
