"""Let what somebody marks meet what others marked: the unit of a spot, and how many spots a person may mark."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from backend.annotators.models import Annotator
from backend.judgements.errors import TooManySpots
from backend.judgements.models import Judgement, Withdrawal
from backend.questions.actions.units import unit_of_spot
from backend.questions.models import Item, Question, Unit
from backend.questions.relocated import MOST_SEARCHED, anchors_now
from backend.questions.spots import SAME_SPOT, Numbers, anchor_now, numbers_of, overlap, spot_key, text_of
from backend.questions.units import NONE, UNSURE

NO_LABELS = (NONE, UNSURE)
MARKED_AND_TAKEN_BACK = 5
"""How many times as many spots as may stand a person may mark in one item when they take them back again."""

Lies = list[tuple[Unit, Numbers]]


@dataclass
class _Own:
    """What one person says of an item: where each unit lies, and how many they marked by themselves."""

    pk: int = 0
    places: dict[int, Numbers] = field(default_factory=dict)
    standing: set[int] = field(default_factory=set)
    ever: set[int] = field(default_factory=set)
    last: dict[int, tuple[datetime, UUID]] = field(default_factory=dict)
    """Of each unit when the answer was given that says where it lies, and its id."""
    taken_back: set[UUID] = field(default_factory=set)
    """The answers that were taken back before they came."""

    def say(self, said: Judgement, place: Numbers | None) -> None:
        """Add an answer that stands, in whatever order it comes."""
        at = (said.judged_at, said.pk)
        if place and at >= self.last.get(said.unit_id, at):
            self.places[said.unit_id], self.last[said.unit_id] = place, at
        if said.slot_id is None and said.assignment_id is None:
            self.standing.add(said.unit_id)
            self.ever.add(said.unit_id)


@dataclass
class Looks:
    """What one batch looked through so far, and what it knows: spots are locked until its transaction ends."""

    searched_count: int = 0
    """Signs of text that were searched in vain for words that pages said they marked."""
    looked_through_count: int = 0
    """Signs of text that were looked through for others like the words that were marked."""
    known: dict[tuple[int, int], Lies] = field(default_factory=dict)
    own: dict[tuple[int, int, int], _Own] = field(default_factory=dict)

    @property
    def may_search(self) -> bool:
        """Return whether words of another text may still be searched for."""
        return self.searched_count <= MOST_SEARCHED

    @property
    def may_look_through(self) -> bool:
        """Return whether a text may still be looked through for the like of what is marked in it."""
        return self.looked_through_count < MOST_SEARCHED

    def spots_of(self, question: Question, item: Item, text: str) -> Lies:
        """Return the known spots of an item with where they lie now, read once; a new one is added to them."""
        if (question.pk, item.pk) not in self.known:
            now = units_now(question, item, text)
            self.known[question.pk, item.pk] = [(unit, numbers_of(anchor)) for unit, anchor in now]
        return self.known[question.pk, item.pk]

    def own_of(self, annotator: Annotator, question: Question, item: Item, text: str) -> _Own:
        """Return what a person says of an item, read once; what they say in this batch is added by `hear`."""
        key = (annotator.pk, question.pk, item.pk)
        if key not in self.own:
            self.own[key] = _own(annotator, question, item, text)
        return self.own[key]

    def hear(self, said: Judgement) -> None:
        """Take note of an answer that was written in this batch, if it is about a spot."""
        own = self.own.get((said.annotator_id, said.question_id, said.unit.item_id))
        if own is None:
            return
        if said.pk in own.taken_back:
            own.ever |= set() if said.slot_id or said.assignment_id else {said.unit_id}
        else:
            text = text_asked(said.question, said.unit.item)
            own.say(said, numbers_of(anchor_now(said.anchor, text) or said.anchor) if said.anchor else None)

    def forget(self) -> None:
        """Read anew what is known: something that was written went again, or was taken back."""
        self.known.clear()
        self.own.clear()


def text_asked(question: Question, item: Item) -> str:
    """Return the text that a question's spots lie in, empty where they lie in a picture."""
    return text_of(item.body, item.metadata) if question.kind == Question.Kind.SPAN else ""


def meet(
    *,
    question: Question,
    item: Item,
    anchor: dict[str, Any],
    label: str,
    annotator: Annotator | None = None,
    is_limited: bool = False,
    looks: Looks | None = None,
) -> Unit:
    """Return the unit of what was marked or guessed in an item.

    It is the unit of exactly this place; else the one of greatest overlap, at least SAME_SPOT, of which this label is
    said most, and of which this person does not say another place; of two as close the one with the lower key. Else a
    new one. Where it is limited, raises TooManySpots for a spot beyond those that a person may mark by themselves.
    The caller holds `lock_spots`.
    """
    looks = looks or Looks()
    text = text_asked(question, item)
    here = numbers_of(anchor_now(anchor, text) or anchor)
    lies = looks.spots_of(question, item, text)
    own = looks.own_of(annotator, question, item, text) if annotator else _Own()
    unit = _met(lies, here, spot_key(item.pk, anchor), label, own)
    if is_limited and (unit is None or unit.pk not in own.places):
        _check_room(question, item, own)
    if unit is None:
        unit = unit_of_spot(question=question, item=item, anchor=anchor)
        lies.append((unit, here))
    return unit


def _own(annotator: Annotator, question: Question, item: Item, text: str) -> _Own:
    """Return what a person says of an item, in this batch too, where nothing is live yet."""
    told = Judgement.objects.of(question.project_id).on(question).filter(annotator=annotator, unit__item=item)
    by_themselves = told.filter(slot=None, assignment=None)
    undone = Withdrawal.objects.of(question.project_id).filter(annotator=annotator)
    came = Judgement.objects.filter(pk=OuterRef("judgement_key"))
    own = _Own(
        annotator.pk,
        ever=set(by_themselves.values_list("unit", flat=True)),
        taken_back=set(undone.filter(~Exists(came)).values_list("judgement_key", flat=True)),
    )
    standing = list(told.standing().only("judged_at", "unit", "slot", "assignment", "anchor"))
    for said, now in zip(standing, anchors_now((said.anchor for said in standing), text), strict=True):
        own.say(said, numbers_of(now or said.anchor) if said.anchor else None)
    return own


def _check_room(question: Question, item: Item, own: _Own) -> None:
    most = question.most_spots
    if len(own.standing) >= most or len(own.ever) >= MARKED_AND_TAKEN_BACK * most:
        raise TooManySpots(most=most, item=item.key)


def _met(lies: Lies, here: Numbers, key: str, label: str, own: _Own) -> Unit | None:
    """Return the unit that a place meets among those there are, or None."""
    exact = [
        (unit.key != key, there != here, unit.key, unit)
        for unit, there in lies
        if unit.key == key or here in (there, own.places.get(unit.pk))
    ]
    if exact:
        return min(exact, key=lambda each: each[:3])[3]
    near = [
        (-shared, unit.key, unit)
        for unit, there in lies
        if (shared := overlap(here, there)) >= SAME_SPOT and unit.pk not in own.places
    ]
    standing = standing_of([unit for _, _, unit in near], own=own.pk)
    fit = [each for each in near if standing[each[2].pk].leads(label)]
    return min(fit, key=lambda each: each[:2])[2] if fit else None


def units_now(question: Question, item: Item, text: str) -> list[tuple[Unit, dict[str, Any]]]:
    """Return the known spots of an item, each with where it lies in the text as it is now; none that is gone."""
    known = list(question.units.filter(item=item).order_by("key"))
    for unit in known:
        unit.item = item
    lies = anchors_now((unit.anchor for unit in known), text)
    return [(unit, now) for unit, now in zip(known, lies, strict=True) if now]


@dataclass
class Standing:
    """What stands of a unit: how often each label was said by people who are not blocked."""

    labels: Counter[str] = field(default_factory=Counter)

    @property
    def leading(self) -> str:
        """Return the label that is said most, of two the first in the alphabet; empty where none is."""
        return min(self.labels, key=lambda label: (-self.labels[label], label), default="")

    def leads(self, label: str) -> bool:
        """Return whether a label is said most of the unit; of one without any label, each is."""
        most = max(self.labels.values(), default=0)
        return label in NO_LABELS or self.labels[label] == most


def standing_of(units: Collection[Unit], *, own: int = 0) -> Mapping[int, Standing]:
    """Return what stands of units; of the person `own` also what they said in this batch, which is not live yet."""
    found: dict[int, Standing] = defaultdict(Standing)
    if not units:
        return found
    project = {unit.project_id for unit in units}
    told = Judgement.objects.filter(project__in=project, unit__in=units, annotator__blocked_at=None)
    theirs = told.standing().filter(annotator=own).order_by("judged_at", "id").values_list("unit", "value")
    live = told.live().exclude(annotator=own).values_list("unit", "value")
    for unit, value in [*live, *(dict(theirs) if own else {}).items()]:
        if value not in NO_LABELS:
            found[unit].labels[value] += 1
    return found
