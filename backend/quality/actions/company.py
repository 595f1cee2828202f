"""What one person may be told of the units they answered: who agrees, and what is believed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend.annotators.models import Annotator
from backend.judgements.models import Judgement
from backend.quality.actions.bounds import belief_of
from backend.quality.consensus import SETTLED, Belief
from backend.questions.models import Unit


@dataclass(frozen=True)
class Company:
    """What others say of a unit, how many people say each value, and what is believed."""

    belief: Belief
    others: Mapping[str, int] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)

    @property
    def agree_count(self) -> int:
        """Return how many of the votes are for the leading value."""
        return max(self.belief.votes.values(), default=0)

    @property
    def settled_value(self) -> str:
        """Return the value that is settled, empty while none is."""
        return self.belief.value if self.belief.state == SETTLED else ""


def company_of(*, annotator: Annotator, units: Iterable[Unit]) -> dict[int, Company]:
    """Return by unit what this person may be told, from the answers that stand now.

    Their own mark counts in what they are told even where it does not in truth, since they are blocked
    or wrote the item: nobody can tell from an answer of ours whether they count. One query.
    """
    by_key = {unit.pk: unit for unit in units}
    live = Judgement.objects.of(annotator.project_id).live().filter(unit__in=by_key).select_related("annotator")
    said: dict[int, list[Judgement]] = defaultdict(list)
    for judgement in live.order_by("judged_at", "id"):
        said[judgement.unit_id].append(judgement)
    return {key: _company(annotator, unit, said[key]) for key, unit in by_key.items()}


def _company(annotator: Annotator, unit: Unit, said: list[Judgement]) -> Company:
    return Company(
        belief=belief_of(unit, said, told_to=annotator).belief,
        others=Counter(judgement.value for judgement in said if judgement.annotator_id != annotator.pk),
        people=Counter(judgement.value for judgement in said),
    )
