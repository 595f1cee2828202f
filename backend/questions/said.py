"""What may be answered, in words for people on our own pages. Pure."""

from collections.abc import Mapping

from backend.questions.units import (
    DIFFERENT,
    DOES_NOT_FIT,
    DUPLICATE,
    FITS,
    NONE,
    RELATED,
    SPOTS,
    UNSURE,
    Kind,
)

_WORDS: Mapping[str, Mapping[str, str]] = {
    Kind.PAIR: {DUPLICATE: "the same problem", RELATED: "related", DIFFERENT: "different"},
    Kind.TAGS: {FITS: "fits", DOES_NOT_FIT: "does not fit"},
    **{kind: {NONE: "nothing of the kind"} for kind in SPOTS},
}


def in_words(value: str, kind: str) -> str:
    """Return an answer to a question of a kind as people say it; a label stays as it is."""
    return "not sure" if value == UNSURE else _WORDS.get(kind, {}).get(value, value)


def in_words_of_any(value: str) -> str:
    """Return an answer in words where it may be one to a question of any kind."""
    return next((words for kind in Kind if (words := in_words(value, kind)) != value), value)
