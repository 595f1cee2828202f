"""What suggestions do when earlier chapters announce a fact: they write a job row, no more."""

from typing import Any

from django.dispatch import receiver

from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.questions.signals import item_removed, items_registered
from backend.suggestions.actions.embed import FORGET_ITEMS, embed_later
from backend.suggestions.actions.weigh import FORGET_VALUES
from backend.suggestions.embedder import why_off


@receiver(items_registered, dispatch_uid="suggestions.embed")
def embed_what_changed(*, project_id: int, **_: Any) -> None:
    """Ask for new and changed items to be embedded, where embedding is on."""
    if not why_off():
        embed_later(project_id=project_id)


@receiver(item_removed, dispatch_uid="suggestions.forget")
def forget_what_is_removed(*, project_id: int, item_id: int, **_: Any) -> None:
    """Ask for the item's vectors to be deleted, whether embedding is on or not, and for values only it had."""
    enqueue(project=project_id, kind=FORGET_ITEMS, item_ids=[item_id])
    enqueue_once(project=project_id, kind=FORGET_VALUES)
