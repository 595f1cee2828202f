"""How far one person has come at a question's desk."""

from datetime import datetime

from backend.annotators.models import Annotator
from backend.assignments.actions.queue import count_left
from backend.assignments.models import Assignment
from backend.desk.actions.ask import judged_by
from backend.questions.models import Question

MOST_LEFT = 1000


def progress_of(*, annotator: Annotator, question: Question, now: datetime) -> dict[str, int]:
    """Return how many units this person answered at the desk, and how many are left for them, up to MOST_LEFT.

    Nothing of what others or software made of their answers is in it: whose answers count no more reads
    the same numbers as anybody.
    """
    answered = Assignment.objects.of(question.project_id).filter(annotator=annotator, unit__question=question)
    return {
        "answered_count": answered.filter(answered_at__isnull=False).count(),
        "left_count": count_left(
            annotator=annotator, question=question, now=now, most=MOST_LEFT, unless=judged_by(annotator, question)
        ),
    }
