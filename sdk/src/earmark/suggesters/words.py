"""Words of a text as they are indexed: compounds whole and in parts, camelCase split, versions kept whole."""

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category, normalize

LONGEST_WORD = 60
WORDS_KNOWN = 10_000
"""Of so many words of late is remembered what is in them: a text is mostly made of words that others use too."""
_MARKS = "".join(chr(code) for code in range(0x300, 0xFE30) if category(chr(code)) in ("Mn", "Mc"))
"""Signs that belong to the letter before them: vowels of Hindi or Thai, accents that no composed letter has."""
_MARK = re.compile(f"[{_MARKS}]")
_STRETCH = re.compile(rf"(?s).{{1,200}}(?=\s|\Z)|.{{1,200}}(?![{_MARKS}])|.{{1,200}}")
"""A text is composed by stretches, cut where words or letters end: many marks of one letter take quadratic time."""


def _patterns(letters: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a part of a compound, and a compound, made of these letters."""
    part = rf"{letters}(?:['’]{letters})*"
    return re.compile(part), re.compile(rf"{part}(?:[-+_./:@#~\\]{{1,2}}{part})*")


_PART, _COMPOUND = _patterns(r"[^\W_]+")
_MARKED_PART, _MARKED_COMPOUND = _patterns(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)+)", re.IGNORECASE)
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_PAIRED, _TRIPLED = r"\u3040-\u30ff\u3400-\u9fff", r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Chinese and Japanese, of whose signs two make a word; Thai, Lao, Burmese and Khmer, whose words are longer."""
_NO_SPACES = re.compile(rf"[{_PAIRED}]{{2}}|[{_TRIPLED}]{{3}}")
_RUN = re.compile(rf"([{_PAIRED}]+)|([{_TRIPLED}]+)|[^{_PAIRED}{_TRIPLED}]+")


def words_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of a text in order as (how it is indexed, how the text spells it).

    A compound such as `Shift+A` or `readMailFolder` yields itself, then its parts; a version such as
    `2.53.8` yields itself alone; writing without spaces between words yields pairs of signs, that of Thai and its
    neighbours groups of three. A letter is the same however its accent is encoded. No word
    holds white space, and none is longer than LONGEST_WORD signs.
    """
    composed = text if text.isascii() else "".join(normalize("NFC", each) for each in _STRETCH.findall(text))
    is_marked = not text.isascii() and _MARK.search(composed) is not None
    for compound in (_MARKED_COMPOUND if is_marked else _COMPOUND).findall(composed):
        yield from _known_words(compound) if len(compound) <= LONGEST_WORD else _words(compound)


@lru_cache(maxsize=WORDS_KNOWN)
def _known_words(compound: str) -> tuple[tuple[str, str], ...]:
    return tuple(_words(compound))


def _words(compound: str) -> Iterator[tuple[str, str]]:
    version = _VERSION.fullmatch(compound)
    if version:
        yield from _if_short(version[1], compound)
        return
    parts = (_PART if compound.isascii() else _MARKED_PART).findall(compound)
    if len(parts) > 1:
        yield from _if_short(compound.lower(), compound)
    for part in parts:
        yield from _inside(part)


def _inside(part: str) -> Iterator[tuple[str, str]]:
    if _NO_SPACES.search(part):
        for run in _RUN.finditer(part):
            yield from _grouped(run[0], 2 if run[1] else 3) if run.lastindex else _spelt(run[0])
    else:
        yield from _spelt(part)


def _grouped(run: str, size: int) -> Iterator[tuple[str, str]]:
    """Yield each group of so many signs that follow one another, of a shorter run itself."""
    groups = (run[at : at + size] for at in range(max(1, len(run) - size + 1)))
    return ((group.lower(), group) for group in groups)


def _spelt(part: str) -> Iterator[tuple[str, str]]:
    yield from _if_short(part.lower().replace("’", "'"), part)
    if part.isascii() and not (part.isupper() or part[1:].islower()):
        humps = _HUMP.findall(part)
        if len(humps) > 1:
            yield from ((hump.lower(), hump) for hump in humps if len(hump) > 1)


def _if_short(word: str, spelt: str) -> Iterator[tuple[str, str]]:
    if len(word) <= LONGEST_WORD:
        yield word, spelt
