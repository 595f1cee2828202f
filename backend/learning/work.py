"""The jobs of learning: train a version, fail one that nobody trains any more, forget what is gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from earmark.errors import EarmarkError, IndexFailed

from backend.datasets.errors import DatasetError
from backend.learning.actions.forget import (
    FORGET_PEOPLE,
    forget_removed,
    forget_removed_of,
    forget_what_went_meanwhile,
    mark_taught_by_erased,
    train_anew,
)
from backend.learning.actions.stale import fail_stale
from backend.learning.actions.train import Written, finish, gather, give_up, learn
from backend.learning.errors import HoldsErased, LearningError
from backend.learning.lesson import Lesson
from backend.projects.actions.jobs import enqueue_once
from backend.suggestions.models import TrainedVersion


@dataclass(frozen=True)
class Errand:
    """A lesson, and what was learned from it once it was."""

    lesson: Lesson
    written: Written


@dataclass(frozen=True)
class NotLearned:
    """Why nothing was learned, which trying again would not change."""

    failure: str
    holds_erased: bool = False


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
        return NotLearned(str(error), isinstance(error, HoldsErased))


def write_work(*, project_id: int, now: datetime, trained_id: int, answer: Errand | NotLearned, **_: Any) -> None:
    """Write down what was learned, or why nothing was."""
    if isinstance(answer, NotLearned):
        give_up(trained_id=trained_id, failure=answer.failure)
        if answer.holds_erased:  # it may have been to take the place of what an erased person taught
            enqueue_once(project=project_id, kind=FORGET_PEOPLE)
        return
    forget_what_went_meanwhile(trained=finish(lesson=answer.lesson, written=answer.written, now=now))


def forget_work(*, project_id: int, now: datetime, trained_id: int | None = None, **_: Any) -> None:
    """Take what only removed items said out of what was learned: asked for of all, done of one."""
    if trained_id is None:
        forget_removed(project_id=project_id)
    else:
        forget_removed_of(trained_id=trained_id)


def forget_people_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Find what erased people taught."""
    mark_taught_by_erased(project_id=project_id, now=now)


def train_anew_work(*, project_id: int, now: datetime, version_id: int, name: str, **_: Any) -> None:
    """Train anew what an erased person taught."""
    train_anew(version_id=version_id, name=name, now=now)


def give_up_work(*, project_id: int, now: datetime, trained_id: int, failure: str, **_: Any) -> None:
    """Say of a version that could not be trained that it failed, and why."""
    told = f"It failed again and again, last with {failure}; manage.py train_suggester trains where you see why."
    give_up(trained_id=trained_id, failure=told)


def fail_stale_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Fail the versions that nobody trains any more."""
    fail_stale(project_id=project_id, now=now)
