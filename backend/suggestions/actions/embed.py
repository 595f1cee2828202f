"""Items become vectors, batch by batch: begin a batch, embed it outside any transaction, end it; forget vectors.

Each version of an embedder follows the item change sequence by itself. The version that serves stays as it is while a
new one is built; they change places in the transaction that writes the new one's last vectors.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection
from django.db.models.functions import Substr
from earmark import suggesters as sdk
from earmark.suggesters.semantic import BODY_SIGNS, text_of

from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.questions.models import Item
from backend.suggestions.errors import EmbeddingUnderWay
from backend.suggestions.halfvec import as_halfvec, stored_width
from backend.suggestions.models import EmbeddingVersion, ItemVector

EMBED = "suggestions.embed_items"
FORGET_VERSION = "suggestions.forget_embedding_version"
FORGET_ITEMS = "suggestions.forget_item_vectors"

BATCH = 256
"""Changed items looked at in one batch: about a second of one core, so that other jobs come between two."""
LEASE_S = 120
FORGET_AT_ONCE = 5_000

_KEEP = """
with given as (
    select * from unnest(%(items)s::bigint[], %(hashes)s::text[], %(created)s::timestamptz[], %(vectors)s::text[])
        as g(item_id, text_hash, created_at, vector)
), kept as (
    insert into suggestions_itemvector as v (project_id, version_id, item_id, text_hash, created_at, width, vector)
    select %(project)s, %(version)s, g.item_id, g.text_hash, g.created_at, %(width)s, g.vector::halfvec
    from given g join questions_item i on i.id = g.item_id and i.project_id = %(project)s
    where i.removed_at is null
    on conflict (project_id, version_id, item_id) do update set
        text_hash = excluded.text_hash, created_at = excluded.created_at, vector = excluded.vector
    returning (xmax = 0) as is_new
)
select count(*) filter (where is_new) from kept
"""
_MOVE = """
update suggestions_itemvector v set created_at = g.created_at
from unnest(%(items)s::bigint[], %(created)s::timestamptz[]) as g(item_id, created_at)
where v.project_id = %(project)s and v.version_id = %(version)s and v.item_id = g.item_id
"""
_FORGET = """
delete from suggestions_itemvector where id in (
    select id from suggestions_itemvector where project_id = %s and version_id = %s limit %s)
"""


class HasVectors(Protocol):
    """What is known of an embedder without its model: its name, its version, and how wide its vectors are."""

    @property
    def name(self) -> str:
        """Return the model's name."""
        ...

    @property
    def version(self) -> str:
        """Return a checksum of what decides a vector."""
        ...

    @property
    def width(self) -> int:
        """Return how many numbers a vector has."""
        ...


@dataclass(frozen=True)
class Embedded:
    """An item as it is embedded: its text, the text's hash, and when it came to be."""

    item_id: int
    text: str
    created_at: datetime | None

    @property
    def text_hash(self) -> str:
        """Return the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Batch:
    """Changed items of one version up to a change: those to embed, those with a new date alone, those without text."""

    version_id: int
    until_seq: int
    to_embed: Sequence[Embedded] = ()
    moved: Sequence[Embedded] = ()
    gone: Sequence[int] = field(default_factory=tuple)

    @property
    def texts(self) -> list[str]:
        """Return what the embedder is given."""
        return [each.text for each in self.to_embed]


def embed_later(*, project_id: int, not_before: datetime | None = None) -> None:
    """Ask a worker to embed what changed, unless that is asked already."""
    enqueue_once(project=project_id, kind=EMBED, due_at=not_before)


def begin_batch(
    *, project_id: int, embedder: HasVectors, now: datetime, loaded_at: datetime | None = None
) -> Batch | None:
    """Return the next changed items under an embedder's version, held for LEASE_S; None once all are embedded.

    Then the version serves. A retired one begins anew, but not for who loaded it (`loaded_at`) before its successor
    was begun: a worker that was not restarted yet. Raises EmbeddingUnderWay where somebody else holds a batch.
    """
    version = _version(project_id, embedder, now=now, loaded_at=loaded_at or now)
    if version is None:
        return None
    if version.busy_until is not None and version.busy_until > now:
        raise EmbeddingUnderWay(until=version.busy_until)
    batch = _next_batch(version)
    if batch is None:
        _complete(version, now)
        return None
    version.busy_until = now + timedelta(seconds=LEASE_S)
    version.save(update_fields=["busy_until"])
    return batch


def end_batch(*, project_id: int, batch: Batch, vectors: Sequence[Sequence[float]], now: datetime) -> bool:
    """Write a batch's vectors and let it go; return whether more items wait. Done twice, it does no harm.

    An item that was removed meanwhile gets none, nor does a version that was retired. It serves when none wait.
    """
    [version] = [each for each in _locked(project_id) if each.pk == batch.version_id]
    if version.state == EmbeddingVersion.State.RETIRED:
        return False
    new_count = _keep(version, batch.to_embed, vectors) - _drop(version, batch.gone)
    version.vectors_count = max(0, version.vectors_count + new_count)
    _move(version, batch.moved)
    version.followed_seq = max(version.followed_seq, batch.until_seq)
    version.busy_until = None
    version.save(update_fields=["vectors_count", "followed_seq", "busy_until"])
    is_more = bool(Item.objects.of(version.project_id).filter(change_seq__gt=version.followed_seq).exists())
    if not is_more:
        _complete(version, now)
    return is_more


def let_go(*, batch: Batch) -> None:
    """Give a batch back that could not be embedded."""
    EmbeddingVersion.objects.filter(pk=batch.version_id).update(busy_until=None)


def forget_items(*, project_id: int, item_ids: Sequence[int]) -> None:
    """Delete the vectors of items that are removed, in every version."""
    for version in _locked(project_id):
        removed = Item.objects.of(project_id).filter(pk__in=item_ids).exclude(removed_at=None)
        count = _drop(version, list(removed.values_list("pk", flat=True)))
        version.vectors_count = max(0, version.vectors_count - count)
        version.save(update_fields=["vectors_count"])


def forget_version(*, version_id: int) -> bool:
    """Delete some vectors of a retired version; return whether some are left. One that is built again keeps its own."""
    version = EmbeddingVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None or version.state != EmbeddingVersion.State.RETIRED:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [version.project_id, version.pk, FORGET_AT_ONCE])
        deleted: int = cursor.rowcount
    version.vectors_count = max(0, version.vectors_count - deleted)
    version.save(update_fields=["vectors_count"])
    return deleted == FORGET_AT_ONCE


def _locked(project_id: int) -> list[EmbeddingVersion]:
    """Return all versions of a project, locked, always in the same order."""
    return list(EmbeddingVersion.objects.filter(project=project_id).order_by("pk").select_for_update())


def _version(project_id: int, embedder: HasVectors, *, now: datetime, loaded_at: datetime) -> EmbeddingVersion | None:
    """Return the row of the embedder's version, all of the project being locked; None where another took over."""
    facts: dict[str, Any] = {"name": embedder.name, "width": stored_width(embedder.width), "started_at": now}
    EmbeddingVersion.objects.get_or_create(project_id=project_id, version=embedder.version, defaults=facts)
    versions = _locked(project_id)
    [version] = [each for each in versions if each.version == embedder.version]
    if version.state == EmbeddingVersion.State.RETIRED:
        if any(each.started_at > loaded_at for each in versions if each.state != EmbeddingVersion.State.RETIRED):
            return None
        version.state, version.followed_seq, version.started_at = EmbeddingVersion.State.BUILDING, 0, now
        version.busy_until = None
        version.vectors_count = ItemVector.objects.of(project_id).filter(version=version).count()
        version.save()
    return version


def _next_batch(version: EmbeddingVersion) -> Batch | None:
    rows = Item.objects.of(version.project_id).filter(change_seq__gt=version.followed_seq).order_by("change_seq")
    changed = list(
        rows.annotate(beginning=Substr("body", 1, BODY_SIGNS * 2)).values_list(
            "pk", "title", "beginning", "created_at", "removed_at", "change_seq"
        )[:BATCH]
    )
    if not changed:
        return None
    items = [
        Embedded(pk, "" if removed_at else text_of(sdk.Item("", title, beginning)), created_at)
        for pk, title, beginning, created_at, removed_at, _ in changed
    ]
    kept = dict(
        ItemVector.objects.of(version.project_id)
        .filter(version=version, item__in=[item.item_id for item in items])
        .values_list("item", "text_hash")
    )
    present = [item for item in items if item.text]
    return Batch(
        version_id=version.pk,
        until_seq=changed[-1][-1],
        to_embed=[item for item in present if kept.get(item.item_id) != item.text_hash],
        moved=[item for item in present if kept.get(item.item_id) == item.text_hash],
        gone=[item.item_id for item in items if not item.text and item.item_id in kept],
    )


def _complete(version: EmbeddingVersion, now: datetime) -> None:
    """Let a version serve in place of the one that did; what is left of others is deleted later."""
    if version.state == EmbeddingVersion.State.SERVING:
        return
    others = EmbeddingVersion.objects.of(version.project_id).exclude(pk=version.pk)
    for other in others.exclude(state=EmbeddingVersion.State.RETIRED):
        other.state = EmbeddingVersion.State.RETIRED
        other.save(update_fields=["state"])
        enqueue(project=version.project_id, kind=FORGET_VERSION, version_id=other.pk)
    version.state, version.completed_at = EmbeddingVersion.State.SERVING, now
    version.save(update_fields=["state", "completed_at"])


def _keep(version: EmbeddingVersion, items: Sequence[Embedded], vectors: Sequence[Sequence[float]]) -> int:
    if not items:
        return 0
    given: dict[str, Any] = {
        "project": version.project_id,
        "version": version.pk,
        "width": version.width,
        "items": [item.item_id for item in items],
        "hashes": [item.text_hash for item in items],
        "created": [item.created_at for item in items],
        "vectors": [as_halfvec(vector, version.width) for vector in vectors],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, given)
        new_count: int = cursor.fetchone()[0]
    return new_count


def _move(version: EmbeddingVersion, items: Sequence[Embedded]) -> None:
    if items:
        given: dict[str, Any] = {
            "project": version.project_id,
            "version": version.pk,
            "items": [item.item_id for item in items],
            "created": [item.created_at for item in items],
        }
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, given)


def _drop(version: EmbeddingVersion, item_ids: Sequence[int]) -> int:
    deleted, _ = ItemVector.objects.of(version.project_id).filter(version=version, item__in=item_ids).delete()
    return deleted
