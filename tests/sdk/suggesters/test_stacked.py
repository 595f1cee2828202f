"""Tests of earmark.suggesters.stacked."""

import random

import pytest
from earmark.errors import ChecksumMismatch, NotTrained
from earmark.suggesters import Item, ItemIndex, LabelledItem, LinearLabels, StackedLabels, Suggester

from tests.sdk.suggesters.test_linear import FILLER, FREEZE, WORDING, drawn

WORDS = {"freeze": ["freezes", "hangs"], "wording": ["typo"]}


def taught(count, dictionary=WORDS, seed=0):
    known = [LabelledItem.chosen(item, label) for item, label in drawn(count, seed)]
    return StackedLabels(dictionary, one_of=True).fit(known)


def best(suggester, title):
    return [each.candidate_id for each in suggester.suggest(Item("?", title), ItemIndex(), 1)]


@pytest.fixture(scope="module")
def learned():
    return taught(80)


def test_it_is_a_suggester():
    assert isinstance(StackedLabels(), Suggester)
    assert StackedLabels.name == "stacked"


def test_before_there_are_labels_it_guesses_as_the_dictionary():
    assert best(StackedLabels(WORDS, one_of=True), "menu hangs") == ["freeze"]
    assert best(taught(4), "menu hangs") == ["freeze"]
    assert best(StackedLabels(WORDS, one_of=True), "hangs typo") == []
    assert best(StackedLabels(one_of=True), "menu hangs") == []
    with pytest.raises(NotTrained):
        _ = StackedLabels().report_


def test_with_labels_it_knows_words_that_the_dictionary_does_not(learned):
    assert best(learned, "unresponsive menu") == ["freeze"]
    assert best(learned, "misspelt menu") == ["wording"]


def test_a_dictionary_that_is_wrong_counts_little():
    wrong = {"wording": FREEZE, "freeze": WORDING}
    made = taught(80, wrong)
    assert made.report_["shares"]["dictionary"] == 0
    assert best(made, "hangs today") == ["freeze"]


def test_where_nothing_tells_anything_the_sources_count_nothing_and_it_abstains():
    draws = random.Random(4)
    known = [
        LabelledItem.chosen(Item(str(at), " ".join(draws.sample(FILLER, 3))), draws.choice("ab")) for at in range(80)
    ]
    made = StackedLabels(one_of=True).fit(known)
    assert made.report_["gain"] < 0.02


def test_it_is_never_worse_than_how_often_labels_fit_on_what_it_did_not_learn_from(learned):
    assert learned.report_["gain"] >= 0
    assert all(share >= 0 for share in learned.report_["shares"].values())


def test_chances_of_a_choice_sum_to_one_and_reasons_come_from_what_counts(learned):
    item = Item("?", "window hangs today")
    assert sum(learned.chances(item, ItemIndex()).values()) == pytest.approx(1)
    [first] = learned.suggest(item, ItemIndex(), 1)
    assert 1 <= len(first.reasons) <= 3
    assert any("hangs" in reason or "most similar" in reason for reason in first.reasons)


def test_tags_are_added_up_too():
    known = []
    for (item, label), (second, _) in zip(drawn(100), drawn(100, seed=7)[::-1], strict=True):
        both = int(item.id[2:]) % 4 > 1
        title = f"{item.title} {second.title}" if both else item.title
        fits = {"freeze": both or label == "freeze", "wording": both or label == "wording"}
        known.append(LabelledItem(Item(item.id, title), fits))
    made = StackedLabels(WORDS).fit(known)
    found = made.suggest(Item("?", "hangs with a typo and a translation freezes"), ItemIndex(), 9)
    assert {each.candidate_id for each in found} == {"freeze", "wording"}
    assert all(0 < each.score <= 1 and each.reasons for each in found)


def test_the_version_changes_with_what_was_learned(learned):
    versions = {learned.version, taught(80, seed=9).version, StackedLabels(WORDS, one_of=True).version}
    assert len(versions) == 3
    assert learned.version == taught(80).version
    assert isinstance(learned.linear, LinearLabels)


def test_what_was_learned_is_loaded_again_and_guesses_the_same(learned, tmp_path):
    learned.save(tmp_path)
    known = {item.id: LabelledItem.chosen(item, label) for item, label in drawn(80, 0)}
    index = ItemIndex()
    index.apply(each.item for each in known.values())
    again = StackedLabels.load(tmp_path, lambda keys: [known[key] for key in keys if key in known])
    asked = Item("?", "unresponsive window today")
    assert again.chances(asked, index) == pytest.approx(learned.chances(asked, index))
    assert again.suggest(asked, index, 3) == learned.suggest(asked, index, 3)
    assert again.version == learned.version


def test_no_text_of_a_labelled_item_is_written(tmp_path):
    known = [LabelledItem.chosen(item, label) for item, label in drawn(80, 0)]
    known.append(LabelledItem.chosen(Item("secret-id", "menu hangs"), "freeze"))
    StackedLabels(WORDS, one_of=True).fit(known).save(tmp_path)
    assert not any("secret-id" in path.read_text() for path in tmp_path.rglob("*.json"))


@pytest.mark.parametrize("part", ["model.json", "linear/model.json", "linear/checksums.json"])
def test_what_was_changed_is_not_loaded(learned, tmp_path, part):
    learned.save(tmp_path)
    (tmp_path / part).write_text((tmp_path / part).read_text() + " ")
    with pytest.raises(ChecksumMismatch):
        StackedLabels.load(tmp_path)


def test_where_nothing_was_learned_there_is_nothing_to_save_or_load(tmp_path):
    with pytest.raises(NotTrained):
        StackedLabels(WORDS).save(tmp_path)
    with pytest.raises(NotTrained):
        StackedLabels.load(tmp_path)
