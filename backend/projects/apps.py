"""The app projects: who uses Earmark."""

from django.apps import AppConfig
from django.conf import settings


class ProjectsConfig(AppConfig):
    """Who uses Earmark."""

    name = "backend.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of projects."""
        from backend.projects.actions import webhooks
        from backend.projects.jobs import Errand, handles

        handles(
            webhooks.DELIVER,
            Errand(webhooks.read_delivery, webhooks.call_host, webhooks.write_delivered, webhooks.write_failed),
            most_at_once=settings.EARMARK_DELIVERIES_AT_ONCE,
            called="Tell the host",
        )
