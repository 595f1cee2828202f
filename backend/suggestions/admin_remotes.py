"""Admin pages of suggesters that run at the host: register one, try it, see how it fares."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from earmark import suggesters as sdk
from unfold.decorators import action
from unfold.widgets import UnfoldAdminPasswordWidget

from backend.projects.figures import two_places
from backend.projects.pages import CalledForm, EditableProjectRows
from backend.projects.secrets import new_message_secret
from backend.questions.models import Item, Question
from backend.suggestions.actions.remotes import door_of, end_rotation, rotate_secret
from backend.suggestions.engines import asked_of
from backend.suggestions.errors import RemoteFailed
from backend.suggestions.models import RemoteSuggester
from backend.suggestions.remote import Health, ask_remote, health_of
from backend.suggestions.rule_sets import PREFIX

WHICH_PROCESS = "As this web process saw it since it started; each process asks and counts for itself."


class RemoteForm(CalledForm):
    """A remote suggester; its secret is written here and never read."""

    given_secret = forms.CharField(
        label="Secret",
        required=False,
        min_length=24,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Left empty, a new one is made and shown once; a known one stays.",
    )

    class Meta:
        model = RemoteSuggester
        fields = ["name", "url", "timeout_ms", "candidates_count", "is_enabled"]

    def clean_name(self) -> str:
        """Refuse the name of a suggester or a set of rules that is installed here, and one that is registered already.

        The project is not on the form, so Django does not look whether the name is taken there.
        """
        name: str = self.cleaned_data["name"]
        if name in sdk.discover() or name.startswith(PREFIX):
            raise ValidationError(f"{name} is installed here, or may be; take another name.")
        if RemoteSuggester.objects.of(self.project).filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"A suggester {name} is registered already; take another name.")
        return name


@admin.register(RemoteSuggester)
class RemoteSuggesterAdmin(EditableProjectRows):
    """Suggesters at the host, and how they fare."""

    when_empty = "Add the address of a server of yours that guesses; questions then name it among their suggesters."
    form = RemoteForm
    list_display = ["name", "is_enabled", "health", "times", "url", "timeout_ms"]
    search_fields = ["name", "url"]
    readonly_fields = ["health", "times", "secrets_in_use"]
    actions = ["make_new_secret", "end_with_old_secret"]
    actions_detail = ["try_it"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Show health only of what is there."""
        form = ["name", "url", "given_secret", "timeout_ms", "candidates_count", "is_enabled"]
        return [*form, "secrets_in_use", "health", "times"] if obj else form

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An address is no record of anything; what it guessed stays with its suggester's versions."""
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: RemoteSuggester, form: Any, change: bool) -> None:
        """Seal a secret that was given; make and show one where there is none."""
        given = form.cleaned_data.get("given_secret", "")
        if given or not change:
            secret = given or new_message_secret()
            rotate_secret(remote=obj, secret=secret)
            if not given:
                _show_once(request, obj, secret)
        super().save_model(request, obj, form, change)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Say above the list whose figures these are, where there are any."""
        if self.get_queryset(request).exists():
            messages.info(request, WHICH_PROCESS)
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add which questions enable each, looked up once for the page."""
        asking: dict[str, list[str]] = {}
        questions = Question.objects.filter(project=getattr(request, "project", None)).order_by("slug")
        for slug, names in questions.values_list("slug", "suggesters"):
            for name in names:
                asking.setdefault(name, []).append(slug)

        @admin.display(description="Asked by")
        def asked_by(remote: RemoteSuggester) -> str:
            return ", ".join(asking.get(remote.name, ())) or "no question yet"

        return [*self.list_display, asked_by]

    @admin.display(description="Health")
    def health(self, remote: RemoteSuggester) -> str:
        """Return how it fares, in words."""
        return in_words(health_of(remote.pk))

    @admin.display(description="p50 / p99")
    def times(self, remote: RemoteSuggester) -> str:
        """Return how long answers took."""
        health = health_of(remote.pk)
        if health.p50_ms is None or health.p99_ms is None:
            return "–"
        return f"{health.p50_ms:.0f} / {health.p99_ms:.0f} ms"

    @admin.display(description="Secrets that sign")
    def secrets_in_use(self, remote: RemoteSuggester) -> str:
        """Return whether one secret signs or two, or that it cannot be read."""
        try:
            door_of(remote)
        except RemoteFailed as error:
            return f"None: {error}."
        return "The newest and the one before it" if remote.previous_secret else "One"

    @admin.action(description="Make a new secret; the old one signs too")
    def make_new_secret(self, request: HttpRequest, chosen: Any) -> None:
        """Make a secret for each, and show it once."""
        for remote in chosen:
            secret = new_message_secret()
            rotate_secret(remote=remote, secret=secret)
            _show_once(request, remote, secret)

    @admin.action(description="Sign with the newest secret alone")
    def end_with_old_secret(self, request: HttpRequest, chosen: Any) -> None:
        """End the rotation of each."""
        for remote in chosen:
            end_rotation(remote=remote)
        messages.success(request, "Only the newest secret signs now.")

    @action(description="Try it", icon="play_arrow", url_path="try")  # type: ignore[untyped-decorator]
    def try_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask about one item, and show the answer or what is wrong with it."""
        remote = self.get_queryset(request).filter(pk=object_id).first()
        if remote is None or not self.has_view_permission(request):
            raise Http404
        questions = Question.objects.filter(project=remote.project_id).order_by("slug")
        if not questions:
            messages.warning(request, "This project asks nothing yet; a suggester is asked for a question.")
            return redirect(reverse("admin:suggestions_remotesuggester_change", args=[remote.pk]))
        context = self.admin_site.each_context(request) | {
            "title": f"Try {remote.name}",
            "remote": remote,
            "questions": questions,
            "health": in_words(health_of(remote.pk)),
            "which_process": WHICH_PROCESS,
        }
        if request.method == "POST":
            context |= _tried(remote, questions, request.POST.get("question", ""), request.POST.get("item", ""))
        return render(request, "admin/remote.html", context)


def in_words(health: Health) -> str:
    """Return how a remote suggester fares, the worst first."""
    if not health.calls_count:
        return "not asked yet"
    told = []
    if health.open_for_s:
        told.append(f"left alone for {health.open_for_s:.0f} s, then asked again")
    if health.succeeded_at:
        told.append(f"last answer at {time_format(timezone.localtime(health.succeeded_at), 'H:i:s')}")
    if health.failed_at:
        failed_at = time_format(timezone.localtime(health.failed_at), "H:i:s")
        told.append(f"{health.failures_count} of {health.calls_count} failed, last at {failed_at}: {health.failure}")
    return "; ".join(told)


def _show_once(request: HttpRequest, remote: RemoteSuggester, secret: str) -> None:
    messages.success(request, f"The secret of {remote.name}, shown this once: {secret}")


def _tried(remote: RemoteSuggester, questions: Any, slug: str, key: str) -> dict[str, Any]:
    """Return what the page shows of one trial."""
    question = questions.filter(slug=slug).first() or questions[0]
    items = Item.objects.of(remote.project_id).present()
    item = items.filter(key=key).first() if key else items.order_by("-change_seq").first()
    told: dict[str, Any] = {"chosen": question.slug, "key": key}
    if item is None:
        return told | {"fault": f"There is no item {key}." if key else "This project has no items yet."}
    asked = asked_of(remote, question, item)
    told |= {"key": item.key, "item": item, "asked": json.dumps(asked, indent=2, ensure_ascii=False)}
    try:
        answered = ask_remote(door_of(remote), asked, is_trial=True)
    except RemoteFailed as error:
        return told | {"fault": f"No answer that can be used: {error}."}
    titles = dict(
        items.filter(key__in=[each.candidate_id for each in answered.suggestions]).values_list("key", "title")
    )
    return told | {
        "version": answered.version,
        "took_ms": round(1000 * answered.took_s),
        "found": [
            {
                "candidate": each.candidate_id,
                "title": titles.get(each.candidate_id, ""),
                "is_known": question.kind != Question.Kind.PAIR or each.candidate_id in titles,
                "score": two_places(each.score),
                "reasons": each.reasons,
            }
            for each in answered.suggestions
        ],
    }
