"""Why a span is guessed, in words for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from earmark.suggesters.protocol import MOST_SIGNS_OF_A_REASON
from earmark.suggesters.token_traits import AFTER, BEFORE, OF_WORD, SHAPE, Tokens

if TYPE_CHECKING:
    from earmark.suggesters.chain import Array
    from earmark.suggesters.phrases import Said
    from earmark.suggesters.sequence_fitting import Found

MOST = 3
SHORT = 80


def reasons_for(
    found: Found,
    tokens: Tokens,
    said: Sequence[Said],
    rows: Sequence[Sequence[int]],
    names: Sequence[str],
    weights: Array,
) -> list[str]:
    """Return at most MOST sentences, the strongest first: what speaks for a span rather than for nothing there."""
    added: dict[str, float] = defaultdict(float)
    begin = 2 * found.label + 1
    for at in range(found.first, found.end):
        tag = begin if at == found.first else begin + 1
        for number in rows[at]:
            added[names[number][0]] += float(weights[number, tag] - weights[number, 0])
    told: dict[str, float] = defaultdict(float)
    for kind, value in added.items():
        if sentence := _sentence(kind, found, tokens, said):
            told[sentence] += value
    best = sorted(told, key=lambda sentence: (-told[sentence], sentence))
    return [sentence[:MOST_SIGNS_OF_A_REASON] for sentence in best if told[sentence] > 0][:MOST]


def _sentence(kind: str, found: Found, tokens: Tokens, said: Sequence[Said]) -> str:
    words = " ".join(tokens.spelt[found.first : found.end])[:SHORT]
    if kind == "=":
        count = max((each.marked_count for each in said if found.first <= each.first < found.end), default=0)
        return f"marked in {count} other {'text' if count == 1 else 'texts'}" if count else ""
    if kind == "#":
        return "the dictionary has it"
    if kind in OF_WORD:
        return f"“{words}” is like what was marked"
    if kind == SHAPE:
        return "written like what was marked"
    if kind == BEFORE and found.first:
        return f"stands after “{tokens.spelt[found.first - 1][:SHORT]}”"
    if kind == AFTER and found.end < len(tokens.spelt):
        return f"stands before “{tokens.spelt[found.end][:SHORT]}”"
    return ""
