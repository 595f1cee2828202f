"""The app api: the wire, and the files that pages fetch."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The wire."""

    name = "backend.api"
    label = "api"
