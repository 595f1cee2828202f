"""What quality does when earlier chapters announce a fact: it writes a job row, no more."""

from typing import Any

from django.dispatch import receiver

from backend.annotators.signals import annotator_blocked
from backend.judgements.signals import unit_answered
from backend.projects.actions.jobs import enqueue
from backend.quality import work
from backend.questions.signals import gold_set, items_changed, settling_changed


@receiver(unit_answered, dispatch_uid="quality.settle")
def settle_later(*, project_id: int, unit_id: int, **_: Any) -> None:
    """Ask for the unit to be settled."""
    enqueue(project=project_id, kind=work.SETTLE, unit_id=unit_id)


@receiver(gold_set, dispatch_uid="quality.vet")
def vet_later(*, project_id: int, unit_id: int, **_: Any) -> None:
    """Ask for those who answered the unit to be vetted."""
    enqueue(project=project_id, kind=work.VET_UNIT, unit_id=unit_id)


@receiver(items_changed, dispatch_uid="quality.stale")
def mark_stale_later(*, project_id: int, item_ids: list[int], **_: Any) -> None:
    """Ask for the labels about changed items to be looked at."""
    enqueue(project=project_id, kind=work.MARK_STALE, item_ids=item_ids)


@receiver(settling_changed, dispatch_uid="quality.settle_anew")
def settle_anew_later(*, project_id: int, question_id: int, **_: Any) -> None:
    """Ask for what was answered to a question to be settled anew."""
    enqueue(project=project_id, kind=work.SETTLE_ANEW, question_id=question_id)


@receiver(annotator_blocked, dispatch_uid="quality.recompute")
def recompute_later(*, project_id: int, annotator_id: int, **_: Any) -> None:
    """Ask for what the person touched to be settled anew."""
    enqueue(project=project_id, kind=work.RECOMPUTE, annotator_id=annotator_id)
