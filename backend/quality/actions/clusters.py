"""Rebuild the clusters that some items belong to."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from backend.quality.clusters import unions
from backend.quality.models import Cluster, ClusterMember, ConsensusLabel
from backend.questions.models import Item, Question
from backend.questions.units import DUPLICATE

_LOCK = "select pg_advisory_xact_lock(hashtextextended('earmark clusters', %s))"


def rebuild_clusters(*, question: Question, item_ids: set[int], now: datetime) -> None:
    """Make the clusters around these items anew from the duplicates that are settled.

    Merging and splitting are the same step. One rebuild of a question runs at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [question.pk])
    members = ClusterMember.objects.of(question.project_id).filter(question=question)
    old = set(members.filter(item__in=item_ids).values_list("cluster", flat=True))
    around = item_ids | set(members.filter(cluster__in=old).values_list("item", flat=True))
    pairs = _settled_pairs(question, around)
    reached = {item for pair in pairs for item in pair}
    old |= set(members.filter(item__in=reached).values_list("cluster", flat=True))
    Cluster.objects.filter(pk__in=old).delete()
    for group in unions(pairs):
        _make(question, group, now)


def _settled_pairs(question: Question, items: set[int]) -> list[tuple[int, int]]:
    """Return the settled duplicates that connect to these items, followed outwards."""
    settled = ConsensusLabel.objects.of(question.project_id).on(question).settled().filter(value=DUPLICATE)
    pairs: set[tuple[int, int]] = set()
    border = set(items)
    while border:
        touching = settled.filter(Q(unit__item__in=border) | Q(unit__other__in=border))
        found = set(touching.values_list("unit__item", "unit__other")) - pairs
        pairs |= found
        border = {item for pair in found for item in pair}
    return sorted(pairs)


def _make(question: Question, group: set[int], now: datetime) -> None:
    items = Item.objects.filter(pk__in=group).order_by("created_at", "pk")
    cluster = Cluster.objects.create(
        project_id=question.project_id,
        question=question,
        name=items[0].key,
        members_count=len(group),
        updated_at=now,
    )
    ClusterMember.objects.bulk_create(
        ClusterMember(project_id=question.project_id, question=question, cluster=cluster, item_id=item)
        for item in sorted(group)
    )
