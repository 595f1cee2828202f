"""The app suggestions: what software guesses."""

from django.apps import AppConfig


class SuggestionsConfig(AppConfig):
    """What software guesses."""

    name = "backend.suggestions"
    label = "suggestions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of suggestions, listen to earlier chapters and to requests that begin and end."""
        from django.core.signals import request_finished, request_started

        from backend.projects.jobs import Errand, handles
        from backend.suggestions import receivers, remote, work  # noqa: F401
        from backend.suggestions.actions import embed
        from backend.suggestions.actions.weigh import CLEAR_ARTEFACTS, FORGET_VALUES
        from backend.suggestions.fusion import WEIGH

        handles(
            embed.EMBED,
            Errand(work.read_batch, work.embed_batch, work.write_batch),
            lease_s=embed.LEASE_S,
            called="Embed items",
        )
        handles(embed.FORGET_ITEMS, work.forget_items_work, called="Delete vectors of removed items")
        handles(
            embed.FORGET_VERSION, work.forget_version_work, lease_s=120, called="Delete vectors of an older embedder"
        )
        request_started.connect(remote.begin_request, dispatch_uid="suggestions.remote.begin")
        request_finished.connect(remote.end_request, dispatch_uid="suggestions.remote.end")
        handles(
            FORGET_VALUES, work.forget_values_work, lease_s=120, called="Forget what removed items had in their fields"
        )
        handles(CLEAR_ARTEFACTS, work.clear_artefacts_work, lease_s=120, called="Delete files of what was trained")
        handles(WEIGH, work.weigh_fields_work, lease_s=120, called="Weigh the fields of items")
