"""The app judgements: what was shown and what was answered."""

from django.apps import AppConfig


class JudgementsConfig(AppConfig):
    """What was shown and what was answered."""

    name = "backend.judgements"
    label = "judgements"
    default_auto_field = "django.db.models.BigAutoField"
