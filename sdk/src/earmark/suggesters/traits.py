"""What a linear model looks at in an item: its words and pairs of words, word beginnings, and the host's fields."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from earmark.suggesters.words import words_of
from earmark.types import Item

MOST_FEATURES = 5_000
TITLE_COUNT = 2
WORDS_READ = 400
BEGINNING_SIGNS = 5
CATEGORY_VALUE, NUMBER_VALUE = 0.5, 0.25
LARGEST_DEVIATION = 3.0
LARGEST_NUMBER = 1e100
LONGEST_CATEGORY_SIGNS = 80
MOST_VALUES = 50
WORD, PAIR, BEGINNING, FIELD, NUMBER = "w:", "p:", "b:", "f:", "n:"


@dataclass(frozen=True)
class Trait:
    """One thing said of an item: the feature it counts for, how it is told to a person, and how often it is said."""

    feature: str
    spelt: str
    count: float


def traits_of(item: Item) -> list[Trait]:
    """Return the traits of an item's text and categories; a word of the title counts TITLE_COUNT times."""
    counts: Counter[str] = Counter()
    spellings: dict[str, str] = {}
    for text, count in ((item.title, TITLE_COUNT), (item.body, 1)):
        words = [pair for _, pair in zip(range(WORDS_READ), words_of(text), strict=False)]
        for at, (word, spelt) in enumerate(words):
            named = [(WORD + word, spelt)]
            if len(word) > BEGINNING_SIGNS and word.isalpha():
                named.append((BEGINNING + word[:BEGINNING_SIGNS], spelt))
            if at:
                before, spelt_before = words[at - 1]
                named.append((f"{PAIR}{before} {word}", f"{spelt_before} {spelt}"))
            for feature, how in named:
                counts[feature] += count
                spellings.setdefault(feature, how)
    told = [Trait(feature, spellings[feature], count) for feature, count in counts.items()]
    return told + [Trait(f"{FIELD}{name}={value}", f"{name}: {value}", 1) for name, value in _categories(item)]


def _categories(item: Item) -> Iterable[tuple[str, str]]:
    for name, value in {**item.metadata, **({"kind": item.kind} if item.kind else {})}.items():
        several = list(value)[:MOST_VALUES] if isinstance(value, list | tuple | set | frozenset) else [value]
        for each in dict.fromkeys(one for one in several if isinstance(one, str | bool)):
            if 0 < len(str(each)) <= LONGEST_CATEGORY_SIGNS:
                yield name, str(each)


def _numbers(item: Item) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in item.metadata.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
    }


@dataclass
class Features:
    """The features that are looked at: the number of each, how rare it is, and mean and deviation of numbers.

    An item is a sparse vector: of its text one of length 1 (1 + log count, times rarity), of each category
    CATEGORY_VALUE, of each number its deviations times NUMBER_VALUE.
    """

    most: int = MOST_FEATURES
    numbers: dict[str, int] = field(default_factory=dict)
    rarities: list[float] = field(default_factory=list)
    means: dict[str, float] = field(default_factory=dict)
    spreads: dict[str, float] = field(default_factory=dict)

    def fit(self, items: Sequence[Item]) -> Self:
        """Choose the features that most items have; labels play no part."""
        used = Counter(trait.feature for item in items for trait in traits_of(item))
        chosen = sorted(used, key=lambda name: (-used[name], name))[: self.most]
        self.rarities = [math.log((1 + len(items)) / (1 + used[name])) + 1 for name in chosen]
        told = [_numbers(item) for item in items]
        for name in sorted({name for each in told for name in each}):
            values = [each[name] for each in told if name in each]
            self.means[name] = sum(values) / len(values)
            self.spreads[name] = math.sqrt(sum((value - self.means[name]) ** 2 for value in values) / len(values))
        chosen += [NUMBER + name for name in self.means if self.spreads[name] > 0]
        self.numbers = {name: at for at, name in enumerate(chosen)}
        return self

    def of(self, item: Item) -> list[tuple[int, float, str]]:
        """Return (number, value, how it is told) of each feature that an item has."""
        found = [(self.numbers[trait.feature], trait) for trait in traits_of(item) if trait.feature in self.numbers]
        said = [(at, t, (1 + math.log(t.count)) * self.rarities[at]) for at, t in found if t.feature[:2] != FIELD]
        length = math.sqrt(sum(value * value for _, _, value in said)) or 1.0
        row = [(at, value / length, trait.spelt) for at, trait, value in said]
        row += [(at, CATEGORY_VALUE, trait.spelt) for at, trait in found if trait.feature[:2] == FIELD]
        for name, value in _numbers(item).items():
            if NUMBER + name in self.numbers:
                deviations = (value - self.means[name]) / self.spreads[name]
                kept = max(-LARGEST_DEVIATION, min(LARGEST_DEVIATION, deviations))
                row.append((self.numbers[NUMBER + name], NUMBER_VALUE * kept, f"{name}: {value:g}"))
        return row

    def named_by(self, item: Item) -> set[str]:
        """Return the names of the words and categories that are looked at and that an item has."""
        return {trait.feature for trait in traits_of(item) if trait.feature in self.numbers}

    def without(self, names: Collection[str]) -> tuple[Self, list[int]]:
        """Return the same without some words and categories, and the numbers that those left had before."""
        left = [(name, at) for name, at in self.numbers.items() if name not in names]
        made = type(self)(
            self.most,
            {name: number for number, (name, _) in enumerate(left)},
            [self.rarities[at] for _, at in left if at < len(self.rarities)],
            self.means,
            self.spreads,
        )
        return made, [at for _, at in left]

    def as_facts(self) -> dict[str, Any]:
        """Return what was learned, as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Return what `as_facts` told."""
        return cls(**facts)
