"""Rules over a whole catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from earmark.rules.rule import Rule, named_once
from earmark.rules.timebox import Call, TimeBox
from earmark.rules.votes import Cast
from earmark.types import Item

UNITS_A_BATCH = 256
Asked = Item | tuple[Item, Item]
Progress = Callable[[int], None]


def apply_rules(
    rules: Iterable[Rule],
    asked: Iterable[Asked],
    *,
    progress: Progress | None = None,
    box: TimeBox | None = None,
) -> Iterator[Cast]:
    """Yield a record for each rule asked about each item, or each pair, in their order.

    Rules over items are asked about items, rules over pairs about pairs (the item asked about, the
    candidate). `progress` is told how many were done after each batch. Items may be any number; a
    batch is held at a time. Raises RulesUnusable; what the rules raise is only counted.
    """
    known, within = named_once(rules), box or TimeBox()
    units, done = iter(asked), 0
    while batch := list(islice(units, UNITS_A_BATCH)):
        yield from within.run([call for unit in batch for call in calls_of(known, unit)])
        done += len(batch)
        if progress is not None:
            progress(done)


def later_first(one: Item, other: Item) -> tuple[Item, Item]:
    """Return a pair as rules are asked about it: the later item first, one without a time last, of equals as given."""
    newer, older = sorted((one, other), key=_age, reverse=True)
    return newer, older


def calls_of(rules: Sequence[Rule], unit: Asked) -> list[Call]:
    """Return the calls of those rules that are about such a unit."""
    items = (unit,) if isinstance(unit, Item) else unit
    about = "item" if len(items) == 1 else "pair"
    return [Call(rule, items) for rule in rules if rule.about == about]


def _age(item: Item) -> tuple[bool, float]:
    return (item.created_at is not None, item.created_at.timestamp() if item.created_at else 0.0)
