"""What speaks for and against a person, from the answers of all. Pure.

Nothing here blocks anybody: each finding is a count beside that of the others, for an analyst to look at.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

from earmark.intervals import wilson_interval

from backend.questions.units import UNSURE

LEAST = 10
"""Answers before anything is held against somebody."""
HASTY_MS = 2000
MOST_AT_A_UNIT = 20
"""People at one unit up to whom it is looked who goes with whom: past it, nobody is alone with anybody."""


class Doubt(StrEnum):
    """What stands out in somebody's answers."""

    SAME_TO_ALL = "same_to_all"
    HASTY = "hasty"
    DISAGREES = "disagrees"
    VOUCHES = "vouches"


@dataclass(frozen=True)
class Said:
    """One person's present answer to a unit; `after_ms` since the list was shown, None where nobody told.

    `was_assigned`: the desk chose the unit, so whom they are alone with there is not their doing.
    """

    person: int
    question: int
    unit: int
    value: str
    after_ms: int | None = None
    counts: bool = True
    was_assigned: bool = False


@dataclass(frozen=True)
class Share:
    """How many of how many, with a 95 % interval (Wilson); no evidence is any share from 0 to 1."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """Return the share itself, 0 without evidence."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the ends of the interval."""
        return wilson_interval(self.right, self.of)


@dataclass(frozen=True)
class Lean:
    """How often one value was said to a question, by the person and by the others."""

    question: int
    value: str
    mine: Share
    others: Share


@dataclass(frozen=True)
class Companion:
    """Somebody who answered the same units: how many, how many alike, and how many that nobody else answered."""

    person: int
    together_count: int
    alike_count: int
    alone_alike_count: int


@dataclass(frozen=True)
class Evidence:
    """What is known of one person: `agreed` is with what most others say of the same unit."""

    person: int
    answers_count: int
    agreed: Share
    leans: Sequence[Lean]
    median_ms: float | None
    companions: Sequence[Companion]
    doubts: Sequence[Doubt]


def weigh_people(said: Sequence[Said]) -> list[Evidence]:
    """Return the evidence of each who answered, the most doubtful first, then who answered most.

    `unsure` agrees with nothing and contradicts nothing. Where the others tie, nothing is compared; those who do not
    count are compared with the others, never the others with them.
    """
    mine: dict[int, list[Said]] = defaultdict(list)
    for each in said:
        mine[each.person].append(each)
    agreed = _agreements(said)
    counting = {each.person for each in said if each.counts}
    agreed_by_all = _sum(agreed[person] for person in counting)
    usual = Counter((each.question, each.value) for each in said if each.counts)
    asked = Counter(each.question for each in said if each.counts)
    companions = _companions(said)
    usual_ms = _usual_ms(mine[person] for person in counting)
    found = [
        _evidence(person, answers, agreed[person], agreed_by_all, usual, asked, companions[person], usual_ms, len(mine))
        for person, answers in mine.items()
    ]
    return sorted(found, key=lambda each: (-len(each.doubts), -each.answers_count, each.person))


def _evidence(
    person: int,
    answers: Sequence[Said],
    agreed: Share,
    agreed_by_all: Share,
    usual: Mapping[tuple[int, str], int],
    asked: Mapping[int, int],
    companions: Sequence[Companion],
    usual_ms: float | None,
    people_count: int,
) -> Evidence:
    leans = _leans(answers, usual, asked)
    median_ms = _median_ms(answers)
    timed_count = sum(each.after_ms is not None for each in answers)
    own = agreed if any(each.counts for each in answers) else Share(0, 0)
    others_agreed = Share(agreed_by_all.right - own.right, agreed_by_all.of - own.of)
    doubts = {
        Doubt.SAME_TO_ALL: any(is_one_sided(lean) for lean in leans),
        Doubt.HASTY: timed_count >= LEAST and _is_hasty(median_ms, usual_ms),
        Doubt.DISAGREES: agreed.of >= LEAST and agreed.interval[1] < others_agreed.interval[0] and others_agreed.of > 0,
        Doubt.VOUCHES: people_count > 2 and any(is_vouching(each, len(answers)) for each in companions),
    }
    told = [doubt for doubt, is_so in doubts.items() if is_so]
    return Evidence(person, len(answers), agreed, leans, median_ms, companions, told)


def is_one_sided(lean: Lean) -> bool:
    """Return whether somebody says nearly nothing but one value, surely more often than the others do."""
    is_known = lean.mine.of >= LEAST and lean.others.of >= LEAST
    return is_known and lean.mine.share >= 0.9 and lean.mine.interval[0] > lean.others.interval[1]


def is_vouching(companion: Companion, answers_count: int) -> bool:
    """Return whether half of what somebody answers is said alike by one other and by nobody else."""
    return companion.alone_alike_count >= LEAST and 2 * companion.alone_alike_count >= answers_count


def _is_hasty(mine_ms: float | None, usual_ms: float | None) -> bool:
    return mine_ms is not None and usual_ms is not None and mine_ms < HASTY_MS and 2 * mine_ms < usual_ms


def _median_ms(answers: Iterable[Said]) -> float | None:
    timed = [each.after_ms for each in answers if each.after_ms is not None]
    return median(timed) if timed else None


def _usual_ms(answers_of_each: Iterable[Sequence[Said]]) -> float | None:
    """Return the median of people's medians, so that nobody sets what is usual by answering more than all others."""
    told = [each for answers in answers_of_each if (each := _median_ms(answers)) is not None]
    return median(told) if told else None


def _sum(shares: Iterable[Share]) -> Share:
    told = list(shares)
    return Share(sum(each.right for each in told), sum(each.of for each in told))


def _leans(answers: Sequence[Said], usual: Mapping[tuple[int, str], int], asked: Mapping[int, int]) -> list[Lean]:
    """Return each value said to each question, the most said first."""
    said = Counter((each.question, each.value) for each in answers)
    of = Counter(each.question for each in answers)
    counted = Counter((each.question, each.value) for each in answers if each.counts)
    counted_of = Counter(each.question for each in answers if each.counts)
    ranked = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        Lean(
            question,
            value,
            mine=Share(count, of[question]),
            others=Share(usual[question, value] - counted[question, value], asked[question] - counted_of[question]),
        )
        for (question, value), count in ranked
    ]


def _agreements(said: Sequence[Said]) -> dict[int, Share]:
    at_unit: dict[int, Counter[str]] = defaultdict(Counter)
    told = [each for each in said if each.value != UNSURE]
    for each in told:
        at_unit[each.unit][each.value] += each.counts
    right: Counter[int] = Counter()
    of: Counter[int] = Counter()
    for each in told:
        others = at_unit[each.unit].copy()
        others[each.value] -= each.counts
        if most := _leading(others):
            of[each.person] += 1
            right[each.person] += most == each.value
    return {each.person: Share(right[each.person], of[each.person]) for each in said}


def _leading(votes: Mapping[str, int]) -> str | None:
    ranked = sorted(votes.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] <= 0 or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
        return None
    return ranked[0][0]


def _companions(said: Sequence[Said]) -> dict[int, list[Companion]]:
    """Return for each person the five who were alone with them most often, then those most often beside them."""
    at_unit: dict[int, list[Said]] = defaultdict(list)
    for each in said:
        at_unit[each.unit].append(each)
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])  # lists: there may be many pairs
    for there in at_unit.values():
        if len(there) > MOST_AT_A_UNIT:
            continue
        is_alone = len(there) == 2 and not any(each.was_assigned for each in there)
        for one, other in combinations(there, 2):
            is_alike = one.value == other.value and one.value != UNSURE
            first, second = sorted((one.person, other.person))
            count = counts[first, second]
            count[0] += 1
            count[1] += is_alike
            count[2] += is_alike and is_alone
    found: dict[int, list[Companion]] = defaultdict(list)
    for (first, second), count in counts.items():
        found[first].append(Companion(second, *count))
        found[second].append(Companion(first, *count))
    for person, companions in found.items():
        ranked = sorted(companions, key=lambda each: (-each.alone_alike_count, -each.together_count, each.person))
        found[person] = ranked[:5]
    return found
