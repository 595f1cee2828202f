"""What Hypothesis's client does, as published: the quote where it was, else its best match by quote, context and place.

Source: github.com/hypothesis/client, src/annotator/anchoring/match-quote.ts (matchQuote) and types.ts
(TextQuoteAnchor), BSD-2-Clause, with approx-string-match for quotes that are nowhere exact. Written anew for
comparison; no part of the product.
"""

from __future__ import annotations

from collections.abc import Callable

from earmark.anchors.matching import scan

CONTEXT = 32
QUOTE, PREFIX, SUFFIX, PLACE = 50, 20, 20, 2
Match = tuple[int, int, int]
"""Start, end, errors."""


def find(before: str, start: int, end: int, after: str) -> tuple[int, int] | None:
    """Return where words marked in `before` are in `after`; None where nothing is like them."""
    exact = before[start:end]
    if after[start:end] == exact:
        return start, end
    matches = _search(after, exact, min(256, len(exact) // 2))
    if not matches:
        return None
    score = _score(before[max(0, start - CONTEXT) : start], exact, before[end : end + CONTEXT], start, after)
    best = max(matches, key=score)
    return best[0], best[1]


def _score(prefix: str, exact: str, suffix: str, hint: int, text: str) -> Callable[[Match], float]:
    def score(match: Match) -> float:
        start, end, errors = match
        quote = 1 - errors / len(exact)
        before = _similarity(text[max(0, start - len(prefix)) : start], prefix) if prefix else 1.0
        after = _similarity(text[end : end + len(suffix)], suffix) if suffix else 1.0
        place = 1 - abs(start - hint) / len(text)
        return QUOTE * quote + PREFIX * before + SUFFIX * after + PLACE * place

    return score


def _similarity(text: str, part: str) -> float:
    if not text:
        return 0.0
    return 1 - min(scan(part, text)) / len(part)


def _search(text: str, part: str, most_errors: int) -> list[Match]:
    """Return all exact occurrences; where there is none, all matches with the fewest errors."""
    found, at = [], text.find(part)
    while at >= 0:
        found.append((at, at + len(part), 0))
        at = text.find(part, at + 1)
    if found:
        return found
    errors_at = list(scan(part, text))
    fewest = min(errors_at, default=most_errors + 1)
    if fewest > most_errors:
        return []
    return [_whole(text, part, end + 1, fewest) for end, errors in enumerate(errors_at) if errors == fewest]


def _whole(text: str, part: str, end: int, errors: int) -> Match:
    """Return a match with its start: of several the one that makes it longest."""
    low = max(0, end - len(part) - errors)
    lengths = [at + 1 for at, found in enumerate(scan(part[::-1], text[low:end][::-1])) if found <= errors]
    return end - max(lengths, default=0), end, errors
