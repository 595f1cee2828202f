"""Customers who answer: each right as often as is their way, and wrong most often by one step."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from texts import LABELS, NEUTRAL, Review

PEOPLE, ANSWERS = 40, 3
"""How many people there are, none of them known to the sample forum, and how many answer each text."""
WORST, BEST = 0.6, 0.95


def answers(texts: Sequence[Review], seed: int = 11) -> Iterator[tuple[Review, str, str]]:
    """Yield (text, customer, label): ANSWERS customers for each text, drawn from PEOPLE."""
    draws = random.Random(seed)
    people = {f"reviewer-{number}": draws.uniform(WORST, BEST) for number in range(1, PEOPLE + 1)}
    for text in texts:
        for person in draws.sample(sorted(people), ANSWERS):
            yield text, person, text.feeling if draws.random() < people[person] else mistaken(draws, text.feeling)


def mistaken(draws: random.Random, feeling: str) -> str:
    """Return another label: neutral three times in four, where that is one."""
    others = [label for label in LABELS if label != feeling]
    return draws.choices(others, [3 if label == NEUTRAL else 1 for label in others])[0]


def settled_here(given: Sequence[tuple[Review, str, str]]) -> dict[str, str]:
    """Return by text what more than half of its customers say; where they all differ nothing is settled."""
    votes: dict[str, Counter[str]] = {}
    for text, _, label in given:
        votes.setdefault(text.id, Counter())[label] += 1
    leading = {key: counted.most_common(1)[0] for key, counted in votes.items()}
    return {key: label for key, (label, count) in leading.items() if 2 * count > votes[key].total()}
