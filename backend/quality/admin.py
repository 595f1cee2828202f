"""Admin pages of what we believe."""

import csv
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from backend.projects.figures import two_places
from backend.projects.pages import ProjectRows
from backend.projects.spreadsheets import harmless
from backend.quality.models import Cluster, ClusterMember, ConsensusLabel, LabelChange
from backend.questions.pages import BY_ANSWER, AnswerRows
from backend.questions.said import in_words
from backend.questions.spots import said_of_spot

COLUMNS = [
    "question", "item", "other", "label", "state", "value", "probability", "votes_count", "answers_count", "settled_at",
]  # fmt: skip


class LabelChangeInline(TabularInline):
    """How a belief came to be."""

    model = LabelChange
    fields = ["revision", "changed_at", "state", "answer", "believed", "votes"]
    readonly_fields = fields
    ordering = ["revision"]
    extra = 0
    can_delete = False

    @admin.display(description="Value")
    def answer(self, change: LabelChange) -> str:
        """Return what was believed, or proposed, in words."""
        return in_words(change.value, change.label.question.kind) or "–"

    @admin.display(description="Probability")
    def believed(self, change: LabelChange) -> str:
        """Return the probability to two places."""
        return two_places(change.probability)

    @admin.display(description="Said")
    def votes(self, change: LabelChange) -> str:
        """Return how many people said what."""
        return _told_votes(change.evidence, change.label.question.kind)


def _told_votes(evidence: dict[str, Any], kind: str) -> str:
    """Return how many people say what, the most said first."""
    ranked = sorted(evidence.get("marks", {}).items(), key=lambda mark: (-mark[1], mark[0]))
    return ", ".join(f"{in_words(value, kind)} {count}" for value, count in ranked) or "–"


@admin.register(ConsensusLabel)
class ConsensusLabelAdmin(AnswerRows):
    """Labels with their evidence."""

    when_empty = "A label stands here once somebody answered."
    list_display = ["unit_and_story", "state", "answer", "believed", "votes", "question", "settled_at"]
    list_display_links = ["state"]
    fields = [
        "unit", "question", "state", "answer", "believed", "votes", "policy", "revision", "is_stale", "settled_at",
        "computed_at",
    ]  # fmt: skip
    list_filter = ["question", "state", BY_ANSWER, "policy", "is_stale"]
    search_fields = ["unit__item__key", "unit__item__title", "unit__other__key", "unit__other__title"]
    list_select_related = ["unit__item", "unit__other", "question"]
    date_hierarchy = "computed_at"
    actions = ["export_csv"]
    inlines = [LabelChangeInline]

    @admin.display(description="Unit", ordering="unit")
    def unit_and_story(self, label: ConsensusLabel) -> str:
        """Return the unit, which leads to its item's story."""
        return format_html('<a href="{}">{}</a>', reverse("story", args=[label.unit.item_id]), label.unit)

    @admin.display(description="Probability", ordering="probability")
    def believed(self, label: ConsensusLabel) -> str:
        """Return the probability to two places."""
        return two_places(label.probability)

    @admin.display(description="Said")
    def votes(self, label: ConsensusLabel) -> str:
        """Return how many people say what, the most said first."""
        return _told_votes(label.evidence, label.question.kind)

    @admin.action(description="Export as CSV")
    def export_csv(self, request: HttpRequest, chosen: QuerySet[ConsensusLabel]) -> HttpResponse:
        """Return the chosen labels as a file that spreadsheets open safely."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="labels.csv"'
        writer = csv.writer(response)
        writer.writerow(COLUMNS)
        for label in chosen.order_by("pk"):
            unit = label.unit
            row = [
                label.question.slug, unit.item.key, unit.other.key if unit.other else "",
                unit.label or said_of_spot(unit.anchor),
                label.state, label.value, label.probability, label.evidence.get("votes_count"),
                label.evidence.get("answers_count"), label.settled_at.isoformat() if label.settled_at else "",
            ]  # fmt: skip
            writer.writerow([harmless(cell) for cell in row])
        return response


class ClusterMemberInline(TabularInline):
    """Who is in a cluster."""

    model = ClusterMember
    fields = ["item"]
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Cluster)
class ClusterAdmin(ProjectRows):
    """Items that are one and the same."""

    when_empty = "Items that are settled as the same come together here."
    list_display = ["name", "question", "members_count", "updated_at"]
    list_filter = ["question"]
    search_fields = ["name", "members__item__title"]
    inlines = [ClusterMemberInline]
