"""Which split each item gets, so that nothing leaks between train and test. Pure.

Items that are settled duplicates of one another always share a split. An item keeps the split it
was first frozen with, but for one case: where clusters merge, all of them take the strictest split
among them (test before dev before train), so nothing ever goes from test to train.
"""

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

TRAIN = "train"
DEV = "dev"
TEST = "test"

STRICTEST_FIRST = (TEST, DEV, TRAIN)
TEST_SHARE = 0.15
DEV_SHARE = 0.10

CROSSES = "crosses"

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that a label joins; `is_same` where they are settled duplicates."""

    first: str
    second: str
    is_same: bool


def drawn_split(name: str, salt: str) -> str:
    """Return the split that a name draws by its SHA-256: 15 % test, 10 % dev, the rest train."""
    drawn = int.from_bytes(hashlib.sha256(f"{salt}:{name}".encode()).digest()[:8]) / 2**64
    if drawn < TEST_SHARE:
        return TEST
    return DEV if drawn < TEST_SHARE + DEV_SHARE else TRAIN


def strictest(splits: Iterable[str]) -> str | None:
    """Return the strictest of some splits, or None where there are none."""
    found = set(splits)
    return next((split for split in STRICTEST_FIRST if split in found), None)


def assign_splits(pairs: Iterable[Pair], known: Mapping[str, str], *, salt: str) -> dict[str, str]:
    """Return the split of every item in the pairs.

    Duplicates form groups. A group with a known split keeps the strictest of them; a new group joins
    a neighbour it is only compared with (so that few pairs cross), or draws its own.
    """
    joined = list(pairs)
    group_of = _groups(joined)
    members: dict[str, set[str]] = {}
    for item, group in group_of.items():
        members.setdefault(group, set()).add(item)
    splits = {
        group: split
        for group, items in members.items()
        if (split := strictest(known[item] for item in items if item in known))
    }
    neighbourhoods = _unsplit_neighbourhoods(joined, group_of, splits)
    beside = _splits_beside(joined, group_of, splits, neighbourhoods)
    for neighbours, found in zip(neighbourhoods, beside, strict=True):
        split = strictest(found) or drawn_split(min(min(members[group]) for group in neighbours), salt)
        splits.update(dict.fromkeys(neighbours, split))
    return {item: splits[group] for item, group in group_of.items()}


def split_of_pair(first: str, second: str) -> str:
    """Return the split of a row about two items; `crosses` where they are on two sides, and it trains nothing."""
    return first if first == second else CROSSES


def _splits_beside(
    pairs: list[Pair], group_of: Mapping[str, str], splits: Mapping[str, str], neighbourhoods: list[set[str]]
) -> list[set[str]]:
    """Return the splits that each neighbourhood is compared with, in one walk over the many pairs."""
    place_of = {group: place for place, groups in enumerate(neighbourhoods) for group in groups}
    beside: list[set[str]] = [set() for _ in neighbourhoods]
    for pair in pairs:
        first, second = group_of[pair.first], group_of[pair.second]
        for group, other in ((first, second), (second, first)):
            if group in place_of and other in splits:
                beside[place_of[group]].add(splits[other])
    return beside


def _groups(pairs: list[Pair]) -> dict[str, str]:
    """Return a name for the group of duplicates each item is in: the group's smallest item."""
    return _components({i for p in pairs for i in (p.first, p.second)}, [p for p in pairs if p.is_same])


def _unsplit_neighbourhoods(
    pairs: list[Pair], group_of: Mapping[str, str], splits: Mapping[str, str]
) -> list[set[str]]:
    """Return the sets of groups without a split that comparisons connect, in the order of their names."""
    new = {group for group in group_of.values() if group not in splits}
    compared = [
        Pair(group_of[p.first], group_of[p.second], is_same=True)
        for p in pairs
        if {group_of[p.first], group_of[p.second]} <= new
    ]
    named: dict[str, set[str]] = {}
    for group, name in _components(new, compared).items():
        named.setdefault(name, set()).add(group)
    return [named[name] for name in sorted(named)]


def _components(items: set[str], pairs: Iterable[Pair]) -> dict[str, str]:
    parent = {item: item for item in items}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for pair in pairs:
        one, two = sorted((root(pair.first), root(pair.second)))
        parent[two] = one
    return {item: root(item) for item in items}
