"""Finding marked words again in a text that was edited since.

What was before, the words and what was after are one pattern, looked for with errors: near its old place first, then
everywhere. Where it may be, it is aligned, and each character that still stands is evidence. Words count as found
where half of all evidence is left and half of their own characters stand; what is far from the old place needs more.
What was before and after, standing together with nothing between, is evidence that the words are gone.
"""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from earmark.anchors.anchor import Elsewhere, TextAnchor
from earmark.anchors.matching import SAME, align, scan

NEAR = 1500
"""Characters on either side of the old place that are searched first."""
SURE = 0.7
"""The share of the evidence that makes it needless to look further."""
ENOUGH = 0.5
"""The share of the evidence that must be left, and more than that of the characters of the words themselves."""
ERROR_COST = 2.5
"""Characters of evidence that one error costs where what was before and after is looked for as one."""
LOST_COST = 1.5
"""Characters of evidence that one of a context costs that does not stand where it was."""
DOUBT = 14
"""Characters of evidence by which a place gives way to another for each doubling of its distance from the old one."""
CAUTION = 1
"""The same, when asked whether anything was found at all."""
STEP = 32
"""The distance in characters from which on distance counts."""
CANDIDATES = 4
"""Places in one stretch that are looked at closely."""
ROOM = 150
"""Characters on either side of a place in which it is looked at."""
LONG = 200
"""Words longer than this are found by both of their ends, which are half as long."""
LEAST_CONTEXT = 24
"""Characters of context without which nobody can tell that words are gone from between."""
MISTYPED = 2
"""Characters at an edge of the words that may be others and still belong to them."""
AHEAD = 0.05
"""How far the evidence must be ahead of what another place had, once the words stand less often than they did."""
TELLING = 0.75
"""The share of the evidence that then tells the very words from those that stood elsewhere."""
BLANK = "\0"
LIKENESS_DIGITS = 4


@dataclass(frozen=True)
class Found:
    """Where marked words stand now, in code points, and the share of the evidence that is left: 1 is all of it."""

    start: int
    end: int
    sureness: float


@dataclass(frozen=True)
class _Wanted:
    """What is looked for, and the place where the words were."""

    before: str
    words: str
    after: str
    place: int

    @property
    def pattern(self) -> str:
        return self.before + self.words + self.after

    @property
    def rows(self) -> range:
        return range(len(self.before), len(self.before) + len(self.words))

    def distance(self, place: int) -> float:
        return math.log2(1 + abs(place - self.place) / STEP)


@dataclass(frozen=True)
class _Candidate:
    start: int
    end: int
    evidence: float


def find(anchor: TextAnchor, text: str) -> Found | None:
    """Return where the words of an anchor stand in a text; None where they do not: the mark is stale then.

    A text that was not edited gives the position itself, with sureness 1. Where the anchor tells what stood elsewhere,
    words that stand less often than before are found only where more speaks for them than for those.
    """
    found = _look_up(anchor, text)
    return None if found and _may_be_others(anchor, found, text) else found


def look_elsewhere(anchor: TextAnchor, text: str) -> TextAnchor:
    """Return an anchor that tells what else stands in the text it was made in; all of the text is searched."""
    start, end = anchor.position.start, anchor.position.end
    low, high = max(0, start - len(anchor.quote.prefix)), end + len(anchor.quote.suffix)
    others = text[:low] + BLANK * (high - low) + text[high:]
    like = _look_up(anchor, others)
    count = max(0, text.count(anchor.quote.exact) - 1)
    return replace(anchor, elsewhere=Elsewhere(count, round(like.sureness, LIKENESS_DIGITS) if like else 0.0))


def _may_be_others(anchor: TextAnchor, found: Found, text: str) -> bool:
    """Tell whether words were found that may be others: fewer stand than did, and no more speaks for these."""
    known, words = anchor.elsewhere, anchor.quote.exact
    is_in_place = found.start == anchor.position.start and found.sureness == 1
    if known is None or is_in_place or text.count(words) > known.count:
        return False
    is_like_others = known.likeness > 0 and found.sureness <= known.likeness + AHEAD
    return is_like_others or (found.sureness < TELLING and text[found.start : found.end] == words)


def _look_up(anchor: TextAnchor, text: str) -> Found | None:
    quote, place = anchor.quote, anchor.position.start
    if len(quote.exact) <= LONG:
        return _find(_Wanted(quote.prefix, quote.exact, quote.suffix, place), text)
    half, context = LONG // 2, LONG // 4
    first = _find(_Wanted(quote.prefix, quote.exact[:half], quote.exact[half : half + context], place), text)
    if not first:
        return None
    inner = len(quote.exact) - half
    before = quote.exact[inner - context : inner]
    last = _find(_Wanted(before, quote.exact[inner:], quote.suffix, first.start + inner), text)
    if not last or not 0.5 <= (last.end - first.start) / len(quote.exact) <= 2:
        return None
    return Found(first.start, last.end, min(first.sureness, last.sureness))


def _find(wanted: _Wanted, text: str) -> Found | None:
    size = len(wanted.pattern)
    low = wanted.place - len(wanted.before)
    if not wanted.words:
        return None
    if low >= 0 and text.startswith(wanted.pattern, low):
        return Found(wanted.place, wanted.place + len(wanted.words), 1.0)
    near = max(0, low - NEAR), min(len(text), low + size + NEAR)
    whole = [one for one in _unedited(wanted, text) if _holds(wanted, one)]
    best = max(whole, key=lambda one: _rank(wanted, one), default=None)
    for start, end in (near, *([] if best else [(0, len(text))])):
        found = [one for one in _candidates(wanted, text, start, end) if _holds(wanted, one)]
        if best:
            found.append(best)
        best = max(found, key=lambda one: _rank(wanted, one), default=None)
        if best and _rank(wanted, best) >= SURE * size:
            break
    if not best or best.start == best.end:
        return None
    return Found(best.start, best.end, best.evidence / size)


def _unedited(wanted: _Wanted, text: str) -> Iterator[_Candidate]:
    """Yield where the whole pattern stands as it was; then what is only like it is looked for no further than near."""
    at = text.find(wanted.pattern)
    while at >= 0:
        start = at + len(wanted.before)
        yield _Candidate(start, start + len(wanted.words), len(wanted.pattern))
        at = text.find(wanted.pattern, at + 1)


def _holds(wanted: _Wanted, candidate: _Candidate) -> bool:
    """Tell whether enough is left: of the words with their context, or of a context without its words."""
    caution = CAUTION * wanted.distance(candidate.start) if candidate.start < candidate.end else 0
    return candidate.evidence - caution >= ENOUGH * len(wanted.pattern)


def _rank(wanted: _Wanted, candidate: _Candidate) -> float:
    return candidate.evidence - DOUBT * wanted.distance(candidate.start)


def _candidates(wanted: _Wanted, text: str, low: int, high: int) -> Iterator[_Candidate]:
    """Yield where the words may be between two places, and where they may be gone from (as an empty stretch)."""
    size, context = len(wanted.pattern), len(wanted.before) + len(wanted.after)
    tail = len(wanted.words) + len(wanted.after)
    for errors, end in _ends(wanted.pattern, text, low, high, wanted, tail):
        start = end - tail
        if errors == 0:
            yield _Candidate(start, start + len(wanted.words), size)
        else:
            yield _look(wanted, text, max(0, end - size - ROOM), min(len(text), end + ROOM))
    if context >= LEAST_CONTEXT:
        for errors, end in _ends(wanted.before + wanted.after, text, low, high, wanted, len(wanted.after)):
            left = 1 - ERROR_COST * errors / context
            yield _Candidate(end - len(wanted.after), end - len(wanted.after), left * size)


def _ends(pattern: str, text: str, low: int, high: int, wanted: _Wanted, tail: int) -> list[tuple[int, int]]:
    """Return the most promising errors and ends of a pattern, with at most half of its characters wrong."""
    found: list[tuple[int, int]] = []
    for end, errors in enumerate(scan(pattern, text[low:high]), low + 1):
        if errors > len(pattern) // 2:
            continue
        if found and end - found[-1][1] < len(pattern) // 2:
            if errors < found[-1][0]:
                found[-1] = errors, end
        else:
            found.append((errors, end))
    return heapq.nsmallest(CANDIDATES, found, key=lambda one: one[0] + DOUBT * wanted.distance(one[1] - tail))


def _look(wanted: _Wanted, text: str, low: int, high: int) -> _Candidate:
    """Align the pattern within a stretch of the text; where too few of the words are left, they are gone from it."""
    rows, part = wanted.rows, text[low:high]
    aligned = align(wanted.pattern, part, range(rows.start + 1, rows.stop))
    places = aligned.places
    stands = [place is not None and part[place] == sign for place, sign in zip(places, wanted.pattern, strict=True)]
    if sum(stands[rows.start : rows.stop]) > ENOUGH * len(wanted.words):
        start, end = _edges(wanted, part, places)
        return _Candidate(low + start, low + end, aligned.score / SAME)
    place = low + next((place for place in places if place is not None), 0)
    left = _context_left(stands[: rows.start][::-1]) + _context_left(stands[rows.stop :])
    return _Candidate(place, place, left / max(LEAST_CONTEXT, len(stands) - len(wanted.words)) * len(stands))


def _context_left(stands: list[bool]) -> float:
    """Return the evidence in a context, told outwards from the words, as far as it is worth having."""
    return max(accumulate((1.0 if stand else -LOST_COST for stand in stands), initial=0.0))


def _edges(wanted: _Wanted, part: str, places: list[int | None]) -> tuple[int, int]:
    """Return where the words begin and end: at their own characters, else beside those that stood next to them."""
    rows = wanted.rows
    first, last = (next(row for row in way if places[row] is not None) for way in (rows, reversed(rows)))
    start, end = places[first] or 0, (places[last] or 0) + 1
    if first > rows.start:
        neighbour = places[rows.start - 1] if rows.start else None
        lost = first - rows.start
        start = neighbour + 1 if neighbour is not None else max(0, start - lost if lost <= MISTYPED else start)
    if last < rows.stop - 1:
        beyond = places[rows.stop] if rows.stop < len(places) else None
        lost = rows.stop - 1 - last
        end = beyond if beyond is not None else min(len(part), end + lost if lost <= MISTYPED else end)
    return _whole_words(wanted, part, start, end)


def _whole_words(wanted: _Wanted, part: str, start: int, end: int) -> tuple[int, int]:
    """Widen to whole words where whole words were marked, and leave spaces at the edges out."""
    if _in_word(wanted.words[0]) and not _in_word(wanted.before[-1:]):
        while start and _in_word(part[start]) and _in_word(part[start - 1]):
            start -= 1
    if _in_word(wanted.words[-1]) and not _in_word(wanted.after[:1]):
        while end < len(part) and _in_word(part[end - 1]) and _in_word(part[end]):
            end += 1
    while start < end - 1 and part[start] == " ":
        start += 1
    while end > start + 1 and part[end - 1] == " ":
        end -= 1
    return start, end


def _in_word(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] in "LMN"
