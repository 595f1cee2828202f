"""The jobs of quality: settle units, vet people, see what a block, a policy or an edit changes, analyse rules."""

from datetime import datetime, timedelta
from typing import Any

from backend.projects.actions.jobs import enqueue
from backend.quality.actions.gone import items_with_spans, spans_to_look_at, want_anew
from backend.quality.actions.rules import Examination, analyse_later, begin_examinations, examined, write_examination
from backend.quality.actions.settle import mark_stale, settle_unit
from backend.quality.actions.vet import annotators_of_unit, units_of_annotator, vet_annotator
from backend.quality.models import ConsensusLabel
from backend.questions.models import GoldAnswer, Question, Unit

SETTLE = "quality.settle_unit"
VET_UNIT = "quality.vet_unit"
RECOMPUTE = "quality.recompute_annotator"
MARK_STALE = "quality.mark_stale"
SETTLE_ANEW = "quality.settle_anew"
LOOK_FOR_WORDS = "quality.look_for_words"
WANT_ANEW = "quality.want_anew"
UNITS_AT_ONCE = 200
"""Units that are asked for together: whatever people answer meanwhile waits for no more than these."""


def settle_work(*, project_id: int, now: datetime, unit_id: int, **_: Any) -> None:
    """Settle a unit, and vet those who answered it where its answer is known.

    Within a day votes of rules weigh by it. A unit that went with an erased person is done with.
    """
    if not Unit.objects.of(project_id).filter(pk=unit_id).exists():
        return
    label = settle_unit(unit_id=unit_id, now=now)
    if label.state == ConsensusLabel.State.SETTLED:
        analyse_later(question=label.question, due_at=now + timedelta(days=1))
    if GoldAnswer.objects.filter(project=project_id, unit=unit_id).exists():
        vet_unit_work(project_id=project_id, now=now, unit_id=unit_id)


def vet_unit_work(*, project_id: int, now: datetime, unit_id: int, **_: Any) -> None:
    """Vet everybody who answered a unit."""
    for annotator_id in annotators_of_unit(unit_id=unit_id):
        vet_annotator(annotator_id=annotator_id)


def mark_stale_work(*, project_id: int, now: datetime, item_ids: list[int], **_: Any) -> None:
    """Look which labels about changed items are stale, and later for the words of spans, a job each item.

    To look for words that are gone takes some hundredths of a second: of all items of a call, longer than a job may.
    """
    mark_stale(project_id=project_id, item_ids=item_ids)
    for item_id in items_with_spans(project_id=project_id, item_ids=item_ids):
        enqueue(project=project_id, kind=LOOK_FOR_WORDS, item_id=item_id)


def look_for_words_work(*, project_id: int, now: datetime, item_id: int, **_: Any) -> None:
    """Look which spans of an item can be asked about by now, or no more, a job each."""
    for unit_id in spans_to_look_at(project_id=project_id, item_id=item_id):
        enqueue(project=project_id, kind=WANT_ANEW, unit_id=unit_id)


def want_anew_work(*, project_id: int, now: datetime, unit_id: int, **_: Any) -> None:
    """Ask about a span, or about it no more, by whether its words are there."""
    want_anew(unit_id=unit_id, now=now)


def recompute_work(*, project_id: int, now: datetime, annotator_id: int, after: int = 0, **_: Any) -> None:
    """Settle anew each unit that a person answered, a job each: some, and the others after these."""
    units = units_of_annotator(annotator_id=annotator_id, after=after, most=UNITS_AT_ONCE)
    for unit_id in units:
        enqueue(project=project_id, kind=SETTLE, unit_id=unit_id)
    if len(units) == UNITS_AT_ONCE:
        enqueue(project=project_id, kind=RECOMPUTE, annotator_id=annotator_id, after=units[-1])


def settle_anew_work(*, project_id: int, now: datetime, question_id: int, after: int = 0, **_: Any) -> None:
    """Settle anew each unit of a question that has a label, a job each: some, and the others after these."""
    labels = ConsensusLabel.objects.of(project_id).filter(question=question_id, unit__gt=after).order_by("unit")
    units = list(labels.values_list("unit", flat=True)[:UNITS_AT_ONCE])
    for unit_id in units:
        enqueue(project=project_id, kind=SETTLE, unit_id=unit_id)
    if len(units) == UNITS_AT_ONCE:
        enqueue(project=project_id, kind=SETTLE_ANEW, question_id=question_id, after=units[-1])


def read_rules(*, project_id: int, now: datetime, question_id: int, **_: Any) -> list[Examination] | None:
    """Return what is to be examined; None where the question is gone or names no rules any more."""
    question = Question.objects.of(project_id).filter(pk=question_id).first()
    return (begin_examinations(question=question) or None) if question else None


def ask_rules(examinations: list[Examination]) -> list[Examination]:
    """Ask the rules, outside any transaction."""
    return [examined(each) for each in examinations]


def write_rules(*, project_id: int, now: datetime, question_id: int, answer: list[Examination], **_: Any) -> None:
    """Write what was found."""
    question = Question.objects.of(project_id).filter(pk=question_id).first()
    if question is not None:
        for examination in answer:
            write_examination(question=question, examination=examination, now=now)
