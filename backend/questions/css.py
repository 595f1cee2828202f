"""Whether a text is a CSS selector of the kind that a placement rule may hold. Pure.

Follows Selectors Level 4 as browsers take it in `querySelectorAll`: lists, the four combinators, types,
ids, classes, attributes, and the pseudo-classes that say where an element stands or what it is. Left out:
namespaces, pseudo-elements, what depends on the visitor (:hover, :focus, :visited, :target), and the
inventions of libraries (:has-text, :contains). A text is read once from left to right, without going back.
"""

import re

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}\s?|[^\n0-9a-fA-F])"
_NAME = rf"(?:--|-?(?:[A-Za-z_\u00a0-\U0010ffff]|{_ESCAPE}))(?:[-\w\u00a0-\U0010ffff]|{_ESCAPE})*"
_TEXT = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_ATTRIBUTE = rf"\[\s*{_NAME}\s*(?:[~|^$*]?=\s*(?:{_NAME}|{_TEXT})\s*(?:(?<=[\s\"'])[iIsS]\s*)?)?\]"
_STEP = r"(?:[+-]?\d*n(?:\s*[+-]\s*\d+)?|[+-]?\d+|odd|even)"

_SIMPLE = re.compile(rf"[#.]{_NAME}|{_ATTRIBUTE}")
_TYPE = re.compile(rf"\*|{_NAME}")
_PSEUDO = re.compile(rf":({_NAME})")
_COMBINATOR = re.compile(r"\s*[>+~]\s*|\s+")
_LEADING = re.compile(r"\s*[>+~]\s*")
_COMMA = re.compile(r"\s*,\s*")
_SPACE = re.compile(r"\s*")
_NTH = re.compile(rf"\s*{_STEP}", re.IGNORECASE)
_OF = re.compile(r"\s+of\s+", re.IGNORECASE)
_LANGUAGES = re.compile(rf"\s*(?:{_NAME}|{_TEXT})(?:\s*,\s*(?:{_NAME}|{_TEXT}))*")

_PLAIN = {
    "root", "empty", "first-child", "last-child", "only-child", "first-of-type", "last-of-type", "only-of-type",
    "link", "any-link", "enabled", "disabled", "checked", "required", "optional", "read-only", "read-write", "defined",
}  # fmt: skip
_OF_LISTS = {"is", "where", "not", "has"}
_OF_STEPS = {"nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"}
_OF_NAMES = {"lang", "dir"}


class _NoSelector(Exception):
    """The text is no selector."""


def is_selector(text: str) -> bool:
    """Return whether a text is a selector, or a list of some."""
    if "-->" in text:  # one token of CSS, and no combinator
        return False
    reader = _Reader(text.strip())
    try:
        reader.selectors()
    except _NoSelector:
        return False
    return reader.at == len(reader.text)


class _Reader:
    """Reads a text from left to right; each method takes one part of the grammar or raises."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.is_within_has = False

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Step over what the pattern matches here, if it does."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def need(self, is_there: object) -> None:
        """Go on only if something is there."""
        if not is_there:
            raise _NoSelector

    def selectors(self, *, is_relative: bool = False) -> None:
        """Read a list of selectors; relative ones may begin with a combinator."""
        while True:
            if is_relative:
                self.take(_LEADING)
            self.selector()
            if not self.take(_COMMA):
                return

    def selector(self) -> None:
        """Read compounds joined by combinators."""
        self.compound()
        while not self.is_at_end():
            self.need(self.take(_COMBINATOR))
            self.compound()

    def is_at_end(self) -> bool:
        """Return whether a selector ends here: at the end of the text, a comma or a closing bracket."""
        rest = self.text[self.at :].lstrip()
        return not rest or rest[0] in ",)"

    def compound(self) -> None:
        """Read a type, and what else must hold of the same element; one of them at least."""
        start = self.at
        self.take(_TYPE)
        while self.take(_SIMPLE) or self.pseudo_class():
            pass
        self.need(self.at > start)

    def pseudo_class(self) -> bool:
        """Read a pseudo-class, if one begins here."""
        found = self.take(_PSEUDO)
        if not found:
            return False
        name = found[1].lower()
        if not self.text.startswith("(", self.at):
            self.need(name in _PLAIN)
            return True
        self.at += 1
        self.arguments(name)
        self.take(_SPACE)
        self.need(self.text.startswith(")", self.at))
        self.at += 1
        return True

    def arguments(self, name: str) -> None:
        """Read what stands in a pseudo-class's brackets."""
        if name in _OF_NAMES:
            self.need(self.take(_LANGUAGES))
            self.need(self.text.startswith(")", self.at))  # browsers take no space here
        elif name in _OF_STEPS:
            self.need(self.take(_NTH))
            if name.endswith("-child") and self.take(_OF):
                self.selectors()
        elif name == "has":
            self.has()
        else:
            self.need(name in _OF_LISTS)
            self.take(_SPACE)
            self.selectors()

    def has(self) -> None:
        """Read relative selectors; browsers take none within another."""
        self.need(not self.is_within_has)
        self.is_within_has = True
        self.take(_SPACE)
        self.selectors(is_relative=True)
        self.is_within_has = False
