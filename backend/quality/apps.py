"""The app quality: what we believe."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """What we believe."""

    name = "backend.quality"
    label = "quality"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of quality and listen to earlier chapters."""
        from backend.projects.jobs import Errand, handles
        from backend.quality import receivers, work  # noqa: F401
        from backend.quality.actions.rules import ANALYSE

        handles(work.SETTLE, work.settle_work, called="Settle a label")
        handles(work.VET_UNIT, work.vet_unit_work, called="Vet people by a gold answer")
        handles(work.MARK_STALE, work.mark_stale_work, lease_s=120, called="See which labels are stale")
        handles(work.LOOK_FOR_WORDS, work.look_for_words_work, lease_s=120, called="Look for the words of spans")
        handles(work.WANT_ANEW, work.want_anew_work, called="See whether a span can be asked about")
        handles(work.RECOMPUTE, work.recompute_work, lease_s=120, called="Recompute what a person touched")
        handles(work.SETTLE_ANEW, work.settle_anew_work, lease_s=120, called="Settle anew what a policy changed")
        handles(ANALYSE, Errand(work.read_rules, work.ask_rules, work.write_rules), lease_s=600, called="Analyse rules")
