"""The jobs of learning: train a version, and fail one that nobody trains any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from earmark.errors import EarmarkError, IndexFailed

from backend.datasets.errors import DatasetError
from backend.learning.actions.stale import fail_stale
from backend.learning.actions.train import Learned, Lesson, finish, gather, give_up, learn
from backend.learning.errors import LearningError
from backend.suggestions.models import TrainedVersion


@dataclass(frozen=True)
class Errand:
    """A lesson, and what was learned from it once it was."""

    lesson: Lesson
    learned: Learned


@dataclass(frozen=True)
class NotLearned:
    """Why nothing was learned, which trying again would not change."""

    failure: str


def read_work(*, project_id: int, now: datetime, trained_id: int, **_: Any) -> TrainedVersion | None:
    """Return the version to train; None where it is trained already."""
    trained = TrainedVersion.objects.select_related("question").get(pk=trained_id)
    return trained if trained.state == TrainedVersion.State.TRAINING else None


def fit_work(trained: TrainedVersion) -> Errand | NotLearned:
    """Gather what there is to learn and learn it, outside any transaction that lasts."""
    try:
        lesson = gather(trained=trained, now=timezone.now())
        return Errand(lesson, learn(lesson))
    except IndexFailed:
        raise  # it is mended meanwhile
    except (LearningError, DatasetError, EarmarkError) as error:
        return NotLearned(str(error))


def write_work(*, project_id: int, now: datetime, trained_id: int, answer: Errand | NotLearned, **_: Any) -> None:
    """Write down what was learned, or why nothing was."""
    if isinstance(answer, NotLearned):
        give_up(trained_id=trained_id, failure=answer.failure)
        return
    finish(lesson=answer.lesson, learned=answer.learned, now=now)


def give_up_work(*, project_id: int, now: datetime, trained_id: int, failure: str, **_: Any) -> None:
    """Say of a version that could not be trained that it failed, and why."""
    give_up(trained_id=trained_id, failure=f"It failed with {failure}; the worker's log says more.")


def fail_stale_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Fail the versions that nobody trains any more."""
    fail_stale(project_id=project_id, now=now)
