"""Freeze what is believed into an immutable, checksummed version."""

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from backend.datasets import files, rows
from backend.datasets.cards import Believed, Card, believed_in
from backend.datasets.errors import DatasetError, FileDamaged, VersionNotFrozen
from backend.datasets.exports import croissant, web_annotation
from backend.datasets.exports.about import About, Items, Variety
from backend.datasets.exports.marked import counted
from backend.datasets.exports.web_annotation import Collections
from backend.datasets.exports.writing import Written
from backend.datasets.models import Dataset, DatasetVersion, SplitKey
from backend.datasets.pictures import boxes_elsewhere
from backend.datasets.progress import Progress
from backend.datasets.splits import Pair, assign_splits
from backend.datasets.spots import annotate, write_files
from backend.projects.actions.jobs import enqueue
from backend.projects.models import WebOrigin
from backend.projects.snapshot import snapshot_of
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, Question
from backend.suggestions.items import batched

FREEZE = "datasets.freeze"

COLUMNS = {"labels": rows.LABEL_COLUMNS, "judgements": rows.JUDGEMENT_COLUMNS}
_LOCK = "select pg_advisory_xact_lock(hashtextextended('earmark freeze', %s))"


def register_dataset(*, project_id: int, slug: str, question: Question, title: str = "") -> Dataset:
    """Register a dataset under a name, or return the one that has it."""
    dataset, _ = Dataset.objects.get_or_create(
        project_id=project_id, slug=slug, defaults={"question": question, "title": title}
    )
    return dataset


def ask_for_version(*, dataset: Dataset, asked_by: str, now: datetime) -> DatasetVersion:
    """Number the next version and ask the worker to build it."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    last = DatasetVersion.objects.filter(dataset=dataset).aggregate(last=Max("number"))["last"] or 0
    version = DatasetVersion.objects.create(
        project_id=dataset.project_id, dataset=dataset, number=last + 1, asked_by=asked_by, asked_at=now
    )
    enqueue(project=dataset.project_id, kind=FREEZE, version_id=version.pk)
    return version


def freeze_version(*, version_id: int, now: datetime) -> DatasetVersion:
    """Build the files of a version and freeze it; done twice, the frozen one stands.

    Files are written beside and moved into place at once, so that a half-built version is never read. All rows are read
    as they were at one moment, whatever is answered meanwhile. Whoever is erased meanwhile is so once this is done, for
    that waits for the version's row, at the end too. How far it is is told by `progress_of`.
    """
    mine = DatasetVersion.objects.select_for_update(of=("self",))  # whoever answers the question does not wait
    version = mine.select_related("dataset__question").get(pk=version_id)
    if version.state == DatasetVersion.State.FROZEN:
        return version
    folder, progress = folder_of(version), progress_of(version)
    beside = folder.with_name(folder.name + ".building")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    of_spots = _write_rows(version, beside, progress, now)
    progress.begin("all written once, and now as Parquet")
    _write_tables(beside)
    version.left_out = counted(of_spots.left_out) if of_spots else {}
    about = files.write_about(beside, partial(_about, version, now))
    written = [files.described(path) for path in sorted(beside.iterdir())]
    written.append(files.write_croissant(beside / croissant.NAME, about, written, COLUMNS))
    version.files = [file.as_facts() for file in written]
    version.checksum = files.write_manifest(beside / "manifest.json", _manifest(version, now) | _spot_facts(of_spots))
    version.files.append(files.described(beside / "manifest.json").as_facts())
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    version.state = DatasetVersion.State.FROZEN
    version.frozen_at = now
    version.save()
    progress.end()
    return version


def _write_rows(version: DatasetVersion, folder: Path, progress: Progress, now: datetime) -> Written | None:
    """Write what is read of the store, all of one moment; return what the files of spots hold."""
    question, before = version.dataset.question, _version_before(version)
    card = Card(before=_believed_before(before))
    progress.begin("items get their splits")
    lock_splits(question=question)
    with snapshot_of(question.project_id) as ask:
        splits = keep_splits(question=question, pairs=ask(partial(rows.labelled_pairs, question)), now=now)
        progress.begin(
            "labels written", of=ask(ConsensusLabel.objects.of(question.project_id).on(question).settled().count)
        )
        elsewhere = ask(partial(boxes_elsewhere, question))
        written = partial(_write_labels, version, splits, elsewhere, card, folder, progress)
        version.labels_count, annotated = ask(written)
        progress.begin("answers and unanswered slots written")
        said = card.counting_judgements(rows.judgement_rows(question, splits))
        writing = partial(files.write_jsonl, folder / "judgements.jsonl", said, tell=progress.tell)
        version.judgements_count = ask(writing)
        unsettled = ask(partial(_unsettled, question))
        of_spots = ask(partial(write_files, question=question, splits=splits, folder=folder, elsewhere=elsewhere))
    if of_spots:
        of_spots.add(web_annotation.FORM, annotated.counts, annotated.left_out)
    version.card = card.as_facts(before_number=before.number if before else None, unsettled=unsettled)
    return of_spots


def _write_labels(
    version: DatasetVersion,
    splits: Mapping[str, str],
    elsewhere: frozenset[int],
    card: Card,
    folder: Path,
    progress: Progress,
) -> tuple[int, Collections]:
    """Write the labels, and the spots among them as annotations; return how many, and the collections of these."""
    dataset = version.dataset
    name = f"{dataset.project_id}/{dataset.slug}"
    with Collections(folder, name=name, label=str(dataset)) as collections:
        see = partial(annotate, collections, elsewhere)
        found = rows.label_rows(dataset.question, splits, elsewhere=elsewhere, see=see)
        count = files.write_jsonl(folder / "labels.jsonl", card.counting_labels(found), tell=progress.tell)
    return count, collections


def _write_tables(folder: Path) -> None:
    """Write the rows once more, as tables that need no reader of JSON."""
    for name, columns in COLUMNS.items():
        lines, parquet = folder / f"{name}.jsonl", folder / f"{name}.parquet"
        files.write_parquet(lines, parquet, columns)
        files.write_csv(parquet, folder / f"{name}.csv", columns)


def _about(version: DatasetVersion, now: datetime, variety: Variety, splits: Mapping[str, int]) -> About:
    dataset, question = version.dataset, version.dataset.question
    home = WebOrigin.objects.filter(project=dataset.project_id).order_by("pk").first()
    return About(
        owner=dataset.project.name,
        home=home.origin if home else "",
        slug=dataset.slug,
        title=str(dataset),
        number=version.number,
        frozen_at=now.isoformat(),
        question=question.slug,
        kind=question.kind,
        prompt=question.prompt,
        policy=question.get_settling_policy_display(),
        card=version.card,
        left_out=version.left_out,
        variety=variety,
        items=_items(question),
        splits=splits,
    )


def _items(question: Question) -> Items:
    every = Item.objects.of(question.project_id)
    found = every.filter(split_keys__question=question).aggregate(
        count=Count("pk"),
        authors=Count("author", distinct=True, filter=~Q(author="")),
        first=Min("created_at"),
        last=Max("created_at"),
    )
    has_split = Exists(SplitKey.objects.of(question.project_id).filter(question=question, item=OuterRef("pk")))
    there = every.filter(has_split | Q(removed_at=None))
    first, last = (moment.strftime("%Y-%m") if moment else "" for moment in (found["first"], found["last"]))
    return Items(found["count"], there.count(), found["authors"], first, last)


def _version_before(version: DatasetVersion) -> DatasetVersion | None:
    frozen = DatasetVersion.objects.filter(dataset=version.dataset, state=DatasetVersion.State.FROZEN)
    return frozen.filter(number__lt=version.number).order_by("-number").select_related("dataset").first()


def _believed_before(before: DatasetVersion | None) -> Believed | None:
    """Return what a version believes; None where there is none, or its file is not what was frozen."""
    if before is None:
        return None
    try:
        path = path_of_file(version=before, name="labels.jsonl")
    except (DatasetError, KeyError):
        return None
    with path.open(encoding="utf-8") as file:
        return believed_in(json.loads(line) for line in file)


def _unsettled(question: Question) -> dict[str, int]:
    """Return how many units have no settled label, and so are in no version, by where they stand."""
    labels = ConsensusLabel.objects.of(question.project_id).on(question)
    open_ones = labels.exclude(state=ConsensusLabel.State.SETTLED)
    return dict(open_ones.values_list("state").annotate(Count("pk")))


def lock_splits(*, question: Question) -> None:
    """Let nobody else give items of a question their splits until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [question.pk])


def keep_splits(*, question: Question, pairs: Sequence[Pair], now: datetime) -> dict[str, str]:
    """Return the split of each item of these pairs, written down so that it is kept for good; the splits are locked."""
    keys = SplitKey.objects.of(question.project_id).filter(question=question)
    known = dict(keys.values_list("item__key", "split"))
    splits = assign_splits(pairs, known, salt=salt_of(question))
    for some in batched(key for key, split in splits.items() if known.get(key) != split):
        items = Item.objects.of(question.project_id).filter(key__in=some).only("key")
        SplitKey.objects.bulk_create(
            [
                SplitKey(
                    project_id=question.project_id,
                    question=question,
                    item=item,
                    split=splits[item.key],
                    assigned_at=now,
                )
                for item in items
            ],
            update_conflicts=True,
            unique_fields=["project", "question", "item"],
            update_fields=["split", "assigned_at"],
        )
    return known | splits


def salt_of(question: Question) -> str:
    """Return what a question's items draw their splits with."""
    return f"{question.project_id}:{question.slug}"


def folder_of(version: DatasetVersion) -> Path:
    """Return the folder that a version's files lie in."""
    root = Path(settings.EARMARK_DATASETS_DIR)
    return root / str(version.project_id) / version.dataset.slug / str(version.number)


def progress_of(version: DatasetVersion) -> Progress:
    """Return how far a version is built: beside its folder, which is not there yet."""
    folder = folder_of(version)
    return Progress(folder.with_name(folder.name + ".progress"))


def path_of_file(*, version: DatasetVersion, name: str) -> Path:
    """Return the path of one file of a frozen version.

    Raises VersionNotFrozen, KeyError for a name the version has not, and FileDamaged where the
    bytes on disk are not those that were frozen.
    """
    if version.state != DatasetVersion.State.FROZEN:
        raise VersionNotFrozen(f"{version} is {version.get_state_display().lower()}; its files are not there yet.")
    facts = {file["name"]: file for file in version.files}[name]
    path = folder_of(version) / name
    if not path.exists() or files.described(path).sha256 != facts["sha256"]:
        raise FileDamaged(f"{name} of {version} is not what was frozen; restore it from a backup, or freeze anew.")
    return path


def _spot_facts(written: Written | None) -> dict[str, Any]:
    """Return what the manifest says of the files of spots: what they hold, and each item that they do not, and why."""
    if written is None:
        return {}
    names = {"iob2_names": written.names} if written.names else {}
    return {"held": written.counts, "left_out": [each.as_facts() for each in written.left_out]} | names


def _manifest(version: DatasetVersion, now: datetime) -> dict[str, Any]:
    dataset, question = version.dataset, version.dataset.question
    return {
        "dataset": dataset.slug,
        "number": version.number,
        "question": question.slug,
        "kind": question.kind,
        "settling_policy": question.settling_policy,
        "frozen_at": now.isoformat(),
        "labels_count": version.labels_count,
        "judgements_count": version.judgements_count,
        "label_columns": rows.LABEL_COLUMNS,
        "judgement_columns": rows.JUDGEMENT_COLUMNS,
        "files": version.files,
    }
