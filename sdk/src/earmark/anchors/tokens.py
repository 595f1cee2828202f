"""Words and signs of a text, for formats that label tokens.

A token is a run of letters, digits, marks and underscores; any other character is a token by itself. What belongs to a
character stays with it: marks, joiners, variation selectors, skin tones, the second half of a flag. In scripts that
put no spaces between words each character is a token, as is usual for them. No token holds white space, so tokens
can stand in columns. The rule does not look at what is marked: a reader of new texts can follow it.
"""

import re
import unicodedata
from functools import lru_cache

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fd-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Kana and Han, without the sign that lengthens a vowel."""
PIECE = re.compile("[A-Za-z0-9_]+|.", re.DOTALL)
"""A run of signs that are in a word in any text, or any one."""
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
JOINER = "\u200d"
KEPT_WITH = re.compile("[\u00ad\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""Soft hyphens, joiners, variation selectors, skin tones and the tags of flags: part of the character before."""


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Return where each token begins and ends, in code points."""
    found: list[tuple[int, int]] = []
    before = ""
    for piece in PIECE.finditer(text):
        start, end = piece.span()
        kind = _kind(text[start])
        if kind and found and found[-1][1] == start and _goes_on(before, kind, text, found[-1]):
            found[-1] = found[-1][0], end
            before = before if kind == "kept" else kind
        elif kind:
            found.append((start, end))
            before = kind
    return found


@lru_cache(maxsize=10_000)
def _kind(sign: str) -> str:
    """Return how a character makes tokens: in a word, by itself, kept with the one before; "" for white space."""
    if sign.isspace():
        return ""
    category = unicodedata.category(sign)
    if category[0] == "M" or KEPT_WITH.match(sign):
        return "kept"
    if UNSPACED.match(sign):
        return "unspaced"
    if category[0] in "LN" or sign == "_":
        return "word"
    return "flag" if FLAG.match(sign) else "sign"


def _goes_on(before: str, kind: str, text: str, last: tuple[int, int]) -> bool:
    """Return whether a character belongs to the token right before it."""
    if kind in ("kept", "word"):
        return kind == "kept" or before == "word"
    if kind == "flag":
        return before == "flag" and last[1] - last[0] == 1
    return kind == "sign" and text[last[1] - 1] == JOINER
