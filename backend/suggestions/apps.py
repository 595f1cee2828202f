"""The app suggestions: what software guesses."""

from django.apps import AppConfig


class SuggestionsConfig(AppConfig):
    """What software guesses."""

    name = "backend.suggestions"
    label = "suggestions"
    default_auto_field = "django.db.models.BigAutoField"
