"""The app learning: how suggesters get better."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """How suggesters get better."""

    name = "backend.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of learning."""
        from backend.learning.actions.train import FAIL_STALE, LEASE_S, TRAIN
        from backend.learning.work import fail_stale_work, fit_work, give_up_work, read_work, write_work
        from backend.projects.jobs import Errand, handles

        handles(TRAIN, Errand(read_work, fit_work, write_work), lease_s=LEASE_S, on_death=give_up_work)
        handles(FAIL_STALE, fail_stale_work)
