"""Tests of earmark.suggesters.spans."""

import logging
from time import monotonic, thread_time

import pytest
from earmark.suggesters import DictionarySpans, Item, ItemIndex
from earmark.suggesters import spans as module
from hypothesis import given
from hypothesis import strategies as st

WORDS = {"Product": ["Firefox", "Mozilla Firefox", "C++", "Shift+A", "火狐", "👍"], "Version": [r"/\d+(\.\d+)+/"]}


def suggested(body, words=WORDS, labels=(), k=50, **metadata):
    return DictionarySpans(words, labels).suggest(Item("1", "Firefox", body, metadata=metadata), ItemIndex(), k)


def found(body, *given, **named):
    return sorted(
        (each.anchor.position.start, each.anchor.quote.exact, each.candidate_id)
        for each in suggested(body, *given, **named)
    )


def words(body, *given, **named):
    return [word for _, word, _ in found(body, *given, **named)]


def test_every_place_is_found_as_whole_words_in_any_case():
    assert found("firefox, FIREFOX and Firefoxes, not Campfirefox") == [
        (0, "firefox", "Product"), (9, "FIREFOX", "Product"),
    ]  # fmt: skip


def test_the_title_is_not_searched_and_markup_is_read_as_its_text():
    assert found("") == []
    assert found("<p>I &lt;3 <b>Fire</b>fox</p>", format="html") == [(5, "Firefox", "Product")]


def test_a_phrase_is_found_over_any_white_space_and_not_in_pieces():
    assert words("Mozilla\u00a0Firefox; Mozilla, Firefox") == ["Mozilla\u00a0Firefox", "Firefox"]
    assert words("Shift+A, Shift + A, shift+a") == ["Shift+A", "shift+a"]
    assert words("C++ or C+ or c++") == ["C++", "c++"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("👍🏽 Firefox 👍", ["Firefox", "👍"]),
        ("Ｆｉｒｅｆｏｘ", ["Ｆｉｒｅｆｏｘ"]),
        ("Fire\u00adfox", ["Fire\u00adfox"]),
        ("使用火狐浏览器", ["火狐"]),
        ("התקנתי את Firefox.", ["Firefox"]),
        ("Firefox\u0301 Firefox", ["Firefox"]),
    ],
)
def test_places_are_exact_whatever_the_script(body, expected):
    assert words(body) == expected


def test_composed_and_decomposed_letters_are_one():
    assert words("Cafe\u0301 Café", {"Place": ["café"]}) == ["Cafe\u0301", "Café"]
    assert words("STRASSE straße", {"Place": ["Straße"]}) == ["STRASSE", "straße"]
    assert words("شركة موزيلا تعمل", {"Company": ["موزيلا"]}) == ["موزيلا"]


def test_a_pattern_finds_what_it_matches_and_says_so():
    [version] = suggested("since 2.53.8")
    assert (version.candidate_id, version.anchor.quote.exact, version.reasons) == (
        "Version", "2.53.8", [r"matches /\d+(\.\d+)+/"],
    )  # fmt: skip


def test_longer_phrases_are_surer_and_come_first_then_what_stands_first():
    assert [(each.anchor.quote.exact, each.score) for each in suggested("Firefox 115.0 Mozilla Firefox")] == [
        ("Mozilla Firefox", 0.75), ("Firefox", 0.5), ("115.0", 0.5),
    ]  # fmt: skip
    assert suggested("Firefox")[0].reasons == ["says “Firefox”"]


def test_of_one_place_with_two_labels_the_first_is_guessed_and_other_overlaps_stay():
    both = {"Company": ["Mozilla", "Acme"], "Product": ["Mozilla Firefox", "Acme"]}
    assert found("Mozilla Firefox by Acme", both) == [
        (0, "Mozilla", "Company"), (0, "Mozilla Firefox", "Product"), (19, "Acme", "Company"),
    ]  # fmt: skip
    assert found("Acme", both, labels=["Product", "Company"]) == [(0, "Acme", "Product")]
    assert found("Acme", both, labels=["Product"]) == [(0, "Acme", "Product")]


def test_no_more_come_than_are_asked_for():
    assert [len(suggested("Firefox " * 5, k=k)) for k in (0, 1, 9)] == [0, 1, 5]


@pytest.mark.parametrize("words", [None, {}, {"Product": []}, {"Product": ["", " \t"]}])
def test_without_words_it_abstains(words):
    assert suggested("Firefox", words) == []


def test_a_pattern_that_is_none_is_refused_when_it_is_made():
    with pytest.raises(ValueError, match=r"cannot be read: missing \)"):
        DictionarySpans({"Product": ["/(/"]})


def test_a_pattern_that_is_late_abstains_rests_and_the_others_go_on(caplog, monkeypatch):
    slow = DictionarySpans({"Product": [r"/a(?:.*z)?/", "Firefox"], "Version": [r"/\d+/"]})
    item, began = Item("1", body="Firefox 115 " + "a" * 200_000), thread_time()
    with caplog.at_level(logging.WARNING):
        first, second = (slow.suggest(item, ItemIndex(), 9) for _ in range(2))
    assert thread_time() - began < 3
    assert [[each.anchor.quote.exact for each in told] for told in (first, second)] == [["Firefox", "115"]] * 2
    assert [record.message for record in caplog.records] == [
        "A pattern of Product took more than 25 ms for a text of 200012 signs; it abstains, and rests for 60 s."
    ]
    small = Item("1", body="a")
    assert slow.suggest(small, ItemIndex(), 9) == [], "it rests"
    monkeypatch.setattr(module, "monotonic", lambda: monotonic() + 61)
    assert [each.anchor.quote.exact for each in slow.suggest(small, ItemIndex(), 9)] == ["a"]


def test_the_version_changes_with_whatever_changes_the_guesses():
    versions = {
        DictionarySpans().version,
        DictionarySpans(WORDS).version,
        DictionarySpans(WORDS | {"Product": ["Firefox"]}).version,
        DictionarySpans(WORDS, ["Product"]).version,
    }
    assert len(versions) == 4
    assert max(map(len, versions)) <= 40


TEXTS = st.text(st.sampled_from("Firefoxa .+\u0301👍🏽\u200d火狐\u00a0\n"), max_size=60)


@given(TEXTS)
def test_whatever_the_text_each_span_is_its_own_slice_and_within_the_text(body):
    item = Item("1", body=body)
    for each in DictionarySpans(WORDS).suggest(item, ItemIndex(), 99):
        start, end = each.anchor.position.start, each.anchor.position.end
        assert item.text[start:end] == each.anchor.quote.exact
        assert 0 < each.score < 1
