"""The app annotators: who labels."""

from django.apps import AppConfig


class AnnotatorsConfig(AppConfig):
    """Who labels."""

    name = "backend.annotators"
    label = "annotators"
    default_auto_field = "django.db.models.BigAutoField"
