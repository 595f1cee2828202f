"""What learning does when earlier chapters announce a fact: it writes a job row, no more."""

from typing import Any

from django.dispatch import receiver

from backend.learning.actions.forget import FORGET
from backend.projects.actions.jobs import enqueue_once
from backend.questions.signals import item_removed


@receiver(item_removed, dispatch_uid="learning.forget")
def forget_what_is_removed(*, project_id: int, **_: Any) -> None:
    """Ask for what only the item said to leave what was learned."""
    enqueue_once(project=project_id, kind=FORGET)
