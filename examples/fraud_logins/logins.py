"""Logins from a generator: what can be seen of each, and a hidden truth that only the generator knows.

The hidden truth, in full. A login is stolen with probability

    1 / (1 + exp(-z)),  z = -4 + 2.4·unknown device + 2.6·(faster than 900 km/h)
                            + 1.6·hosting network + 0.3·failed attempts + 1.4·(unknown device at night)
                            - 1.2·(right second factor)

so about one in ten is. No single fact decides, night counts only together with an unknown device, and the
draw leaves some stolen logins that look like any other: nobody can be right about all of them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from earmark import Item

STOLEN, GENUINE = "stolen", "genuine"
BEGAN_AT = datetime(2026, 11, 1, tzinfo=UTC)
COUNTRIES = ("DE", "PL", "FR", "BR", "US", "VN", "NG", "IN")
NAMES = ("ada", "ben", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jon")
NIGHT_HOURS = range(1, 6)
FASTEST_KM_H = 900


@dataclass(frozen=True)
class Login:
    """An item as the host knows it, and what it really was."""

    item: Item
    truth: str


def logins(count: int, *, seed: int, name: str) -> Sequence[Login]:
    """Return logins; the same seed makes the same ones. Ids begin with `name`."""
    draw = random.Random(seed)
    return [_login(draw, f"{name}-{number:05d}", number) for number in range(count)]


def _login(draw: random.Random, key: str, number: int) -> Login:
    is_away = draw.random() < 0.25
    facts = {
        "account": draw.choice(NAMES),
        "country": draw.choice(COUNTRIES if is_away else COUNTRIES[:1]),
        "hour": draw.choices(range(24), weights=[1] * 6 + [4] * 17 + [2])[0],
        "knows_device": draw.random() > (0.5 if is_away else 0.2),
        "km_h": round(draw.expovariate(1 / (600 if is_away else 30))),
        "is_hosting": draw.random() < (0.25 if is_away else 0.05),
        "failed_count": min(9, int(draw.expovariate(0.9))),
        "second_factor": draw.random() < 0.4,
        "typing_ms": round(draw.gauss(180, 40)),
    }
    item = Item(key, _title(facts), _body(facts), BEGAN_AT + timedelta(minutes=number), "login", facts)
    return Login(item, STOLEN if draw.random() < probability_stolen(facts) else GENUINE)


def probability_stolen(facts: dict[str, object]) -> float:
    """Return the hidden truth's probability, which no rule, expert or model is told."""
    is_new = not facts["knows_device"]
    z = -4 + 2.4 * is_new + 2.6 * (facts["km_h"] > FASTEST_KM_H) + 1.6 * bool(facts["is_hosting"])
    z += 0.3 * facts["failed_count"] + 1.4 * (is_new and facts["hour"] in NIGHT_HOURS)
    z -= 1.2 * bool(facts["second_factor"])
    return 1 / (1 + math.exp(-z))


def _title(facts: dict[str, object]) -> str:
    return f"{facts['account']} from {facts['country']} at {facts['hour']:02d}:00"


def _body(facts: dict[str, object]) -> str:
    return "\n".join(
        [
            f"Device: {'seen before' if facts['knows_device'] else 'never seen before'}",
            f"Network: {'a hosting provider' if facts['is_hosting'] else 'a household or an office'}",
            f"Speed since the last login: {facts['km_h']} km/h",
            f"Failed attempts before it: {facts['failed_count']}",
            f"Second factor: {'given' if facts['second_factor'] else 'not asked for'}",
            f"Time between keys: {facts['typing_ms']} ms",
        ]
    )
