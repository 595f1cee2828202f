import random

from backend.datasets.splits import TEST, TRAIN, Pair, assign_splits, drawn_split, split_of_pair, strictest

STRICTNESS = {"train": 0, "dev": 1, "test": 2}


def same(first: str, second: str) -> Pair:
    return Pair(first, second, is_same=True)


def different(first: str, second: str) -> Pair:
    return Pair(first, second, is_same=False)


def test_duplicates_share_a_split_however_many_there_are():
    for group in range(50):
        splits = assign_splits([same(f"{group}-{n}", f"{group}-{n + 1}") for n in range(5)], {}, salt="s")
        assert len(set(splits.values())) == 1


def test_an_item_keeps_the_split_it_was_frozen_with():
    first = assign_splits([same("a", "b")], {}, salt="s")
    later = assign_splits([same("a", "b"), same("c", "d")], first, salt="another")
    assert (later["a"], later["b"]) == (first["a"], first["b"])


def test_merged_clusters_take_the_strictest_split():
    known = {"a": TRAIN, "b": TRAIN, "c": TEST, "d": TEST}
    assert set(assign_splits([same("a", "b"), same("c", "d"), same("b", "c")], known, salt="s").values()) == {TEST}


def test_a_new_item_joins_the_side_of_what_it_is_compared_with():
    for split in ("train", "dev", "test"):
        assert assign_splits([different("a", "new")], {"a": split}, salt="s")["new"] == split


def test_a_comparison_across_sides_moves_nobody_and_trains_nothing():
    splits = assign_splits([different("a", "b")], {"a": TRAIN, "b": TEST}, salt="s")
    assert splits == {"a": TRAIN, "b": TEST}
    assert split_of_pair(splits["a"], splits["b"]) == "crosses"


def test_the_strictest_is_test_then_dev_then_train():
    assert (strictest(["train", "dev"]), strictest(["dev", "test"]), strictest([])) == ("dev", "test", None)


def test_about_15_in_100_are_drawn_for_test_and_10_for_dev():
    drawn = [drawn_split(str(number), "salt") for number in range(10_000)]
    assert 1400 < drawn.count("test") < 1600
    assert 900 < drawn.count("dev") < 1100


def test_nothing_ever_goes_from_test_to_train_under_random_merges():
    for seed in range(40):
        chance = random.Random(seed)
        known: dict[str, str] = {}
        pairs: list[Pair] = []
        for _ in range(12):
            pairs += [
                Pair(*chance.sample([str(n) for n in range(40)], 2), is_same=chance.random() < 0.4) for _ in range(3)
            ]
            chance.shuffle(pairs)
            now = assign_splits(pairs, known, salt="s")
            assert all(STRICTNESS[now[item]] >= STRICTNESS[split] for item, split in known.items() if item in now)
            assert all(now[pair.first] == now[pair.second] for pair in pairs if pair.is_same)
            known |= now


class Looked(Pair):
    """A pair that counts how often it is looked at."""

    __slots__ = ()
    times = 0

    def __getattribute__(self, name: str) -> object:
        Looked.times += 1
        return super().__getattribute__(name)


def looks_at(count: int) -> float:
    Looked.times = 0
    assign_splits([Looked(str(n), str(n), is_same=True) for n in range(count)], {}, salt="s")
    return Looked.times / count


def test_ten_times_the_pairs_are_each_looked_at_as_often():
    assert looks_at(500) == looks_at(50)
