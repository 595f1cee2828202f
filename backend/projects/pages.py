"""What every admin page of a project's rows has in common: rows of the chosen project alone."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ProjectRows(ModelAdmin):
    """Rows of the chosen project, to read; a subclass opens what may be changed."""

    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep the chosen project's rows."""
        rows: QuerySet[Any] = super().get_queryset(request)
        project = getattr(request, "project", None)
        return rows.filter(project=project) if project else rows.none()

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Rows come from the product, not from forms."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was recorded is not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was recorded is not deleted."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may open the project may read its rows."""
        return bool(getattr(request, "project", None)) and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same, for the menu."""
        return self.has_view_permission(request)


class EditableProjectRows(ProjectRows):
    """Rows of the chosen project that staff write too."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Staff who may open the project may add."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may open the project may change."""
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give a new row to the chosen project."""
        if not change:
            obj.project = request.project  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
