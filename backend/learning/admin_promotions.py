"""The admin page of promotions: what served a question before and since."""

from django.contrib import admin

from backend.projects.pages import ProjectRows
from backend.suggestions.models import NOTHING_TRAINED, Promotion


@admin.register(Promotion)
class PromotionAdmin(ProjectRows):
    """Who promoted and stepped back, when and why."""

    when_empty = "Who promotes a trained version, or steps back from one, is written down here."
    list_display = [
        "moved_at",
        "question",
        "move",
        "served_before",
        "serves_since",
        "by",
        "is_override",
        "reason",
    ]
    list_filter = ["question", "move", "is_override"]
    list_select_related = ["question", "before__question", "after__question"]
    ordering = ["-pk"]

    @admin.display(description="From")
    def served_before(self, step: Promotion) -> str:
        """Return what served before."""
        return str(step.before or NOTHING_TRAINED)

    @admin.display(description="To")
    def serves_since(self, step: Promotion) -> str:
        """Return what serves since."""
        return str(step.after or NOTHING_TRAINED)
