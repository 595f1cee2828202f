"""The jobs of suggestions: embed a batch of items, forget vectors of what is gone, weigh fields."""

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
from backend.suggestions.actions.weigh import forget_values, weigh_fields
from backend.suggestions.embedder import configured_embedder, loaded_at
from backend.suggestions.errors import EmbeddingUnderWay
from backend.suggestions.retrieval import index_of


@dataclass(frozen=True)
class Errand:
    """A batch and who embeds it; with its vectors once they are there."""

    project_id: int
    batch: Batch
    embedder: Embedder
    vectors: Sequence[Sequence[float]] = ()


def read_batch(*, project_id: int, now: datetime, **_: Any) -> Errand | None:
    """Return the next batch; None where all is embedded, embedding is off, or another worker is at it."""
    embedder = configured_embedder()
    if embedder is None:
        return None
    try:
        batch = begin_batch(project_id=project_id, embedder=embedder, now=now, loaded_at=loaded_at())
    except EmbeddingUnderWay as held:
        embed_later(project_id=project_id, not_before=held.until)
        return None
    return Errand(project_id, batch, embedder) if batch else None


def embed_batch(errand: Errand) -> Errand:
    """Embed; about a second of one core, outside any transaction."""
    try:
        return replace(errand, vectors=errand.embedder.encode(errand.batch.texts).tolist())
    except Exception:
        with tenancy(errand.project_id):
            let_go(batch=errand.batch)
        raise


def write_batch(*, project_id: int, now: datetime, answer: Errand, **_: Any) -> None:
    """Write the vectors, and ask for the next batch: behind all jobs that wait, so that none waits long."""
    if end_batch(project_id=project_id, batch=answer.batch, vectors=answer.vectors, now=now):
        embed_later(project_id=project_id)


def forget_items_work(*, project_id: int, now: datetime, item_ids: list[int], **_: Any) -> None:
    """Delete the vectors of removed items."""
    forget_items(project_id=project_id, item_ids=item_ids)


def forget_values_work(*, project_id: int, now: datetime, **_: Any) -> None:
    """Forget values of fields that only removed items had."""
    forget_values(project_id=project_id)


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
