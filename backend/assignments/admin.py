"""Admin pages of assignments."""

from django.contrib import admin

from backend.assignments.models import Assignment
from backend.projects.pages import ProjectRows


@admin.register(Assignment)
class AssignmentAdmin(ProjectRows):
    """Judgements we asked for."""

    list_display = ["unit", "annotator", "assigned_at", "answered_at"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter), "annotator__kind"]
    search_fields = ["annotator__pseudonym", "unit__item__key"]
    list_select_related = ["unit__item", "unit__other", "annotator"]
