"""The text of an item as it counts, so that a page and a server that reads the same markup agree on it.

The rule, in the page as here: text nodes in their order; of SKIPPED elements, those with `hidden`, and Earmark's own,
nothing; where a BREAKING element begins or ends, a space; each run of HTML's white space (tab, line feed, form feed,
carriage return, space), in `<pre>` too, is one space, and none stands at either end. A no-break space is a character
like others. Style sheets have no say. So a plain text is the same however a page shows its lines and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

WHITE = re.compile("[\t\n\f\r ]+")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
BREAKING = re.compile(
    "address|article|aside|blockquote|br|caption|center|d[dlt]|details|dialog|dir|div|fieldset|figcaption|figure|footer|"
    "form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|optgroup|option|p|pre|search|section|summary|table|tbody|td|"
    "textarea|tfoot|th|thead|tr|ul"
)
SKIPPED = re.compile(
    "script|style|template|noscript|svg|math|iframe|object|canvas|audio|video|button|select|datalist|earmark-.*"
)
VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")


def read_text(plain: str) -> str:
    """Return a plain text as it counts: each run of white space one space, none at the ends."""
    return WHITE.sub(" ", LONE_SURROGATE.sub("\ufffd", plain)).strip(" ")


def read_html(markup: str) -> str:
    """Return the text of markup as it counts.

    End tags must stand where HTML lets them be left out (`<p hidden>`, `<li hidden>`): what a browser writes as
    `innerHTML`, and any template engine, does that.
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return read_text("".join(reader.parts))


def text_of(body: str, metadata: Mapping[str, Any]) -> str:
    """Return the text of an item: its body, read as markup where `metadata["format"]` is `html`, else as it stands."""
    return read_html(body) if metadata.get("format") == "html" else read_text(body)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_skipped = SKIPPED.fullmatch(tag) or any(name == "hidden" for name, _ in attrs)
        if (self.skipping or is_skipped) and not VOID.fullmatch(tag):
            self.skipping.append(tag)
        elif BREAKING.fullmatch(tag):
            self.handle_data(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if VOID.fullmatch(tag) or not self.skipping:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipping:
            while self.skipping.pop() != tag:
                pass
        elif BREAKING.fullmatch(tag):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.parts.append(data)
