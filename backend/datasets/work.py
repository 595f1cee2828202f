"""The jobs of datasets: freeze a version."""

from datetime import datetime
from typing import Any

from backend.datasets.actions.freeze import freeze_version


def freeze_work(*, project_id: int, now: datetime, version_id: int, **_: Any) -> None:
    """Freeze a version."""
    freeze_version(version_id=version_id, now=now)
