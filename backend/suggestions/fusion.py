"""The suggesters `hybrid` and `learned` at the request: words, stored vectors and the host's own fields in one order.

An engine is kept per process for each question and trained version. A cheap look at each request tells whether
another version is live, or what it works with has changed, so no process goes on with an old one.
"""

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from earmark import suggesters as sdk
from earmark.errors import ChecksumMismatch, EarmarkError
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.facets import Facets
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import CHECKSUMS, LearnedReranker
from earmark.suggesters.pool import CandidatePool

from backend.projects.actions.jobs import enqueue_once
from backend.questions.models import Item, Question
from backend.questions.units import DUPLICATE
from backend.suggestions.items import StoredItems
from backend.suggestions.models import TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors

logger = logging.getLogger(__name__)

WEIGH = "suggestions.weigh_fields"
ENGINES_KEPT = 8
LOOK_AGAIN_S = 60.0
"""How old may be what is known of clusters, and how soon a broken artefact is tried again."""
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

    @property
    def pool(self) -> CandidatePool:
        """Return what finds and describes candidates."""
        return self.engine.pool if isinstance(self.engine, HybridSuggester) else self.engine.hybrid.pool

    def suggest(self, item: sdk.Item, index: sdk.ItemIndex, k: int) -> list[sdk.Suggestion]:
        """Return at most k candidates, best first, with reasons."""
        return self.engine.suggest(item, index, k)


_kept: OrderedDict[tuple[int, int | None], Fused] = OrderedDict()
_broken: dict[int, float] = {}
_keeping = threading.Lock()


def fused_suggester(question: Question, *, is_learned: bool) -> sdk.Suggester | None:
    """Return what orders a pair question's candidates now: its live trained version, else the hybrid.

    None where the live version's artefact is not what was trained: it abstains until it is whole or another
    one is live; the log and the admin say so.
    """
    live = live_version(question) if is_learned else None
    vectors = StoredVectors.of(question.project_id)
    weighed = WeighedFields.objects.of(question.project_id).defer("facts").first()
    stamp = (
        live.checksum if live else weighed and weighed.checksum,
        vectors.embedder_version if vectors else None,
        question.candidates_from,
    )
    key = (question.pk, live.pk if live else None)
    with _keeping:
        fused = _kept.get(key)
    if fused is None or fused.stamp != stamp:
        fused = _learned(question, live, vectors) if live else _hybrid(question, vectors, weighed)
        if fused is None:
            return None
        fused.stamp = stamp
        _keep(key, fused)
        _look_at_fields(question, weighed)
    elif time.monotonic() - fused.refreshed_at > LOOK_AGAIN_S:
        fused.refreshed_at = time.monotonic()
        fused.pool.clusters = known_clusters(question) if live else fused.pool.clusters
        if time.monotonic() - fused.fields_at > FIELDS_AGAIN_S:
            fused.fields_at = time.monotonic()
            _look_at_fields(question, weighed)
    fused.pool.dense = vectors  # its count of vectors, by which it is searched, is as of now
    return fused


def live_version(question: Question) -> TrainedVersion | None:
    """Return the trained version of a question that is live."""
    live = TrainedVersion.objects.of(question.project_id).filter(question=question, state=TrainedVersion.State.LIVE)
    return live.select_related("suggester").first()


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
    )


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


def folder_of(trained: TrainedVersion) -> Path:
    """Return the folder in which a trained version's artefact lies."""
    root = Path(settings.EARMARK_TRAINED_DIR)
    return root / str(trained.project_id) / str(trained.question_id) / str(trained.number)


def checksum_of(folder: Path) -> str:
    """Return the SHA-256 of an artefact's list of checksums, which stands for the whole of it. Raises OSError."""
    return hashlib.sha256((folder / CHECKSUMS).read_bytes()).hexdigest()


def load_trained(trained: TrainedVersion, pool: CandidatePool) -> LearnedReranker:
    """Return a trained version, on a pool. Raises EarmarkError or OSError where it is not what was trained."""
    if checksum_of(folder_of(trained)) != trained.checksum:
        raise ChecksumMismatch(f"The artefact of {trained} is not what was trained.")
    return LearnedReranker.load(folder_of(trained), pool)


def fault_of(trained: TrainedVersion) -> str:
    """Return what is wrong with a trained version's artefact on this machine; empty where it can be loaded."""
    try:
        load_trained(trained, CandidatePool())
    except (EarmarkError, OSError) as error:
        return f"{error} Restore {folder_of(trained)} from a backup, step back, or train again."
    return ""


def forget_engines() -> None:
    """Forget every engine of this process; they are made anew at the next request."""
    with _keeping:
        _kept.clear()
        _broken.clear()


def _hybrid(question: Question, vectors: StoredVectors | None, weighed: WeighedFields | None) -> Fused:
    facets = Facets.from_facts(weighed.facts) if weighed else Facets()
    hybrid = HybridSuggester(pool_of(question, vectors, facets, KnownClusters()))
    fields = f"-{weighed.checksum[:8]}" if weighed else ""
    return Fused(hybrid.name, f"{hybrid.version}{fields}", hybrid)


def _learned(question: Question, live: TrainedVersion, vectors: StoredVectors | None) -> Fused | None:
    """Return a live version; None where it cannot be loaded, with a line in the log, not more than one a minute."""
    if time.monotonic() - _broken.get(live.pk, float("-inf")) < LOOK_AGAIN_S:
        return None
    try:
        reranker = load_trained(live, pool_of(question, vectors, Facets(), known_clusters(question)))
    except (EarmarkError, OSError) as error:
        _broken[live.pk] = time.monotonic()
        logger.error("The trained version %s cannot be loaded and abstains: %s", live, error)
        return None
    row = live.suggester
    return Fused(row.name, row.version, reranker) if row else None


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
