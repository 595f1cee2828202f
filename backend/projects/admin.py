"""Admin pages of projects: who uses Earmark, and what the queue does."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from backend.projects.models import ApiKey, Job, Project, StaffMember, Webhook, WebhookDelivery, WebOrigin
from backend.projects.pages import ProjectRows


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Projects."""

    list_display = ["name", "slug", "host_url", "created_at"]
    search_fields = ["name", "slug"]


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Keys; of a secret one nobody can read more than a hint."""

    list_display = ["hint", "project", "kind", "label", "created_at", "expires_at", "revoked_at"]
    list_filter = ["kind", "project"]
    search_fields = ["label", "hint"]
    readonly_fields = ["project", "kind", "hint", "created_at"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Keys are made by `manage.py register_project`, which shows a secret one once."""
        return False


@admin.register(WebOrigin)
class WebOriginAdmin(ModelAdmin):
    """Web origins."""

    list_display = ["origin", "project"]
    list_filter = ["project"]
    search_fields = ["origin"]


@admin.register(StaffMember)
class StaffMemberAdmin(ModelAdmin):
    """Who may open which project."""

    list_display = ["user", "project"]
    list_filter = ["project"]


@admin.register(Job)
class JobAdmin(ModelAdmin):
    """The durable queue, to look at."""

    list_display = [
        "id",
        "kind",
        "project",
        "created_at",
        "due_at",
        "attempts_count",
        "done_at",
        "died_at",
        "failure",
    ]
    list_filter = [
        "kind",
        "project",
        ("died_at", admin.EmptyFieldListFilter),
        ("done_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["kind", "failure"]
    date_hierarchy = "created_at"

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Jobs are written with the facts that ask for them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Jobs are not edited."""
        return False


@admin.register(Webhook)
class WebhookAdmin(ProjectRows):
    """Addresses that are told when a label changes."""

    list_display = ["url", "is_active", "created_at"]
    search_fields = ["url"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ProjectRows):
    """What the host was told, and whether it listened."""

    list_display = ["created_at", "kind", "webhook", "attempts_count", "response_status", "delivered_at"]
    list_filter = ["kind", ("delivered_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "created_at"
