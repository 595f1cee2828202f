"""Tests of earmark.suggesters.linear, and of what it looks at."""

import json
import random

import pytest
from earmark.errors import ChecksumMismatch, LearningMissing, NotTrained
from earmark.suggesters import Item, ItemIndex, LabelledItem, LinearLabels, Suggester
from earmark.suggesters.traits import Features, traits_of

FREEZE = ["freezes", "100 % CPU", "hangs", "unresponsive"]
WORDING = ["typo", "translation", "wording", "misspelt"]
FILLER = ["window", "menu", "today", "version", "again", "button", "page", "list"]


def drawn(count, seed=0, **more):
    """Items of two kinds told apart by one word of theirs among words that mean nothing, in turn."""
    draws = random.Random(seed)
    made = []
    for at in range(count):
        word = draws.choice(WORDING if at % 2 else FREEZE)
        words = [word, *draws.sample(FILLER, 3)]
        draws.shuffle(words)
        made.append((Item(f"{seed}-{at}", " ".join(words), **more), "wording" if at % 2 else "freeze"))
    return made


def taught(count=80, **hyperparameters):
    known = [LabelledItem.chosen(item, label) for item, label in drawn(count)]
    return LinearLabels(one_of=True, **hyperparameters).fit(known)


def best(suggester, title, body=""):
    return [each.candidate_id for each in suggester.suggest(Item("?", title, body), ItemIndex(), 1)]


@pytest.fixture(scope="module")
def learned():
    return taught()


def test_it_is_a_suggester():
    assert isinstance(LinearLabels(), Suggester)
    assert LinearLabels.name == "linear"


def test_it_learns_which_words_speak_for_a_choice(learned):
    right = [best(learned, item.title) == [label] for item, label in drawn(60, seed=1)]
    assert sum(right) >= 57


def test_the_reason_names_the_strongest_words_as_the_text_spells_them(learned):
    [first] = learned.suggest(Item("?", "Menu FREEZES today"), ItemIndex(), 1)
    assert first.reasons[0].startswith("mentions “")
    assert "FREEZES" in first.reasons[0]


def test_chances_of_a_choice_sum_to_one(learned):
    assert sum(learned.chances(Item("?", "hangs")).values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in learned.chances(Item("?", "typo hangs")).values())


def test_calibration_where_words_are_right_only_three_times_in_four():
    draws = random.Random(5)
    flipped = {"freeze": "wording", "wording": "freeze"}
    noisy = [(item, label if draws.random() < 0.75 else flipped[label]) for item, label in drawn(400, seed=2)]
    made = LinearLabels(one_of=True).fit(LabelledItem.chosen(item, label) for item, label in noisy)
    told = [max(made.chances(item).values()) for item, _ in drawn(100, seed=3)]
    assert sum(told) / len(told) == pytest.approx(0.75, abs=0.1)


def test_where_words_say_nothing_it_learns_nothing_and_abstains():
    draws = random.Random(1)
    known = [LabelledItem.chosen(item, draws.choice(["a", "b"])) for item, _ in drawn(60)]
    made = LinearLabels(one_of=True).fit(known)
    assert made.report_["gain"] < 0.02
    chances = made.chances(Item("?", "freezes"))
    assert not chances or max(chances.values()) < 0.7


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_labels_teach_nothing(count):
    assert best(taught(count), "freezes") == []


def test_a_single_label_and_an_unknown_item_abstain(learned):
    one = LinearLabels(one_of=True).fit(LabelledItem.chosen(item, "all") for item, _ in drawn(30))
    assert best(one, "freezes") == []
    assert best(learned, "zzz qqq") == []
    assert best(learned, "") == []
    assert best(LinearLabels(), "freezes") == []


def test_of_tags_what_is_unknown_is_not_taken_for_not_fitting():
    known = [LabelledItem(item, {label: True}) for item, label in drawn(60)]
    made = LinearLabels().fit(known)
    assert all(chance > 0.5 for chance in made.chances(Item("?", "freezes menu")).values())


def test_of_tags_several_may_fit_and_each_is_told_by_its_own_words():
    known = []
    for item, label in drawn(120):
        other = "freeze" if label == "wording" else "wording"
        known.append(LabelledItem(item, {label: True, other: False}))
    made = LinearLabels().fit(known)
    both = made.suggest(Item("?", "freezes and hangs with a typo in the translation"), ItemIndex(), 9)
    assert {each.candidate_id for each in both} == {"freeze", "wording"}
    assert all(0.2 <= each.score <= 1 and each.reasons for each in both)
    assert best(made, "hangs unresponsive menu") == ["freeze"]


def test_fields_of_the_host_tell_too_categories_lists_and_numbers():
    draws = random.Random(3)
    known = []
    for at in range(80):
        fields = {
            "plan": "paid" if at % 2 else "free",
            "parts": [f"part{at % 2}"],
            "seats": at % 2 * 40 + draws.random(),
        }
        known.append(LabelledItem.chosen(Item(str(at), "menu page", metadata=fields), "b" if at % 2 else "a"))
    made = LinearLabels(one_of=True).fit(known)
    [first] = made.suggest(Item("?", metadata={"plan": "paid", "seats": 41.0}), ItemIndex(), 1)
    assert first.candidate_id == "b"
    assert first.reasons[0] in {"plan: paid", "seats: 41"}


def test_a_weight_counts_as_so_many_answers():
    rows = drawn(60)
    heavy = [LabelledItem.chosen(item, label, 3.0 if label == "freeze" else 1.0) for item, label in rows]
    made = LinearLabels(one_of=True).fit(heavy)
    assert made._learned["rates"][0] == pytest.approx(90.5 / 121)


@pytest.mark.parametrize(
    "words", [("замерзает", "опечатка"), ("卡死了程序", "错别字翻译"), ("einfriert", "Rechtschreibfehler")]
)
def test_texts_of_other_languages_are_learned_too(words):
    known = [LabelledItem.chosen(Item(str(at), f"{words[at % 2]} {at}"), "ab"[at % 2]) for at in range(40)]
    made = LinearLabels(one_of=True).fit(known)
    assert best(made, words[0]) == ["a"]
    assert words[1] in made.suggest(Item("?", words[1]), ItemIndex(), 1)[0].reasons[0] or len(words[1]) == 5


def test_one_example_of_a_third_label_breaks_nothing():
    known = [LabelledItem.chosen(item, label) for item, label in drawn(60)]
    made = LinearLabels(one_of=True).fit([*known, LabelledItem.chosen(Item("new", "zeppelin"), "rare")])
    assert best(made, "freezes menu") == ["freeze"]
    assert set(made.labels_) == {"freeze", "rare", "wording"}


def test_the_order_of_the_labels_does_not_matter():
    known = [LabelledItem.chosen(item, label) for item, label in drawn(40)]
    assert LinearLabels(one_of=True).fit(known).version == LinearLabels(one_of=True).fit(known[::-1]).version


def test_what_is_saved_comes_back_and_guesses_the_same(learned, tmp_path):
    learned.save(tmp_path)
    again = LinearLabels.load(tmp_path)
    item = Item("?", "freezes menu")
    assert again.version == learned.version
    assert again.suggest(item, ItemIndex(), 2) == learned.suggest(item, ItemIndex(), 2)
    assert not any(path.suffix in {".pkl", ".pickle"} for path in tmp_path.iterdir())


def test_what_was_changed_or_is_not_there_is_not_loaded(learned, tmp_path):
    with pytest.raises(NotTrained):
        LinearLabels.load(tmp_path / "nowhere")
    with pytest.raises(NotTrained):
        LinearLabels().save(tmp_path)
    learned.save(tmp_path)
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(text.replace("freeze", "frieze", 1))
    with pytest.raises(ChecksumMismatch):
        LinearLabels.load(tmp_path)
    (tmp_path / "model.json").write_text(text)
    facts = json.loads((tmp_path / "checksums.json").read_text())
    (tmp_path / "checksums.json").write_text(json.dumps(facts | {"format": 99}))
    with pytest.raises(NotTrained, match="99"):
        LinearLabels.load(tmp_path)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "earmark.suggesters.label_fitting", None)
    monkeypatch.delattr("earmark.suggesters.label_fitting", raising=False)
    with pytest.raises(LearningMissing, match=r"earmark\[learned\]"):
        taught(20)


def test_the_version_tells_one_model_from_another(learned):
    assert learned.version != taught(60).version != LinearLabels(one_of=True).version
    assert len(learned.version) <= 40


def test_a_word_of_the_title_counts_twice_and_pairs_and_beginnings_are_looked_at():
    found = {trait.feature: trait.count for trait in traits_of(Item("1", "Freezing menu", "menu"))}
    assert found == {"w:freezing": 2, "b:freez": 2, "w:menu": 3, "p:freezing menu": 2}


def test_numbers_beyond_all_reason_are_passed_over():
    odd = {"a": float("nan"), "b": float("inf"), "c": 10**400, "d": True, "e": None, "f": {"g": 1}}
    assert (
        Features().fit([Item("1", metadata=odd), Item("2", metadata=odd)]).of(Item("3", metadata=odd))[0][2]
        == "d: True"
    )


def test_words_are_forgotten_and_items_that_do_not_say_them_are_guessed_as_before():
    known = [LabelledItem.chosen(item, label) for item, label in drawn(80, 0)]
    told = [*known, LabelledItem.chosen(Item("x", "hangs zanzibar", metadata={"room": "attic"}), "freeze")]
    made = LinearLabels(one_of=True).fit(told)
    alone = made.words_kept_of(told[-1].item) - {name for each in known for name in made.words_kept_of(each.item)}
    assert alone == {"w:zanzibar", "b:zanzi", "p:hangs zanzibar", "f:room=attic"}
    less = made.without(alone)
    assert "zanzibar" in made._as_json() and "zanzibar" not in less._as_json() and "attic" not in less._as_json()
    asked = Item("?", "window hangs today")
    assert less.suggest(asked, ItemIndex(), 2) == made.suggest(asked, ItemIndex(), 2) != []
    assert less.words_kept_of(asked) == made.words_kept_of(asked)
