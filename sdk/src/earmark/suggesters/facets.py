"""What a host tells of its items beside their texts: how far sharing it speaks for two being the same.

No field is known by name. Each field of the metadata (scalars, dates, lists of scalars; see `fields`) is weighed by
record linkage (Fellegi and Sunter 1969): the logarithm of how much more often likely pairs agree in it
than any two items do. Likely pairs are those whose texts are most alike, so no labels are needed.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any, Literal, Self

from earmark.suggesters.fields import field_of, fields_of, flat, parts_of
from earmark.types import Item

MOST_FIELDS = 8
LEAST_COVERAGE = 0.02
MOST_DISTINCT_SHARE = 0.5
LONGEST_VALUE_SIGNS = 80
MOST_VALUES = 5_000
VALUES_KNOWN = 10_000
"""Of so many short texts of late is remembered which values they list: fields mostly say what others say too."""
SEVERAL = 2
"""Only values that so many items have are kept: of rarer ones it is known that they are rare."""
PRIOR_PAIRS = 20.0
PRIOR_AGREEMENT = 0.5
STRONGEST = 3.0
DISTANCE_SHARES = (0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.75)
AGE = ""
"""The name under which the distance in time is kept: no field of the metadata is called so."""

Kind = Literal["category", "number", "date"]
_SCALARS = (str, int, float)


@dataclass(frozen=True)
class Facet:
    """One field: how often likely pairs agree in it, how often any two do, and the shares of its values.

    Numbers and dates are compared by distance: `edges` part the distances, `evidence` weighs each part.
    """

    name: str
    kind: Kind
    likely: float = PRIOR_AGREEMENT
    by_chance: float = PRIOR_AGREEMENT
    shares: Mapping[str, float] = field(default_factory=dict)
    rarest: float = 1.0
    edges: Sequence[float] = ()
    evidence: Sequence[float] = ()

    def weigh(self, here: Item, there: Item) -> float:
        """Return the evidence that two items are the same: above 0 for it, below 0 against it, 0 for nothing known."""
        return self.weigh_values(self.value_of(here), [self.value_of(there)])[0]

    def value_of(self, item: Item) -> object:
        """Return what an item says in this field."""
        return item.created_at if self.name == AGE else field_of(item.metadata, self.name)

    def weigh_values(self, mine: object, theirs: Sequence[object]) -> list[float]:
        """Return what `weigh` says of an item's value and each of those of several others."""
        if self.kind != "category":
            return self._by_distance(mine, theirs)
        ours = _values(mine)
        if not ours:
            return [0.0] * len(theirs)
        shares: dict[str, float | None] = {}
        evidence: dict[float | None, float] = {}
        told = []
        for value in theirs:
            share = shares[value] if isinstance(value, str) and value in shares else self._share(ours, value, shares)
            if share not in evidence:
                evidence[share] = self._evidence(share)
            told.append(evidence[share])
        return told

    def _share(self, ours: frozenset[str], value: object, known: dict[str, float | None]) -> float | None:
        """Return the share of the rarest of our values that another value says too: see `_rarest`.

        `known` remembers that of texts, which many items have in common.
        """
        if isinstance(value, str):
            share = known[value] = self._rarest(ours, _values(value))
            return share
        if not isinstance(value, list):
            return self._rarest(ours, _values(value))
        least = None
        for each in value:
            if not isinstance(each, _SCALARS):
                continue
            share = known[each] if isinstance(each, str) and each in known else self._share(ours, each, known)
            if share is not None and (least is None or share < least):
                least = share
        return least

    def _rarest(self, ours: frozenset[str], theirs: frozenset[str]) -> float | None:
        """Return the share of the rarest value that both say: infinite where none is, None where one says nothing."""
        if not theirs:
            return None
        both = ours & theirs
        return min(self.shares.get(value, self.rarest) for value in both) if both else math.inf

    def _evidence(self, share: float | None) -> float:
        """Return the evidence of the rarest value that both say."""
        if share is None:
            return 0.0
        if share == math.inf:
            return _bounded(math.log((1 - self.likely) / (1 - self.by_chance)))
        return _bounded(math.log(self.likely / share))

    def _by_distance(self, mine: object, theirs: Sequence[object]) -> list[float]:
        here = _number(mine, self.kind)
        if here is None:
            return [0.0] * len(theirs)
        return [
            0.0 if there is None else self.evidence[bisect_right(self.edges, abs(here - there))]
            for there in (_number(value, self.kind) for value in theirs)
        ]

    def distance(self, here: Item, there: Item) -> float | None:
        """Return how far apart two items are in this field, None where one of them does not say."""
        one, other = (_number(self.value_of(item), self.kind) for item in (here, there))
        return None if one is None or other is None else abs(one - other)

    def shared(self, here: Item, there: Item) -> list[str]:
        """Return the values that both have, the rarest first."""
        if self.kind != "category":
            return []
        both = _values(field_of(here.metadata, self.name)) & _values(field_of(there.metadata, self.name))
        return sorted(both, key=lambda value: (self.shares.get(value, self.rarest), value))


class Facets:
    """The fields of items that tell something, at most `most_fields`, learned from items and likely pairs."""

    def __init__(self, *, most_fields: int = MOST_FIELDS) -> None:
        self.most_fields = most_fields
        self.facets_: list[Facet] = []
        self.age_: Facet | None = None

    @property
    def names(self) -> list[str]:
        """Return the names of the fields, in the order of `weigh`."""
        return [facet.name for facet in self.facets_]

    def fit(self, items: Sequence[Item], likely: Iterable[tuple[Item, Item]]) -> Self:
        """Learn from items which fields there are, and from pairs that are likely the same what agreeing means."""
        items = [_flattened(item) for item in items]
        pairs = [(_flattened(here), _flattened(there)) for here, there in likely]
        by_chance = _any_two(items)
        names = Counter(
            name for item in items for name, value in item.metadata.items() if name != AGE and _values(value)
        )
        found = [
            _fitted(name, items, pairs, by_chance) for name, n in names.items() if n >= LEAST_COVERAGE * len(items)
        ]
        told = [facet for facet in found if facet is not None]
        told.sort(key=lambda facet: (-_information(facet, pairs), facet.name))
        self.facets_ = told[: self.most_fields]
        self.age_ = _by_distance(Facet(AGE, "date"), pairs, by_chance)
        return self

    def weigh(self, here: Item, there: Item) -> tuple[float, ...]:
        """Return each field's evidence that two items are the same."""
        return tuple(facet.weigh(here, there) for facet in self.facets_)

    def weigh_all(self, here: Item, there: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return by field what `weigh` says of an item and each of several others, of which the metadata is given."""
        return [facet.weigh_values(facet.value_of(here), fields_of(there, facet.name)) for facet in self.facets_]

    def weigh_age(self, here: Item, there: Item) -> float:
        """Return the evidence of the distance in time."""
        return 0.0 if self.age_ is None else self.age_.weigh(here, there)

    def kept_values(self, item: Item) -> set[tuple[str, str]]:
        """Return the values of an item that are kept here, as (name of the field, value)."""
        return {
            (facet.name, value)
            for facet in self.facets_
            for value in _values(field_of(item.metadata, facet.name))
            if value in facet.shares
        }

    def without(self, values: Collection[tuple[str, str]]) -> Self:
        """Return the same without some values, given as (name of the field, value); they then weigh as rare ones."""
        made = type(self)(most_fields=self.most_fields)
        made.age_ = self.age_
        made.facets_ = [
            replace(each, shares={key: share for key, share in each.shares.items() if (each.name, key) not in values})
            for each in self.facets_
        ]
        return made

    def weigh_ages(self, here: Item, created: Sequence[datetime | None]) -> list[float]:
        """Return what `weigh_age` says of an item and each of several others, of which the times are given."""
        return [0.0] * len(created) if self.age_ is None else self.age_.weigh_values(here.created_at, created)

    def as_facts(self) -> dict[str, Any]:
        """Return what was learned, as JSON takes it."""
        age = None if self.age_ is None else asdict(self.age_)
        return {"most_fields": self.most_fields, "facets": [asdict(facet) for facet in self.facets_], "age": age}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Return what `as_facts` told."""
        made = cls(most_fields=int(facts["most_fields"]))
        made.facets_ = [Facet(**each) for each in facts["facets"]]
        made.age_ = Facet(**facts["age"]) if facts["age"] else None
        return made


def _flattened(item: Item) -> Item:
    """Return an item whose fields within objects lie beside the others: each is looked at many times."""
    return replace(item, metadata=flat(item.metadata))


def _fitted(
    name: str, items: Sequence[Item], pairs: list[tuple[Item, Item]], by_chance: list[tuple[Item, Item]]
) -> Facet | None:
    """Return a field with its weights, None where it tells nothing: prose, or another value for each item."""
    told = [_values(field_of(item.metadata, name)) for item in items]
    filled = [values for values in told if values]
    counts = Counter(value for values in filled for value in values)
    if any(len(value) > LONGEST_VALUE_SIGNS for value in counts):
        return None
    if len(counts) > MOST_DISTINCT_SHARE * len(filled):
        kind = _kind(name, items)
        return None if kind == "category" else _by_distance(Facet(name, kind), pairs, by_chance)
    commonest = counts.most_common(MOST_VALUES)
    shares = {value: count / len(filled) for value, count in commonest if count >= SEVERAL}
    facet = Facet(name, "category", shares=shares, rarest=1 / len(filled))
    chance = min(1.0, sum((count / len(filled)) ** 2 for _, count in commonest))
    by_accident = min(0.98, _agreement(facet, by_chance, prior=chance))
    likely = min(0.98, max(by_accident, _agreement(facet, pairs, prior=max(PRIOR_AGREEMENT, by_accident))))
    return Facet(name, "category", likely, by_accident, shares, 1 / len(filled))


def _agreement(facet: Facet, pairs: list[tuple[Item, Item]], *, prior: float) -> float:
    told = [
        bool(ours & theirs)
        for here, there in pairs
        if (ours := _values(field_of(here.metadata, facet.name)))
        and (theirs := _values(field_of(there.metadata, facet.name)))
    ]
    return (sum(told) + PRIOR_PAIRS * prior) / (len(told) + PRIOR_PAIRS)


def _by_distance(facet: Facet, pairs: list[tuple[Item, Item]], by_chance: list[tuple[Item, Item]]) -> Facet | None:
    """Return a field compared by distance: parts at fixed shares of what any two are apart, weighed by likely pairs."""
    usual = sorted(d for here, there in by_chance if (d := facet.distance(here, there)) is not None)
    likely = [d for here, there in pairs if (d := facet.distance(here, there)) is not None]
    if not usual:
        return None
    shares = {_at(usual, share): share for share in DISTANCE_SHARES}
    edges = sorted(shares)
    cuts = [0.0, *(shares[edge] for edge in edges), 1.0]
    counts = Counter(bisect_right(edges, each) for each in likely)
    evidence = []
    for part, (below, above) in enumerate(pairwise(cuts)):
        chance = max(above - below, 1e-6)
        found = (counts[part] + PRIOR_PAIRS * chance) / (len(likely) + PRIOR_PAIRS)
        evidence.append(_bounded(math.log(found / chance)))
    nearer_says_no_less = list(accumulate(reversed(evidence), max))[::-1]
    return Facet(facet.name, facet.kind, edges=edges, evidence=nearer_says_no_less)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def _information(facet: Facet, pairs: list[tuple[Item, Item]]) -> float:
    return sum(abs(facet.weigh(here, there)) for here, there in pairs) / max(1, len(pairs))


def _any_two(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Return about as many pairs as items, up to some thousands, spread evenly over all distances in the order."""
    count = min(len(items), 4_000)
    step = max(1, len(items) // max(1, count))
    ordered = items[::step]
    size = len(ordered)
    return [(each, ordered[(at * 7919 + 13 * (at % 97) + 1) % size]) for at, each in enumerate(ordered) if size > 1]


def _kind(name: str, items: Sequence[Item]) -> Kind:
    told = [item for item in items[:: max(1, len(items) // 500)] if field_of(item.metadata, name) not in (None, "", [])]
    kinds: tuple[Kind, Kind] = ("number", "date")
    for kind in kinds:
        if told and all(_number(field_of(item.metadata, name), kind) is not None for item in told):
            return kind
    return "category"


def _number(value: object, kind: Kind) -> float | None:
    """Return a field's value as a number, times as seconds; None where it is none."""
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return float(value)
    if isinstance(value, datetime):
        return _seconds(value)
    try:
        return _seconds(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _values(value: object) -> frozenset[str]:
    """Return a field's values as texts: of a scalar one, of a list each scalar, of anything else none.

    A text that lists several says each of them, unless it is prose.
    """
    if isinstance(value, str):
        return _said_by(value) if len(value) <= LONGEST_VALUE_SIGNS else frozenset((value,))
    if value is None or isinstance(value, Mapping):
        return frozenset()
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset().union(*(_values(each) for each in value if isinstance(each, _SCALARS)))
    return frozenset((str(value),))


@lru_cache(maxsize=VALUES_KNOWN)
def _said_by(text: str) -> frozenset[str]:
    return frozenset(parts_of(text)) if text else frozenset()


def _bounded(evidence: float) -> float:
    return max(-STRONGEST, min(STRONGEST, evidence))


def likely_pairs(
    items: Sequence[Item],
    nearest: Callable[[Item], tuple[str, float] | None],
    known: Mapping[str, Item],
    *,
    tried: int = 1_000,
    kept: float = 0.3,
) -> list[tuple[Item, Item]]:
    """Return the pairs whose texts are most alike, the best `kept` share of some `tried` items, spread evenly.

    `nearest` gives the id and the score of what is most alike to an item.
    """
    found = []
    for item in items[:: max(1, len(items) // tried)]:
        hit = nearest(item)
        if hit is not None and hit[0] in known:
            found.append((hit[1], item, known[hit[0]]))
    found.sort(key=lambda each: (-each[0], each[1].id))
    return [(here, there) for _, here, there in found[: math.ceil(kept * len(found))]]
