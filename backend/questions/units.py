"""The unit key of each kind of question, and what its answers mean. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a question asks about."""

    PAIR = "pair"
    TAGS = "tags"
    CHOICE = "choice"


DUPLICATE = "duplicate"
RELATED = "related"
DIFFERENT = "different"
UNSURE = "unsure"
FITS = "fits"
DOES_NOT_FIT = "does_not_fit"

PAIR_VALUES = (DUPLICATE, RELATED, DIFFERENT)
TAG_VALUES = (FITS, DOES_NOT_FIT)


@dataclass(frozen=True)
class Meaning:
    """What an answer says of a suggested candidate: `suggested` is its value, `contrary` the opposite."""

    suggested: str
    contrary: str


PAIR_MEANING = Meaning(suggested=DUPLICATE, contrary=DIFFERENT)


def pair_key(first: int, second: int) -> str:
    """Return the key of {first, second}: the same for both orders. Raises ValueError on an item and itself."""
    if first == second:
        raise ValueError("An item is not asked about itself.")
    return f"{min(first, second)}-{max(first, second)}"


def tag_key(item: int, label: str) -> str:
    """Return the key of (item, tag)."""
    return f"{item}:{label}"


def choice_key(item: int) -> str:
    """Return the key of an item that has one answer."""
    return f"{item}"


def values_of(kind: str, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the values that count as votes for a kind of question; `unsure` is allowed and never counts."""
    match kind:
        case Kind.PAIR:
            return PAIR_VALUES
        case Kind.TAGS:
            return TAG_VALUES
        case _:
            return tuple(labels)


def allows(kind: str, value: str, labels: Sequence[str] = ()) -> bool:
    """Return whether a value may be answered to a question of this kind."""
    return value == UNSURE or value in values_of(kind, labels)
