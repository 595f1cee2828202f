"""The app datasets: what we train on."""

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """What we train on."""

    name = "backend.datasets"
    label = "datasets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of datasets."""
        from backend.datasets.actions.freeze import FREEZE
        from backend.datasets.work import LEASE_S, freeze_work, give_up_work
        from backend.projects.jobs import handles

        handles(FREEZE, freeze_work, lease_s=LEASE_S, on_death=give_up_work, called="Freeze a version")
