import pytest

from backend.questions.models import Item, Unit
from backend.questions.units import (
    LONGEST_LABEL,
    Meaning,
    allows,
    choice_key,
    fault_of_labels,
    isolated,
    meaning_of,
    pair_key,
    tag_key,
    tidy_label,
    values_of,
)  # fmt: skip
from backend.suggestions.models import Suggestion


def test_a_pair_has_one_key_in_either_order():
    assert pair_key(7, 3) == pair_key(3, 7) == "3-7"


def test_no_item_is_paired_with_itself():
    with pytest.raises(ValueError, match="itself"):
        pair_key(3, 3)


def test_each_kind_has_its_key_and_its_values():
    assert (tag_key(3, "mail"), choice_key(3)) == ("3:mail", "3")
    assert values_of("pair") == ("duplicate", "related", "different")
    assert values_of("choice", ["calm", "angry"]) == ("calm", "angry")


def test_not_sure_is_always_allowed_and_a_strange_value_never():
    assert allows("pair", "unsure") and allows("choice", "unsure", ["calm"])
    assert not allows("pair", "fits") and not allows("choice", "loud", ["calm"])


def test_capitals_and_spaces_make_no_other_tag():
    assert tag_key(3, "Mail") == tag_key(3, " mail ") == "3:mail"
    assert tag_key(3, "Straße") == tag_key(3, "STRASSE")
    assert tag_key(3, "caf\u00e9") == tag_key(3, "cafe\u0301")
    assert tag_key(3, "mail") != tag_key(3, "mails")


def test_the_key_of_the_longest_label_fits_its_column():
    assert len(tag_key(2**63, "\u0390" * LONGEST_LABEL)) <= 300


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  address   book ", "address book"),
        ("C++", "C++"),
        ("برنامه‌ها", "برنامه‌ها"),
        ("x" * 60, "x" * 60),
        ("x" * 61, None),
        ("", None),
        (" ", None),
        ("\u200b", None),
        ("mail\nbox", None),
        ("mail\0", None),
        ("mail\u2028box", None),
        ("\u202eliam", None),
        ("\ud800", None),
    ],
)
def test_a_new_label_is_tidied_or_refused(said, kept):
    assert tidy_label(said) == kept


@pytest.mark.parametrize(
    ("kind", "labels", "more"),
    [
        ("pair", [], {}),
        ("tags", ["Mail"], {"dictionary": {"Mail": ["archive"]}}),
        ("tags", [], {"allows_new": True, "dictionary": {"Anything": ["word"]}}),
        ("choice", ["calm", "angry"], {}),
        ("choice", [str(n) for n in range(12)], {}),
    ],
)
def test_labels_that_a_kind_can_have(kind, labels, more):
    assert fault_of_labels(kind, labels, **more) is None


@pytest.mark.parametrize(
    ("kind", "labels", "more", "said"),
    [
        ("tags", [], {}, "needs labels"),
        ("choice", ["calm"], {}, "2 to 12"),
        ("choice", [str(n) for n in range(13)], {}, "2 to 12"),
        ("choice", ["calm", "angry"], {"allows_new": True}, "no new ones"),
        ("choice", ["calm", "unsure"], {}, "always an answer"),
        ("tags", ["Mail", "mail"], {}, "'Mail' and 'mail' differ only in their capitals"),
        ("tags", ["Mail", "Print", "Mail"], {}, "'Mail' is there twice"),
        ("tags", ["ﬁt", "fit"], {}, "'ﬁt' and 'fit' read the same"),
        ("tags", ["Mail", " Print"], {}, "no label"),
        ("tags", ["a\tb"], {}, "no label"),
        ("tags", ["Mail"], {"dictionary": {"Mails": ["x"]}}, "no label of the question"),
        ("tags", ["Mail"], {"dictionary": {"Mail": "archive"}}, "list of words"),
        ("tags", "Mail", {}, "list of texts"),
        ("tags", [7], {}, "list of texts"),
    ],
)
def test_labels_that_a_kind_cannot_have_are_refused_in_words(kind, labels, more, said):
    assert said in fault_of_labels(kind, labels, **more)


def test_of_a_choice_every_other_label_is_a_correction():
    assert meaning_of("choice", "calm") == Meaning(suggested="calm", contrary=None)
    assert meaning_of("tags", "Mail") == Meaning(suggested="fits", contrary="does_not_fit")
    assert meaning_of("pair") == Meaning(suggested="duplicate", contrary="different")


@pytest.mark.parametrize("kind", ["span", "region"])
def test_a_spot_is_one_of_its_labels_or_none_and_another_label_corrects_it(kind):
    assert values_of(kind, ["Product", "Place"]) == ("Product", "Place", "none")
    assert allows(kind, "unsure", ["Product"]) and not allows(kind, "fits", ["Product"])
    assert meaning_of(kind, "Product") == Meaning(suggested="Product", contrary="none")


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([], "1 to 12 labels"),
        ([f"label {number}" for number in range(13)], "1 to 12 labels"),
        (["x" * 61], "at most 60 signs"),
        (["Product", "none"], "always an answer"),
        (["Unsure"], "always an answer"),
        (["Product", "PRODUCT"], "capitals"),
        (["Product", "Product"], "twice"),
    ],
)
@pytest.mark.parametrize("kind", ["span", "region"])
def test_labels_that_no_spot_can_have_are_named(kind, labels, says):
    assert says in (fault_of_labels(kind, labels) or "")


@pytest.mark.parametrize("kind", ["span", "region"])
def test_a_spot_has_one_to_twelve_labels_and_nobody_names_new_ones(kind):
    assert fault_of_labels(kind, ["Product"]) is None
    assert fault_of_labels(kind, [f"{number:060}" for number in range(12)]) is None
    assert "no new ones" in (fault_of_labels(kind, ["Product"], allows_new=True) or "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Paper jam", "Paper jam"),
        ("Größe 10 °C", "Größe 10 °C"),
        ("انحشار الورق", "\u2068انحشار الورق\u2069"),
        ("Error in שלום", "\u2068Error in שלום\u2069"),
        ("turned \u202eround", "turned round"),
        ("ends \u2069 and turns \u202eround", "ends  and turns round"),
        ("never \u2067ends, \u202dnor this", "never ends, nor this"),
        ("שלום \u2069 and \u202eon", "\u2068שלום  and on\u2069"),
    ],
)
def test_what_runs_from_right_to_left_turns_nothing_round_beside_it(text, shown):
    assert isolated(text) == shown


def test_a_unit_says_each_title_in_its_own_direction():
    arabic, english = Item(title="انحشار الورق"), Item(title="Paper jam")
    assert str(Unit(item=arabic, other=english)) == "\u2068انحشار الورق\u2069 and Paper jam"
    assert str(Unit(item=english, label="ورق")) == "Paper jam: \u2068ورق\u2069"
    assert str(Suggestion(item=arabic, candidate=english)) == "Paper jam for \u2068انحشار الورق\u2069"
