"""Admin pages of projects: who uses Earmark, and what the queue does."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from backend.projects.actions.jobs import try_again
from backend.projects.actions.webhooks import send_again
from backend.projects.admin_signing import SigningKeyAdmin, WebhookAdmin  # noqa: F401  registers their pages
from backend.projects.errors import WebOriginUnusable
from backend.projects.jobs import title_of
from backend.projects.models import ApiKey, Job, Project, StaffMember, WebhookDelivery, WebOrigin
from backend.projects.pages import GuardedRows, ProjectRows, told_by
from backend.projects.web_origins import web_origin


@admin.register(Project)
class ProjectAdmin(GuardedRows):
    """Projects."""

    list_display = ["name", "slug", "host_url", "created_at"]
    search_fields = ["name", "slug"]


@admin.register(ApiKey)
class ApiKeyAdmin(GuardedRows):
    """Keys; of a secret one nobody can read more than a hint."""

    when_empty = "Keys are made by manage.py register_project."
    list_display = ["hint", "project", "kind", "label", "created_at", "expires_at", "revoked_at"]
    list_filter = ["kind", "project"]
    search_fields = ["label", "hint"]
    readonly_fields = ["project", "kind", "hint", "created_at"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Keys are made by `manage.py register_project`, which shows a secret one once."""
        return False


class WebOriginForm(ModelForm):  # type: ignore[type-arg]
    """A web origin, kept as browsers spell it."""

    def clean_origin(self) -> str:
        """Put right what an address bar adds, and refuse what is no web origin."""
        try:
            return web_origin(self.cleaned_data["origin"])
        except WebOriginUnusable as error:
            raise ValidationError(str(error)) from None


@admin.register(WebOrigin)
class WebOriginAdmin(GuardedRows):
    """Web origins."""

    when_empty = "Add scheme and host of your pages; no other page may call."
    form = WebOriginForm
    list_display = ["origin", "project"]
    list_filter = ["project"]
    search_fields = ["origin"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the chosen project."""
        return {"project": getattr(request, "project", None), **super().get_changeform_initial_data(request)}


@admin.register(StaffMember)
class StaffMemberAdmin(GuardedRows):
    """Who may open which project."""

    list_display = ["user", "project"]
    list_filter = ["project"]


@admin.register(Job)
class JobAdmin(ProjectRows):
    """The durable queue of the chosen project; what was given up can be tried again."""

    when_empty = "What the worker does stands here, from the first item or answer on."
    list_display = [
        "id",
        "what",
        "created_at",
        "due_at",
        "attempts_count",
        "losses_count",
        "done_at",
        "died_at",
        "failure",
    ]
    list_filter = [
        ("kind", told_by(title_of)),
        ("died_at", admin.EmptyFieldListFilter),
        ("done_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["kind", "failure"]
    date_hierarchy = "created_at"

    actions = ["try_again"]

    @admin.display(description="What", ordering="kind")
    def what(self, job: Job) -> str:
        """Return what it does, in words."""
        return title_of(job.kind)

    @admin.action(description="Try again what was given up")
    def try_again(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """Let the chosen jobs that were given up be tried again."""
        count = try_again(jobs=chosen, now=timezone.now())
        if count:
            messages.success(request, f"Tried again: {count}. What fails eight times more is given up anew.")
        if count < len(chosen):
            messages.warning(
                request,
                f"Left as they are: {len(chosen) - count}. Jobs that are done or wait go on by themselves; a version "
                "that could not be frozen or trained is asked for anew.",
            )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ProjectRows):
    """What the host was told, and whether it listened."""

    when_empty = "Messages stand here once an address is listed and a label settles."
    list_display = ["created_at", "kind", "webhook", "attempts_count", "response_status", "failure", "delivered_at"]
    list_filter = ["webhook", "kind", ("delivered_at", admin.EmptyFieldListFilter)]
    search_fields = ["failure", "webhook__url"]
    date_hierarchy = "created_at"
    actions = ["send_again"]

    @admin.action(description="Send again what the host did not take")
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        """Send the chosen messages that were not delivered at once."""
        chosen = chosen.select_related("webhook")
        count = send_again(deliveries=chosen, now=timezone.now())
        if count:
            messages.success(request, f"Being sent: {count}. Reload in some seconds to see what the host answered.")
        if count < len(chosen):
            messages.info(
                request,
                f"Not sent: {len(chosen) - count}. They were delivered before, or their address is switched off.",
            )
