"""The app config: commands and templates that belong to no chapter, and how a nudge leaves."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """How Earmark is put together."""

    name = "backend.config"
    label = "config"

    def ready(self) -> None:
        """Let nudges leave through the broker; Celery is only loaded when the first one does."""
        from backend.projects.nudge import send_nudges_by

        send_nudges_by(send_drain)


def send_drain() -> None:
    """Send one message that tells a worker to drain."""
    from backend.config.celery import app

    app.send_task("projects.drain", retry=False, ignore_result=True)
