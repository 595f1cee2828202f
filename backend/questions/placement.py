"""What a placement rule may say. Pure.

A rule is data: a path, a CSS selector, and how the item's id is read. Nothing of it is ever run or
written into a page as markup. Patterns are kept so small that no address makes them slow.
"""

import re

from backend.questions.css import is_selector
from backend.questions.errors import RuleImpossible

ITEM = "{item}"
LONGEST = 300
MOST_RESERVED_PX = 2000
MOST_DEEP_STARS = 2
MOST_STARS_IN_A_STEP = 2

_STARS = re.compile(r"\*+|\{item\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ATTRIBUTE = re.compile(r"[a-zA-Z_:][-\w:.]*", re.ASCII)
_PATH = re.compile(r"/[^\x00-\x20\x7f-\U0010ffff?#<>{}\"\\]*")
_QUERY = re.compile(r"[\w.~%\[\]-]+=\{item\}", re.ASCII)


def check_rule(*, path: str, selector: str, item_from: str, item_key: str, reserve_px: int) -> None:
    """Raise RuleImpossible for the first part that is not what it must be."""
    check_path(path)
    check_selector(selector)
    check_item_key(item_from, item_key)
    if not 0 <= reserve_px <= MOST_RESERVED_PX:
        raise RuleImpossible(field="reserve_px", reason=f"This is a height from 0 to {MOST_RESERVED_PX} px.")


def check_path(path: str, field: str = "path") -> None:
    """Raise RuleImpossible unless this is a path: `*` anything within a step, `**` anything at all.

    It is held against `location.pathname` as the browser spells it, from end to end. At most two `**`,
    and at most two stars or `{item}` in one step.
    """
    if len(path) > LONGEST or not _PATH.fullmatch(path.replace(ITEM, "")):
        raise RuleImpossible(
            field=field,
            reason=f"A path begins with /, has at most {LONGEST} characters, and is spelt as in a copied address: "
            "without spaces, ? and #, and with %C3%BC for ü.",
        )
    stars = _STARS.findall(path)
    if any(len(star) > 2 for star in stars if star != ITEM):
        raise RuleImpossible(field=field, reason="There is * and **, and nothing longer.")
    if stars.count("**") > MOST_DEEP_STARS or max(map(_stars_in, path.split("/"))) > MOST_STARS_IN_A_STEP:
        raise RuleImpossible(
            field=field, reason="A path has at most two **, and one step of it at most two stars or {item}."
        )


def check_selector(selector: str) -> None:
    """Raise RuleImpossible unless this is a CSS selector of at most 300 characters that a browser takes."""
    if not selector.strip() or len(selector) > LONGEST:
        raise RuleImpossible(field="selector", reason=f"A selector has 1 to {LONGEST} characters.")
    if _CONTROL.search(selector) or re.search(r"[<{}]", selector):
        raise RuleImpossible(field="selector", reason="A selector has no <, { or } and no control characters.")
    if not is_selector(selector):
        raise RuleImpossible(
            field="selector",
            reason="This is no CSS selector as we take it: elements, #id, .class, [attribute], "
            "> + ~, and pseudo-classes of where an element stands, such as :first-child, :not() or :has().",
        )


def check_item_key(item_from: str, item_key: str) -> None:
    """Raise RuleImpossible unless this names an attribute, or is an address with one `{item}` in it.

    The address is a path as in `check_path`, with `{item}` in one of its steps, or with a query that
    names the one parameter which holds it: `/t?id={item}`.
    """
    if item_from == "attribute":
        if len(item_key) > LONGEST or not _ATTRIBUTE.fullmatch(item_key):
            raise RuleImpossible(field="item_key", reason="This is the name of an attribute, such as data-id.")
        return
    path, mark, query = item_key.partition("?")
    if item_key.count(ITEM) != 1:
        raise RuleImpossible(field="item_key", reason="An address has {item} in it once: /t/{item}")
    check_path(path, "item_key")
    if mark and not _QUERY.fullmatch(query):
        raise RuleImpossible(field="item_key", reason="A query names one parameter: /t?id={item}")


def _stars_in(step: str) -> int:
    return len(_STARS.findall(step))
