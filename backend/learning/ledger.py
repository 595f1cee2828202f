"""What a frozen version's rows tell of each item's candidates, and with which chance a list came to tell it. Pure.

A candidate is told of where its slot was accepted, rejected, corrected or passed; unsure, ignored and unseen say
nothing. The chance is that of standing at some rank, by the showing policy, and of being examined there, by the
share of places at that rank of which anything was told, over lists that somebody acted on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from earmark.suggesters.examples import Told

from backend.datasets.splits import TRAIN, drawn_split
from backend.questions.units import DUPLICATE, UNSURE

ACCEPTED, CORRECTED, PASSED, REJECTED = "accepted", "corrected", "passed", "rejected"
TELLING = frozenset({ACCEPTED, CORRECTED, PASSED, REJECTED})
DRAWN_POLICIES = frozenset({"ranked", "shuffled"})
LEAST_CHANCE = 1e-9

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A place of a list that was drawn: `pool_rank` is None where a version frozen earlier does not say it."""

    query: str
    candidate: str
    exposure: str
    pool: str
    rank: int
    pool_rank: int | None
    propensity: float
    epsilon: float
    outcome: str


def told_of(
    labels: Iterable[Row],
    judgements: Iterable[Row],
    *,
    query_of: Callable[[str, str], str],
    sides: Mapping[str, str] | None = None,
    salt: str = "",
    split: str = TRAIN,
) -> dict[str, dict[str, Told]]:
    """Return for each query of a split what was told of its candidates.

    `query_of` says which of two items is asked about the other. What is settled is believed rather than single
    answers. Rows that do not count, answers that do not stand, and pairs that cross splits teach nothing; of a list
    in which a row counts, such rows are places all the same.
    A query of which nothing is settled is on the side it has in `sides`, else on the one that it draws with `salt`; a
    candidate that has none goes with the query.
    """
    settled, side = _settled(labels)
    side = {**(sides or {}), **side}
    drawn: dict[tuple[str, int], Place] = {}
    said: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    passed: set[tuple[str, str]] = set()
    counting: dict[str, bool] = defaultdict(bool)
    for row in judgements:
        query, candidate = row["item"], row["candidate"]
        if not candidate or (side.get(query) or drawn_split(query, salt)) != split:
            continue
        if _is_drawn(row):
            drawn[row["exposure"], row["rank"]] = _place(row)
        counting[row["exposure"]] |= _counts(row)
        is_taught = side.get(candidate, split) == split
        if is_taught and _stands(row):
            said[query, candidate][row["value"] == DUPLICATE] += 1
        elif is_taught and _was_passed(row):
            passed.add((query, candidate))
    chances = chances_of(place for place in drawn.values() if counting[place.exposure])
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    for query, candidate in said.keys() | passed:
        believed = settled.get(frozenset((query, candidate)), _majority(said[query, candidate]))
        if believed is not None:
            found[query][candidate] = Told(believed, chances.get((query, candidate)))
    for pair, is_same in settled.items():
        one, other = sorted(pair)
        if side.get(one) == side.get(other) == split:
            query = query_of(one, other)
            found[query].setdefault(other if query == one else one, Told(is_same))
    return dict(found)


def positives_of(
    labels: Iterable[Row], *, query_of: Callable[[str, str], str], splits: Iterable[str]
) -> dict[str, set[str]]:
    """Return for each query of some splits the candidates that are settled as the same."""
    wanted = set(splits)
    found: dict[str, set[str]] = defaultdict(set)
    for row in labels:
        if row["split"] in wanted and row["other"] and row["value"] == DUPLICATE:
            query = query_of(row["item"], row["other"])
            found[query].add(row["other"] if query == row["item"] else row["item"])
    return dict(found)


def chances_of(places: Iterable[Place]) -> dict[tuple[str, str], float]:
    """Return for each query and candidate the chance that the lists shown told of it.

    Lists of a query that were drawn from the same pool are as many tries.
    """
    lists: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        lists[place.exposure].append(place)
    acted = [each for each in lists.values() if any(place.outcome in TELLING for place in each)]
    examined = _examined(acted)
    tries = Counter((each[0].query, each[0].pool) for each in acted)
    missed: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for each in acted:
        for place in each:
            chance = _chance(place, each, examined)
            missed[place.query, place.candidate][place.pool] = (1 - chance) ** tries[place.query, place.pool]
    return {key: 1 - _product(by_pool.values()) for key, by_pool in missed.items()}


def _examined(lists: Iterable[list[Place]]) -> dict[int, float]:
    """Return by rank the share of places of which something was told, drawn to a half where there are few."""
    all_count, told_count = Counter[int](), Counter[int]()
    for place in (place for each in lists for place in each):
        all_count[place.rank] += 1
        told_count[place.rank] += place.outcome in TELLING
    return {rank: (told_count[rank] + 1) / (count + 2) for rank, count in all_count.items()}


def _chance(place: Place, whole: list[Place], examined: Mapping[int, float]) -> float:
    """Return the chance that one such list tells of a candidate: over all ranks it might have stood at."""
    first = _shuffled(place)
    if place.pool_rank is None or first is None:
        return place.propensity * examined[place.rank]
    unshuffled = sum(examined[each.rank] for each in whole if each.rank == place.pool_rank)
    shuffled = sum(examined[each.rank] for each in whole) / first
    return (1 - place.epsilon) * unshuffled + place.epsilon * shuffled


def _shuffled(place: Place) -> int | None:
    """Return how many first places of the pool were shuffled, as a place's propensity tells; None where none were."""
    by_shuffle = place.propensity - (1 - place.epsilon if place.rank == place.pool_rank else 0.0)
    return max(1, round(place.epsilon / by_shuffle)) if by_shuffle > LEAST_CHANCE and place.epsilon > 0 else None


def _settled(labels: Iterable[Row]) -> tuple[dict[frozenset[str], bool], dict[str, str]]:
    """Return which pairs are settled as the same or not, and the side of each item that is on one."""
    settled, side = {}, {}
    for row in labels:
        if not row["other"]:
            continue
        settled[frozenset((row["item"], row["other"]))] = row["value"] == DUPLICATE
        if row["split"] not in (None, "crosses"):
            side[row["item"]] = side[row["other"]] = row["split"]
    return settled, side


def _is_drawn(row: Row) -> bool:
    return row["policy"] in DRAWN_POLICIES and row["rank"] is not None and row["propensity"] is not None


def _place(row: Row) -> Place:
    return Place(
        row["item"], row["candidate"], row["exposure"], f"{row['candidates_hash']} {row['policy_version']}",
        row["rank"], row.get("pool_rank"), row["propensity"], row["epsilon"] or 0.0, row["outcome"],
    )  # fmt: skip


def _stands(row: Row) -> bool:
    """Return whether a row is an answer that counts, stands and says something."""
    is_live = row["record"] == "judgement" and row["is_live"] and not row["was_withdrawn"]
    return bool(is_live and _counts(row) and row["value"] != UNSURE)


def _was_passed(row: Row) -> bool:
    return _counts(row) and row["outcome"] == PASSED and row["policy"] in DRAWN_POLICIES | {"host"}


def _counts(row: Row) -> bool:
    """Return whether a row counts; of slots a version frozen earlier says nothing, and they did."""
    return row["counts"] is not False


def _majority(said: Counter[bool]) -> bool | None:
    """Return what most said, False where nobody said anything but the candidate was passed, None for a tie."""
    if said[True] == said[False]:
        return None if said[True] else False
    return said[True] > said[False]


def _product(values: Iterable[float]) -> float:
    product = 1.0
    for value in values:
        product *= value
    return product
