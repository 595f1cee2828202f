from itertools import pairwise

import pytest
from earmark.anchors import tokens_of
from hypothesis import given
from hypothesis import strategies as st


def words(text):
    return [text[start:end] for start, end in tokens_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Firefox 115 hangs.", ["Firefox", "115", "hangs", "."]),
        ("don't use Shift+A", ["don", "'", "t", "use", "Shift", "+", "A"]),
        ("read_mail v2", ["read_mail", "v2"]),
        ("-DOCSTART- -X- O O", ["-", "DOCSTART", "-", "-", "X", "-", "O", "O"]),
        ("", []),
        ("\u00a0 \u2003\u3000", []),
        ("a\u00a0b\u2028c\x1cd\x85e", ["a", "b", "c", "d", "e"]),
    ],
)
def test_words_are_tokens_and_each_other_sign_is_one_and_white_space_is_in_none(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    "whole",
    [
        "👍",
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "1️⃣",
        "é",
        "e\u0301",
        "नमस्ते",
        "שָׁלוֹם",
        "می‌خواهم",
        "Fire\u00adfox",
        "🏴\U000e0067\U000e0062\U000e007f",
    ],
)
def test_what_is_read_as_one_is_one_token(whole):
    assert words(f"({whole})") == ["(", whole, ")"]


def test_two_flags_side_by_side_are_two():
    assert words("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


def test_scripts_without_spaces_are_taken_sign_by_sign():
    assert words("使用Firefox浏览器") == ["使", "用", "Firefox", "浏", "览", "器"]
    assert words("ไฟล์") == ["ไ", "ฟ", "ล์"]


def test_right_to_left_words_are_counted_in_the_order_they_are_stored():
    assert words("התקנתי את Firefox אתמול.") == ["התקנתי", "את", "Firefox", "אתמול", "."]


@given(st.text())
def test_tokens_hold_all_but_white_space_in_order(text):
    places = tokens_of(text)
    assert "".join(text[start:end] for start, end in places) == "".join(sign for sign in text if not sign.isspace())
    assert all(one[1] <= other[0] for one, other in pairwise(places))
