"""Admin pages of assignments."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from backend.assignments.models import Assignment, Prompt, PromptPolicy
from backend.projects.pages import EditableProjectRows, ProjectRows


@admin.register(Assignment)
class AssignmentAdmin(ProjectRows):
    """Judgements we asked for."""

    list_display = ["unit", "annotator", "assigned_at", "answered_at"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter), "annotator__kind"]
    search_fields = ["annotator__pseudonym", "unit__item__key"]
    list_select_related = ["unit__item", "unit__other", "annotator"]


@admin.register(PromptPolicy)
class PromptPolicyAdmin(EditableProjectRows):
    """How often one person may be asked; without a policy the usual caps hold."""

    when_empty = "The usual caps hold: one prompt a visit, three a week. Add a policy to change them."
    list_display = ["__str__", "visit_limit", "week_limit", "dismissals_limit", "rest_days"]
    fields = ["visit_limit", "week_limit", "dismissals_limit", "rest_days"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """A project has one policy or none."""
        return super().has_add_permission(request, *args) and not self.get_queryset(request).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Without its policy a project is back to the usual caps."""
        return self.has_view_permission(request)


@admin.register(Prompt)
class PromptAdmin(ProjectRows):
    """Questions that nobody asked for, and what people did about them."""

    when_empty = "Questions that nobody came for are counted here, once pages asked them."
    list_display = ["asked_at", "annotator", "question", "item", "visit_started_at", "answered_at", "dismissed_at"]
    list_filter = [
        "question",
        ("answered_at", admin.EmptyFieldListFilter),
        ("dismissed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["annotator__pseudonym", "item__key", "item__title"]
    list_select_related = ["annotator", "question", "item"]
    date_hierarchy = "asked_at"
