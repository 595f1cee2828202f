"""Train a suggester of a question from a frozen dataset version, into a version in shadow.

In three steps, as a job or on the command line: gather what there is to learn within the project's door, learn
without it, and write down what came of it. Texts are those of today, labels and chances those that were frozen.
"""

import time
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from django.db.models import Max
from earmark import suggesters as sdk
from earmark.errors import EarmarkError
from earmark.evaluation import compared, summary
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.examples import Example, Told, examples_told
from earmark.suggesters.hybrid import HybridSuggester, logistic
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import PoolCandidate

from backend.datasets.models import DatasetVersion
from backend.datasets.splits import DEV, TEST
from backend.datasets.splits import TRAIN as TRAIN_SPLIT
from backend.learning.errors import NothingFrozen, NothingToLearn, NotLearnable
from backend.learning.labels import gather_labels
from backend.learning.ledger import Row, positives_of, told_of
from backend.learning.lesson import SAMPLES, Learned, Lesson, Tell, bins_of, drawn, gain_of, holds_erased, lines_of
from backend.projects.actions.jobs import enqueue
from backend.questions.models import Question
from backend.suggestions.actions.weigh import forgotten_seq, weigh_fields
from backend.suggestions.artefacts import live_version, load_trained, write_artefact
from backend.suggestions.fusion import hybrid_of, pool_of, weighed_facets
from backend.suggestions.items import StoredItems
from backend.suggestions.models import HYBRID, Suggester, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.retrieval import index_of

TRAIN = "learning.train"
LEASE_S = 1800
MOST_TAUGHT, MOST_ASKED = 5_000, 400
"""Queries that are learned from and that are asked; of more, those drawn by a hash. About a tenth of a second each."""
RANKED = 100
CALIBRATED = 10
"""How many first candidates of each query say how often chances come true."""
GATE = "MRR@10"
TELL_EVERY = 50
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
    hybrid: HybridSuggester
    embedder_version: str
    examples: list[Example]
    counts: Mapping[str, int]
    asked: list[Asked]
    rivals: dict[str, dict[str, list[str]]]
    started_at_s: float = field(default_factory=time.monotonic)

    def learn(self) -> Learned:
        """Learn an order, and measure it. Raises LearningMissing."""
        reranker = LearnedReranker(self.hybrid).fit(self.examples)
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
    trainable = TRAINABLE[question.kind]
    if name and name not in trainable:
        raise NotLearnable(
            f"{name} is not trained of {question.slug}, a question of kind {question.kind}; there it is "
            f"{' or '.join(trainable)}."
        )
    if version.state != DatasetVersion.State.FROZEN or version.dataset.question_id != question.pk:
        raise NothingFrozen(f"{version} is not a frozen version of the labels of {question.slug}.")
    Question.objects.select_for_update().get(pk=question.pk)
    versions = TrainedVersion.objects.of(question.project_id).filter(question=question)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    trained = TrainedVersion.objects.create(
        project_id=question.project_id,
        question=question,
        name=name or trainable[0],
        followed_seq=forgotten_seq(question.project_id),
        number=last + 1,
        dataset=version.dataset.slug,
        dataset_number=version.number,
        dataset_checksum=version.checksum,
        asked_by=asked_by,
        asked_at=now,
    )
    if is_queued:
        enqueue(project=question.project_id, kind=TRAIN, trained_id=trained.pk)
    return trained


def gather(*, trained: TrainedVersion, now: datetime, tell: Tell = lambda line: None) -> Lesson:
    """Return what a trained version learns from: the longest of the three steps.

    Raises NothingFrozen, NothingToLearn, and DatasetError where the frozen files are not what was frozen.
    """
    version = frozen_version(question=trained.question, number=trained.dataset_number, dataset=trained.dataset)
    if holds_erased(version):
        raise NothingFrozen(f"{version} holds answers of somebody who is erased since. Freeze a version anew.")
    if trained.question.kind == Question.Kind.PAIR:
        return _gather_pairs(trained, version, now, tell)
    return gather_labels(trained=trained, version=version, tell=tell)


def _gather_pairs(trained: TrainedVersion, version: DatasetVersion, now: datetime, tell: Tell) -> PairLesson:
    question = trained.question
    labels = list(lines_of(version, "labels.jsonl"))
    later = _Later(question.project_id, _named(labels, lines_of(version, "judgements.jsonl")))
    told = told_of(labels, lines_of(version, "judgements.jsonl"), query_of=later)
    index = index_of(question.project_id).index
    if not WeighedFields.objects.of(question.project_id).exists():
        tell("weighing the fields of the items")
        weigh_fields(project_id=question.project_id, index=index, now=now)
    vectors = StoredVectors.of(question.project_id)
    pool = pool_of(question, vectors, weighed_facets(question.project_id), later.clusters(_pairs(told)))
    hybrid = hybrid_of(question, pool)
    examples, counts = _taught(hybrid, told, later.items, index, tell)
    held_out = positives_of(labels, query_of=later, splits=[DEV, TEST])
    all_known = positives_of(labels, query_of=later, splits=[TRAIN_SPLIT, DEV, TEST])
    known = pool.clusters = later.clusters((query, key) for query, keys in all_known.items() for key in keys)
    asked, rivals = _asked(hybrid, held_out, later.items, index, tell)
    live = live_version(question)
    if live is not None and asked:
        tell(f"asking {live}, which is live")
        with suppress(EarmarkError, OSError):  # one that is broken cannot be compared with, which the gate says
            serving = load_trained(live, pool_of(question, vectors, pool.facets, known))
            rivals[str(live.pk)] = {
                each.query: [found.candidate_id for found in serving.suggest(later.items[each.query], index, RANKED)]
                for each in asked
            }
    return PairLesson(trained, hybrid, vectors.embedder_version if vectors else "", examples, counts, asked, rivals)


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

    def clusters(self, pairs: Iterable[tuple[str, str]]) -> KnownClusters:
        """Return what is known to be the same, each pair from when its later item came to be."""
        return KnownClusters(KnownPair(one, other, self._times.get(self(one, other))) for one, other in pairs)

    def _order(self, key: str) -> tuple[float, str]:
        moment = self._times.get(key)
        return (moment.timestamp() if moment else 0.0, key)


def _named(labels: Iterable[Row], judgements: Iterable[Row]) -> set[str]:
    """Return the keys of all items that are settled or told of."""
    settled = {key for row in labels for key in (row["item"], row["other"])}
    told = {key for row in judgements if row["record"] == "judgement" for key in (row["item"], row["candidate"])}
    return {key for key in settled | told if key}


def _pairs(told: Mapping[str, Mapping[str, Told]]) -> Iterator[tuple[str, str]]:
    return ((query, key) for query, each in told.items() for key, what in each.items() if what.is_right)


def _taught(
    hybrid: HybridSuggester,
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
    for number, query in enumerate(chosen, start=1):
        item = items.get(query)
        if item is None:
            gone += 1
            continue
        pool = hybrid.pool.around(item, index)
        ranked = sorted(pool, key=lambda each: (-hybrid.log_odds(each), each.id))
        taught = examples_told(query, ranked, told[query])
        outside += not any(each.is_positive for each in taught)
        examples += taught
        if number % TELL_EVERY == 0 or number == len(chosen):
            tell(f"looked at {number:,} of {len(chosen):,} items with something known to be right")
    if not any(each.is_positive for each in examples):
        raise NothingToLearn(
            "Nothing in the train split is known to be the same among what is found for it. Wait for more labels, "
            "freeze a version, and train again."
        )
    return examples, {"not_found": outside, "removed": gone, "left_out": len(useful) - len(chosen)}


def _asked(
    hybrid: HybridSuggester,
    held_out: Mapping[str, set[str]],
    items: StoredItems,
    index: sdk.ItemIndex,
    tell: Tell,
) -> tuple[list[Asked], dict[str, dict[str, list[str]]]]:
    """Return the queries that are not learned from, with their pools and with the hybrid's rankings."""
    asked, rankings = [], {}
    chosen = drawn(held_out, MOST_ASKED)
    for number, query in enumerate(chosen, start=1):
        item = items.get(query)
        if item is None:
            continue
        found = hybrid.pool.around(item, index)
        rankings[query] = _ranked(found, [hybrid.log_odds(each) for each in found])
        asked.append(Asked(query, frozenset(held_out[query]), [_compact(each) for each in found]))
        if number % TELL_EVERY == 0 or number == len(chosen):
            tell(f"asked about {number:,} of {len(chosen):,} items it does not learn from")
    return asked, {HYBRID: rankings}


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


def _compact(candidate: PoolCandidate) -> PoolCandidate:
    """Return a candidate without its texts, its features in a quarter of the memory."""
    return replace(candidate, item=None, features=cast("tuple[float, ...]", array("d", candidate.features)))
