"""Train a suggester of a question from a frozen dataset version, into a version in shadow.

In three steps, as a job or on the command line: gather what there is to learn within the project's door, learn
without it, and write down what came of it. Texts are those of today, labels and chances those that were frozen.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from earmark import suggesters as sdk
from earmark.suggesters.learned import LearnedReranker

from backend.datasets.models import DatasetVersion
from backend.learning.errors import HoldsErased, NothingFrozen, NotLearnable
from backend.learning.labels import gather_labels
from backend.learning.lesson import Learned, Lesson, Tell, holds_erased
from backend.learning.pairs import gather_pairs
from backend.learning.spans import gather_spans
from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.actions.weigh import forgotten_seq
from backend.suggestions.artefacts import write_artefact
from backend.suggestions.models import Suggester, TrainedVersion

TRAIN, FAIL_STALE = "learning.train", "learning.fail_stale"
LEASE_S = 1800
STALE_AFTER = timedelta(hours=2)
"""A version that is trained for longer, with no job that waits for it, was left behind by a process that is gone."""
TRAINABLE: Mapping[str, Sequence[str]] = {
    Question.Kind.PAIR: [LearnedReranker.name],
    Question.Kind.TAGS: [sdk.StackedLabels.name, sdk.LinearLabels.name],
    Question.Kind.CHOICE: [sdk.StackedLabels.name, sdk.LinearLabels.name],
    Question.Kind.SPAN: [sdk.SequenceSpans.name],
}
"""The suggesters that are trained of each kind of question, the usual one first."""


@dataclass(frozen=True)
class Written:
    """What was learned, with its artefact's checksum and how long it all took."""

    learned: Learned
    checksum: str
    seconds: float


def frozen_version(*, question: Question, number: int | None = None, dataset: str = "") -> DatasetVersion:
    """Return a frozen dataset version of a question: the newest, or the one of a number. Raises NothingFrozen."""
    frozen = DatasetVersion.objects.of(question.project_id).filter(
        dataset__question=question, state=DatasetVersion.State.FROZEN
    )
    if number is not None:
        frozen = frozen.filter(number=number)
    if dataset:
        frozen = frozen.filter(dataset__slug=dataset)
    found = frozen.select_related("dataset").order_by("-frozen_at", "-pk").first()
    if found is None:
        which = f"version {number} of its labels" if number is not None else "version of its labels"
        raise NothingFrozen(
            f"Of the question {question.slug} no {which} is frozen. Freeze one: in the admin, under Datasets, "
            "tick the dataset and choose “Freeze a version now”."
        )
    return found


def ask_for_training(
    *,
    question: Question,
    version: DatasetVersion,
    asked_by: str,
    now: datetime,
    name: str = "",
    is_queued: bool = True,
) -> TrainedVersion:
    """Number the question's next trained version and ask the worker to train it.

    `name` is the suggester to train; none: the usual one of the question's kind. Where `is_queued` is not, the caller
    trains it. Raises NotLearnable, NothingFrozen.
    """
    trainable = TRAINABLE.get(question.kind, [])
    if not trainable:
        raise NotLearnable(
            f"Nothing learns where boxes lie: {question.slug} is a question of kind {question.kind}. Teach a model of "
            "your own from a frozen version, and push what it guesses."
        )
    if name and name not in trainable:
        raise NotLearnable(
            f"{name} is not trained of {question.slug}, a question of kind {question.kind}; there it is "
            f"{' or '.join(trainable)}."
        )
    if version.state != DatasetVersion.State.FROZEN or version.dataset.question_id != question.pk:
        raise NothingFrozen(f"{version} is not a frozen version of the labels of {question.slug}.")
    trained = number_training(question=question, version=version, asked_by=asked_by, now=now, name=name or trainable[0])
    if is_queued:
        enqueue(project=question.project_id, kind=TRAIN, trained_id=trained.pk)
    else:
        enqueue_once(project=question.project_id, kind=FAIL_STALE, due_at=now + STALE_AFTER)
    return trained


def number_training(
    *, question: Question, version: DatasetVersion, asked_by: str, now: datetime, name: str
) -> TrainedVersion:
    """Number a question's next trained version."""
    Question.objects.select_for_update().get(pk=question.pk)
    versions = TrainedVersion.objects.of(question.project_id).filter(question=question)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    return TrainedVersion.objects.create(
        project_id=question.project_id,
        question=question,
        name=name,
        followed_seq=forgotten_seq(question.project_id),
        number=last + 1,
        dataset=version.dataset.slug,
        dataset_number=version.number,
        dataset_checksum=version.checksum,
        asked_by=asked_by,
        asked_at=now,
    )


def gather(*, trained: TrainedVersion, now: datetime, tell: Tell = lambda line: None) -> Lesson:
    """Return what a trained version learns from: the longest of the three steps.

    Opens the project's door itself, anew for each batch, so that no transaction lasts. Raises NothingFrozen,
    NothingToLearn, and DatasetError where the frozen files are not what was frozen.
    """
    question, project_id = trained.question, trained.question.project_id
    with tenancy(project_id):
        version = frozen_version(question=question, number=trained.dataset_number, dataset=trained.dataset)
        if holds_erased(version):
            raise HoldsErased(f"{version} holds answers of somebody who is erased since. Freeze a version anew.")
        if question.kind == Question.Kind.SPAN:
            return gather_spans(trained=trained, version=version, tell=tell)
        if question.kind != Question.Kind.PAIR:
            return gather_labels(trained=trained, version=version, tell=tell)
    return gather_pairs(trained=trained, version=version, now=now, tell=tell)


def learn(lesson: Lesson) -> Written:
    """Learn, measure, and write the artefact; asks the database nothing. Raises LearningMissing, OSError."""
    learned = lesson.learn()
    checksum = write_artefact(lesson.trained, learned.save)
    return Written(learned, checksum, round(time.monotonic() - lesson.started_at_s, 1))


def finish(*, lesson: Lesson, written: Written, now: datetime) -> TrainedVersion:
    """Write down what was learned, in shadow; done twice, the first stands."""
    learned = written.learned
    trained = TrainedVersion.objects.select_for_update().select_related("question").get(pk=lesson.trained.pk)
    if trained.state != TrainedVersion.State.TRAINING:
        return trained
    trained.suggester = Suggester.objects.create(
        project_id=trained.project_id,
        name=trained.name,
        version=learned.version,
        state=Suggester.State.SHADOW,
    )
    trained.state = TrainedVersion.State.SHADOW
    trained.checksum = written.checksum
    trained.embedder_version = lesson.embedder_version
    trained.report, trained.metrics = dict(learned.report), dict(learned.metrics)
    trained.examples_count, trained.positives_count = learned.examples_count, learned.positives_count
    trained.seconds, trained.trained_at = written.seconds, now
    trained.save()
    return trained


def give_up(*, trained_id: int, failure: str) -> None:
    """Say of a version that could not be trained that it failed, and why."""
    training = TrainedVersion.objects.filter(pk=trained_id, state=TrainedVersion.State.TRAINING)
    training.update(state=TrainedVersion.State.FAILED, failure=failure[:300])
