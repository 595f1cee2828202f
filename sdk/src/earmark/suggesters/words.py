"""Words of a text as they are indexed: compounds whole and in parts, camelCase split, versions kept whole."""

import re
from collections.abc import Iterator
from functools import lru_cache

LONGEST_WORD = 60
WORDS_KNOWN = 10_000
"""Of so many words of late is remembered what is in them: a text is mostly made of words that others use too."""
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_COMPOUND = re.compile(rf"{_PART.pattern}(?:[-+_./:@#~\\]{{1,2}}{_PART.pattern})*")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)+)", re.IGNORECASE)
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}")


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a text in order as (how it is indexed, how the text spells it).

    A compound such as `Shift+A` or `readMailFolder` yields itself, then its parts; a version such as
    `2.53.8` yields itself alone; writing without spaces between words yields pairs of signs. No word
    holds white space, and none is longer than LONGEST_WORD signs.
    """
    for compound in _COMPOUND.findall(text):
        yield from _known_words(compound) if len(compound) <= LONGEST_WORD else _words(compound)


@lru_cache(maxsize=WORDS_KNOWN)
def _known_words(compound: str) -> tuple[tuple[str, str], ...]:
    return tuple(_words(compound))


def _words(compound: str) -> Iterator[tuple[str, str]]:
    version = _VERSION.fullmatch(compound)
    if version:
        yield from _if_short(version[1], compound)
        return
    parts = _PART.findall(compound)
    if len(parts) > 1:
        yield from _if_short(compound.lower(), compound)
    for part in parts:
        yield from _inside(part)


def _inside(part: str) -> Iterator[tuple[str, str]]:
    if _NO_SPACES.search(part):
        pairs = (part[at : at + 2] for at in range(len(part) - 1))
        yield from ((pair.lower(), pair) for pair in pairs)
        return
    yield from _if_short(part.lower().replace("’", "'"), part)
    if part.isascii() and not (part.isupper() or part[1:].islower()):
        humps = _HUMP.findall(part)
        if len(humps) > 1:
            yield from ((hump.lower(), hump) for hump in humps if len(hump) > 1)


def _if_short(word: str, spelt: str) -> Iterator[tuple[str, str]]:
    if len(word) <= LONGEST_WORD:
        yield word, spelt
