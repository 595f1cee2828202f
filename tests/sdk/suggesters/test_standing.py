"""Tests of earmark.suggesters.standing, on points of a circle, whose cosines anybody can reckon."""

import math

import pytest

pytest.importorskip("numpy")

from earmark.suggesters.standing import COMPARED, standing


class OnACircle:
    """Vectors at stated degrees; whoever asks for more than one at a time is counted."""

    def __init__(self, **degrees):
        self.degrees = degrees
        self.asked = []

    def vector_of(self, key):
        if key not in self.degrees:
            return None
        angle = math.radians(self.degrees[key])
        return (math.cos(angle), math.sin(angle))


def cosines(circle, ids):
    """What each is alike to an item at no degrees."""
    return [math.cos(math.radians(circle.degrees.get(key, 90))) for key in ids]


def stand(circle, ids):
    return dict(zip(ids, standing(ids, cosines(circle, ids), circle), strict=True))


def test_one_nearer_to_the_item_than_to_others_stands_out_from_one_in_a_crowd():
    circle = OnACircle(alone=-20, crowded=20, b=21, c=22, d=23)
    told = stand(circle, list(circle.degrees))
    assert told["alone"][0] == 0  # nobody is nearer to it than the item is
    assert told["crowded"][0] == pytest.approx(math.log1p(3))
    assert told["alone"][1] > 0 > told["crowded"][1]


def test_it_is_measured_against_the_three_nearest():
    circle = OnACircle(a=0, b=60, c=60, d=60, e=180)
    assert stand(circle, ["a", "b", "c", "d", "e"])["a"][1] == pytest.approx(1 - 0.5)


def test_the_length_of_a_vector_does_not_matter():
    class Twice(OnACircle):
        def vector_of(self, key):
            return tuple(2 * number for number in super().vector_of(key))

    degrees = {"a": 10, "b": 15, "c": 70}
    assert stand(Twice(**degrees), list(degrees))["b"] == pytest.approx(stand(OnACircle(**degrees), list(degrees))["b"])


def test_what_has_no_vector_stands_in_the_middle_and_no_nearer_than_any():
    circle = OnACircle(a=0, b=60, c=61)
    told = stand(circle, ["a", "b", "unknown", "c"])
    assert told["unknown"] == (pytest.approx(math.log1p(1.5)), min(told[key][1] for key in "abc"))


def test_only_the_first_are_compared():
    ids = [str(at) for at in range(COMPARED + 2)]
    circle = OnACircle(**{key: at for at, key in enumerate(ids)})
    told = stand(circle, ids)
    assert (
        told[ids[-1]]
        == told[ids[-2]]
        == (pytest.approx(math.log1p(COMPARED / 2)), min(each[1] for each in told.values()))
    )


@pytest.mark.parametrize("degrees", [{}, {"a": 3}])
def test_with_nothing_to_compare_all_stand_alike(degrees):
    assert standing(["a", "b"], [0.9, 0.8], OnACircle(**degrees)) == [(0.0, 0.0), (0.0, 0.0)]


def test_without_vectors_or_candidates_nothing_is_said():
    assert standing(["a", "b"], [0.9, 0.8], None) == [(0.0, 0.0), (0.0, 0.0)]
    assert standing([], [], OnACircle()) == []


def test_vectors_that_lie_elsewhere_are_read_in_one_go():
    class Elsewhere(OnACircle):
        def vectors_of(self, keys):
            self.asked.append(list(keys))
            return {key: self.vector_of(key) for key in keys if key in self.degrees}

    circle = Elsewhere(a=10, b=15, c=70)
    ids = ["a", "b", "unknown", "c"]
    assert standing(ids, cosines(circle, ids), circle) == standing(
        ids, cosines(circle, ids), OnACircle(**circle.degrees)
    )
    assert circle.asked == [ids]
