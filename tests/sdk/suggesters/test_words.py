"""Tests of earmark.suggesters.words."""

from unicodedata import normalize

import pytest
from earmark.suggesters import words
from earmark.suggesters.words import LONGEST_WORD, words_of
from hypothesis import given
from hypothesis import strategies as st


def indexed(text):
    return [word for word, _ in words_of(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Two Words", ["two", "words"]),
        ("Shift+A", ["shift+a", "shift", "a"]),
        ("in 2.53.8.", ["in", "2.53.8"]),
        ("v1.2", ["1.2"]),
        ("readMailFolder", ["readmailfolder", "read", "mail", "folder"]),
        ("HTTPServer2", ["httpserver2", "http", "server"]),
        ("mail.server.default", ["mail.server.default", "mail", "server", "default"]),
        ("snake_case", ["snake_case", "snake", "case"]),
        ("libfoo-2.1", ["libfoo-2.1", "libfoo", "2", "1"]),
        ("Foo::bar", ["foo::bar", "foo", "bar"]),
        ("it doesn’t, it doesn't", ["it", "doesn't", "it", "doesn't"]),
        ("end. Start", ["end", "start"]),
        ("Café ÜBER", ["café", "über"]),
        ("日本語", ["日本", "本語"]),
        ("使用Windows系统", ["使用", "windows", "系统"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("العَرَبِيَّة", ["العَرَبِيَّة"]),
        ("cafe\u0301 Vie\u0323\u0302t", ["café", "việt"]),
        ("ภาษาไทย", ["ภาษ", "าษา", "ษาไ", "าไท", "ไทย"]),
        ("\u0301 a", ["a"]),
        ("a\0b \ud800 c", ["a", "b", "c"]),
        ("--- !!! ...", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_these_words(text, words):
    assert indexed(text) == words


def test_each_word_remembers_how_it_was_spelt():
    assert list(words_of("Press Shift+A")) == [
        ("press", "Press"),
        ("shift+a", "Shift+A"),
        ("shift", "Shift"),
        ("a", "A"),
    ]


def test_an_endless_word_is_left_out():
    assert indexed("a" * (LONGEST_WORD + 1) + " b") == ["b"]


def test_a_text_of_endless_marks_is_composed_by_stretches(monkeypatch):
    composed = []
    monkeypatch.setattr(words, "normalize", lambda form, text: composed.append(len(text)) or normalize(form, text))
    assert indexed("a" + "\u0300\u0316" * 5_000 + " end") == ["end"]
    assert max(composed) <= 200


@pytest.mark.parametrize(
    ("text", "word"), [("e\u0301te\u0301 ", "été"), ("\u1112\u1161\u11ab ", "한"), ("か\u3099", "がが")]
)
def test_no_letter_is_cut_apart_however_long_the_text(text, word):
    assert set(indexed(text * 1_000)) == {word}


@given(st.text())
def test_no_word_is_empty_or_long_or_holds_white_space(text):
    for word in indexed(text):
        assert 0 < len(word) <= LONGEST_WORD + LONGEST_WORD
        assert len(word.split()) == 1


def test_a_hostile_text_takes_no_time():
    for text in (
        "a\u0301" * 50_000,
        "ก" * 50_000,
        "a." * 50_000,
        "a+" * 50_000,
        "aB" * 50_000,
        "1." * 50_000,
        "'" * 100_000,
        "a'" * 50_000,
    ):
        list(words_of(text))
