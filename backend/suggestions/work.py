"""The jobs of suggestions: embed a batch of items, forget vectors of what is gone, weigh fields."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from earmark.suggesters.embedding import Embedder

from backend.projects.actions.jobs import enqueue
from backend.projects.models import Project
from backend.projects.tenancy import tenancy
from backend.suggestions.actions.embed import (
    FORGET_VERSION,
    Batch,
    begin_batch,
    embed_later,
    end_batch,
    forget_items,
    forget_version,
    let_go,
)
from backend.suggestions.actions.weigh import clear_artefacts, forget_values, forget_values_of, weigh_fields
from backend.suggestions.embedder import configured_embedder, earlier_embedder, forget_earlier, loaded_at
from backend.suggestions.errors import EmbeddingUnderWay
from backend.suggestions.indexes import index_of
from backend.suggestions.models import EmbeddingVersion

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """A batch of one version and who embeds it; with its vectors once they are there."""

    batch: Batch
    embedder: Embedder
    vectors: Sequence[Sequence[float]] = ()


@dataclass(frozen=True)
class Errand:
    """What is embedded in one go: last a batch of the configured embedder, before it one of the version that serves."""

    project_id: int
    parts: Sequence[Part]


def read_batch(*, project_id: int, now: datetime, **_: Any) -> Errand | None:
    """Return the next batch; None where all is embedded, embedding is off, or another worker is at it.

    While a new version is built, what changed goes to the one that serves as well, so that it is found by meaning.
    """
    embedder = configured_embedder()
    if embedder is None:
        return None
    try:
        batch = begin_batch(project_id=project_id, embedder=embedder, now=now, loaded_at=loaded_at())
    except EmbeddingUnderWay as held:
        embed_later(project_id=project_id, not_before=held.until)
        return None
    if batch is None:
        return None
    return Errand(project_id, [*_part_of_serving(project_id, embedder, now), Part(batch, embedder)])


def _part_of_serving(project_id: int, embedder: Embedder, now: datetime) -> list[Part]:
    """Return what waits for the version that serves, where it is another one whose model is still there."""
    serving = EmbeddingVersion.objects.of(project_id).filter(state=EmbeddingVersion.State.SERVING)
    found = serving.exclude(version=embedder.version).first()
    if found is None:
        forget_earlier(project_id)
        return []
    earlier = earlier_embedder(project_id, found.name, found.version)
    try:
        batch = begin_batch(project_id=project_id, embedder=earlier, now=now) if earlier else None
    except EmbeddingUnderWay:
        return []
    return [Part(batch, earlier)] if batch and earlier else []


def embed_batch(errand: Errand) -> Errand:
    """Embed; about a second of one core a batch, outside any transaction.

    What fails of the version that serves meanwhile is let go; it does not hold up the new one, which takes its place.
    """
    *earlier, new = errand.parts
    done = []
    for part in earlier:
        try:
            done.append(_embedded(part))
        except Exception as error:
            _let_go(errand.project_id, [part])
            logger.warning("A batch for the embedding version that serves is left out: %s", type(error).__name__)
    try:
        return replace(errand, parts=[*done, _embedded(new)])
    except Exception:
        _let_go(errand.project_id, [*done, new])
        raise


def _embedded(part: Part) -> Part:
    return replace(part, vectors=part.embedder.encode(part.batch.texts).tolist())


def _let_go(project_id: int, parts: Sequence[Part]) -> None:
    with tenancy(project_id):
        for part in parts:
            let_go(batch=part.batch)


def write_batch(*, project_id: int, now: datetime, answer: Errand, **_: Any) -> None:
    """Write the vectors, and ask for the next batch: behind all jobs that wait, so that none waits long."""
    ended = [end_batch(project_id=project_id, batch=part.batch, vectors=part.vectors, now=now) for part in answer.parts]
    if any(ended):
        embed_later(project_id=project_id)


def forget_items_work(*, project_id: int, now: datetime, item_ids: list[int], **_: Any) -> None:
    """Delete the vectors of removed items."""
    forget_items(project_id=project_id, item_ids=item_ids)


def forget_values_work(*, project_id: int, now: datetime, trained_id: int | None = None, **_: Any) -> None:
    """Forget values of fields that only removed items had: of what was weighed, or of one learned order."""
    if trained_id is None:
        forget_values(project_id=project_id)
    else:
        forget_values_of(trained_id=trained_id)


def clear_artefacts_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Delete artefacts that no trained version names any more."""
    clear_artefacts(project_id=project_id)


def forget_version_work(*, project_id: int, now: datetime, version_id: int, **_: Any) -> None:
    """Delete some vectors of a retired version, and ask for the rest to be deleted."""
    if forget_version(version_id=version_id):
        enqueue(project=project_id, kind=FORGET_VERSION, version_id=version_id)


def embed_all_later() -> None:
    """Ask for what changed in every project, as a worker starts: its embedder may be a new one."""
    if configured_embedder() is not None:
        for project in Project.objects.all():
            with tenancy(project):
                embed_later(project_id=project.pk)


def weigh_fields_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Weigh the fields of a project's items."""
    weigh_fields(project_id=project_id, index=index_of(project_id).index, now=now)
