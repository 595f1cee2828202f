"""The app desk: where those answer who are not in the host's page."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Where those answer who are not in the host's page."""

    name = "backend.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
