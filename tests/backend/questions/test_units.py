import pytest

from backend.questions.units import allows, choice_key, pair_key, tag_key, values_of


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
