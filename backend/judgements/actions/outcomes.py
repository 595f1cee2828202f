"""Write down what became of each slot of some exposures."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from backend.judgements.ledger import Answer, SlotSeen, outcomes
from backend.judgements.models import Exposure, Judgement, Slot
from backend.questions.spots import label_in, place_of
from backend.questions.units import SPOTS, Meaning, meaning_of


def update_outcomes(*, exposure_ids: Iterable[UUID]) -> None:
    """Recompute the outcome of every slot of these lists, and of the lists they were searched from."""
    given = Exposure.objects.filter(pk__in=set(exposure_ids))
    lists = {exposure.pk: exposure for exposure in given.select_related("question", "within__question")}
    for exposure in list(lists.values()):
        if exposure.within:
            lists[exposure.within.pk] = exposure.within
    for exposure in lists.values():
        _update(exposure)


def _update(exposure: Exposure) -> None:
    slots = list(Slot.objects.filter(project=exposure.project_id, exposure=exposure).order_by("rank"))
    answers = [
        *_answers_to(exposure),
        *(answer for search in exposure.searches.all() for answer in _answers_beside(search, exposure)),
    ]
    became = outcomes([SlotSeen(slot.pk, slot.seen_at_ms, _meaning(exposure, slot)) for slot in slots], answers)
    changed = [slot for slot in slots if slot.outcome != became[slot.pk]]
    for slot in changed:
        slot.outcome = became[slot.pk]
    Slot.objects.bulk_update(changed, ["outcome"])


def _meaning(exposure: Exposure, slot: Slot) -> Meaning:
    kind = exposure.question.kind
    return meaning_of(kind, label_in(slot.label) if kind in SPOTS else slot.label)


def _answers_to(exposure: Exposure) -> list[Answer]:
    """Return the latest standing answer to each unit that was given at a list, to one of its slots or beside them.

    A process of the version before wrote an answer's slot alone.
    """
    slots = list(exposure.slots.values_list("pk", flat=True))
    at_list = Q(exposure=exposure) | Q(exposure=None, slot__in=slots)
    said = (
        Judgement.objects.of(exposure.project_id)
        .filter(at_list)
        .standing()
        .select_related("slot")
        .order_by("judged_at", "id")
    )
    latest = {judgement.unit_id: judgement for judgement in said}
    return [
        Answer(judgement.slot_id, judgement.value, judgement.at_ms or 0, _is_elsewhere(judgement))
        for judgement in latest.values()
    ]


def _is_elsewhere(judgement: Judgement) -> bool:
    """Return whether an answer gives a spot another boundary than the list did."""
    shown = judgement.slot.anchor if judgement.slot else None
    said = [judgement.anchor, (judgement.anchor or {}).get("told")]
    return shown is not None and all(place_of(anchor) != place_of(shown) for anchor in said if anchor)


def _answers_beside(search: Exposure, exposure: Exposure) -> list[Answer]:
    """Return the answers to what was found by searching from a list, on that list's clock."""
    later_ms = (search.shown_at - exposure.shown_at) // timedelta(milliseconds=1)
    return [Answer(None, answer.value, answer.at_ms + later_ms) for answer in _answers_to(search)]
