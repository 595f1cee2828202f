import random
from collections import Counter
from itertools import permutations

import pytest

from backend.judgements.showing import Draw, nth_order, propensity, show

POOL = list("abcdefg")


def test_the_coin_above_epsilon_keeps_the_ranked_order():
    policy, places = show(POOL, shown=3, shuffled=5, epsilon=0.1, draw=Draw(coin=0.1, order=0.9))
    assert (policy, [place.candidate for place in places]) == ("ranked", ["a", "b", "c"])


def test_the_coin_below_epsilon_shuffles_the_first_five_and_no_others():
    drawn = set()
    for step in range(120):
        policy, places = show(POOL, shown=3, shuffled=5, epsilon=0.1, draw=Draw(coin=0.09, order=(step + 0.5) / 120))
        assert policy == "shuffled"
        drawn.add(tuple(place.candidate for place in places))
    assert drawn == set(permutations("abcde", 3))


def test_the_propensities_are_those_of_a_tenth_shuffled_among_five():
    _, places = show(POOL, shown=3, shuffled=5, epsilon=0.1, draw=Draw(coin=0.5, order=0))
    assert [place.propensity for place in places] == [pytest.approx(0.92)] * 3
    assert propensity(base=4, rank=1, pool=7, shuffled=5, epsilon=0.1) == pytest.approx(0.02)
    assert propensity(base=6, rank=1, pool=7, shuffled=5, epsilon=0.1) == 0


@pytest.mark.parametrize("epsilon", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("pool", [2, 3, 5, 7])
def test_the_chances_of_one_rank_add_up_to_one(epsilon: float, pool: int):
    for rank in range(1, min(3, pool) + 1):
        chances = [propensity(base=b, rank=rank, pool=pool, shuffled=5, epsilon=epsilon) for b in range(1, pool + 1)]
        assert sum(chances) == pytest.approx(1)


@pytest.mark.parametrize("epsilon", [0.1, 0.25, 0.6])
def test_the_propensities_are_the_frequencies(epsilon: float):
    """Chi-square of 20,000 drawn lists against the claim; the critical value is that of p = .0001."""
    chance = random.Random(11)
    rounds = 20_000
    counts: Counter[tuple[str, int]] = Counter()
    for _ in range(rounds):
        draw = Draw(coin=chance.random(), order=chance.random())
        counts.update((p.candidate, p.rank) for p in show(POOL, shown=3, shuffled=5, epsilon=epsilon, draw=draw)[1])
    for rank in (1, 2, 3):
        statistic = sum(
            (counts[candidate, rank] - rounds * expected) ** 2 / (rounds * expected)
            for base, candidate in enumerate("abcde", start=1)
            if (expected := propensity(base=base, rank=rank, pool=7, shuffled=5, epsilon=epsilon))
        )
        assert statistic < 23.5


def test_a_lone_candidate_is_always_first():
    _, places = show(["a"], shown=3, shuffled=5, epsilon=1.0, draw=Draw(0, 0))
    assert [(place.candidate, place.propensity) for place in places] == [("a", 1.0)]


def test_an_empty_pool_shows_nothing():
    assert show([], shown=3, shuffled=5, epsilon=0.1, draw=Draw(0, 0))[1] == []


def test_each_number_is_an_order_of_its_own():
    assert {tuple(nth_order(number, 5)) for number in range(120)} == set(permutations(range(5)))
