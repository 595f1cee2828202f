"""Which settled boxes were put on a picture that their item does not show any more."""

from collections import defaultdict
from collections.abc import Set as AbstractSet

from django.db.models import Exists, OuterRef, QuerySet

from backend.judgements.models import Judgement
from backend.quality.boundaries import AGREES
from backend.quality.models import ConsensusLabel
from backend.questions.actions.items import content_hash_of
from backend.questions.models import Item, ItemSnapshot, Question
from backend.questions.spots import numbers_of, overlap, picture_of
from backend.questions.units import NONE
from backend.suggestions.items import batched


def boxes_elsewhere(question: Question) -> frozenset[int]:
    """Return the units of settled boxes that nobody whose answer counts put on the picture their item has now.

    A box is put there by who says its label and a boundary that agrees with the believed one; of `none` by who says
    that. Where the text beside the picture alone was changed since, the picture is the same.
    """
    if question.kind != Question.Kind.REGION:
        return frozenset()
    of_another = _said(question).filter(unit=OuterRef("unit"), value=OuterRef("value"))
    of_another = of_another.exclude(item_hash=OuterRef("unit__item__content_hash"))
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled()
    perhaps = settled.filter(Exists(of_another), unit__anchor__isnull=False).select_related("unit__item")
    shown, found = _Shown(), set[int]()
    for labels in batched(perhaps.order_by("unit__item", "unit")):
        answers = _answers(question, [label.unit_id for label in labels])
        found |= {
            label.unit_id
            for label in labels
            if not any(
                said.item_hash in shown.with_present_picture(label.unit.item) and _puts_it_there(said, label)
                for said in answers[label.unit_id]
            )
        }
    return frozenset(found)


def _said(question: Question) -> QuerySet[Judgement]:
    said = Judgement.objects.of(question.project_id).on(question).live()
    return said.filter(annotator__blocked_at=None, has_conflict_of_interest=False)


def _answers(question: Question, units: list[int]) -> dict[int, list[Judgement]]:
    found = defaultdict[int, list[Judgement]](list)
    for said in _said(question).filter(unit__in=units):
        found[said.unit_id].append(said)
    return found


def _puts_it_there(said: Judgement, label: ConsensusLabel) -> bool:
    if said.value != label.value or said.value == NONE:
        return said.value == label.value
    drawn, believed = said.anchor, label.unit.anchor
    return bool(drawn and believed and overlap(numbers_of(drawn), numbers_of(believed)) >= AGREES)


class _Shown:
    """The contents of items by their hashes: those in which the picture was the one of today."""

    def __init__(self) -> None:
        self._known: tuple[int, AbstractSet[str]] = (0, frozenset())

    def with_present_picture(self, item: Item) -> AbstractSet[str]:
        """Return the hashes of what an item was with the picture it has now; items come one after the other."""
        if self._known[0] != item.pk:
            picture, earlier = picture_of(item.metadata), ItemSnapshot.objects.of(item.project_id).filter(item=item)
            same = {
                each.content_hash
                for each in earlier
                if each.content_hash == content_hash_of(title=each.title, body=each.body, picture=picture)
            }
            self._known = (item.pk, same | {item.content_hash})
        return self._known[1]
