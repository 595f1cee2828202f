"""When a unit's label is settled, by the policy of its question. Pure.

A tie settles nothing. `unsure` says nothing. The order of the votes plays no part.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from backend.questions.units import UNSURE

OPEN = "open"
PROPOSED = "proposed"
CONTESTED = "contested"
SETTLED = "settled"

CONFIRM = "confirm"
TRUSTING = "trusting"
EXPERT = "expert"

ASKED_ORIGINS = frozenset({"drawn", "assigned", "gold"})


@dataclass(frozen=True)
class Mark:
    """One person's present answer: its value, how it came about, who they are, and whether it may count."""

    value: str
    origin: str
    annotator_kind: str = "customer"
    counts: bool = True


@dataclass(frozen=True)
class Policy:
    """How a question settles: `overlap` agreeing votes without dissent, or one more against a single dissent."""

    name: str
    overlap: int = 2
    minimum: int = 1
    maximum: int = 7


@dataclass(frozen=True)
class Belief:
    """What is believed: `value` is empty while nothing is; `probability` is None without a vote."""

    state: str
    value: str = ""
    probability: float | None = None
    votes: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def votes_count(self) -> int:
        """Return how many votes counted."""
        return sum(self.votes.values())


def is_vote(mark: Mark, policy: str) -> bool:
    """Return whether a mark counts as a vote under a policy.

    `confirm`: what the server asked for. `trusting`: every mark, and more than half must agree.
    `expert`: what experts say, and more than half of them must agree.
    """
    if not mark.counts or mark.value == UNSURE:
        return False
    if policy == CONFIRM:
        return mark.origin in ASKED_ORIGINS
    if policy == EXPERT:
        return mark.annotator_kind == "expert"
    return True


def settle(marks: Iterable[Mark], policy: Policy, *, values_count: int) -> Belief:
    """Return what to believe of a unit whose question allows `values_count` values.

    The probability is (k + 1) / (n + values_count) for k of n votes (Laplace's rule of succession),
    until a better model stands. A lone proposal carries the value most marks propose, and no probability.
    """
    said = [mark for mark in marks if mark.counts and mark.value != UNSURE]
    votes = Counter(mark.value for mark in said if is_vote(mark, policy.name))
    proposals = Counter(mark.value for mark in said)
    if not votes:
        return _proposal(proposals)
    ranked = votes.most_common()
    top_value, top_count = ranked[0]
    cast = votes.total()
    dissent = cast - top_count
    belief = Belief(CONTESTED, votes=dict(votes), marks=dict(proposals))
    leading = replace(belief, state=OPEN, value=top_value, probability=(top_count + 1) / (cast + values_count))
    if cast >= policy.minimum and _is_enough(top_count, dissent, policy):
        return replace(leading, state=SETTLED)
    return belief if dissent else leading


def _proposal(proposals: Counter[str]) -> Belief:
    if not proposals:
        return Belief(OPEN)
    ranked = proposals.most_common()
    is_tie = len(ranked) > 1 and ranked[1][1] == ranked[0][1]
    return Belief(PROPOSED, "" if is_tie else ranked[0][0], marks=dict(proposals))


def _is_enough(top: int, dissent: int, policy: Policy) -> bool:
    """Return whether the leading value settles; none of these lets a tie through."""
    return top >= _enough(dissent, policy)


def _enough(dissent: int, policy: Policy) -> int:
    """Return how many votes the leading value needs against a dissent."""
    if policy.name in (TRUSTING, EXPERT):
        return dissent + 1
    return policy.overlap if dissent == 0 else (policy.overlap + 1) * dissent


def people_wanted(marks: Iterable[Mark], policy: Policy, *, asked_count: int) -> int:
    """Return how many people in all are wanted at the desk, where `asked_count` of them have answered.

    That is those who have, whatever they said, and the fewest further votes for the leading value
    that would settle: none once it is settled. Neither the people nor the votes wanted pass the
    policy's maximum.
    """
    votes = Counter(mark.value for mark in marks if is_vote(mark, policy.name))
    cast = votes.total()
    top = max(votes.values(), default=0)
    missing = max(_enough(cast - top, policy) - top, policy.minimum - cast, 0)
    return asked_count + max(0, min(missing, policy.maximum - max(cast, asked_count)))
