"""Tests of earmark.suggesters.lexical, on the real tantivy."""

from dataclasses import replace

import pytest
from earmark.suggesters import Item, ItemIndex, LexicalSuggester, Suggester


def suggested(item, index, k=3, **hyperparameters):
    return LexicalSuggester(**hyperparameters).suggest(item, index, k)


def ids(suggestions):
    return [each.candidate_id for each in suggestions]


def test_it_is_a_suggester():
    assert isinstance(LexicalSuggester(), Suggester)
    assert LexicalSuggester().name == "lexical"


def test_the_thread_that_shares_the_telling_words_comes_first(index, threads):
    assert ids(suggested(threads[4], index))[0] == "1"


def test_the_reason_names_words_that_both_say_as_the_item_spells_them(index, threads):
    assert suggested(threads[4], index)[0].reasons == ["both mention “Shift+A”, “archive” and “2.53.8”"]


def test_a_reason_names_no_word_that_the_candidate_lacks():
    index = ItemIndex()
    index.apply([Item("1", "Shift the window"), Item("2", "other"), Item("3", "things")])
    [guess] = suggested(Item("new", "Shift+A moves"), index)
    assert guess.reasons == ["both mention “Shift”"]


def test_by_default_only_earlier_items_are_candidates(index, threads):
    assert ids(suggested(threads[0], index)) == []
    assert ids(suggested(threads[0], index, only_earlier=False))[0] == "5"


def test_of_an_item_whose_time_is_not_known_all_are_earlier(index, threads):
    assert "5" in ids(suggested(replace(threads[0], created_at=None), index))


def test_an_item_is_never_its_own_candidate(index, threads):
    for thread in threads:
        assert thread.id not in ids(suggested(thread, index, 5, only_earlier=False))


def test_an_item_that_is_not_in_the_index_can_be_asked_about(index):
    assert ids(suggested(Item("new", "Archive with Shift+A"), index))[0] in {"1", "5"}


@pytest.mark.parametrize("item", [Item("new"), Item("new", "?!", "\0"), Item("new", "zzz qqq")])
def test_it_abstains_where_no_word_is_shared(index, item):
    assert suggested(item, index) == []


def test_it_abstains_on_an_empty_index():
    assert suggested(Item("new", "Archive"), ItemIndex()) == []


def test_no_more_come_than_are_asked_for(index):
    asked = Item("new", "archive printing crash")
    assert [len(suggested(asked, index, k)) for k in (0, 1, 2, 9)] == [0, 1, 2, 4]


def test_scores_fall_along_the_list_and_stay_within_0_and_1(index):
    scores = [each.score for each in suggested(Item("new", "Archive key printing", "crash message"), index, 9)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_a_twin_scores_far_above_a_stranger_whatever_the_length_of_the_question(index, threads):
    long, short = threads[0], Item("short", "Printing a calendar")
    twin = suggested(Item("twin", long.title, long.body), index)[0].score
    assert twin > 0.8
    assert suggested(short, index)[0].score > 0.8
    stranger = Item("far", "Cannot install the update of an add-on", "The download stops at half its length.")
    assert suggested(stranger, index)[0].score < 0.3


def test_whether_the_item_itself_is_in_the_index_makes_hardly_a_difference(index, threads):
    before = suggested(Item("new", "Archive with Shift+A fails", created_at=threads[4].created_at), index)
    index.apply([Item("new", "Archive with Shift+A fails", created_at=threads[4].created_at)])
    after = suggested(Item("new", "Archive with Shift+A fails", created_at=threads[4].created_at), index)
    assert ids(before) == ids(after)
    assert [one.score for one in after] == pytest.approx([one.score for one in before], abs=0.15)


def test_the_same_question_gets_the_same_answer(index, threads):
    assert suggested(threads[4], index) == suggested(threads[4], index)


def test_a_text_of_a_megabyte_is_no_trouble(index):
    assert ids(suggested(Item("new", "Archive", "printing crash " * 70_000), index))


def test_of_a_long_body_the_beginning_alone_is_read(index):
    assert ids(suggested(Item("new", "", "word " * 1_190 + "archive"), index))
    assert suggested(Item("new", "", "word " * 1_200 + "archive"), index) == []


def test_the_version_changes_with_whatever_changes_the_guesses():
    versions = {
        LexicalSuggester().version,
        LexicalSuggester(only_earlier=False).version,
        LexicalSuggester(terms=25).version,
        LexicalSuggester(title_weight=3).version,
    }
    assert len(versions) == 4
    assert LexicalSuggester().version == LexicalSuggester().version == "3-earlier"
    assert max(map(len, versions)) <= 40
