"""Tasks of the queue; each is three lines."""

from typing import Any

from celery import shared_task

from backend.projects.actions.jobs import drain_jobs


@shared_task(name="projects.drain", ignore_result=True)
def drain(**kwargs: Any) -> None:
    """Do waiting jobs for a few seconds; nudge again if some are left."""
    drain_jobs()
