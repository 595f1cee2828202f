"""The app learning: how suggesters get better."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """How suggesters get better."""

    name = "backend.learning"
    label = "learning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of learning."""
        from backend.learning import receivers  # noqa: F401
        from backend.learning.actions.forget import FORGET, FORGET_PEOPLE, TRAIN_ANEW
        from backend.learning.actions.train import FAIL_STALE, LEASE_S, TRAIN
        from backend.learning.work import (
            fail_stale_work,
            fit_work,
            forget_people_work,
            forget_work,
            give_up_work,
            read_work,
            train_anew_work,
            write_work,
        )
        from backend.projects.jobs import Errand, handles

        handles(
            TRAIN,
            Errand(read_work, fit_work, write_work),
            lease_s=LEASE_S,
            on_death=give_up_work,
            called="Train a suggester",
        )
        handles(FORGET, forget_work, lease_s=120, called="Forget removed items in trained versions")
        handles(FORGET_PEOPLE, forget_people_work, lease_s=120, called="Forget erased people in trained versions")
        handles(FAIL_STALE, fail_stale_work, called="Give up training that ended unseen")
        handles(TRAIN_ANEW, train_anew_work, called="Train anew without who was erased")
