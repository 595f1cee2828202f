"""The app assignments: who should answer what next."""

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """Who should answer what next."""

    name = "backend.assignments"
    label = "assignments"
    default_auto_field = "django.db.models.BigAutoField"
