"""Admin pages of annotators: how far to trust whom."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from backend.annotators.actions.people import block_annotator, unblock_annotator
from backend.annotators.models import Annotator, HiddenQuestion
from backend.projects.pages import ProjectRows


@admin.register(Annotator)
class AnnotatorAdmin(ProjectRows):
    """People by pseudonym, with their share right on gold."""

    when_empty = "People stand here once they were shown something."
    list_display = [
        "pseudonym_and_evidence",
        "kind",
        "right_on_gold",
        "created_at",
        "last_seen_at",
        "blocked_at",
        "opted_out_at",
    ]
    list_filter = [
        "kind",
        ("blocked_at", admin.EmptyFieldListFilter),
        ("opted_out_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["pseudonym"]
    fields = [
        "pseudonym", "kind", "right_on_gold", "created_at", "last_seen_at", "blocked_at", "opted_out_at", "epoch",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["block", "unblock"]
    list_display_links = None
    date_hierarchy = "created_at"

    @admin.display(description="Pseudonym", ordering="pseudonym")
    def pseudonym_and_evidence(self, annotator: Annotator) -> str:
        """Return the pseudonym, which leads to the evidence on the person."""
        return format_html('<a href="{}">{}</a>', reverse("person", args=[annotator.pk]), annotator.pseudonym)

    @admin.display(description="Right on gold", ordering="gold_right_count")
    def right_on_gold(self, annotator: Annotator) -> str:
        """Return the share with its evidence."""
        share = annotator.share_right_on_gold
        if share is None:
            return "no gold answered yet"
        return f"{share:.0%} ({annotator.gold_right_count} of {annotator.gold_answers_count})"

    @admin.action(description="Block: let their marks count no more")
    def block(self, request: HttpRequest, chosen: QuerySet[Annotator]) -> None:
        """Block the chosen people; what they touched is recomputed by the worker."""
        for annotator in chosen:
            block_annotator(annotator=annotator, now=timezone.now())
        told = f"Blocked: {len(chosen)}. Their marks stay stored, and the labels they touched are recomputed now."
        messages.success(request, told)

    @admin.action(description="Unblock: let their marks count again")
    def unblock(self, request: HttpRequest, chosen: QuerySet[Annotator]) -> None:
        """Unblock the chosen people."""
        for annotator in chosen:
            unblock_annotator(annotator=annotator)
        messages.success(request, f"Unblocked: {len(chosen)}. The labels they touched are recomputed now.")


@admin.register(HiddenQuestion)
class HiddenQuestionAdmin(ProjectRows):
    """Who does not want to be asked."""

    list_display = ["hidden_at", "annotator", "question_slug"]
    list_filter = ["question_slug"]
