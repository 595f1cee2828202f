"""Admin pages of the desk's links: make, copy, take back."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from backend.annotators.errors import AnnotatorError
from backend.desk.actions.links import make_link, meet_for_link, public_address_of, revoke_link
from backend.desk.errors import DeskError
from backend.desk.models import MOST_PEOPLE, USUAL_PEOPLE, DeskLink
from backend.projects.pages import EditableProjectRows
from backend.questions.models import Question

USUAL_DAYS = 14


class DeskLinkForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whom a link is for, and for how long."""

    days_valid = forms.IntegerField(
        min_value=1, max_value=366, initial=USUAL_DAYS, label="Days valid", widget=UnfoldAdminIntegerFieldWidget
    )

    most_people = forms.IntegerField(
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=USUAL_PEOPLE,
        label="People at most",
        help_text="How many new people a link for anyone lets in; those it let in go on.",
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = DeskLink
        fields = ["question", "annotator_kind", "subject", "most_people"]

    def clean(self) -> dict[str, Any]:
        """Refuse a person who is known as another kind of annotator."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("subject") and told.get("question"):
            try:
                meet_for_link(
                    question=told["question"],
                    subject=told["subject"],
                    annotator_kind=told["annotator_kind"],
                    now=timezone.now(),
                )
            except (DeskError, AnnotatorError) as error:
                self.add_error("subject", str(error))
        return told


@admin.register(DeskLink)
class DeskLinkAdmin(EditableProjectRows):
    """Links to the desk."""

    when_empty = "Add a link to let experts, colleagues or a crowd answer on a page of Earmark’s own."
    form = DeskLinkForm
    fields = ["question", "annotator_kind", "subject", "most_people", "days_valid"]
    list_display = ["question", "annotator_kind", "whom", "people", "expires_at", "revoked_at", "created_by"]
    list_display_links = None
    list_filter = ["question", "annotator_kind", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject", "created_by"]
    list_select_related = ["question"]
    ordering = ["-created_at", "-pk"]
    actions = ["revoke"]

    class Media:
        js = ["earmark/copy.js"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A link is not changed; it is taken back and another one made."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the chosen project's questions."""
        if db_field.name == "question":
            options["queryset"] = Question.objects.filter(project=request.project)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)

    @admin.display(description="Who", ordering="subject")
    def whom(self, link: DeskLink) -> str:
        """Return the one person, or that anyone may come."""
        return link.subject or "anyone who has it"

    @admin.display(description="People let in", ordering="people_count")
    def people(self, link: DeskLink) -> str:
        """Return how many people a link for anyone let in, of how many it may."""
        return "" if link.subject else f"{link.people_count} of {link.most_people}"

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the address, which begins with where this page was asked for."""

        @admin.display(description="Address")
        def address(link: DeskLink) -> str:
            return _to_copy(link, request) if link.is_open(now=timezone.now()) else "lets nobody in"

        return [*self.list_display[:3], address, *self.list_display[3:]]

    def save_model(self, request: HttpRequest, obj: DeskLink, form: Any, change: bool) -> None:
        """Make the link."""
        now = timezone.now()
        made = make_link(
            question=obj.question,
            annotator_kind=obj.annotator_kind,
            subject=obj.subject,
            expires_at=now + timedelta(days=form.cleaned_data["days_valid"]),
            created_by=request.user.get_username(),
            now=now,
            most_people=obj.most_people,
        )
        obj.__dict__.update(made.__dict__)

    def response_add(self, request: HttpRequest, obj: DeskLink, post_url_continue: str | None = None) -> HttpResponse:
        """Show the address, to be copied."""
        messages.success(
            request,
            format_html(
                "The link is made. Give it to {}: {}", obj.subject or "whoever shall label", _to_copy(obj, request)
            ),
        )
        return HttpResponseRedirect(reverse("admin:desk_desklink_changelist"))

    @admin.action(description="Take the links back")
    def revoke(self, request: HttpRequest, chosen: QuerySet[DeskLink]) -> None:
        """Let nobody in by the chosen links any more."""
        for link in chosen:
            revoke_link(link=link, now=timezone.now())
        messages.success(request, "Nobody gets in by these links any more; sessions that began with them have ended.")


def _to_copy(link: DeskLink, request: HttpRequest) -> str:
    return format_html(
        '<span class="em em-copy"><input readonly value="{}" aria-label="Address of the desk link">'
        '<button type="button" class="em-button" data-copy>Copy</button></span>',
        public_address_of(link, asked_at=request.build_absolute_uri()),
    )
