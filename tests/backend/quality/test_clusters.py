import random

from backend.quality.clusters import unions


def test_pairs_that_share_a_member_are_one_cluster():
    assert unions([("a", "b"), ("b", "c"), ("d", "e")]) in (
        [{"a", "b", "c"}, {"d", "e"}],
        [{"d", "e"}, {"a", "b", "c"}],
    )


def test_without_pairs_there_are_no_clusters():
    assert unions([]) == []


def test_the_order_of_pairs_plays_no_part():
    pairs = [(n, n + 1) for n in range(0, 40, 2)] + [(n, n + 2) for n in range(0, 20, 2)]
    expected = {frozenset(group) for group in unions(pairs)}
    for seed in range(20):
        shuffled = random.Random(seed).sample(pairs, len(pairs))
        assert {frozenset(group) for group in unions(shuffled)} == expected


def test_a_long_chain_is_one_cluster():
    assert len(unions([(n, n + 1) for n in range(5000)])[0]) == 5001
