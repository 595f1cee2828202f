"""Forget what only removed items said: what they wrote must not be read in an artefact that was taught with them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from earmark import suggesters as sdk
from earmark.errors import EarmarkError

from backend.datasets.errors import DatasetError
from backend.learning.actions.train import frozen_version
from backend.learning.errors import LearningError
from backend.learning.labels import taught_keys
from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.questions.models import Item, ItemSnapshot
from backend.suggestions.actions.embed import FORGET_ITEMS
from backend.suggestions.artefacts import Labels, load_labels, write_artefact
from backend.suggestions.items import StoredItems, as_sdk_item, batched
from backend.suggestions.models import LEARNED, TrainedVersion

FORGET = "learning.forget_removed"


def forget_removed(*, project_id: int) -> None:
    """Take the words that only removed items said out of the suggesters of labels that were taught with them.

    Items that say none of these words are guessed as before. An artefact that is not whole here serves nobody and is
    left as it is; so is one whose frozen version cannot be read, since nobody can say what it was taught with.
    """
    trained = TrainedVersion.objects.of(project_id).exclude(name=LEARNED).exclude(checksum="")
    for each in trained.select_related("question").select_for_update(of=["self"]).order_by("pk"):
        with suppress(EarmarkError, LearningError, DatasetError, OSError):
            _forget(each)


def forget_what_went_meanwhile(*, trained: TrainedVersion) -> None:
    """Ask for what was removed while a version was trained to be forgotten: it may have been read before."""
    removed = Item.objects.of(trained.project_id).filter(removed_at__gte=trained.asked_at)
    for ids in batched(removed.values_list("pk", flat=True)):
        enqueue(project=trained.project_id, kind=FORGET_ITEMS, item_ids=ids)
        enqueue_once(project=trained.project_id, kind=FORGET)


def _forget(trained: TrainedVersion) -> None:
    version = frozen_version(question=trained.question, number=trained.dataset_number, dataset=trained.dataset)
    keys = taught_keys(version)
    removed = [item for some in batched(keys) for item in _removed(trained, some)]
    if not removed:
        return
    engine = load_labels(trained)
    alone = {name for item in _texts_of(removed) for name in engine.words_kept_of(item)}
    alone -= _said_by_others(engine, alone, trained.project_id, keys)
    if alone:
        checksum = write_artefact(trained, engine.without(alone).save)
        TrainedVersion.objects.filter(pk=trained.pk).update(checksum=checksum)


def _removed(trained: TrainedVersion, keys: list[str]) -> Iterable[Item]:
    return Item.objects.of(trained.project_id).filter(key__in=keys, removed_at__gte=trained.asked_at)


def _texts_of(items: list[Item]) -> Iterator[sdk.Item]:
    """Yield items with each text that they had."""
    kept = ItemSnapshot.objects.filter(item__in=items).select_related("item")
    for snapshot in kept:
        yield replace(as_sdk_item(snapshot.item), title=snapshot.title, body=snapshot.body)


def _said_by_others(engine: Labels, names: set[str], project_id: int, keys: Iterable[str]) -> set[str]:
    """Return those of these words that an item says that is there still, among those it was taught with."""
    stored, found = StoredItems(project_id), set[str]()
    for some in batched(keys):
        for item in stored.get_many(some).values():
            found |= engine.words_kept_of(item) & names
            if found == names:
                return found
    return found
