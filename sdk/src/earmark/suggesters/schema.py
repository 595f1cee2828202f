"""How items lie in tantivy: which fields they have, and how the words of texts are made the same."""

import tantivy

from earmark.suggesters.snapshot import FACT, SKETCH, TEXT_FIELDS, TYPED

STEMMED, PLAIN = "earmark_stemmed", "earmark_plain"


def schema_of_items() -> tantivy.Schema:
    """Return the fields of an item: its id, time and sketch are stored, its words can only be looked up."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("created", indexed=True, fast=True)
    builder.add_bytes_field(SKETCH, stored=True)
    builder.add_text_field(FACT, tokenizer_name="raw", index_option="basic")
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name=STEMMED, index_option="freq")
    builder.add_text_field(TYPED, tokenizer_name=PLAIN, index_option="freq")
    return builder.build()


def analyzer(*more: tantivy.Filter) -> tantivy.TextAnalyzer:
    """Return what parts a text into words, in small letters without accents, and does `more` to each."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    for each in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), *more):
        builder = builder.filter(each)
    return builder.build()
