"""Train a suggester of a question from a frozen dataset version, into a version in shadow.

In three steps, as a job or on the command line: gather what there is to learn within the project's door, learn
without it, and write down what came of it. Texts are those of today, labels and chances those that were frozen.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from earmark import suggesters as sdk
from earmark.errors import EarmarkError
from earmark.evaluation import compared, summary
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.examples import Example, Told, examples_told
from earmark.suggesters.hybrid import logistic
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool, PoolCandidate

from backend.datasets.actions.freeze import salt_of
from backend.datasets.models import DatasetVersion, SplitKey
from backend.datasets.splits import DEV, TEST
from backend.datasets.splits import TRAIN as TRAIN_SPLIT
from backend.learning.errors import HoldsErased, NothingFrozen, NothingToLearn, NotLearnable
from backend.learning.labels import gather_labels
from backend.learning.ledger import Row, positives_of, told_of
from backend.learning.lesson import SAMPLES, Learned, Lesson, Tell, bins_of, drawn, gain_of, holds_erased, lines_of
from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.actions.weigh import forgotten_seq, weigh_fields
from backend.suggestions.artefacts import live_version, load_trained, write_artefact
from backend.suggestions.fusion import hybrid_of, pool_of, weighed_facets
from backend.suggestions.items import StoredItems
from backend.suggestions.models import HYBRID, Suggester, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.retrieval import index_of

TRAIN, FAIL_STALE = "learning.train", "learning.fail_stale"
LEASE_S = 1800
STALE_AFTER = timedelta(hours=2)
"""A version that is trained for longer, with no job that waits for it, was left behind by a process that is gone."""
MOST_TAUGHT, MOST_ASKED = 5_000, 400
"""Queries that are learned from and that are asked; of more, those drawn by a hash. About a tenth of a second each."""
RANKED = 100
CALIBRATED = 10
"""How many first candidates of each query say how often chances come true."""
GATE = "MRR@10"
BATCH = 50
TRAINABLE: Mapping[str, Sequence[str]] = {
    Question.Kind.PAIR: [LearnedReranker.name],
    Question.Kind.TAGS: [sdk.StackedLabels.name, sdk.LinearLabels.name],
    Question.Kind.CHOICE: [sdk.StackedLabels.name, sdk.LinearLabels.name],
}
"""The suggesters that are trained of each kind of question, the usual one first."""


@dataclass(frozen=True)
class Asked:
    """A query that is not learned from: what is right, and its pool."""

    query: str
    positives: frozenset[str]
    pool: Sequence[PoolCandidate]


@dataclass
class PairLesson:
    """Examples and queries of pairs, with the rankings of what serves now."""

    trained: TrainedVersion
    reranker: LearnedReranker
    embedder_version: str
    examples: list[Example]
    counts: Mapping[str, int]
    asked: list[Asked]
    rivals: dict[str, dict[str, list[str]]]
    started_at_s: float = field(default_factory=time.monotonic)

    def learn(self) -> Learned:
        """Learn an order, and measure it. Raises LearningMissing."""
        reranker = self.reranker.fit(self.examples)
        odds = {each.query: reranker.log_odds(each.pool) for each in self.asked}
        return Learned(
            save=reranker.save,
            version=f"{reranker.version}-{self.trained.pk}",
            report=dict(reranker.report_) | dict(self.counts),
            metrics=_metrics(self, odds),
            examples_count=reranker.report_["examples"],
            positives_count=reranker.report_["positives"],
        )


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
            f"Nothing learns where spots lie: {question.slug} is a question of kind {question.kind}. Teach a model of "
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
        if question.kind != Question.Kind.PAIR:
            return gather_labels(trained=trained, version=version, tell=tell)
    return _gather_pairs(trained, version, now, tell)


def _gather_pairs(trained: TrainedVersion, version: DatasetVersion, now: datetime, tell: Tell) -> PairLesson:
    question, project_id = trained.question, trained.question.project_id
    with tenancy(project_id):
        labels = list(lines_of(version, "labels.jsonl"))
        later = _Later(project_id, _named(labels, lines_of(version, "judgements.jsonl")))
        told = told_of(
            labels,
            lines_of(version, "judgements.jsonl"),
            query_of=later,
            sides=dict(SplitKey.objects.of(project_id).filter(question=question).values_list("item__key", "split")),
            salt=salt_of(question),
        )
        index = index_of(project_id).index
        is_weighed = WeighedFields.objects.of(project_id).exists()
    if not is_weighed:
        tell("weighing the fields of the items")
        with tenancy(project_id):
            weigh_fields(project_id=project_id, index=index, now=now)
    with tenancy(project_id):
        vectors, facets, live = StoredVectors.of(project_id), weighed_facets(project_id), live_version(question)
    pool = pool_of(question, vectors, facets, later.clusters(labels, splits=[TRAIN_SPLIT]))
    reranker = LearnedReranker(hybrid_of(question, pool))
    examples, counts = _taught(reranker, told, later.items, index, tell)
    held_out = positives_of(labels, query_of=later, splits=[DEV, TEST])
    known = pool.clusters = later.clusters(labels, splits=[TRAIN_SPLIT, DEV, TEST])
    asked, rivals = _asked(reranker, held_out, later.items, index, tell)
    if live is not None and asked:
        live.question = question  # no door is open to look it up
        rivals |= _served(live, pool_of(question, vectors, facets, known), asked, later.items, index, tell)
    return PairLesson(trained, reranker, vectors.embedder_version if vectors else "", examples, counts, asked, rivals)


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


class _Later:
    """Says which of two items is asked about the other: the one that came to be later, of equals the greater key."""

    def __init__(self, project_id: int, keys: Collection[str]) -> None:
        self.items = StoredItems(project_id)
        self._times = self.items.times(keys)

    def __call__(self, one: str, other: str) -> str:
        return max(one, other, key=self._order)

    def clusters(self, labels: Iterable[Row], *, splits: Collection[str]) -> KnownClusters:
        """Return what is settled as the same in some splits, each pair from when its later item came to be.

        Pairs without a time are left out: nothing says what they may be evidence for without giving an answer away.
        """
        return KnownClusters(
            KnownPair(query, key, since)
            for query, keys in positives_of(labels, query_of=self, splits=splits).items()
            if (since := self._times.get(query)) is not None
            for key in keys
        )

    def _order(self, key: str) -> tuple[float, str]:
        moment = self._times.get(key)
        return (moment.timestamp() if moment else 0.0, key)


def _named(labels: Iterable[Row], judgements: Iterable[Row]) -> set[str]:
    """Return the keys of all items that are settled or told of."""
    settled = {key for row in labels for key in (row["item"], row["other"])}
    told = {key for row in judgements if row["record"] == "judgement" for key in (row["item"], row["candidate"])}
    return {key for key in settled | told if key}


def _batches(keys: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield keys in batches of a few seconds' work, each with how many are done after it."""
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        yield start + len(some), some


def _taught(
    reranker: LearnedReranker,
    told: Mapping[str, Mapping[str, Told]],
    items: StoredItems,
    index: sdk.ItemIndex,
    tell: Tell,
) -> tuple[list[Example], dict[str, int]]:
    """Return the examples of those queries of which something right is told, and what was left out."""
    useful = [query for query, each in told.items() if any(what.is_right for what in each.values())]
    chosen = drawn(useful, MOST_TAUGHT)
    examples: list[Example] = []
    outside = gone = 0
    for done, some in _batches(chosen):
        with tenancy(items.project_id):
            for query in some:
                item = items.get(query)
                if item is None:
                    gone += 1
                    continue
                taught = examples_told(query, reranker.around(item, index), told[query])
                outside += not any(each.is_positive for each in taught)
                examples += taught
        tell(f"looked at {done:,} of {len(chosen):,} items with something known to be right")
    if not any(each.is_positive for each in examples):
        raise NothingToLearn(
            "Nothing in the train split is known to be the same among what is found for it. Wait for more labels, "
            "freeze a version, and train again."
        )
    return examples, {"not_found": outside, "removed": gone, "left_out": len(useful) - len(chosen)}


def _asked(
    reranker: LearnedReranker,
    held_out: Mapping[str, set[str]],
    items: StoredItems,
    index: sdk.ItemIndex,
    tell: Tell,
) -> tuple[list[Asked], dict[str, dict[str, list[str]]]]:
    """Return the queries that are not learned from, with their pools and with the hybrid's rankings."""
    asked, rankings = [], {}
    chosen = drawn(held_out, MOST_ASKED)
    for done, some in _batches(chosen):
        with tenancy(items.project_id):
            for query in some:
                item = items.get(query)
                if item is None:
                    continue
                found = reranker.around(item, index)
                rankings[query] = [each.id for each in found][:RANKED]
                asked.append(Asked(query, frozenset(held_out[query]), [each.compact() for each in found]))
        tell(f"asked about {done:,} of {len(chosen):,} items it does not learn from")
    return asked, {HYBRID: rankings}


def _served(
    live: TrainedVersion,
    pool: CandidatePool,
    asked: Sequence[Asked],
    items: StoredItems,
    index: sdk.ItemIndex,
    tell: Tell,
) -> dict[str, dict[str, list[str]]]:
    """Return the rankings of the live version by its key; nothing where it cannot be loaded, which `tell` hears."""
    tell(f"asking {live}, which is live")
    try:
        serving = load_trained(live, pool)
    except (EarmarkError, OSError) as error:
        tell(f"{live} cannot be loaded, so it is not compared with: {error}")
        return {}
    rankings: dict[str, list[str]] = {}
    for _, some in _batches([each.query for each in asked]):
        with tenancy(items.project_id):
            for query, item in items.get_many(some).items():
                rankings[query] = [found.candidate_id for found in serving.suggest(item, index, RANKED)]
    return {str(live.pk): rankings}


def _metrics(lesson: PairLesson, odds: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return the measures of the held-out queries, and how far it is ahead of the hybrid and of what is live."""
    if not lesson.asked:
        return {"queries": 0}
    mine = {each.query: _ranked(each.pool, odds[each.query]) for each in lesson.asked}
    answers = {each.query: each.positives for each in lesson.asked}
    gains = {
        name: gain_of(compared(answers, rankings, mine, samples=SAMPLES)[GATE])
        for name, rankings in lesson.rivals.items()
    }
    found = sum(any(each.id in asked.positives for each in asked.pool) for asked in lesson.asked)
    return {
        "queries": len(lesson.asked),
        "measure": GATE,
        "pool_recall": round(100 * found / len(lesson.asked), 2),
        "learned": summary(answers, mine),
        **{name: summary(answers, rankings) for name, rankings in lesson.rivals.items()},
        "gain": gains[HYBRID],
        "gains": gains,
        "calibration": bins_of(said for each in lesson.asked for said in _said(each, odds[each.query])),
    }


def _said(asked: Asked, odds: Sequence[float]) -> Iterator[tuple[float, bool]]:
    """Yield the chance of each first candidate, and whether it is known to be right; one unknown counts as not."""
    best = sorted(zip(odds, asked.pool, strict=True), key=lambda each: (-each[0], each[1].id))[:CALIBRATED]
    for each, candidate in best:
        yield logistic(each), candidate.id in asked.positives


def _ranked(pool: Sequence[PoolCandidate], odds: Sequence[float]) -> list[str]:
    told = {each.id: each_odds for each, each_odds in zip(pool, odds, strict=True)}
    return sorted(told, key=lambda key: (-told[key], key))[:RANKED]
