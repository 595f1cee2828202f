"""Learn what sharing a field of a project's items speaks for, without labels; forget what is gone."""

import hashlib
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max
from earmark import suggesters as sdk
from earmark.errors import EarmarkError
from earmark.suggesters.facets import LONGEST_VALUE_SIGNS, Facets, likely_pairs
from earmark.suggesters.fields import names_above
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool

from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.questions.models import Item
from backend.suggestions.artefacts import clear_beside, load_trained, scrub_trained
from backend.suggestions.items import StoredItems, as_sdk_item
from backend.suggestions.models import TrainedVersion, WeighedFields

FORGET_VALUES, CLEAR_ARTEFACTS = "suggestions.forget_values", "suggestions.clear_artefacts"
SAMPLE = 4_000
"""Items that are looked at, spread evenly over all in the order they were registered in."""

_VALUES = """
with recursive told(name, top) as (
    select * from unnest(%(names)s::text[], %(tops)s::text[])
), inside(name, path, value) as (
    select told.name, told.top, i.metadata -> told.top from questions_item i, told
    where i.project_id = %(project)s and i.removed_at is null and i.metadata ? told.top
    union all
    select inside.name, deeper.path, deeper.value from inside cross join lateral (
        select inside.path, each.value
        from jsonb_array_elements(case jsonb_typeof(inside.value) when 'array' then inside.value else '[]' end) as each
        union all
        select inside.path || '.' || each.key, each.value
        from jsonb_each(case jsonb_typeof(inside.value) when 'object' then inside.value else '{}' end) as each
        where inside.name = inside.path || '.' || each.key
            or starts_with(inside.name, inside.path || '.' || each.key || '.')
    ) as deeper(path, value)
)
select name, jsonb_agg(distinct value) from inside
where path = name and jsonb_typeof(value) not in ('object', 'array') and length(value #>> '{}') <= %(longest)s
group by name
"""
"""All that present items say in some fields, each once, whatever its type, in one look at the items.

Of objects only what lies on the way to a field is read: what lies beside may be much, and another for each item.
"""


def weigh_fields(*, project_id: int, index: sdk.ItemIndex, now: datetime) -> WeighedFields:
    """Weigh a project's fields by a sample of its items, and write it down in place of what was known.

    Asks for what was removed since the sample was read to be forgotten: its values may be among what is written.
    """
    newest = newest_change(project_id)
    present = Item.objects.of(project_id).present().order_by("pk")
    ids = list(present.values_list("pk", flat=True))
    sample = [as_sdk_item(item) for item in present.filter(pk__in=ids[:: max(1, len(ids) // SAMPLE)])]
    lexical = sdk.LexicalSuggester()

    def nearest(item: sdk.Item) -> tuple[str, float] | None:
        found = lexical.suggest(item, index, 1)
        return (found[0].candidate_id, found[0].score) if found else None

    facets = Facets().fit(sample, likely_pairs(sample, nearest, StoredItems(project_id)))
    weighed, _ = WeighedFields.objects.update_or_create(
        project_id=project_id,
        defaults=_told(facets) | {"items_count": len(ids), "weighed_at": now, "followed_seq": newest},
    )
    enqueue_once(project=project_id, kind=FORGET_VALUES)
    return weighed


def forget_values(*, project_id: int) -> None:
    """Take the values that no item of a project has any more out of what was weighed; ask for learned orders.

    All that is kept is looked at, since an item may have had other values before it was removed. Each remembers up to
    which change of an item that was done. No item that is there weighs otherwise afterwards.
    """
    newest = newest_change(project_id)
    for weighed in WeighedFields.objects.of(project_id).filter(followed_seq__lt=newest).select_for_update():
        facets = Facets.from_facts(weighed.facts)
        gone = _gone(facets, project_id)
        told = _told(facets.without(gone)) if gone else {}
        WeighedFields.objects.filter(pk=weighed.pk).update(followed_seq=newest, **told)
    learned = TrainedVersion.objects.of(project_id).filter(name=LearnedReranker.name, followed_seq__lt=newest)
    for trained in learned.exclude(checksum="").order_by("pk"):
        enqueue(project=project_id, kind=FORGET_VALUES, trained_id=trained.pk)


def forget_values_of(*, trained_id: int) -> None:
    """Take the values that no item has any more out of one learned order.

    An artefact that is not whole here is left as it is: it serves nobody.
    """
    trained = TrainedVersion.objects.select_for_update(of=["self"]).get(pk=trained_id)
    with suppress(EarmarkError, OSError):
        newest = newest_change(trained.project_id)
        facets = load_trained(trained, CandidatePool()).hybrid.pool.facets
        gone = _gone(facets, trained.project_id)
        checksum = scrub_trained(trained, gone) if gone else trained.checksum
        now_serves(trained=trained, checksum=checksum, followed_seq=newest)


def now_serves(*, trained: TrainedVersion, checksum: str, followed_seq: int) -> None:
    """Let a version, whose row the caller holds, name what was written of it, and ask for the rest to be deleted."""
    TrainedVersion.objects.filter(pk=trained.pk).update(followed_seq=followed_seq, checksum=checksum)
    if checksum != trained.checksum:
        enqueue_once(project=trained.project_id, kind=CLEAR_ARTEFACTS)


def clear_artefacts(*, project_id: int) -> None:
    """Delete artefacts that no trained version names any more. Raises OSError."""
    trained = TrainedVersion.objects.of(project_id).exclude(checksum="")
    for each in trained.select_for_update(of=["self"]).order_by("pk"):
        clear_beside(each)


def newest_change(project_id: int) -> int:
    """Return the newest change of an item; those before it are all there, since they commit in their order."""
    return Item.objects.of(project_id).aggregate(newest=Max("change_seq"))["newest"] or 0


def forgotten_seq(project_id: int) -> int:
    """Return up to which change nothing that is learned from now on can hold what only removed items had."""
    weighed = WeighedFields.objects.of(project_id).first()
    newest = newest_change(project_id)
    return min(newest, weighed.followed_seq) if weighed else newest


def _gone(facets: Facets, project_id: int) -> set[tuple[str, str]]:
    """Return those of the values that are kept which no item of a project has."""
    kept = {(facet.name, value) for facet in facets.facets_ for value in facet.shares}
    ways = sorted({(name, top) for name, _ in kept for top in (*names_above(name), name)})
    told = {"names": [name for name, _ in ways], "tops": [top for _, top in ways]}
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, told | {"project": project_id, "longest": LONGEST_VALUE_SIGNS})
        there = {name: json.loads(values) for name, values in cursor.fetchall()}
    return kept - facets.kept_values(sdk.Item("", metadata=there))


def _told(facets: Facets) -> dict[str, Any]:
    facts = facets.as_facts()
    return {"facts": facts, "checksum": hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()}
