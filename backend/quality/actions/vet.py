"""Vet annotators by gold answers, and recompute what a blocked one had touched."""

from backend.annotators.models import Annotator
from backend.judgements.models import Judgement, LiveJudgement
from backend.quality.trust import tally
from backend.questions.models import GoldAnswer


def vet_annotator(*, annotator_id: int) -> None:
    """Write down how often this person was right on gold."""
    annotator = Annotator.objects.get(pk=annotator_id)
    known = dict(GoldAnswer.objects.of(annotator.project_id).values_list("unit", "value"))
    said = (
        Judgement.objects.of(annotator.project_id)
        .live()
        .filter(annotator=annotator, unit__in=known)
        .values_list("unit", "value")
    )
    result = tally((value, known[unit]) for unit, value in said)
    Annotator.objects.filter(pk=annotator_id).update(
        gold_answers_count=result.answers_count, gold_right_count=result.right_count
    )


def annotators_of_unit(*, unit_id: int) -> list[int]:
    """Return who ever answered a unit."""
    told = Judgement.objects.filter(unit=unit_id).values_list("annotator", flat=True)
    return sorted(set(told))


def units_of_annotator(*, annotator_id: int, after: int, most: int) -> list[int]:
    """Return the next units by key, at most so many, that a person has a present answer to."""
    live = LiveJudgement.objects.filter(annotator=annotator_id, unit__gt=after)
    return list(live.values_list("unit", flat=True).order_by("unit")[:most])
