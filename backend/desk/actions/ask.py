"""Ask the next unit at the desk: take it from the queue, fill the queue where it is empty, log what is shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from backend.annotators.models import Annotator
from backend.assignments.actions.queue import take_next
from backend.assignments.models import Assignment
from backend.desk.actions.fill import fill_queue, lock_filling
from backend.judgements.actions.show import show_assigned
from backend.judgements.models import Exposure, LiveJudgement
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, Question, Unit
from backend.questions.relocated import without_told
from backend.questions.spots import SAME_SPOT, anchor_now, label_in, numbers_of, overlap, text_of
from backend.suggestions.guesses import Guess
from backend.suggestions.retrieval import guesses_for

LOOKS = 5
"""How often one call looks at further items; past that the next call goes on."""


@dataclass(frozen=True)
class Asked:
    """What one person is asked now: the items to look at, the first of them the one the list is about."""

    assignment: Assignment
    exposure: Exposure
    items: list[Item]


def ask_next(*, annotator: Annotator, question: Question, now: datetime, but: Collection[int] = ()) -> Asked | None:
    """Ask this person the unit that most wants an answer of theirs, and log it as shown; None where none is left.

    What they were asked and have not answered is asked again under the list that was logged, while
    its lease runs and its items stay as they are. `but` names assignments that are not asked again.
    """
    running = Assignment.objects.of(question.project_id).filter(annotator=annotator, answered_at=None)
    kept = set(running.filter(lease_until__gt=now).values_list("pk", flat=True))
    assignment = _take(annotator, question, now, but)
    if assignment is None:
        return None
    items = _items_of(assignment.unit)
    changed_at = max(item.updated_at for item in items)
    logged = Exposure.objects.of(question.project_id).filter(assignment=assignment, annotator=annotator)
    exposure = logged.filter(shown_at__gte=changed_at).order_by("-shown_at").first() if assignment.pk in kept else None
    return Asked(assignment, exposure or _log(annotator, question, assignment, items, now), items)


def _take(annotator: Annotator, question: Question, now: datetime, but: Collection[int]) -> Assignment | None:
    judged = judged_by(annotator, question)

    def take(*, again: bool) -> Assignment | None:
        return take_next(annotator=annotator, question=question, now=now, unless=judged, but=but, again=again)

    found = take(again=False)
    for _ in range(LOOKS):
        if found is not None:
            return found
        lock_filling(question=question)
        found = take(again=False)  # whoever had the lock before us may have filled
        if found is None and not fill_queue(question=question, now=now):
            break
    return found or take(again=True)


def judged_by(annotator: Annotator, question: Question) -> Exists:
    """Return the condition on units that this person's answer to them stands, wherever it was given."""
    live = LiveJudgement.objects.of(question.project_id)
    return Exists(live.filter(question=question, annotator=annotator, unit=OuterRef("pk")))


def _items_of(unit: Unit) -> list[Item]:
    """Return what is looked at; of a pair first the later item, which is asked about as in the host's pages."""
    items = [unit.item] + ([unit.other] if unit.other else [])
    return sorted(items, key=lambda item: (item.created_at is not None, item.created_at or 0, item.pk), reverse=True)


def _log(
    annotator: Annotator, question: Question, assignment: Assignment, items: list[Item], now: datetime
) -> Exposure:
    return show_assigned(
        annotator=annotator,
        question=question,
        item=items[0],
        guesses=_asked_about(question, assignment.unit, items),
        assignment=assignment,
        now=now,
    )


def _asked_about(question: Question, unit: Unit, items: list[Item]) -> list[Guess]:
    """Return the one candidate of the unit, as software guessed it where it did.

    Of a choice that is the label guessed best, and none where the desk is blind: who answers sees none. Of a spot it
    is the place, and its label where the desk is not blind: the one believed, or guessed.
    """
    if unit.anchor:
        return [_spot(question, unit, items[0])]
    if question.kind == Question.Kind.CHOICE:
        return [] if question.is_blind else guesses_for(question=question, item=items[0])[:1]
    named = Guess.of_label(unit.label) if unit.label else Guess.of_item(items[1])
    guessed = guesses_for(question=question, item=items[0])
    return [next((guess for guess in guessed if guess.candidate_key == named.candidate_key), named)]


def _spot(question: Question, unit: Unit, item: Item) -> Guess:
    """Return the spot of a unit as it is asked about; where it lay, if its words are gone from the text."""
    anchor = anchor_now(unit.anchor or {}, text_of(item.body, item.metadata)) or without_told(unit.anchor or {})
    if question.is_blind:
        return Guess.of_spot(anchor, "")
    guesses = [guess for guess in guesses_for(question=question, item=item) if guess.anchor]
    place = numbers_of(anchor)
    near = [guess for guess in guesses if guess.anchor and overlap(numbers_of(guess.anchor), place) >= SAME_SPOT]
    believed = ConsensusLabel.objects.of(unit.project_id).filter(unit=unit).values_list("value", flat=True).first()
    label = believed or next((label_in(guess.label) for guess in near), "")
    named = Guess.of_spot(anchor, label if label in question.labels else "")
    return next((guess for guess in near if guess.label == named.label), named)
