"""IOB2 in columns, as of CoNLL-2003 (Tjong Kim Sang and De Meulder 2003): a token and its tag a line.

A document a text, each one sentence, parted by the line that `spacy convert -c iob` and most readers know. Text between
tokens is not kept: that is in the JSON lines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from earmark.anchors import tokens_of

from backend.datasets.exports.marked import CannotHold, MarkedSpan, MarkedText, Why

FORM = "iob2"
DOCUMENT = "-DOCSTART- -X- O O"
UNFIT = re.compile(r"[\s|]+")
OUTSIDE = "O"


def names_of(labels: Sequence[str]) -> dict[str, str]:
    """Return how each label is written in a column: without white space or bars, and no two alike."""
    names: dict[str, str] = {}
    for label in labels:
        plain, number = UNFIT.sub("_", label), 2
        name = plain
        while name in names.values():
            name, number = f"{plain}_{number}", number + 1
        names[label] = name
    return names


def document_of(marked: MarkedText, names: Mapping[str, str]) -> str:
    """Return a text as lines; raises CannotHold where spans overlap or cut a token, and where there is no token."""
    lines = [f"{marked.text[start:end]} {tag}" for (start, end), tag in tagged(marked, names)]
    return "\n".join([DOCUMENT, "", *lines, "", ""])


def tagged(marked: MarkedText, names: Mapping[str, str]) -> Iterator[tuple[tuple[int, int], str]]:
    """Return each token's place with its tag; raises CannotHold."""
    tokens = tokens_of(marked.text)
    if not tokens:
        raise CannotHold(Why.NO_TOKENS)
    tags = [OUTSIDE] * len(tokens)
    spans = sorted(marked.spans, key=lambda span: (span.start, span.end))
    if any(later.start < earlier.end for earlier, later in pairwise(spans)):
        raise CannotHold(Why.OVERLAP)
    at = 0
    for span in spans:
        while at < len(tokens) and tokens[at][1] <= span.start:
            at += 1
        first = at
        while at < len(tokens) and tokens[at][0] < span.end:
            tags[at] = f"{'B' if at == first else 'I'}-{names[span.label]}"
            at += 1
        _check_edges(tokens[first:at], span)
    return zip(tokens, tags, strict=True)


def _check_edges(tokens: Sequence[tuple[int, int]], span: MarkedSpan) -> None:
    if not tokens or tokens[0][0] < span.start or tokens[-1][1] > span.end:
        raise CannotHold(Why.NOT_ON_TOKENS)
