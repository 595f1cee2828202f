"""The app api: the wire, and nothing else."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The wire."""

    name = "backend.api"
    label = "api"
