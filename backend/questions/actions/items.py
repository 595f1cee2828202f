"""Register and remove items, in bulk."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from backend.annotators.actions.people import erased_among
from backend.questions.models import Item
from backend.questions.signals import item_removed, items_changed, items_registered
from backend.questions.spots import Picture, picture_of

_LOCK = "select pg_advisory_xact_lock(hashtextextended('earmark items', %(project)s))"

_UPSERT = """
with given as (
    select * from jsonb_to_recordset(%(rows)s::jsonb) as r(
        key text, kind text, title text, body text, url text, author text,
        metadata jsonb, created_at timestamptz, content_hash text)
), before as (
    select i.id, i.content_hash from questions_item i join given using (key) where i.project_id = %(project)s
), written as (
    insert into questions_item as i (project_id, key, kind, title, body, url, author, metadata,
        created_at, content_hash, change_seq, registered_at, updated_at)
    select %(project)s, key, kind, title, body, url, author, metadata, created_at, content_hash,
        nextval('questions_item_change_seq'), %(now)s, %(now)s from given
    on conflict (project_id, key) do update set
        kind = excluded.kind, title = excluded.title, body = excluded.body, url = excluded.url,
        author = excluded.author, metadata = excluded.metadata, created_at = excluded.created_at,
        content_hash = case when (i.title, i.body, regexp_replace(i.metadata #>> '{image,url}', '[?#].*', ''),
                i.metadata #>> '{image,version}')
            is distinct from (excluded.title, excluded.body, regexp_replace(excluded.metadata #>> '{image,url}',
                '[?#].*', ''), excluded.metadata #>> '{image,version}')
            then excluded.content_hash else i.content_hash end, change_seq = excluded.change_seq,
        updated_at = excluded.updated_at, removed_at = null
    where (i.kind, i.title, i.body, i.url, i.author, i.metadata, i.created_at)
        is distinct from (excluded.kind, excluded.title, excluded.body, excluded.url, excluded.author,
            excluded.metadata, excluded.created_at) or i.removed_at is not null
    returning i.id, i.content_hash, i.title, i.body, (xmax = 0) as is_new
), kept as (
    insert into questions_itemsnapshot (project_id, item_id, content_hash, title, body, taken_at)
    select %(project)s, id, content_hash, title, body, %(now)s from written
    on conflict (project_id, item_id, content_hash) do nothing
), returned as (
    insert into questions_contentreturn (project_id, snapshot_id, returned_at)
    select %(project)s, s.id, %(now)s from written w join before b using (id) join questions_itemsnapshot s
        on s.project_id = %(project)s and s.item_id = w.id and s.content_hash = w.content_hash
    where b.content_hash <> w.content_hash
)
select count(*) filter (where is_new), coalesce(array_agg(id) filter (where not is_new), array[]::bigint[]) from written
"""


@dataclass(frozen=True)
class NewItem:
    """An item as the host describes it; `key` is the host's own id."""

    key: str
    title: str = ""
    body: str = ""
    url: str = ""
    kind: str = ""
    author: str = ""
    created_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of what an annotator reads and sees: title, body, and which picture.

        An item that was registered before pictures counted keeps its hash until one of these changes.
        """
        return content_hash_of(title=self.title, body=self.body, picture=picture_of(self.metadata))


def content_hash_of(*, title: str, body: str, picture: Picture | None) -> str:
    """Return the SHA-256 of a title, a body and which picture stands with them, as items and snapshots have it."""
    seen = [title, body, *(picture.content if picture else ())]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


@dataclass(frozen=True)
class Registered:
    """How many items were new, changed, and the same as before."""

    created_count: int
    updated_count: int
    unchanged_count: int


def register_items(*, project_id: int, items: Sequence[NewItem], now: datetime) -> Registered:
    """Write items by their keys in one statement; of a key given twice the last stands.

    Erased people are nobody's author, however often the host tells of them. A content that an item had before has its
    snapshot already: that it came back is a row of its own. Changes get numbers that rise in the
    order of their commits, so that an index which follows the change sequence misses none: a lock for the project is
    held until the transaction ends.
    """
    rows = list({item.key: item for item in items}.values())
    lock_items(project_id=project_id)
    rows = _without_erased(project_id, rows)
    payload = json.dumps([asdict(item) | {"content_hash": item.content_hash} for item in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, {"rows": payload, "project": project_id, "now": now})
        created, updated = cursor.fetchone()
    if created or updated:
        items_registered.send(Item, project_id=project_id)
    if updated:
        items_changed.send(Item, project_id=project_id, item_ids=updated)
    return Registered(created, len(updated), len(rows) - created - len(updated))


def remove_item(*, item: Item, now: datetime) -> None:
    """Take an item out of all that is suggested; what was said about it stays."""
    lock_items(project_id=item.project_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "update questions_item set removed_at = %s, updated_at = %s,"
            " change_seq = nextval('questions_item_change_seq') where project_id = %s and id = %s",
            [now, now, item.project_id, item.pk],
        )
    item_removed.send(Item, project_id=item.project_id, item_id=item.pk)


def lock_items(*, project_id: int) -> None:
    """Let nobody else write items of a project until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"project": project_id})


def _without_erased(project_id: int, items: list[NewItem]) -> list[NewItem]:
    erased = erased_among(project_id=project_id, subjects={item.author for item in items if item.author})
    return [replace(item, author="") if item.author in erased else item for item in items] if erased else items
