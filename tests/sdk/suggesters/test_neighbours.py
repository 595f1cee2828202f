"""Tests of earmark.suggesters.neighbours."""

import pytest
from earmark.suggesters import Item, ItemIndex, LabelledItem, NeighbourLabels, Suggester, Suggestion
from earmark.suggesters.labelled import rates_of
from hypothesis import given
from hypothesis import strategies as st

WIND = [
    Item("w1", "Zeppelin landing fails in heavy wind"),
    Item("w2", "Zeppelin landing lights are dark"),
    Item("w3", "Zeppelin landing rope is torn"),
]
DRINK = [Item("d1", "Lemonade at the harbour tastes sour"), Item("d2", "Harbour lemonade is too warm")]
ASKED = Item("?", "Zeppelin landing late")


def tags(items, fits):
    return [LabelledItem(item, fits) for item in items]


def guessed(labelled, item=ASKED, k=9, **hyperparameters):
    return NeighbourLabels(**hyperparameters).fit(labelled).suggest(item, ItemIndex(), k)


def labels(*asked, **more):
    return [each.candidate_id for each in guessed(*asked, **more)]


def test_it_is_a_suggester():
    assert isinstance(NeighbourLabels(), Suggester)
    assert NeighbourLabels.name == "neighbours"


def test_the_labels_of_similar_items_are_guessed_and_those_of_others_are_not():
    known = tags(WIND, {"flight": True, "drink": False}) + tags(DRINK, {"flight": False, "drink": True})
    assert labels(known) == ["flight"]
    assert labels(known, Item("?", "Warm lemonade")) == ["drink"]


def test_the_reason_says_how_many_and_which():
    known = tags(WIND[:2], {"flight": True}) + tags(WIND[2:], {"flight": False})
    [flight] = guessed(known)
    [reason] = flight.reasons
    assert reason.startswith("2 of the 3 most similar have it: “Zeppelin landing")
    [alone] = guessed(tags(WIND[:1], {"flight": True}))
    assert alone.reasons == ["the most similar one known has it: “Zeppelin landing fails in heavy wind”"]


def test_what_is_unknown_speaks_neither_for_nor_against_a_tag():
    with_unknown = guessed(tags(WIND[:1], {"flight": True}) + tags(WIND[1:], {"other": True}))
    alone = guessed(tags(WIND[:1], {"flight": True}))
    [flight] = [each for each in with_unknown if each.candidate_id == "flight"]
    assert flight.score == pytest.approx(alone[0].score, abs=0.15)
    against = guessed(tags(WIND[:1], {"flight": True}) + tags(WIND[1:], {"flight": False}))
    assert not against or against[0].score < flight.score


def test_where_nobody_said_what_does_not_fit_a_far_neighbour_is_no_certainty():
    [far] = guessed(tags(WIND[:1], {"flight": True}), Item("?", "Wind and rain over a long long road to the sea"))
    [near] = guessed(tags(WIND[:1], {"flight": True}), Item("?", WIND[0].title))
    assert far.score < 0.8 < near.score


def test_one_example_of_a_new_label_is_enough_for_its_twin():
    known = tags(DRINK * 4, {"drink": True, "flight": False}) + tags(WIND[:1], {"flight": True})
    assert "flight" in labels(known, Item("?", WIND[0].title))


def test_chances_of_a_choice_sum_to_one_at_most_and_the_likeliest_comes_first():
    known = [LabelledItem.chosen(item, "flight") for item in WIND] + [LabelledItem.chosen(DRINK[0], "drink")]
    found = NeighbourLabels(one_of=True).fit(known)
    chances = found.chances(ASKED, ItemIndex())
    assert sum(chances.values()) == pytest.approx(1)
    assert found.suggest(ASKED, ItemIndex(), 1)[0].candidate_id == "flight"


def test_weights_count_as_so_many_answers():
    light = [LabelledItem.chosen(WIND[0], "a", 1.0), LabelledItem.chosen(WIND[0], "b", 3.0)]
    assert labels(light, Item("?", WIND[0].title), one_of=True) == ["b", "a"]


def test_without_labels_and_with_nothing_near_it_abstains():
    assert guessed([]) == []
    assert NeighbourLabels().suggest(ASKED, ItemIndex(), 3) == []
    assert guessed(tags(DRINK, {"drink": True})) == []
    assert guessed(tags(WIND, {"flight": True}), Item("?")) == []


def test_an_item_does_not_vouch_for_itself():
    assert guessed(tags(WIND[:1], {"flight": True}), WIND[0]) == []


def test_no_more_come_than_are_asked_for():
    known = tags(WIND, {"a": True, "b": True, "c": True})
    assert [len(guessed(known, k=k)) for k in (0, 1, 9)] == [0, 1, 3]


@pytest.mark.parametrize(
    "titles", [["Поезд опоздал на час", "Поезд снова опоздал"], ["列車が遅れています", "列車がまた遅れました"]]
)
def test_texts_of_other_writings_have_neighbours_too(titles):
    assert labels(tags([Item("1", titles[0])], {"late": True}), Item("2", titles[1])) == ["late"]


def test_a_store_of_the_hosts_is_asked_about_the_items_that_the_index_finds():
    index = ItemIndex()
    index.apply([*WIND, *DRINK])
    asked = []

    def look_up(ids):
        asked.append(set(ids))
        return tags([item for item in WIND if item.id in ids], {"flight": True})

    found = NeighbourLabels(look_up=look_up).suggest(ASKED, index, 3)
    assert [each.candidate_id for each in found] == ["flight"]
    assert asked == [{"w1", "w2", "w3"}]


def test_another_finder_may_say_what_is_near():
    class Nearest:
        name, version = "nearest", "1"

        def suggest(self, item, index, k):
            return [Suggestion("d1", 0.9)]

    assert labels(tags(DRINK, {"drink": True}), ASKED, finder=Nearest()) == ["drink"]


def test_the_version_changes_with_hyperparameters_and_not_with_labels():
    taught = NeighbourLabels().fit(tags(WIND, {"flight": True}))
    assert taught.version == NeighbourLabels().version
    assert NeighbourLabels(neighbours=3).version != NeighbourLabels().version
    assert NeighbourLabels(one_of=True).version != NeighbourLabels().version
    assert len(taught.version) <= 40


def test_rates_stay_within_0_and_1_and_are_drawn_to_what_holds_of_all():
    known = tags(WIND, {"a": True}) + tags(DRINK, {"a": True, "b": False})
    rates = rates_of(known, ["a", "b"], one_of=False)
    assert 0 < rates["b"] < 0.5 < rates["a"] < 1
    chosen = [LabelledItem.chosen(item, "a") for item in WIND]
    assert rates_of(chosen, ["a", "b"], one_of=True) == {"a": 3.5 / 4, "b": 0.5 / 4}


@given(st.lists(st.tuples(st.text(max_size=20), st.dictionaries(st.sampled_from("abc"), st.booleans()))), st.booleans())
def test_whatever_it_is_taught_scores_fall_along_the_list_and_stay_within_0_and_1(rows, one_of):
    known = [LabelledItem(Item(str(at), text), fits) for at, (text, fits) in enumerate(rows)]
    scores = [each.score for each in guessed(known, Item("?", " ".join(text for text, _ in rows)), one_of=one_of)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
