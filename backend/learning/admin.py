"""Admin pages of learning: train, look at what came of it, promote and step back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import Truncator, capfirst
from earmark.evaluation.calibration import Bin
from earmark.evaluation.reliability import reliability_diagram
from unfold.widgets import UnfoldAdminSelectWidget

from backend.datasets.models import DatasetVersion
from backend.learning.actions.promote import promote, served_before, serving_to_beat, step_back, why_not
from backend.learning.actions.train import TRAINABLE, ask_for_training
from backend.learning.admin_promotions import PromotionAdmin  # noqa: F401  registers its page
from backend.learning.compared import Beside, beside, beside_then
from backend.learning.errors import LearningError
from backend.learning.telling import counted, told_of_gain, told_of_shares
from backend.projects.pages import EditableProjectRows, key_in
from backend.suggestions.artefacts import drift_of, fault_of, live_version
from backend.suggestions.models import LEARNED, Promotion, TrainedVersion
from backend.suggestions.serving import serving_of, untrained_of

LIST = "admin:suggestions_trainedversion_changelist"
NAMES = tuple(dict.fromkeys(name for names in TRAINABLE.values() for name in names))
State = TrainedVersion.State
CANNOT = {State.TRAINING: "is still being trained", State.FAILED: "has failed", State.LIVE: "is live already"}
PAIR_MEASURES = ("MRR@10", "R@10", "R@1", "MAP@100")


class TrainForm(forms.ModelForm):  # type: ignore[type-arg]
    """What to train from; the question is the dataset's."""

    version = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        label="Frozen version",
        help_text="None there? Under Datasets tick the dataset and freeze a version.",
        widget=UnfoldAdminSelectWidget,
    )
    which = forms.ChoiceField(
        label="Suggester",
        required=False,
        choices=[("", "The usual one of the question’s kind"), *((name, name) for name in NAMES)],
        help_text="learned orders pairs. Of tags and choices stacked weighs the dictionary, what similar items have, "
        "and words and fields; linear looks at words and fields alone. sequence learns spans.",
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = TrainedVersion
        fields: list[str] = []

    def clean(self) -> dict[str, Any]:
        """Refuse a suggester that does not learn the question's kind."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        name, version = given.get("which"), given.get("version")
        if name and version and name not in TRAINABLE.get(version.dataset.question.kind, []):
            fitting = " or ".join(TRAINABLE.get(version.dataset.question.kind, ["nothing"]))
            self.add_error("which", f"Of {version.dataset.question} {fitting} is trained.")
        return given


@admin.register(TrainedVersion)
class TrainedVersionAdmin(EditableProjectRows):
    """Trained versions with how they did; the button trains another one."""

    when_empty = "Freeze a version under Datasets, then add: the worker trains from it, into shadow."
    form = TrainForm
    list_display = ["__str__", "name", "stage", "mine", "others", "gained", "data", "trained_at", "moves"]
    list_filter = ["question", "name", "state"]
    list_select_related = ["question", "suggester"]
    ordering = ["-pk"]
    readonly_fields = [
        "question", "name", "state", "suggester", "health", "gained", "measures", "chances", "taught", "examples_count",
        "positives_count", "data", "frozen_checksum", "artefact_checksum", "embedder_version", "seconds", "asked_by",
        "asked_at", "trained_at", "erased_at", "failure", "moves",
    ]  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A trained version is not changed; another one is trained."""
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Ask for a frozen version alone; show all there is to know."""
        return ["version", "which"] if obj is None else list(self.readonly_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Offer the chosen project's frozen versions, the newest first."""
        form = super().get_form(request, obj, change=change, **options)
        if "version" in form.base_fields:
            frozen = DatasetVersion.objects.of(request.project).filter(  # type: ignore[attr-defined]
                state=DatasetVersion.State.FROZEN
            )
            form.base_fields["version"].queryset = frozen.select_related("dataset__question").order_by("-frozen_at")
        return form

    def save_model(self, request: HttpRequest, obj: TrainedVersion, form: Any, change: bool) -> None:
        """Ask the worker to train."""
        version = form.cleaned_data["version"]
        made = ask_for_training(
            question=version.dataset.question,
            version=version,
            name=form.cleaned_data["which"],
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

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Offer one button: a version is asked for, and then it is trained."""
        alone = {"show_save_and_add_another": False, "show_save_and_continue": False, "title": "Train a suggester"}
        return super().add_view(request, form_url, (extra_context or {}) | alone)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say above the list which live version cannot be loaded or gets other vectors, and what to do."""
        for live in self.get_queryset(request).filter(state=State.LIVE).select_related("question"):
            if fault := fault_of(live):
                messages.error(request, f"{live} is live and abstains: it cannot be loaded here. {fault}")
            elif drift := drift_of(live):
                messages.warning(request, f"It is live: {drift}")
            if not _is_named(live):
                messages.warning(request, f"{live} is live and shows nothing. {_not_named(live)}")
            if live.erased_at is not None:
                told = (
                    "was taught by somebody who is erased since. One without them is trained: promote it, or step back."
                )
                messages.warning(request, f"{live} is live and {told}")
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
                    seen=key_in(request.POST.get("live", "")),
                ),
                lambda _: _told_of_promotion(trained),
            )
        live = live_version(trained.question)
        can_move = trained.state in (State.SHADOW, State.RETIRED)
        unnamed = can_move and not _is_named(trained)
        fault = fault_of(trained) if can_move else ""
        serving = serving_of(trained.question, live)
        now = f"{capfirst(str(serving))} {serving.verb} {trained.question} now."
        lead = f"{now} Exposures will name {trained.suggester}."
        facts = {
            "title": f"Promote {trained}?",
            "lead": lead if can_move else f"{trained} {CANNOT[State(trained.state)]}; it cannot be promoted.",
            "proof": self._proof(trained, live) if can_move else [],
            "notice": _not_named(trained) if unnamed else "",
            "question": trained.question if unnamed else None,
            "doubt": why_not(trained, live) if can_move and not fault else "",
            "fault": fault,
            "can_move": can_move and not fault,
            "live": live.pk if live else 0,
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
                    seen=trained,
                ),
                lambda step: f"{trained} shows nothing any more; {_again(step)}.",
            )
        after = capfirst(str(serving_of(trained.question, served_before(trained)))) if is_live else ""
        facts = {
            "title": f"Step back from {trained}?",
            "lead": f"{after} will serve {trained.question} again."
            if is_live
            else f"{trained} is not live; there is nothing to step back from.",
            "can_move": is_live,
            "button": "Step back",
        }
        return self._page(request, facts)

    @admin.display(description="State", ordering="state")
    def stage(self, trained: TrainedVersion) -> str:
        """Return the state in a word; the version's page says what it means."""
        state = trained.get_state_display().partition(":")[0]
        return f"{state}, taught by somebody erased" if trained.erased_at else state

    @admin.display(description="How it did")
    def mine(self, trained: TrainedVersion) -> str:
        """Return the measure that decides, on what it had not seen; why it failed, where it did."""
        if trained.state == State.FAILED:
            return Truncator(trained.failure).chars(60)
        if not _is_measured(trained):
            return "–"
        figure = _figure(trained.metrics["learned"], trained.measure)
        return f"{trained.measure} {figure} on {counted(trained.metrics['queries'], 'item')}"

    @admin.display(description="Beside")
    def others(self, trained: TrainedVersion) -> str:
        """Return the measure of what served when it was trained, and of what serves untrained, on the same items."""
        if not _is_measured(trained):
            return "–"
        return "; ".join(f"{each.name} {each.figures[trained.measure]:.1f}" for each in beside_then(trained))

    @admin.display(description="Gain over what served, 95 %")
    def gained(self, trained: TrainedVersion) -> str:
        """Return how far it is ahead of what served when it was trained, with the interval."""
        if not _is_measured(trained):
            return "–"
        return told_of_gain(trained.gain) if trained.gain else "not known: what served could not be measured"

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

    @admin.display(description="Checksum of what it was trained from")
    def frozen_checksum(self, trained: TrainedVersion) -> str:
        """Return the frozen version's checksum, which breaks where the window is narrow."""
        return format_html('<span class="em-hash">{}</span>', trained.dataset_checksum)

    @admin.display(description="Checksum of the artefact")
    def artefact_checksum(self, trained: TrainedVersion) -> str:
        """Return the artefact's checksum, which breaks where the window is narrow."""
        return format_html('<span class="em-hash">{}</span>', trained.checksum or "–")

    @admin.display(description="Measures")
    def measures(self, trained: TrainedVersion) -> str:
        """Return each measure beside those of what served when it was trained, and of what serves untrained."""
        if not _is_measured(trained):
            return "nothing that could tell was settled outside the train split"
        names = PAIR_MEASURES if trained.name == LEARNED else tuple(trained.metrics["learned"])
        others = beside_then(trained)
        told = [f"{name} {_figure(trained.metrics['learned'], name)} ({_figures(others, name)})" for name in names]
        if "pool_recall" in trained.metrics:
            told.append(f"its pool holds a right one for {trained.metrics['pool_recall']} %")
        return "; ".join(told)

    @admin.display(description="Its chances")
    def chances(self, trained: TrainedVersion) -> str:
        """Return chances beside how often they came true, drawn and as a table."""
        bins = [Bin(**each) for each in trained.metrics.get("calibration", ())]
        if not bins:
            return "nothing that could tell was asked"
        title = "Chances beside how often they came true; the table tells the same"
        facts = {
            "diagram": mark_safe(reliability_diagram(bins, title=title)),  # noqa: S308  our own numbers
            "bins": [_told(each) for each in bins],
            "is_pair": trained.name == LEARNED,
        }
        return render_to_string("learning/reliability.html", facts)

    @admin.display(description="What it learned from")
    def taught(self, trained: TrainedVersion) -> str:
        """Return the report of learning in words."""
        report = trained.report
        if not report:
            return "–"
        if trained.name != LEARNED:
            looked_at = counted(report["texts"], "text") if "texts" in report else counted(report["items"], "item")
            return f"{looked_at}, {counted(report['labels'], 'label')}; {told_of_shares(trained)}"
        return (
            f"{counted(report['queries'], 'item')}; {told_of_shares(trained)}; "
            f"of {counted(report['not_found'], 'item')} what is right was not found, removed since: {report['removed']}"
        )

    @admin.display(description="")
    def moves(self, trained: TrainedVersion) -> str:
        """Return what may be done with it."""
        named = {State.LIVE: ("step_back", "Step back …")} | dict.fromkeys(
            (State.SHADOW, State.RETIRED), ("promote", "Promote …")
        )
        if trained.state not in named or (trained.erased_at and trained.state != State.LIVE):
            return ""
        name, words = named[State(trained.state)]
        return format_html(
            '<span class="em"><a class="em-button" href="{}">{}</a></span>',
            reverse(f"admin:suggestions_trainedversion_{name}", args=[trained.pk]),
            words,
        )

    def _proof(self, trained: TrainedVersion, live: TrainedVersion | None) -> list[str]:
        """Return how it did, beside what serves now, and beside what serves untrained where that is something else."""
        if not _is_measured(trained):
            return []
        every = [beside(trained, serving_to_beat(trained, live)), beside(trained, untrained_of(trained.question))]
        others = list({each.name: each for each in every if each}.values())
        measure = trained.measure
        return [
            f"{self.mine(trained)} that it had not seen.",
            *(f"Beside {each.name}, {_figure(each.figures, measure)}: {told_of_gain(each.gain)}." for each in others),
        ]

    def _one(self, request: HttpRequest, pk: int) -> TrainedVersion:
        rows: QuerySet[TrainedVersion] = self.get_queryset(request)
        return get_object_or_404(rows.select_related("question", "suggester"), pk=pk)

    def _move(
        self, request: HttpRequest, move: Callable[[], Promotion], done: Callable[[Promotion], str]
    ) -> HttpResponse:
        try:
            messages.success(request, done(move()))
        except LearningError as error:
            messages.error(request, str(error))
        return redirect(LIST)

    def _page(self, request: HttpRequest, facts: dict[str, Any]) -> HttpResponse:
        return render(request, "learning/move.html", self.admin_site.each_context(request) | facts)


def _told(each: Bin) -> dict[str, str]:
    low, high = each.interval
    is_low = each.mean_chance < each.share
    return {
        "said": f"{100 * each.mean_chance:.0f} %",
        "true": f"{100 * each.share:.0f} %",
        "interval": f"{100 * low:.0f} to {100 * high:.0f} %",
        "counts": f"{each.right_count} of {each.count}",
        "verdict": ("too low" if is_low else "too high") if each.is_off else "fits",
    }


def _is_measured(trained: TrainedVersion) -> bool:
    return bool(trained.metrics.get("queries"))


def _again(step: Promotion) -> str:
    after = serving_of(step.question, step.after)
    return f"{after} {after.verb} again"


def _told_of_promotion(trained: TrainedVersion) -> str:
    if _is_named(trained):
        return f"{trained} is live: it orders what people see of {trained.question} from now on."
    return f"{trained} is live, and shows nothing yet."  # the list says why


def _is_named(trained: TrainedVersion) -> bool:
    return trained.name in trained.question.suggesters


def _not_named(trained: TrainedVersion) -> str:
    return f"The question does not name {trained.name} among its suggesters yet, so it will not be asked."


def _figure(figures: Mapping[str, float], measure: str) -> str:
    figure = figures.get(measure)
    return "–" if figure is None else f"{figure:.1f}"


def _figures(others: Sequence[Beside], measure: str) -> str:
    return ", ".join(f"{each.name} {_figure(each.figures, measure)}" for each in others)
