"""The jobs of learning: train a version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from earmark.errors import EarmarkError, IndexFailed

from backend.datasets.errors import DatasetError
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


def read_work(*, project_id: int, now: datetime, trained_id: int, **_: Any) -> Lesson | None:
    """Gather what a version learns from; None where it is trained already, or never can be, which it then says."""
    trained = TrainedVersion.objects.select_related("question").get(pk=trained_id)
    if trained.state != TrainedVersion.State.TRAINING:
        return None
    try:
        return gather(trained=trained, now=now)
    except IndexFailed:
        raise  # it is mended meanwhile
    except (LearningError, DatasetError, EarmarkError) as error:
        give_up(trained_id=trained_id, failure=str(error))
        return None


def fit_work(lesson: Lesson) -> Errand | NotLearned:
    """Learn, outside any transaction."""
    try:
        return Errand(lesson, learn(lesson))
    except EarmarkError as error:
        return NotLearned(str(error))


def write_work(*, project_id: int, now: datetime, trained_id: int, answer: Errand | NotLearned, **_: Any) -> None:
    """Write down what was learned, or why nothing was."""
    if isinstance(answer, NotLearned):
        give_up(trained_id=trained_id, failure=answer.failure)
        return
    finish(lesson=answer.lesson, learned=answer.learned, now=now)


def give_up_work(*, project_id: int, now: datetime, trained_id: int, failure: str, **_: Any) -> None:
    """Say of a version that could not be trained that it failed, and why."""
    told = f"It failed again and again, last with {failure}; manage.py train_suggester trains where you see why."
    give_up(trained_id=trained_id, failure=told)
