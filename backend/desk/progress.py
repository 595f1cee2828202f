"""How far a question's desk has come."""

from django.db.models import Count

from backend.annotators.models import Annotator
from backend.assignments.models import Assignment
from backend.quality.models import ConsensusLabel
from backend.questions.models import Question, Unit


def progress_of(*, annotator: Annotator, question: Question) -> dict[str, int]:
    """Return how many units this person answered at the desk, and how many are settled, contested and open."""
    states = ConsensusLabel.objects.of(question.project_id).filter(question=question).values("state").order_by()
    counts = dict(states.annotate(count=Count("pk")).values_list("state", "count"))
    unsettled = Unit.objects.of(question.project_id).filter(question=question, settled_value="").count()
    contested = counts.get(ConsensusLabel.State.CONTESTED, 0)
    answered = Assignment.objects.of(question.project_id).filter(annotator=annotator, unit__question=question)
    return {
        "answered_count": answered.filter(answered_at__isnull=False).count(),
        "settled_count": counts.get(ConsensusLabel.State.SETTLED, 0),
        "contested_count": contested,
        "open_count": max(0, unsettled - contested),
    }
