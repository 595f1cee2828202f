"""Admin pages of suggesters and what they pushed."""

from django.contrib import admin

from backend.projects.pages import ProjectRows
from backend.suggestions.models import Suggester, Suggestion


@admin.register(Suggester)
class SuggesterAdmin(ProjectRows):
    """Suggesters by name and version."""

    list_display = ["name", "version", "state", "is_pushed", "first_seen_at"]
    list_filter = ["state", "is_pushed"]
    search_fields = ["name", "version"]


@admin.register(Suggestion)
class SuggestionAdmin(ProjectRows):
    """Pushed guesses."""

    list_display = ["item", "candidate_or_label", "score", "suggester", "question", "pushed_at"]
    list_filter = ["question", "suggester"]
    search_fields = ["item__key", "item__title", "candidate__key", "candidate__title", "label"]
    list_select_related = ["item", "candidate", "suggester", "question"]

    @admin.display(description="Candidate", ordering="candidate")
    def candidate_or_label(self, suggestion: Suggestion) -> str:
        """Return what was guessed: another item, or a label."""
        return str(suggestion.candidate or suggestion.label)
