"""Forget what only removed items said, and find what erased people taught."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from earmark import suggesters as sdk
from earmark.errors import EarmarkError

from backend.annotators.models import Tombstone
from backend.datasets.actions.freeze import ask_for_version
from backend.datasets.errors import DatasetError
from backend.datasets.models import Dataset, DatasetVersion
from backend.learning.actions.train import ask_for_training, frozen_version, give_up, number_training
from backend.learning.errors import LearningError
from backend.learning.labels import taught_keys
from backend.learning.lesson import holds_erased
from backend.projects.actions.jobs import enqueue, enqueue_once
from backend.projects.models import Job
from backend.questions.models import Item, ItemSnapshot
from backend.suggestions.actions.weigh import CLEAR_ARTEFACTS, FORGET_VALUES, newest_change, now_serves
from backend.suggestions.artefacts import Labels, load_labels, write_artefact
from backend.suggestions.items import StoredItems, as_sdk_item, batched
from backend.suggestions.models import LEARNED, TrainedVersion

FORGET = "learning.forget_removed"
FORGET_PEOPLE, TRAIN_ANEW = "learning.forget_people", "learning.train_anew"
ERASURE = "erasure"
LOOK_AGAIN = timedelta(seconds=30)
State = TrainedVersion.State


def forget_removed(*, project_id: int) -> None:
    """Ask for the suggesters of labels that do not know yet what was removed, each in a transaction of its own.

    Each remembers up to which change of an item it was looked through.
    """
    newest = newest_change(project_id)
    trained = TrainedVersion.objects.of(project_id).exclude(name=LEARNED).exclude(checksum="")
    for each in trained.filter(followed_seq__lt=newest).order_by("pk"):
        enqueue(project=project_id, kind=FORGET, trained_id=each.pk)


def forget_removed_of(*, trained_id: int) -> None:
    """Take the words that only removed items said out of a suggester of labels that was taught with them.

    Items that say none of these words are guessed as before. An artefact that is not whole here serves nobody and is
    left as it is; so is one whose frozen version cannot be read, since nobody can say what it was taught with.
    """
    trained = TrainedVersion.objects.select_related("question").select_for_update(of=["self"]).get(pk=trained_id)
    with suppress(EarmarkError, LearningError, DatasetError, OSError):
        newest = newest_change(trained.project_id)
        now_serves(trained=trained, checksum=_forget(trained), followed_seq=newest)


def forget_what_went_meanwhile(*, trained: TrainedVersion) -> None:
    """Ask for what was removed or erased while a version was trained to be forgotten: it may have been read before."""
    erased = Tombstone.objects.filter(project=trained.project_id, erased_at__gte=trained.asked_at)
    for kind in (FORGET_VALUES, FORGET, CLEAR_ARTEFACTS, *([FORGET_PEOPLE] if erased.exists() else [])):
        enqueue_once(project=trained.project_id, kind=kind)


def mark_taught_by_erased(*, project_id: int, now: datetime) -> list[TrainedVersion]:
    """Mark the trained versions that somebody taught who is erased since; ask for what serves or waits to be anew.

    Each such question gets a new frozen version, and a new trained one from it, in shadow as any; so does one that was
    marked before, where what was to take its place did not come to be, or is marked itself. What is live goes on until
    that is promoted; what is marked is never promoted again. Each frozen version is read once.
    """
    trained = TrainedVersion.objects.of(project_id).exclude(checksum="").filter(erased_at=None)
    by_version: dict[tuple[int, str, int], list[TrainedVersion]] = defaultdict(list)
    for each in trained.select_related("question").order_by("pk"):
        by_version[each.question_id, each.dataset, each.dataset_number].append(each)
    marked = [each for taught in by_version.values() if is_taught_by_erased(taught[0]) for each in taught]
    TrainedVersion.objects.filter(pk__in=[each.pk for each in marked]).update(erased_at=now)
    for each in _without_successor(project_id):
        datasets = Dataset.objects.of(project_id).filter(question=each.question_id).order_by("pk")
        dataset = datasets.filter(slug=each.dataset).first() or datasets.first()  # it may go by another name by now
        if dataset is not None:
            version = _asked_since(dataset) or ask_for_version(dataset=dataset, asked_by=ERASURE, now=now)
            enqueue(project=project_id, kind=TRAIN_ANEW, version_id=version.pk, name=each.name)
    return marked


def _asked_since(dataset: Dataset) -> DatasetVersion | None:
    """Return the version of a dataset that an erasure asked for since anybody was erased last, None where none did."""
    last = Tombstone.objects.filter(project=dataset.project_id).order_by("-erased_at").first()
    versions = DatasetVersion.objects.of(dataset.project_id).filter(dataset=dataset, asked_by=ERASURE)
    usable = versions.filter(erased_since__isnull=True).exclude(state=DatasetVersion.State.FAILED)
    return usable.filter(asked_at__gte=last.erased_at).order_by("-number").first() if last else None


def train_anew(*, version_id: int, name: str, now: datetime) -> None:
    """Ask for training from a version once it is frozen; until then, look again in half a minute.

    One that could not be frozen leaves a trained version that failed, so that the admin says so.
    """
    version = DatasetVersion.objects.select_related("dataset__question").get(pk=version_id)
    question = version.dataset.question
    if version.state == DatasetVersion.State.BUILDING:
        again = enqueue(project=version.project_id, kind=TRAIN_ANEW, version_id=version_id, name=name)
        Job.objects.filter(pk=again.pk).update(due_at=now + LOOK_AGAIN)
    elif version.state == DatasetVersion.State.FAILED:
        trained = number_training(question=question, version=version, asked_by=ERASURE, now=now, name=name)
        give_up(
            trained_id=trained.pk,
            failure=f"{version} could not be frozen without somebody who is erased: {version.failure}. Freeze a "
            "version and train again.",
        )
    else:
        ask_for_training(question=question, version=version, name=name, asked_by=ERASURE, now=now)


def _without_successor(project_id: int) -> list[TrainedVersion]:
    """Return of each question and name one marked version that serves or waits, where nothing is to take its place.

    That is a later one that is not marked and did not fail, or one that waits for its version to be frozen.
    """
    trained = TrainedVersion.objects.of(project_id)
    later = trained.filter(
        question=OuterRef("question"), name=OuterRef("name"), number__gt=OuterRef("number"), erased_at=None
    ).exclude(state=State.FAILED)
    marked = trained.filter(~Exists(later), state__in=(State.LIVE, State.SHADOW), erased_at__isnull=False)
    jobs = Job.objects.waiting().in_no_lane().filter(project=project_id, kind=TRAIN_ANEW)
    names = {told["version_id"]: told["name"] for told in jobs.values_list("arguments", flat=True)}
    versions = DatasetVersion.objects.filter(pk__in=names).values_list("pk", "dataset__question")
    asked = {(question, names[pk]) for pk, question in versions}
    found = {(each.question_id, each.name): each for each in marked.order_by("number")}
    return [each for key, each in found.items() if key not in asked]


def is_taught_by_erased(trained: TrainedVersion) -> bool:
    """Return whether the frozen version that taught a trained one holds answers of somebody who is erased since.

    Where it cannot be read, nobody can say that it does not: it counts as holding them if anybody is erased.
    """
    try:
        version = frozen_version(question=trained.question, number=trained.dataset_number, dataset=trained.dataset)
        return holds_erased(version)
    except (LearningError, DatasetError, OSError):
        return Tombstone.objects.filter(project=trained.project_id).exists()


def _forget(trained: TrainedVersion) -> str:
    """Scrub an artefact where that is needed, and return its checksum."""
    removed = Item.objects.of(trained.project_id).filter(
        removed_at__isnull=False, change_seq__gt=trained.followed_seq, split_keys__question=trained.question
    )
    if not removed.exists():
        return trained.checksum
    version = frozen_version(question=trained.question, number=trained.dataset_number, dataset=trained.dataset)
    keys = taught_keys(version)
    taught = set(keys)
    engine = load_labels(trained)
    theirs = [item for item in removed if item.key in taught]
    alone = {name for item in _texts_of(theirs) for name in engine.words_kept_of(item)}
    alone -= _said_by_others(engine, alone, trained.project_id, keys)
    return write_artefact(trained, engine.without(alone).save) if alone else trained.checksum


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
