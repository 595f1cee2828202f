"""The jobs of the desk: erase a person, a step at a time."""

from datetime import datetime
from typing import Any

from backend.desk.actions.erase import ERASE, continue_erasure
from backend.desk.models import Erasure
from backend.projects.actions.jobs import enqueue


def erase_work(*, project_id: int, now: datetime, erasure_id: int, **_: Any) -> None:
    """Do the next step, and ask for the one after it; of another project there is nothing to do."""
    if not Erasure.objects.of(project_id).filter(pk=erasure_id).exists():
        return
    if continue_erasure(erasure_id=erasure_id, now=now):
        enqueue(project=project_id, kind=ERASE, erasure_id=erasure_id)
