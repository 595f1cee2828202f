"""Admin pages of datasets: register, freeze, download."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backend.datasets.actions.freeze import ask_for_version, progress_of
from backend.datasets.exports.marked import IN_WORDS
from backend.datasets.exports.told import purpose_of
from backend.datasets.models import Dataset, DatasetVersion, SplitKey
from backend.datasets.splits import CROSSES
from backend.projects.pages import EditableProjectRows, ProjectRows
from backend.questions.models import Question
from backend.questions.said import in_words

BESIDE_SPLITS = {CROSSES: "across two of them", "none": "in none"}
LABELS = "labels.jsonl"


@admin.register(Dataset)
class DatasetAdmin(EditableProjectRows):
    """Datasets; the action freezes a version."""

    when_empty = "A dataset is the labels of a question under a name. Add one, then freeze versions of it."
    list_display = ["slug", "title", "question", "latest", "created_at"]
    list_filter = ["question"]
    search_fields = ["slug", "title"]
    fields = ["slug", "title", "question"]
    actions = ["freeze"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the chosen project's questions."""
        if db_field.name == "question":
            options["queryset"] = Question.objects.filter(project=request.project)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: Dataset | None = None) -> list[str]:
        """Keep the slug of a dataset that is there: its files lie under it, and trained versions name it."""
        return ["slug"] if obj else []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        """Find the latest version of each along with it."""
        versions = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
        latest = {f"latest_{name}": Subquery(versions.values(name)[:1]) for name in ("id", "number", "state")}
        rows: QuerySet[Dataset] = super().get_queryset(request).annotate(**latest)
        return rows

    @admin.display(description="Latest version")
    def latest(self, dataset: Any) -> str:
        """Return the latest version with its state."""
        if dataset.latest_id is None:
            return "none yet: tick the row and freeze"
        address = reverse("admin:datasets_datasetversion_change", args=[dataset.latest_id])
        state = DatasetVersion.State(dataset.latest_state).label
        return format_html('<a href="{}">{} ({})</a>', address, dataset.latest_number, state)

    @admin.action(description="Freeze a version now")
    def freeze(self, request: HttpRequest, chosen: QuerySet[Dataset]) -> None:
        """Ask the worker for a version of each chosen dataset."""
        for dataset in chosen:
            version = ask_for_version(dataset=dataset, asked_by=request.user.get_username(), now=timezone.now())
            messages.success(request, f"{version} is being frozen; under Versions stands how far it is.")


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ProjectRows):
    """Frozen versions, with their files."""

    when_empty = "Under Datasets tick one and choose “Freeze a version now”."
    list_display = [
        "__str__",
        "state_told",
        "holds_erased",
        "frozen_at",
        "labels_count",
        "since",
        "files_in_short",
    ]
    list_filter = ["dataset", "state"]
    search_fields = ["dataset__slug", "checksum"]
    fields = [
        "dataset", "number", "state_told", "labels_told", "answers_told", "since", "not_held", "files_told",
        "holds_erased", "asked_by", "asked_at", "frozen_at", "checksum", "failure",
    ]  # fmt: skip
    readonly_fields = fields
    list_select_related = ["dataset", "erased_since"]

    @admin.display(description="State", ordering="state")
    def state_told(self, version: DatasetVersion) -> str:
        """Return the state in words, and of one that is being built how far that is."""
        told = progress_of(version).told() if version.state == DatasetVersion.State.BUILDING else ""
        return f"{version.get_state_display()}: {told}" if told else version.get_state_display()

    @admin.display(description="Of somebody erased")
    def holds_erased(self, version: DatasetVersion) -> str:
        """Return what to do where a version holds answers of somebody who is erased since."""
        return "holds answers; use a newer version" if hasattr(version, "erased_since") else "nothing"

    @admin.display(description="Labels")
    def labels_told(self, version: DatasetVersion) -> SafeString | str:
        """Return how many labels there are of each value, on each side."""
        values = version.card.get("values")
        if not values:
            return str(version.labels_count)
        kind = version.dataset.question.kind
        rows = [(in_words(value, kind), sum(counts.values()), _by_side(counts)) for value, counts in values.items()]
        told = format_html_join("", "<div><bdi>{}</bdi>: {} ({})</div>", rows)
        stale = version.card.get("stale_count")
        return told + format_html("<div>{} of an item that changed since</div>", stale) if stale else told

    @admin.display(description="Answers")
    def answers_told(self, version: DatasetVersion) -> str:
        """Return how many answers of how many people, and how many slots that nobody answered."""
        card = version.card
        if not card:
            return f"{version.judgements_count} rows, answers and slots that nobody answered"
        people = "1 person" if card["people_count"] == 1 else f"{card['people_count']} people"
        told = f"{card['judgements_count']} by {people}"
        return f"{told}; {card['slots_count']} slots that nobody answered are in the file too"

    @admin.display(description="Since the version before")
    def since(self, version: DatasetVersion) -> str:
        """Return how many labels are new, gone and of another value than in the version before."""
        since = version.card.get("since")
        if not since:
            return "–"
        counts = f"{since['added_count']} new, {since['gone_count']} gone, {since['changed_count']} changed"
        return f"{counts} since {since['number']}"

    @admin.display(description="Left out")
    def not_held(self, version: DatasetVersion) -> str:
        """Return in words how many units are not settled, and how many items files do not hold, and why."""
        unsettled = version.card.get("unsettled", {})
        counts = ", ".join(f"{count} {state}" for state, count in unsettled.items())
        of_labels = f"Units without a settled label: {counts}. " if counts else ""
        return of_labels + self._left_out_of_forms(version, is_all=not of_labels)

    def _left_out_of_forms(self, version: DatasetVersion, *, is_all: bool) -> str:
        told = [
            f"{form}: {sum(reasons.values())} ("
            + "; ".join(f"{count}: {IN_WORDS.get(why, why)}" for why, count in sorted(reasons.items()))
            + ")"
            for form, reasons in sorted(version.left_out.items())
        ]
        if told:
            return " · ".join(told) + ". The manifest names them."
        return "Nothing." if is_all else ""

    @admin.display(description="Files")
    def files_in_short(self, version: DatasetVersion) -> SafeString | str:
        """Return a link for the labels, and one to the version's page, which has all: a row is to stay low."""
        if not version.files:
            return "–"
        names = [file["name"] for file in version.files]
        first = LABELS if LABELS in names else names[0]
        told = format_html('<a href="{}">{}</a>', reverse("version-file", args=[version.pk, first]), first)
        there = reverse("admin:datasets_datasetversion_change", args=[version.pk])
        return format_html('{} and <a href="{}">{} more</a>', told, there, len(names) - 1)

    @admin.display(description="Files")
    def files_told(self, version: DatasetVersion) -> SafeString:
        """Return a line for each file: a link, and what it is for."""
        rows = (
            (address, name, f": {told}" if (told := purpose_of(name)) else "") for address, name in _linked(version)
        )
        return format_html_join("", '<div class="em-file"><a href="{}">{}</a>{}</div>', rows)


def _linked(version: DatasetVersion) -> Iterator[tuple[str, str]]:
    names = [file["name"] for file in version.files]
    return ((reverse("version-file", args=[version.pk, name]), name) for name in names)


def _by_side(counts: Mapping[str, int]) -> str:
    """Return how many labels are on each side, and how many on two or on none where there are any; they add up."""
    told = [f"{counts.get(split, 0)} {split}" for split in SplitKey.Split]
    return ", ".join(told + [f"{counts[key]} {words}" for key, words in BESIDE_SPLITS.items() if key in counts])


@admin.register(SplitKey)
class SplitKeyAdmin(ProjectRows):
    """Which item is on which side."""

    when_empty = "Items get their split when a version is frozen."
    list_display = ["item", "question", "split", "assigned_at"]
    list_filter = ["split", "question"]
    search_fields = ["item__key", "item__title"]
    list_select_related = ["item", "question"]
