"""The unit key of each kind of question, its labels, and what its answers mean. Pure."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from earmark.patterns import fault_of_patterns


class Kind(StrEnum):
    """What a question asks about."""

    PAIR = "pair"
    TAGS = "tags"
    CHOICE = "choice"
    SPAN = "span"
    REGION = "region"


SPOTS = (Kind.SPAN, Kind.REGION)
"""The kinds whose unit is a spot: a stretch of an item's text, or a part of its picture."""

DUPLICATE = "duplicate"
RELATED = "related"
DIFFERENT = "different"
UNSURE = "unsure"
FITS = "fits"
DOES_NOT_FIT = "does_not_fit"
NONE = "none"
"""Of a spot: nothing of the kind is here."""

LONGEST_LABEL = 200
LONGEST_NEW_LABEL = 60
LONGEST_KEY = 250
FEWEST_CHOICES, MOST_CHOICES = 2, 12
MOST_SPOT_LABELS, LONGEST_SPOT_LABEL = 12, 60

PAIR_VALUES = (DUPLICATE, RELATED, DIFFERENT)
TAG_VALUES = (FITS, DOES_NOT_FIT)


@dataclass(frozen=True)
class Meaning:
    """What an answer says of a suggested candidate: `suggested` is its value, `contrary` the opposite, if any."""

    suggested: str
    contrary: str | None


PAIR_MEANING = Meaning(suggested=DUPLICATE, contrary=DIFFERENT)
TAG_MEANING = Meaning(suggested=FITS, contrary=DOES_NOT_FIT)


def meaning_of(kind: str, label: str = "") -> Meaning:
    """Return what answers say of a candidate.

    Of a choice's suggested label every other label is a correction, and so it is of a spot's, but `none` is contrary.
    """
    if kind == Kind.CHOICE:
        return Meaning(suggested=label, contrary=None)
    if kind in SPOTS:
        return Meaning(suggested=label, contrary=NONE)
    return TAG_MEANING if kind == Kind.TAGS else PAIR_MEANING


def pair_key(first: int, second: int) -> str:
    """Return the key of {first, second}: the same for both orders. Raises ValueError on an item and itself."""
    if first == second:
        raise ValueError("An item is not asked about itself.")
    return f"{min(first, second)}-{max(first, second)}"


def tag_key(item: int, label: str) -> str:
    """Return the key of (item, tag): the same however the tag is capitalised."""
    return f"{item}:{label_key(label)}"


def label_key(label: str) -> str:
    """Return what stands for a tag in the key of a unit, behind the item and a colon."""
    folded = fold_label(label)
    return folded if len(folded) <= LONGEST_KEY else hashlib.sha256(folded.encode()).hexdigest()


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
        case Kind.SPAN | Kind.REGION:
            return (*labels, NONE)
        case _:
            return tuple(labels)


def allows(kind: str, value: str, labels: Sequence[str] = ()) -> bool:
    """Return whether a value may be answered to a question of this kind."""
    return value == UNSURE or value in values_of(kind, labels)


def fold_label(label: str) -> str:
    """Return a label's form for comparing: "Mail", " mail", "MAIL" and "Ｍａｉｌ" are one.

    It is NFKC of NFKC with case folded (Unicode, caseless matching), without signs that nobody sees.
    """
    wide = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).casefold())
    return " ".join("".join(sign for sign in wide if unicodedata.category(sign) != "Cf").split())


def tidy_label(text: str, *, longest: int = LONGEST_NEW_LABEL) -> str | None:
    """Return a label as it is kept, trimmed and single-spaced, or None where it cannot be one.

    It cannot where more than `longest` signs are left or none that can be seen, or where it holds signs
    that control or turn round the text beside it.
    """
    tidy = unicodedata.normalize("NFC", " ".join(part for part in text.strip().split(" ") if part))
    if len(tidy) > longest or not any(map(_is_seen, tidy)) or any(map(_controls, tidy)):
        return None
    return tidy


TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""The classes of signs that turn text round, or end that, by Unicode's bidirectional algorithm."""


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNPS"


def _controls(sign: str) -> bool:
    return (
        unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(sign) in TURNING
        or sign in "\u200e\u200f\u061c"
    )


def isolated(text: str) -> str:
    """Return a text that turns nothing round beside it: without TURNING signs, in an isolate if it runs leftwards."""
    plain = "".join(sign for sign in text if unicodedata.bidirectional(sign) not in TURNING)
    turns = any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in plain)
    return f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}" if turns else plain


def fault_of_labels(
    kind: str, labels: Sequence[str], *, allows_new: bool = False, dictionary: Mapping[str, Sequence[str]] | None = None
) -> str | None:
    """Return why a question of this kind cannot have these labels, in words, or None where it can."""
    if kind == Kind.PAIR:
        return None
    words = dictionary or {}
    if not _are_texts(labels) or not isinstance(words, Mapping) or not all(map(_are_texts, words.values())):
        return "Labels are a list of texts, and a dictionary has a list of words for each label."
    odd = [label for label in labels if tidy_label(label, longest=LONGEST_LABEL) is None or label != label.strip()]
    if odd:
        return f"{odd[0]!r} is no label: 1 to {LONGEST_LABEL} signs on one line, without spaces around."
    if same := _fault_of_same(labels):
        return same
    strange = set(words) - set(labels)
    if strange and not allows_new:
        return f"The dictionary has words for {min(strange)!r}, which is no label of the question."
    if kind == Kind.TAGS:
        return None if labels or allows_new else "A tags question needs labels, or must allow new ones."
    if kind in SPOTS:
        patterns = fault_of_patterns(words) if kind == Kind.SPAN else ""
        return _fault_of_spot_labels(labels, allows_new=allows_new) or patterns or None
    return _fault_of_choices(labels, allows_new=allows_new)


def _fault_of_same(labels: Sequence[str]) -> str | None:
    """Return which two of the labels are one, in words, or None where each is its own."""
    seen: dict[str, str] = {}
    for label in labels:
        known = seen.setdefault(folded := fold_label(label), "")
        if known == label:
            return f"{label!r} is there twice; leave one out."
        if known:
            differ = "differ only in their capitals" if known.lower() == label.lower() else "read the same"
            return f"{known!r} and {label!r} {differ}; leave one out."
        seen[folded] = label
    return None


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)


def _fault_of_choices(labels: Sequence[str], *, allows_new: bool) -> str | None:
    if allows_new:
        return "A choice is among the labels it has; it allows no new ones."
    if not FEWEST_CHOICES <= len(labels) <= MOST_CHOICES:
        return f"A choice needs {FEWEST_CHOICES} to {MOST_CHOICES} labels."
    return f"{UNSURE!r} is always an answer; it is no label." if UNSURE in labels else None


def _fault_of_spot_labels(labels: Sequence[str], *, allows_new: bool) -> str | None:
    if allows_new:
        return "A spot gets one of the labels there are; a question of spans or regions allows no new ones."
    if not 1 <= len(labels) <= MOST_SPOT_LABELS:
        return f"A question of spans or regions needs 1 to {MOST_SPOT_LABELS} labels."
    long = [label for label in labels if len(label) > LONGEST_SPOT_LABEL]
    if long:
        return f"{long[0]!r} is too long for a label of a spot: at most {LONGEST_SPOT_LABEL} signs."
    taken = [label for label in labels if fold_label(label) in (UNSURE, NONE)]
    return f"{taken[0]!r} is always an answer; it is no label." if taken else None
