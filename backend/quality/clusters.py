"""Clusters by union of settled duplicates. Pure (disjoint sets; Tarjan 1975)."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def unions(pairs: Iterable[tuple[K, K]]) -> list[set[K]]:
    """Return the connected sets of two or more members; the order of pairs plays no part in their content."""
    parent: dict[K, K] = {}

    def root(key: K) -> K:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for first, second in pairs:
        one, two = root(first), root(second)
        if one != two:
            parent[one] = two
    groups: dict[K, set[K]] = {}
    for key in parent:
        groups.setdefault(root(key), set()).add(key)
    return [group for group in groups.values() if len(group) > 1]
