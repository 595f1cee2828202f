"""JSON lines as spaCy and Prodigy know them: a text with its spans, which may overlap (for spancat)."""

from backend.datasets.exports.marked import MarkedText, one_line

FORM = "spacy"


def line_of(marked: MarkedText) -> str:
    """Return a text as one line; `start` and `end` are code points, as slices of a Python `str` are."""
    spans = sorted(marked.spans, key=lambda span: (span.start, span.end, span.label))
    listed = [{"start": span.start, "end": span.end, "label": span.label} for span in spans]
    return one_line({"id": marked.item, "text": marked.text, "spans": listed}) + "\n"
