"""The app desk: where those answer who are not in the host's page."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Where those answer who are not in the host's page."""

    name = "backend.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of the desk."""
        from backend.desk.actions.erase import ERASE
        from backend.desk.work import erase_work
        from backend.projects.jobs import handles

        handles(ERASE, erase_work, lease_s=120, is_urgent=True, called="Erase a person")
