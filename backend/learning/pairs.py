"""What a frozen version teaches an order of pairs, and how that is measured beside what serves now."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from earmark import suggesters as sdk
from earmark.evaluation import compared, summary
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.describing import PoolCandidate
from earmark.suggesters.examples import Example, Told, examples_told
from earmark.suggesters.facets import Facets
from earmark.suggesters.hybrid import logistic
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool

from backend.datasets.actions.freeze import salt_of
from backend.datasets.models import DatasetVersion, SplitKey
from backend.datasets.splits import DEV, TEST, TRAIN
from backend.learning.compared import Rivals, rivals_of
from backend.learning.errors import NothingToLearn
from backend.learning.ledger import Row, positives_of, told_of
from backend.learning.lesson import SAMPLES, Learned, Tell, bins_of, drawn, gain_of, lines_of
from backend.projects.tenancy import tenancy
from backend.questions.models import Question
from backend.suggestions.actions.weigh import weigh_fields
from backend.suggestions.artefacts import load_trained
from backend.suggestions.engines import by_meaning, by_words, narrowed
from backend.suggestions.fusion import hybrid_of, pool_of, weighed_facets
from backend.suggestions.indexes import index_of
from backend.suggestions.items import StoredItems
from backend.suggestions.models import HYBRID, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors
from backend.suggestions.serving import Serving

MOST_TAUGHT, MOST_ASKED = 5_000, 400
"""Queries that are learned from and that are asked; of more, those drawn by a hash. About a tenth of a second each."""
RANKED = 100
CALIBRATED = 10
"""How many first candidates of each query say how often chances come true."""
GATE = "MRR@10"
BATCH = 50


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
    rivals: Rivals
    rankings: dict[str, dict[str, list[str]]]
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


def gather_pairs(*, trained: TrainedVersion, version: DatasetVersion, now: datetime, tell: Tell) -> PairLesson:
    """Return the examples of what was settled and told, and the queries that are held out, each with its pool.

    Opens the project's door itself, anew for each batch. Raises NothingToLearn, and DatasetError where the frozen
    files are not what was frozen.
    """
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
        vectors, facets, rivals = StoredVectors.of(project_id), weighed_facets(project_id), rivals_of(question, tell)
        vectors = vectors and narrowed(question, vectors)
    pool = pool_of(question, vectors, facets, later.clusters(labels, splits=[TRAIN]))
    reranker = LearnedReranker(hybrid_of(question, pool))
    examples, counts = _taught(reranker, told, later.items, index, tell)
    held_out = positives_of(labels, query_of=later, splits=[DEV, TEST])
    known = pool.clusters = later.clusters(labels, splits=[TRAIN, DEV, TEST])
    asked, rankings = _asked(reranker, held_out, later.items, index, tell)
    pools = _Pools(question, vectors, facets, known)
    for key, serving in rivals.by_key.items():
        if asked and key not in rankings:
            tell(f"asking {serving}")
            rankings[key] = _served(pools.suggesters(serving), asked, later.items, index)
    embedder_version = vectors.embedder_version if vectors else ""
    return PairLesson(trained, reranker, embedder_version, examples, counts, asked, rivals, rankings)


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


@dataclass(frozen=True)
class _Pools:
    """What suggesters of a question that are compared with find candidates by."""

    question: Question
    vectors: StoredVectors | None
    facets: Facets
    known: KnownClusters

    def suggesters(self, serving: Serving) -> list[sdk.Suggester]:
        """Return those that serve, but for what finds nothing before items are embedded. Raises as `load_trained`."""
        found: list[sdk.Suggester] = []
        for name in serving.names:
            if name == HYBRID:
                found.append(hybrid_of(self.question, self._pool()))
            elif name == sdk.LexicalSuggester.name:
                found.append(by_words(self.question))
            elif self.vectors is not None:
                found.append(by_meaning(self.question, self.vectors))
        return [*found, load_trained(serving.live, self._pool())] if serving.live else found

    def _pool(self) -> CandidatePool:
        return pool_of(self.question, self.vectors, self.facets, self.known)


def _served(
    suggesters: Sequence[sdk.Suggester], asked: Sequence[Asked], items: StoredItems, index: sdk.ItemIndex
) -> dict[str, list[str]]:
    """Return the rankings of what serves: each candidate once, by its best score, as lists show it."""
    rankings: dict[str, list[str]] = {}
    for _, some in _batches([each.query for each in asked]):
        with tenancy(items.project_id):
            for query, item in items.get_many(some).items():
                found = [guess for each in suggesters for guess in each.suggest(item, index, RANKED)]
                rankings[query] = _by_best_score(found)[:RANKED]
    return rankings


def _by_best_score(guesses: Iterable[sdk.Suggestion]) -> list[str]:
    ranked = sorted(guesses, key=lambda guess: (-guess.score, guess.candidate_id))
    return list(dict.fromkeys(guess.candidate_id for guess in ranked))


def _metrics(lesson: PairLesson, odds: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return the measures of the held-out queries, and how far it is ahead of what serves and of the hybrid."""
    if not lesson.asked:
        return {"queries": 0}
    mine = {each.query: _ranked(each.pool, odds[each.query]) for each in lesson.asked}
    answers = {each.query: each.positives for each in lesson.asked}
    gains = {
        name: gain_of(compared(answers, rankings, mine, samples=SAMPLES)[GATE])
        for name, rankings in lesson.rankings.items()
    }
    found = sum(any(each.id in asked.positives for each in asked.pool) for asked in lesson.asked)
    return {
        "queries": len(lesson.asked),
        "measure": GATE,
        "pool_recall": round(100 * found / len(lesson.asked), 2),
        "learned": summary(answers, mine),
        **{name: summary(answers, rankings) for name, rankings in lesson.rankings.items()},
        **lesson.rivals.told(gains),
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
