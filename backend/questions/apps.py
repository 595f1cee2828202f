"""The app questions: what is asked about what."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    """What is asked about what."""

    name = "backend.questions"
    label = "questions"
    default_auto_field = "django.db.models.BigAutoField"
