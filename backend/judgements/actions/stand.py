"""Let the judgement that stands now be the live one, and its assignment the answered one."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from backend.annotators.models import Annotator
from backend.assignments.actions.queue import reopen_assignment
from backend.assignments.models import Assignment
from backend.judgements.models import Judgement, LiveJudgement
from backend.judgements.signals import unit_answered
from backend.questions.models import Unit

_MOVE = """
insert into judgements_livejudgement as live (project_id, question_id, annotator_id, unit_id, judgement_id)
values (%s, %s, %s, %s, %s)
on conflict (project_id, question_id, annotator_id, unit_id)
do update set judgement_id = excluded.judgement_id
"""


def stand_again(*, annotator: Annotator, units: Iterable[Unit]) -> None:
    """Let the person's latest judgement of each unit that they have not taken back stand, or none.

    Latest is by the time of judging, then by id, so the order of arrival plays no part. The caller
    holds the annotator's row lock. Announces each unit.
    """
    for unit in units:
        _move(annotator, unit)
        unit_answered.send(Judgement, project_id=annotator.project_id, unit_id=unit.pk)


def _move(annotator: Annotator, unit: Unit) -> None:
    said = Judgement.objects.of(annotator.project_id).filter(annotator=annotator, unit=unit)
    latest = said.standing().order_by("-judged_at", "-id").first()
    if latest is None:
        LiveJudgement.objects.of(annotator.project_id).filter(annotator=annotator, unit=unit).delete()
    else:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [annotator.project_id, unit.question_id, annotator.pk, unit.pk, latest.pk])


def answer_assignments(*, assignment_ids: Iterable[int], now: datetime) -> None:
    """Write down which of these assignments are answered: those with a judgement that was not taken back.

    The others are kept for their annotators anew, who have just taken an answer back.
    """
    for assignment in Assignment.objects.filter(pk__in=set(assignment_ids)):
        stands = Judgement.objects.of(assignment.project_id).filter(assignment=assignment).standing().exists()
        if stands and assignment.answered_at is None:
            Assignment.objects.filter(pk=assignment.pk).update(answered_at=now)
        elif not stands:
            reopen_assignment(assignment=assignment, now=now)
