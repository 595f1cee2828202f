"""Admin pages of suggesters and what they pushed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from backend.projects.pages import ProjectRows
from backend.questions.models import Item, Question
from backend.questions.signals import question_saved
from backend.suggestions.actions.retire import retire, show_again
from backend.suggestions.admin_remotes import RemoteSuggesterAdmin  # noqa: F401  registers its page
from backend.suggestions.catalogue import NOT_INSTALLED, catalogue_of
from backend.suggestions.embedder import why_off
from backend.suggestions.engines import KINDS_GUESSED
from backend.suggestions.models import EmbeddingVersion, Suggester, Suggestion
from backend.suggestions.retrieval import suggesters_of


@admin.register(Suggester)
class SuggesterAdmin(ProjectRows):
    """Suggesters by name and version; what became of their suggestions is on the overview."""

    when_empty = "A suggester stands here once a question asked it."
    list_display = ["name", "version", "state", "first_seen_at"]
    list_filter = ["state", "is_pushed"]
    search_fields = ["name", "version"]
    actions = ["retire_these", "show_these_again"]

    @admin.action(description="Retire: nothing more of these versions is shown")
    def retire_these(self, request: HttpRequest, chosen: QuerySet[Suggester]) -> None:
        """Retire versions; one that somebody changed has another version and shows by itself."""
        self._tell_what_moved(request, chosen, retire(suggesters=chosen), "retired: nothing of it is shown any more")

    @admin.action(description="Show these versions again")
    def show_these_again(self, request: HttpRequest, chosen: QuerySet[Suggester]) -> None:
        """Let retired versions show again."""
        self._tell_what_moved(request, chosen, show_again(suggesters=chosen), "shown again where a question asks it")

    def _tell_what_moved(
        self, request: HttpRequest, chosen: QuerySet[Suggester], moved: list[Suggester], what: str
    ) -> None:
        for each in moved:
            messages.success(request, f"{each} is {what}.")
        for each in chosen.exclude(trained_version=None):
            messages.warning(request, f"{each} was trained: promote or step back under Trained versions.")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say above the list which names questions ask for in vain, and what is installed and not shown yet."""
        if project := getattr(request, "project", None):
            self._tell_what_is_installed(request, project.pk)
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    def _tell_what_is_installed(self, request: HttpRequest, project_id: int) -> None:
        known = catalogue_of(project_id)
        for each in known.values():
            if each.is_missing:
                slugs = ", ".join(question.slug for question in each.asked_by)
                messages.warning(request, f"{slugs} asks for {each.name}, which gives nothing: {each.where}.")
        seen = set(Suggester.objects.of(project_id).values_list("name", flat=True))
        new = [f"{each.name} ({each.where})" for name, each in sorted(known.items()) if name not in seen]
        if new:
            messages.info(request, f"Known by name, and not shown here yet: {', '.join(new)}.")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add where each runs and who asks it, looked up once for the page."""
        project = getattr(request, "project", None)
        known = catalogue_of(project.pk) if project else {}

        @admin.display(description="Runs")
        def runs(suggester: Suggester) -> str:
            return known[suggester.name].where if suggester.name in known else NOT_INSTALLED

        @admin.display(description="Asked by")
        def asked_by(suggester: Suggester) -> str:
            asking = known[suggester.name].asked_by if suggester.name in known else ()
            return ", ".join(question.slug for question in asking)

        return [*self.list_display, runs, asked_by]


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


@admin.register(EmbeddingVersion)
class EmbeddingVersionAdmin(ProjectRows):
    """Which embedder serves, which one is built, and how far it is; or why there is none."""

    when_empty = "An embedder stands here once it began with this project’s items."
    list_display = ["name", "version", "state", "done", "vectors_count", "started_at", "completed_at", "busy_until"]
    list_filter = ["state"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say above the list why nothing is embedded, where that is so."""
        if reason := why_off():
            messages.warning(request, f"Nothing is embedded, and nothing new is found by meaning. {reason}")
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    @admin.display(description="Done")
    def done(self, version: EmbeddingVersion) -> str:
        """Return how much of the changes of items the version has taken."""
        if version.state == EmbeddingVersion.State.RETIRED:
            return "–"
        changed = Item.objects.of(version.project_id)
        left = changed.filter(change_seq__gt=version.followed_seq).count()
        whole = changed.count() if left else 1
        return f"{100 * (whole - left) // whole} %, {left} items left" if left else "all"


@receiver(question_saved)
def say_who_guesses_nothing(*, request: HttpRequest, question: Question, **_: Any) -> None:
    """Say where a question is saved which names it asks in vain: a wrong letter would show nothing to anybody."""
    known = catalogue_of(question.project_id)
    for name in suggesters_of(question):
        if question.kind not in KINDS_GUESSED.get(name, [question.kind]):
            messages.warning(request, f"{name} guesses nothing for a question of kind {question.kind}.")
        elif name in known and known[name].is_missing:
            messages.warning(request, f"{name} gives nothing: {known[name].where}.")
