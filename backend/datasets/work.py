"""The jobs of datasets: freeze a version."""

from datetime import datetime
from typing import Any

from backend.datasets.actions.freeze import freeze_version, progress_of
from backend.datasets.models import DatasetVersion

LEASE_S = 12 * 3600
"""A version of some million labels takes an hour or more; whose claim ran out meanwhile would be undone at its end."""


def freeze_work(*, project_id: int, now: datetime, version_id: int, **_: Any) -> None:
    """Freeze a version."""
    freeze_version(version_id=version_id, now=now)


def give_up_work(*, project_id: int, now: datetime, version_id: int, failure: str, **_: Any) -> None:
    """Say of a version that could not be built that it failed, and why."""
    building = DatasetVersion.objects.filter(pk=version_id, state=DatasetVersion.State.BUILDING)
    for version in building.select_related("dataset"):
        progress_of(version).end()
    building.update(state=DatasetVersion.State.FAILED, failure=failure)
