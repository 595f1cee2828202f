import itertools
import random
from statistics import median

import pytest

from backend.quality.boundaries import Boundary, believed, boundaries_of
from backend.quality.boundaries import _weighed as groups_of
from backend.questions.spots import overlap

BOX = (10.0, 20.0, 30.0, 40.0)


def of(places, overlap_wanted=2):
    return believed(boundaries_of(places), overlap_wanted=overlap_wanted)


def test_nobody_said_where_so_nothing_is_believed():
    assert boundaries_of([]) == [] and of([]) is None


def test_one_boundary_is_believed_however_few_say_it():
    assert of([(8, 16)], overlap_wanted=3) == (8, 16)


def test_a_span_is_believed_that_as_many_say_as_are_wanted():
    assert of([(8, 16), (8, 17), (8, 16)]) == (8, 16)


def test_where_each_says_another_span_none_is_believed():
    assert of([(8, 16), (8, 17)]) is None
    assert boundaries_of([(8, 17), (8, 16)]) == [Boundary((8, 16), 1), Boundary((8, 17), 1)]


def test_a_tie_is_nobodys_yet():
    assert of([(8, 16), (8, 17), (8, 16), (8, 17)]) is None


def test_a_single_vote_more_breaks_a_tie_where_enough_say_it():
    assert of([(8, 16), (8, 17)] * 2 + [(8, 17)]) == (8, 17)
    assert of([(8, 16), (8, 17)] * 2 + [(8, 17)], overlap_wanted=4) is None


def test_the_most_agreed_boundary_comes_first():
    said = boundaries_of([(8, 16), (9, 16), (9, 16), (7, 16)])
    assert [(each.place, each.votes_count) for each in said] == [((9, 16), 2), ((7, 16), 1), ((8, 16), 1)]


def test_boxes_that_nearly_meet_agree_on_their_median():
    # each is at least .7 of the union with the middle one: 1 and 2 percent to either side of 30 x 40
    said = boundaries_of([BOX, (11.0, 21.0, 30.0, 40.0), (9.0, 20.0, 32.0, 40.0)])
    assert said == [Boundary((10.0, 20.0, 30.0, 40.0), 3)]


def test_the_median_of_two_boxes_is_halfway():
    assert of([BOX, (12.0, 20.0, 30.0, 42.0)]) == (11.0, 20.0, 30.0, 41.0)


def test_boxes_overlap_seven_tenths_to_agree():
    # 10 of 10 and 7 of 10 share 7 of 10; 69 hundredths do not
    whole, enough, short = (0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 7.0, 10.0), (0.0, 0.0, 6.9, 10.0)
    assert len(boundaries_of([whole, enough])) == 1
    assert len(boundaries_of([whole, short])) == 2


def test_a_box_far_off_takes_nothing_from_those_that_agree():
    far = (60.0, 60.0, 10.0, 10.0)
    assert of([far, BOX, BOX]) == BOX
    assert boundaries_of([far, BOX, BOX])[1] == Boundary(far, 1)


def test_two_groups_of_boxes_as_large_are_nobodys_yet():
    far = (60.0, 60.0, 10.0, 10.0)
    assert of([far, BOX, BOX, far]) is None


@pytest.mark.parametrize(
    "places",
    [
        [(8, 16), (8, 17), (8, 16), (7, 16)],
        [BOX, (11.0, 21.0, 30.0, 40.0), (14.0, 20.0, 30.0, 40.0), (60.0, 60.0, 10.0, 10.0)],
        [(0.0, 0.0, 10.0, 10.0), (0.0, 0.0, 7.5, 10.0), (2.5, 0.0, 7.5, 10.0), (0.0, 0.0, 10.0, 7.5)],
    ],
)
def test_the_order_of_the_votes_plays_no_part(places):
    assert len({str(boundaries_of(order)) for order in itertools.permutations(places)}) == 1


def test_a_median_box_stays_within_the_picture():
    grid = [(float(x), 0.0, float(100 - x), 50.0) for x in (0, 2, 5, 9, 14)]
    for boxes in itertools.combinations_with_replacement(grid, 4):
        for found in boundaries_of(boxes):
            assert found.place[0] + found.place[2] <= 100


def naive(places):
    """The boundaries of boxes, by the words of the rule alone."""
    left, found = sorted(places), []
    while left:
        groups = [[other for other in left if overlap(one, other) >= 0.7] for one in left]
        near = [round(sum(overlap(one, other) for one in group for other in group), 9) for group in groups]
        best = max(zip(map(len, groups), near, groups, strict=True))[2]
        found.append(Boundary(tuple(median(side) for side in zip(*best, strict=True)), len(best)))
        for box in best:
            left.remove(box)
    return sorted(found, key=lambda each: (-each.votes_count, each.place))


@pytest.mark.parametrize("seed", range(30))
def test_any_boxes_are_grouped_as_the_rule_says(seed):
    draws = random.Random(seed)
    spread = draws.choice([1, 4, 12, 40])
    sides = [(draws.uniform(0, spread), draws.uniform(0, spread)) for _ in range(draws.randint(1, 30))]
    drawn = [(round(x, 1), round(y, 1), 30.0, round(30 + draws.uniform(0, spread / 2), 1)) for x, y in sides]
    assert boundaries_of(drawn) == naive(drawn)


@pytest.mark.parametrize(
    ("apart", "most"),
    [(100 / 600, 40_000), (0.0001, 600), (20.0, 600)],
    ids=["in a row", "all of one", "none of another"],
)
def test_of_hundreds_of_boxes_no_group_is_weighed_anew_that_lost_nothing(monkeypatch, apart, most):
    weighed = []
    monkeypatch.setattr(
        "backend.quality.boundaries._weighed", lambda near, rows: weighed.extend(rows) or groups_of(near, rows)
    )
    drawn = [(at * apart % 90, at * apart // 90 * 12, 10.0, 10.0) for at in range(600)]
    assert sum(each.votes_count for each in boundaries_of(drawn)) == 600
    assert len(weighed) <= most, "in a row each loses what its neighbours lose; else every group is weighed once"
