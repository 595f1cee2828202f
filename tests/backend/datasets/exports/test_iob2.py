import pytest
import spacy
from earmark.anchors import tokens_of
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.training.converters import conll_ner_to_docs

from backend.datasets.exports.iob2 import document_of, names_of
from backend.datasets.exports.marked import CannotHold, MarkedSpan, MarkedText

NAMES = names_of(["Product", "Version"])


def document(text, *spans):
    marked = [MarkedSpan(start, end, label) for start, end, label in spans]
    return document_of(MarkedText("1", "train", text, marked), NAMES)


def test_a_text_is_a_document_of_one_sentence_with_a_token_and_its_tag_a_line():
    assert document("Mozilla Firefox 115 hangs", (0, 15, "Product"), (16, 19, "Version")) == (
        "-DOCSTART- -X- O O\n\nMozilla B-Product\nFirefox I-Product\n115 B-Version\nhangs O\n\n"
    )


def test_two_spans_of_one_label_side_by_side_stay_two():
    assert "Firefox B-Product\nThunderbird B-Product\n" in document(
        "Firefox Thunderbird", (0, 7, "Product"), (8, 19, "Product")
    )


def test_a_text_in_which_nothing_was_found_is_all_outside():
    assert document("It hangs").endswith("\nIt O\nhangs O\n\n")


@pytest.mark.parametrize(
    ("text", "spans", "why"),
    [
        ("Mozilla Firefox", [(0, 15, "Product"), (8, 15, "Product")], "overlap"),
        ("Firefoxes hang", [(0, 7, "Product")], "not_on_tokens"),
        ("👩‍👩‍👧 yes", [(0, 1, "Product")], "not_on_tokens"),
        ("e\u0301t", [(0, 1, "Product")], "not_on_tokens"),
        ("a  b", [(1, 3, "Product")], "not_on_tokens"),
        ("", [], "no_tokens"),
    ],
)
def test_what_a_column_cannot_say_is_refused_with_the_reason(text, spans, why):
    with pytest.raises(CannotHold) as told:
        document(text, *spans)
    assert told.value.why == why


def test_white_space_at_the_edge_of_a_span_cuts_nothing():
    assert "Firefox B-Product\nhangs O" in document("Firefox hangs", (0, 8, "Product"))


def test_labels_are_written_without_white_space_and_none_like_another():
    assert names_of(["Product name", "Product_name", "a|b", "Ort"]) == {
        "Product name": "Product_name", "Product_name": "Product_name_2", "a|b": "a_b", "Ort": "Ort",
    }  # fmt: skip


TEXTS = st.text(st.sampled_from("ab1 .-_|#👍🏽\u200d🇩é\u0301שּ\u064b中ไ\u00a0\n"), min_size=1, max_size=30)


@settings(deadline=None)  # the first text loads the language
@given(TEXTS, st.randoms(use_true_random=False))
def test_spacy_reads_back_the_very_tokens_and_spans_that_were_written(text, draw):
    tokens = tokens_of(text)
    if not tokens:
        return
    spans, at = [], 0
    while at < len(tokens):
        end = at + draw.randint(1, 3)
        if draw.random() < 0.5 and end <= len(tokens):
            spans.append((tokens[at][0], tokens[end - 1][1], draw.choice(["Product", "Version"])))
        at = end
    [doc] = conll_ner_to_docs(document(text, *spans), no_print=True)
    assert [token.text for token in doc] == [text[start:end] for start, end in tokens]
    assert [(ent.label_, tokens[ent.start][0], tokens[ent.end - 1][1]) for ent in doc.ents] == [
        (label, start, end) for start, end, label in spans
    ]


def test_the_spacy_that_reads_is_the_one_that_is_pinned():
    assert spacy.__version__.startswith("3.")
