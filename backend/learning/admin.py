"""Admin pages of learning: train, look at what came of it, promote and step back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminSelectWidget

from backend.datasets.models import DatasetVersion
from backend.learning.actions.promote import promote, step_back, why_not
from backend.learning.actions.train import ask_for_training
from backend.learning.errors import LearningError
from backend.projects.pages import EditableProjectRows, ProjectRows
from backend.suggestions.fusion import drift_of, fault_of, live_version
from backend.suggestions.models import Promotion, TrainedVersion

LIST = "admin:suggestions_trainedversion_changelist"
State = TrainedVersion.State
MEASURES = ("MRR@10", "R@10", "R@1", "MAP@100")


class TrainForm(forms.ModelForm):  # type: ignore[type-arg]
    """What to train from; the question is the dataset's."""

    version = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        label="Frozen version",
        help_text="Of a pair question’s labels. None there? Under Datasets tick the dataset and freeze a version.",
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = TrainedVersion
        fields: list[str] = []


@admin.register(TrainedVersion)
class TrainedVersionAdmin(EditableProjectRows):
    """Trained versions with how they did; the button trains another one."""

    form = TrainForm
    list_display = [
        "__str__", "state", "learned_mrr", "hybrid_mrr", "gained", "asked_count", "examples_count", "data",
        "trained_at", "moves",
    ]  # fmt: skip
    list_filter = ["question", "state"]
    list_select_related = ["question", "suggester"]
    ordering = ["-pk"]
    readonly_fields = [
        "question", "state", "suggester", "health", "gained", "measures", "taught", "examples_count",
        "positives_count", "data", "dataset_checksum", "checksum", "embedder_version", "seconds", "asked_by",
        "asked_at", "trained_at", "failure", "moves",
    ]  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A trained version is not changed; another one is trained."""
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Ask for a frozen version alone; show all there is to know."""
        return ["version"] if obj is None else list(self.readonly_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Offer the chosen project's frozen versions of pair questions, the newest first."""
        form = super().get_form(request, obj, change=change, **options)
        if "version" in form.base_fields:
            frozen = DatasetVersion.objects.of(request.project).filter(  # type: ignore[attr-defined]
                state=DatasetVersion.State.FROZEN, dataset__question__kind="pair"
            )
            form.base_fields["version"].queryset = frozen.select_related("dataset").order_by("-frozen_at")
        return form

    def save_model(self, request: HttpRequest, obj: TrainedVersion, form: Any, change: bool) -> None:
        """Ask the worker to train."""
        version = form.cleaned_data["version"]
        made = ask_for_training(
            question=version.dataset.question,
            version=version,
            asked_by=request.user.get_username(),
            now=timezone.now(),
        )
        obj.__dict__.update(made.__dict__)

    def response_add(
        self, request: HttpRequest, obj: TrainedVersion, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Say that it is under way."""
        messages.success(
            request, f"{obj} is being trained by the worker; it takes a minute or a few. It then shows here."
        )
        return HttpResponseRedirect(reverse(LIST))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say above the list which live version cannot be loaded or gets other vectors, and what to do."""
        for live in self.get_queryset(request).filter(state=State.LIVE).select_related("question"):
            if fault := fault_of(live):
                messages.error(request, f"{live} is live and abstains: it cannot be loaded here. {fault}")
            elif drift := drift_of(live):
                messages.warning(request, f"It is live: {drift}")
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    def get_urls(self) -> list[URLPattern]:
        """Add the pages that promote and step back."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<int:pk>/promote/", self.promote_view, "suggestions_trainedversion_promote"),
            ("<int:pk>/step-back/", self.step_back_view, "suggestions_trainedversion_step_back"),
        ]
        ours = [path(at, self.admin_site.admin_view(view), name=name) for at, view, name in pages]
        return [*ours, *super().get_urls()]

    def promote_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to promote; promote."""
        trained = self._one(request, pk)
        if request.method == "POST":
            return self._move(
                request,
                lambda: promote(
                    trained=trained,
                    by=request.user.get_username(),
                    now=timezone.now(),
                    reason=request.POST.get("reason", ""),
                ),
                f"{trained} is live: it orders what people see of {trained.question} from now on.",
            )
        live = live_version(trained.question)
        can_move = trained.state in (State.SHADOW, State.RETIRED)
        fault = fault_of(trained) if can_move else ""
        lead = f"{live or 'The hybrid'} serves {trained.question.slug} now. Exposures will name {trained.suggester}."
        facts = {
            "title": f"Promote {trained}?",
            "lead": lead if can_move else f"{trained} is {trained.state}; it cannot be promoted.",
            "doubt": why_not(trained, live) if can_move and not fault else "",
            "fault": fault,
            "can_move": can_move and not fault,
            "button": "Promote",
        }
        return self._page(request, facts)

    def step_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to step back from the live version; step back."""
        trained = self._one(request, pk)
        is_live = trained.state == State.LIVE
        if request.method == "POST" and is_live:
            return self._move(
                request,
                lambda: step_back(
                    question=trained.question,
                    by=request.user.get_username(),
                    now=timezone.now(),
                    reason=request.POST.get("reason", ""),
                ),
                f"{trained} shows nothing any more; what served before it serves again.",
            )
        lead = "What served before it will serve again: the version it took the place of, or the hybrid."
        facts = {
            "title": f"Step back from {trained}?",
            "lead": lead if is_live else f"{trained} is not live; there is nothing to step back from.",
            "can_move": is_live,
            "button": "Step back",
        }
        return self._page(request, facts)

    @admin.display(description="Learned, MRR@10")
    def learned_mrr(self, trained: TrainedVersion) -> str:
        """Return its MRR@10 on what it had not seen."""
        return _figure(trained, "learned", "MRR@10")

    @admin.display(description="Hybrid, MRR@10")
    def hybrid_mrr(self, trained: TrainedVersion) -> str:
        """Return the hybrid's MRR@10 on the same queries."""
        return _figure(trained, "hybrid", "MRR@10")

    @admin.display(description="Gain, 95 %")
    def gained(self, trained: TrainedVersion) -> str:
        """Return how far it is ahead of the hybrid, with the interval."""
        gain = trained.gain
        if not gain:
            return "–"
        surely = "surely better" if trained.is_better else "not surely better"
        return f"{gain['difference']:+.1f} ({gain['low']:+.1f} to {gain['high']:+.1f}), {surely}"

    @admin.display(description="Measured on")
    def asked_count(self, trained: TrainedVersion) -> str:
        """Return on how many queries it was measured."""
        return f"{trained.metrics.get('queries', 0)} items"

    @admin.display(description="Trained from")
    def data(self, trained: TrainedVersion) -> str:
        """Return the frozen version it was trained from."""
        return f"{trained.dataset} {trained.dataset_number}"

    @admin.display(description="Artefact")
    def health(self, trained: TrainedVersion) -> str:
        """Return whether the artefact is whole on this machine, and gets the vectors it was trained with."""
        if trained.state in (State.TRAINING, State.FAILED):
            return "–"
        return fault_of(trained) or drift_of(trained) or "whole: every checksum holds"

    @admin.display(description="Measures")
    def measures(self, trained: TrainedVersion) -> str:
        """Return each measure beside the hybrid's."""
        if not trained.metrics.get("queries"):
            return "nothing was settled as the same outside the train split"
        told = (
            f"{name} {_figure(trained, 'learned', name)} (hybrid {_figure(trained, 'hybrid', name)})"
            for name in MEASURES
        )
        return "; ".join([*told, f"its pool holds a right one for {trained.metrics['pool_recall']} %"])

    @admin.display(description="What it learned from")
    def taught(self, trained: TrainedVersion) -> str:
        """Return the report of learning in words."""
        report = trained.report
        if not report:
            return "–"
        return (
            f"{report['queries']} items; shares {report['share']:g} of the regression, {report['tree_share']:g} of the "
            f"trees; of {report['not_found']} items what is right was not found, {report['removed']} were removed"
        )

    @admin.display(description="")
    def moves(self, trained: TrainedVersion) -> str:
        """Return what may be done with it."""
        named = {State.LIVE: ("step_back", "Step back …")} | dict.fromkeys(
            (State.SHADOW, State.RETIRED), ("promote", "Promote …")
        )
        if trained.state not in named:
            return ""
        name, words = named[State(trained.state)]
        return format_html(
            '<a class="em-button" href="{}">{}</a>',
            reverse(f"admin:suggestions_trainedversion_{name}", args=[trained.pk]),
            words,
        )

    def _one(self, request: HttpRequest, pk: int) -> TrainedVersion:
        rows: QuerySet[TrainedVersion] = self.get_queryset(request)
        return get_object_or_404(rows.select_related("question", "suggester"), pk=pk)

    def _move(self, request: HttpRequest, move: Callable[[], Promotion], done: str) -> HttpResponse:
        try:
            move()
            messages.success(request, done)
        except LearningError as error:
            messages.error(request, str(error))
        return redirect(LIST)

    def _page(self, request: HttpRequest, facts: dict[str, Any]) -> HttpResponse:
        return render(request, "learning/move.html", self.admin_site.each_context(request) | facts)


@admin.register(Promotion)
class PromotionAdmin(ProjectRows):
    """Who promoted and stepped back, when and why."""

    list_display = [
        "moved_at",
        "question",
        "move",
        "before_or_hybrid",
        "after_or_hybrid",
        "by",
        "is_override",
        "reason",
    ]
    list_filter = ["question", "move", "is_override"]
    list_select_related = ["question", "before__question", "after__question"]
    ordering = ["-pk"]

    @admin.display(description="From")
    def before_or_hybrid(self, step: Promotion) -> str:
        """Return what served before."""
        return str(step.before or "the hybrid")

    @admin.display(description="To")
    def after_or_hybrid(self, step: Promotion) -> str:
        """Return what serves since."""
        return str(step.after or "the hybrid")


def _figure(trained: TrainedVersion, whose: str, measure: str) -> str:
    figure = trained.metrics.get(whose, {}).get(measure)
    return "–" if figure is None else f"{figure:.1f}"
