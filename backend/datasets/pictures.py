"""Which settled boxes were put on a picture that their item does not show any more."""

from collections import defaultdict
from collections.abc import Iterable

from backend.judgements.models import Judgement
from backend.quality.boundaries import AGREES
from backend.quality.models import ConsensusLabel
from backend.questions.actions.items import content_hash_of
from backend.questions.models import Item, ItemSnapshot, Question
from backend.questions.spots import numbers_of, overlap, picture_of
from backend.questions.units import NONE
from backend.suggestions.items import batched

CHUNK = 500


def boxes_elsewhere(question: Question) -> frozenset[int]:
    """Return the units of settled boxes that nobody whose answer counts put on the picture their item has now.

    A box is put there by who says its label and a boundary that agrees with the believed one; of `none` by who says
    that. Where the text beside the picture alone was changed since, the picture is the same.
    """
    if question.kind != Question.Kind.REGION:
        return frozenset()
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled().filter(unit__anchor__isnull=False)
    lean = settled.select_related("unit__item").defer("unit__item__title", "unit__item__body")
    found = set[int]()
    for labels in batched(lean.order_by("unit__item", "unit").iterator(CHUNK)):
        answers = _answers(question, [label.unit_id for label in labels])
        perhaps = [label for label in labels if any(_is_of_another(said, label) for said in answers[label.unit_id])]
        shown = _with_present_picture(question, [label.unit.item for label in perhaps])
        found |= {
            label.unit_id
            for label in perhaps
            if not any(
                said.item_hash in shown[label.unit.item_id] and _puts_it_there(said, label)
                for said in answers[label.unit_id]
            )
        }
    return frozenset(found)


def _answers(question: Question, units: list[int]) -> dict[int, list[Judgement]]:
    found = defaultdict[int, list[Judgement]](list)
    for said in Judgement.objects.of(question.project_id).on(question).counting().filter(unit__in=units):
        found[said.unit_id].append(said)
    return found


def _puts_it_there(said: Judgement, label: ConsensusLabel) -> bool:
    if said.value != label.value or said.value == NONE:
        return said.value == label.value
    drawn, believed = said.anchor, label.unit.anchor
    return bool(drawn and believed and overlap(numbers_of(drawn), numbers_of(believed)) >= AGREES)


def _is_of_another(said: Judgement, label: ConsensusLabel) -> bool:
    return said.value == label.value and said.item_hash != label.unit.item.content_hash


def _with_present_picture(question: Question, items: Iterable[Item]) -> dict[int, set[str]]:
    """Return, by item, the hashes of what it was with the picture it has now."""
    by_id = {item.pk: item for item in items}
    shown = {item.pk: {item.content_hash} for item in by_id.values()}
    for each in ItemSnapshot.objects.of(question.project_id).filter(item__in=by_id).iterator(CHUNK):
        picture = picture_of(by_id[each.item_id].metadata)
        if each.content_hash == content_hash_of(title=each.title, body=each.body, picture=picture):
            shown[each.item_id].add(each.content_hash)
    return shown
