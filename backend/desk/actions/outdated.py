"""Frozen versions that hold answers of somebody who is erased: find them, note them, freeze anew."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from backend.datasets.actions.freeze import ask_for_version, path_of_file
from backend.datasets.errors import DatasetError
from backend.datasets.models import DatasetVersion, ErasedSince
from backend.desk.models import Erasure
from backend.learning.actions.forget import ERASURE
from backend.suggestions.models import TrainedVersion

Frozen = DatasetVersion.State.FROZEN


def versions_that_hold(*, pseudonym: str, project_id: int, question_ids: Collection[int]) -> list[DatasetVersion]:
    """Return the frozen versions of some questions whose files name a person, once those being frozen are.

    Of one whose file cannot be read nobody can say that it does not: it counts as holding them.
    """
    versions = DatasetVersion.objects.of(project_id).filter(dataset__question__in=question_ids)
    return [
        each for each in versions.select_for_update().order_by("pk") if each.state == Frozen and _names(each, pseudonym)
    ]


def _names(version: DatasetVersion, pseudonym: str) -> bool:
    wanted = f'"{pseudonym}"'
    try:
        with path_of_file(version=version, name="judgements.jsonl").open(encoding="utf-8") as lines:
            return any(wanted in line for line in lines)
    except (DatasetError, KeyError, OSError):
        return True


def await_frozen(*, erasure: Erasure) -> None:
    """Wait for versions that are being frozen: they may have looked at the rows of the person before these went."""
    versions = DatasetVersion.objects.of(erasure.project_id).filter(dataset__question__in=erasure.question_keys)
    waiting = versions.exclude(state=Frozen).select_for_update(of=("self",))
    list(waiting.order_by("pk").values_list("pk"))


def touched_since(*, erasure: Erasure) -> list[DatasetVersion]:
    """Return the versions found before, and those frozen while the erasure was under way, which may hold half of it."""
    versions = DatasetVersion.objects.of(erasure.project_id).filter(state=Frozen)
    meanwhile = Q(dataset__question__in=erasure.question_keys, frozen_at__gte=erasure.asked_at)
    return list(versions.filter(Q(pk__in=erasure.versions) | meanwhile).select_related("dataset").order_by("pk"))


def ask_anew(*, versions: Sequence[DatasetVersion], now: datetime) -> None:
    """Note that versions hold answers of somebody erased, and ask for a new one of each of their datasets."""
    notes = [ErasedSince(project_id=each.project_id, version=each, found_at=now) for each in versions]
    ErasedSince.objects.bulk_create(notes, ignore_conflicts=True)
    for dataset in {each.dataset_id: each.dataset for each in versions}.values():
        ask_for_version(dataset=dataset, asked_by=ERASURE, now=now)


def taught_by(*, versions: Sequence[DatasetVersion]) -> list[TrainedVersion]:
    """Return the trained versions that some frozen versions taught."""
    taught = [
        TrainedVersion.objects.of(each.project_id)
        .exclude(checksum="")
        .filter(question=each.dataset.question_id, dataset=each.dataset.slug, dataset_number=each.number)
        for each in versions
    ]
    return [trained for found in taught for trained in found.select_related("question").order_by("pk")]
