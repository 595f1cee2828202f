"""Tests of earmark.suggesters.dictionary."""

import pytest
from earmark.suggesters import DictionarySuggester, Item, ItemIndex, Suggester
from hypothesis import given
from hypothesis import strategies as st

WORDS = {
    "Mail": ["archive", "inbox", "address book"],
    "Printing": ["print", "printer"],
    "Keyboard": ["Shift+A", "shortcut"],
}


def suggested(title, body="", k=9, words=WORDS, labels=(), **hyperparameters):
    return DictionarySuggester(words, labels, **hyperparameters).suggest(Item("1", title, body), ItemIndex(), k)


def labels(*asked, **more):
    return [each.candidate_id for each in suggested(*asked, **more)]


def test_it_is_a_suggester():
    assert isinstance(DictionarySuggester(), Suggester)
    assert DictionarySuggester.name == "dictionary"


def test_a_label_is_guessed_by_its_words_in_title_and_body():
    assert labels("Archive fails", "The printer is off") == ["Mail", "Printing"]


def test_a_word_counts_only_whole():
    assert labels("Printers and archived inboxes") == []


def test_case_plays_no_part():
    assert labels("ARCHIVE", "pRinT") == ["Mail", "Printing"]


@pytest.mark.parametrize("text", ["My address book is empty", "Address Book", "the (address book)"])
def test_a_phrase_is_found_where_its_words_follow_one_another(text):
    assert labels(text) == ["Mail"]


@pytest.mark.parametrize("text", ["address of a book", "book address", "address", "address\nof book"])
def test_the_words_of_a_phrase_apart_say_nothing(text):
    assert labels(text) == []


def test_a_compound_is_found_whole():
    assert labels("Shift+A does nothing") == ["Keyboard"]
    assert labels("Shift key") == []


def test_the_title_weighs_more_than_the_body():
    [in_title], [in_body] = suggested("archive"), suggested("", "archive")
    assert (in_title.score, in_body.score) == (0.75, 0.5)


def test_a_word_in_both_counts_in_the_title_alone_and_repeated_once():
    assert suggested("archive", "archive archive")[0].score == 0.75


def test_each_further_word_raises_the_score():
    assert suggested("archive", "inbox")[0].score == 0.875


def test_the_reason_names_the_words_of_the_title_first_as_the_dictionary_spells_them():
    [mail] = suggested("Inbox", "ARCHIVE my Address Book")
    assert mail.reasons == ["mentions “inbox”, “archive” and “address book”"]
    assert suggested("archive")[0].reasons == ["mentions “archive”"]


def test_of_equals_the_first_of_the_labels_comes_first():
    assert labels("archive print shortcut") == ["Mail", "Printing", "Keyboard"]
    assert labels("archive print", labels=["Printing", "Mail"]) == ["Printing", "Mail"]


def test_only_the_labels_that_are_allowed_are_guessed():
    assert labels("archive print", labels=["Printing", "Other"]) == ["Printing"]


def test_no_more_come_than_are_asked_for():
    assert [len(labels("archive print shortcut", k=k)) for k in (0, 1, 2, 9)] == [0, 1, 2, 3]


def test_of_a_choice_only_the_best_is_guessed():
    assert labels("archive", "print", one_of=True) == ["Mail"]


def test_of_a_choice_a_tie_abstains():
    assert labels("archive print", one_of=True) == []


@pytest.mark.parametrize("words", [None, {}, {"Mail": []}, {"Mail": ["?!", ""]}])
def test_without_words_it_abstains(words):
    assert labels("archive ?!", words=words) == []
    assert labels("archive ?!", words=words, one_of=True) == []


@pytest.mark.parametrize("item", [Item("1"), Item("1", "\0", "\ud800"), Item("1", "zzz")])
def test_an_item_that_says_none_of_the_words_gets_no_guess(item):
    assert DictionarySuggester(WORDS).suggest(item, ItemIndex(), 3) == []


def test_the_version_changes_with_whatever_changes_the_guesses():
    versions = {
        DictionarySuggester().version,
        DictionarySuggester(WORDS).version,
        DictionarySuggester(WORDS | {"Mail": ["archive"]}).version,
        DictionarySuggester(WORDS, ["Mail"]).version,
        DictionarySuggester(WORDS, one_of=True).version,
        DictionarySuggester(WORDS, title_weight=3).version,
    }
    assert len(versions) == 6
    assert DictionarySuggester(WORDS).version == DictionarySuggester(dict(WORDS)).version
    assert max(map(len, versions)) <= 40


@given(st.text(), st.text(), st.dictionaries(st.text(), st.lists(st.text()), max_size=5), st.booleans())
def test_whatever_it_is_given_scores_fall_along_the_list_and_stay_within_0_and_1(title, body, words, one_of):
    scores = [each.score for each in suggested(title, body, words=words, one_of=one_of)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert len(scores) <= (1 if one_of else len(words))
