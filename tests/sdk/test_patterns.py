"""Tests of earmark.patterns."""

from time import thread_time

import pytest
from earmark.patterns import OutOfTime, Pattern, fault_of_pattern, fault_of_patterns, is_pattern


def found(written, text):
    return [text[start:end] for start, end in Pattern(written).spans(text, until=thread_time() + 5)]


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        (r"/v\d+(\.\d+)*/", "since v2.53.8, not v2", ["v2.53.8", "v2"]),
        (r"/\p{Lu}\pL+/", "Ob Ägypten oder Россия", ["Ob", "Ägypten", "Россия"]),
        (r"/(?i)fire(fox|bird)/", "FireFox and firebird", ["FireFox", "firebird"]),
        (r"/fire/", "FIRE", []),
        (r"/[\x{1F44D}].*ok/", "no 👍🏽 is ok", ["👍🏽 is ok"]),
        (r"/שלום \pL+/", "אמר שלום עולם שוב", ["שלום עולם"]),
    ],
)
def test_it_finds_what_it_says_counted_in_code_points(written, text, expected):
    assert found(written, text) == expected


def test_empty_matches_and_those_that_cut_a_character_are_passed_over():
    assert found("/a*/", "baab") == ["aa"]
    assert found("/e/", "e\u0301 e") == ["e"]
    assert found("/👩/", "👩‍👧 👩") == ["👩"]
    assert found("/👧/", "👩‍👧 👧") == ["👧"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("/(/", "missing )"),
        ("/[a/", "missing ]"),
        ("/a**/", "bad repetition"),
        ("//", "empty"),
        ("/" + "a" * 201 + "/", "at most 200 signs, not 201"),
        ("/(?<=a)b/", "Look-around and back-references are not known"),
        (r"/(a)\1/", "Look-around and back-references are not known"),
        ("/(?:a{1000}){1000}/", "Repeat fewer times"),
        (r"/(?:\pL{0,10}){0,50}x/", "Repeat fewer times"),
        ("/\ud800/", "half a character"),
        (r"/\p{Klingon}/", "invalid character class"),
        ("words", "no pattern"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(written, said):
    assert said in fault_of_pattern(written)
    with pytest.raises(ValueError, match=r"\w"):
        Pattern(written)


def test_words_are_no_patterns_and_flags_behind_one_are_pointed_out():
    assert [is_pattern(entry) for entry in ("/a/", "/etc/fstab", "a/", "/", "//")] == [True, False, False, False, True]
    assert fault_of_patterns({"Path": ["/etc/fstab", "and/or", "/", "/a+/"]}) == ""
    assert "Product: '/firefox/i' ends in flags. Write them inside" in fault_of_patterns({"Product": ["/firefox/i"]})
    assert fault_of_patterns({"A": ["/a/"], "B": ["b", "/(/"]}).startswith(
        "B: The pattern /(/ cannot be read: missing )"
    )


EVIL = [
    (r"/(a+)+$/", "a" * 100_000 + "b"),
    (r"/(a|aa)+$/", "a" * 100_000 + "b"),
    (r"/(?:.*a){25}b/", "a" * 100_000),
    (r"/[ab]*a[ab]{900}c/", "ab" * 50_000),
]


@pytest.mark.parametrize(("written", "text"), EVIL)
def test_patterns_that_hang_others_are_done_at_once(written, text):
    began = thread_time()
    assert found(written, text) == []
    assert thread_time() - began < 1


def test_what_looks_ahead_again_and_again_is_cut_off_by_the_clock():
    began = thread_time()
    with pytest.raises(OutOfTime):
        list(Pattern(r"/a(?:.*z)?/").spans("a" * 200_000, until=thread_time() + 0.05))
    assert thread_time() - began < 1
