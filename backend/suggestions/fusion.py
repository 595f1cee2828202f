"""The suggesters `hybrid` and `learned` at the request: words, stored vectors and the host's own fields in one order.

An engine is kept per process for each question and trained version. A cheap look at each request tells whether
another version is live, or what it works with has changed, so no process goes on with an old one.
"""

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace

from django.db import connection
from django.utils import timezone
from earmark import suggesters as sdk
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.facets import Facets
from earmark.suggesters.hybrid import HybridSuggester, prior_with
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool

from backend.projects.actions.jobs import enqueue_once
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Question
from backend.questions.units import DUPLICATE
from backend.suggestions.artefacts import forget_broken, load_trained, unless_broken
from backend.suggestions.items import StoredItems
from backend.suggestions.known import Known
from backend.suggestions.models import COMPUTED, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors

logger = logging.getLogger(__name__)

WEIGH = "suggestions.weigh_fields"
ENGINES_KEPT = 8
LOOK_AGAIN_S = 60.0
"""How soon what is known of clusters is read anew, behind."""
FIELDS_AGAIN_S = 600.0
"""How soon is counted again whether a project has grown, which takes as long as it has items."""
GROWN = 2
"""Fields are weighed anew once a project has so many times the items."""


@dataclass
class Fused:
    """A hybrid or a learned suggester, under the name and version that its row has."""

    name: str
    version: str
    engine: HybridSuggester | LearnedReranker
    stamp: tuple[object, ...] = ()
    refreshed_at: float = field(default_factory=time.monotonic)
    fields_at: float = field(default_factory=time.monotonic)
    refreshing: "Future[None] | None" = None

    @property
    def pool(self) -> CandidatePool:
        """Return what finds and describes candidates."""
        return self.engine.pool if isinstance(self.engine, HybridSuggester) else self.engine.hybrid.pool

    def suggest(self, item: sdk.Item, index: sdk.ItemIndex, k: int) -> list[sdk.Suggestion]:
        """Return at most k candidates, best first, with reasons."""
        return self.engine.suggest(item, index, k)


_kept: OrderedDict[tuple[int, int | None], Fused] = OrderedDict()
_keeping = threading.Lock()
_doors: dict[int, threading.Lock] = {}
"""A lock for each project: one thread makes an engine, and those who want it too wait for it, nobody else."""
_behind = ThreadPoolExecutor(1, thread_name_prefix="refresh-engines")


def fused_suggester(question: Question, *, is_learned: bool, known: Known | None = None) -> sdk.Suggester | None:
    """Return what orders a pair question's candidates now: its live trained version, else the hybrid.

    `known` is read where it is not given. None where the live version's artefact is not what was trained: it abstains
    until it is whole or another one is live; the log and the admin say so.
    """
    known = known or Known.of_question(question)
    live = known.live if is_learned else None
    vectors, weighed = known.vectors, known.weighed
    stamp = (
        live.checksum if live else weighed and weighed.checksum,
        vectors.embedder_version if vectors else None,
        question.candidates_from,
        question.item_kind,
        tuple(sorted(question.weights.items())),
    )
    key = (question.pk, live.pk if live else None)
    fused = _known(key, stamp)
    if fused is None:
        with _door_of(question):
            fused = _known(key, stamp)
            if fused is None:
                fused = _learned(question, live, vectors) if live else _hybrid(question, vectors, weighed)
                if fused is None:
                    return None
                fused.stamp = stamp
                _keep(key, fused)
                _look_at_fields(question, weighed)
    elif time.monotonic() - fused.refreshed_at > LOOK_AGAIN_S:
        fused.refreshed_at = time.monotonic()
        if live:
            _refresh_behind(fused, question)
        if time.monotonic() - fused.fields_at > FIELDS_AGAIN_S:
            fused.fields_at = time.monotonic()
            _look_at_fields(question, weighed)
    return _asked_with(fused, vectors)


def _asked_with(fused: Fused, vectors: StoredVectors | None) -> Fused:
    """Return a suggester for one request, with the vectors that serve it; all that was loaded is shared with others."""
    engine = copy(fused.engine)
    if isinstance(engine, HybridSuggester):
        engine.pool = pool = copy(engine.pool)
    else:
        engine.hybrid = copy(engine.hybrid)
        engine.hybrid.pool = pool = copy(engine.hybrid.pool)
    pool.dense = vectors
    return replace(fused, engine=engine)


def pool_of(
    question: Question, vectors: StoredVectors | None, facets: Facets, clusters: KnownClusters
) -> CandidatePool:
    """Return what finds and describes a question's candidates, for those who train as for those who suggest."""
    return CandidatePool(
        StoredItems(question.project_id),
        dense=vectors,
        facets=facets,
        clusters=clusters,
        only_earlier=question.candidates_from == Question.CandidatesFrom.EARLIER,
        where=question.narrowed_to,
    )


def hybrid_of(question: Question, pool: CandidatePool) -> HybridSuggester:
    """Return the hybrid with the question's own weights."""
    return HybridSuggester(pool, weights=prior_with(question.weights))


def weighed_facets(project_id: int) -> Facets:
    """Return what sharing a field speaks for in a project; nothing where that was not learned yet."""
    weighed = WeighedFields.objects.of(project_id).first()
    return Facets.from_facts(weighed.facts) if weighed else Facets()


def known_clusters(question: Question) -> KnownClusters:
    """Return what is settled as the same, each pair from when its later item came to be."""
    settled = question.units.filter(settled_value=DUPLICATE, other__isnull=False)
    told = settled.values_list("item__key", "item__created_at", "other__key", "other__created_at")
    return KnownClusters(
        KnownPair(one, other, max(times) if len(times := [t for t in (since, until) if t]) == 2 else None)
        for one, since, other, until in told.iterator()
    )


def forget_engines() -> None:
    """Forget every engine of this process; they are made anew at the next request."""
    with _keeping:
        _kept.clear()
    forget_broken()


def _hybrid(question: Question, vectors: StoredVectors | None, weighed: WeighedFields | None) -> Fused:
    facets = Facets.from_facts(weighed.facts) if weighed else Facets()
    hybrid = hybrid_of(question, pool_of(question, vectors, facets, KnownClusters()))
    fields = f"{COMPUTED}{weighed.checksum[:8]}" if weighed else ""
    return Fused(hybrid.name, f"{hybrid.version}{fields}", hybrid)


def _learned(question: Question, live: TrainedVersion, vectors: StoredVectors | None) -> Fused | None:
    """Return a live version; None where it cannot be loaded."""
    reranker = unless_broken(
        live, lambda: load_trained(live, pool_of(question, vectors, Facets(), known_clusters(question)))
    )
    row = live.suggester
    serving = vectors.embedder_version if vectors else ""
    drift = "" if serving == live.embedder_version else f"{COMPUTED}{serving[:8] or 'no-vectors'}"
    return Fused(row.name, f"{row.version}{drift}", reranker) if row and reranker else None


def _known(key: tuple[int, int | None], stamp: tuple[object, ...]) -> Fused | None:
    with _keeping:
        fused = _kept.get(key)
    return fused if fused is not None and fused.stamp == stamp else None


def _door_of(question: Question) -> threading.Lock:
    with _keeping:
        return _doors.setdefault(question.project_id, threading.Lock())


def _refresh_behind(fused: Fused, question: Question) -> None:
    """Read what is settled as the same in a thread, as there may be much of it; until then the engine knows the old."""
    with _keeping:
        if fused.refreshing is None or fused.refreshing.done():
            fused.refreshing = _behind.submit(_refresh, fused, question)


def _refresh(fused: Fused, question: Question) -> None:
    try:
        with tenancy(question.project_id):
            known = known_clusters(question)
        if not known.says_the_same_as(fused.pool.clusters):  # what was guessed with these is kept while they stay
            fused.pool.clusters = known
    except Exception as error:
        logger.warning("What is settled of %s cannot be read: %s", question.slug, type(error).__name__)
    finally:
        connection.close()


def _keep(key: tuple[int, int | None], fused: Fused) -> None:
    with _keeping:
        for other in [each for each in _kept if each[0] == key[0] and each[1] and key[1]]:
            del _kept[other]  # another version of the same question is not live any more
        _kept[key] = fused
        while len(_kept) > ENGINES_KEPT:
            _kept.popitem(last=False)


def _look_at_fields(question: Question, weighed: WeighedFields | None) -> None:
    """Ask for the fields to be weighed where that was never done, or of far fewer items."""
    enough = GROWN * weighed.items_count if weighed else 0
    if Item.objects.of(question.project_id).present().count() > enough:
        enqueue_once(project=question.project_id, kind=WEIGH, due_at=timezone.now())
