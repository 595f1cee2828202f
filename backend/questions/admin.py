"""Admin pages of questions and items."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import JSONField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action

from backend.projects.pages import EditableProjectRows, ProjectForm, ProjectRows, told_by
from backend.questions.actions.ask import update_question, usual_prompt
from backend.questions.actions.labels import approve_label, hide_label
from backend.questions.models import GoldAnswer, Item, NamedLabel, PlacementRule, Question, Unit
from backend.questions.pages import BY_ANSWER, AnswerRows
from backend.questions.said import in_words, in_words_of_any
from backend.questions.signals import question_saved

PROMPT = "What people are asked; empty: the usual words of its kind."
LABELS = "One a line: any number for tags, 2 to 12 for a choice, 1 to 12 for spans and regions. A pair has none."
SUGGESTERS = (
    "One a line, by name: lexical, semantic, hybrid or learned for pairs, dictionary or neighbours for tags and "
    "choices, rules and suggesters of your own."
)
DICTIONARY = 'Words that speak for a label, from which dictionary guesses: {"Mail": ["inbox", "IMAP"]}'
LEASE = "How long a unit taken at the desk and not answered is kept from others, 30 to 86,400."
SETTLING = "Of a change of this, of overlap, minimum or maximum all that was answered is settled anew."
JSON_BEGINS = ("[", "{", '"')
NOTHING: dict[str, Callable[[], Any]] = {"labels": list, "dictionary": dict, "suggesters": list, "weights": dict}


class Lines(JSONField):
    """A list of words, one a line; a list written as JSON is taken as well."""

    def to_python(self, value: Any) -> Any:
        """Read lines, save where all of it is JSON."""
        if not isinstance(value, str):
            return super().to_python(value)
        if value.lstrip().startswith(JSON_BEGINS):
            with suppress(ValidationError):
                return super().to_python(value)
        return [line.strip() for line in value.splitlines() if line.strip()]

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show again what was written."""
        return data

    def prepare_value(self, value: Any) -> Any:
        """Show lines, save where they would be read as something else."""
        if isinstance(value, str):
            return value
        lines = "\n".join(map(str, value or ()))
        return lines if self.to_python(lines) == (value or []) else super().prepare_value(value)


class QuestionForm(ProjectForm):
    """A question's words and policies; without a prompt it gets its kind's."""

    class Meta:
        model = Question
        fields = "__all__"

    def __init__(self, *args: Any, **options: Any) -> None:
        """Hold what each field showed, so that a tab changes what was changed in it and nothing that another did."""
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Take what was not changed in this tab as it is by now, so that what will be stored is what is checked.

        What was emptied has nothing in it, rather than no value at all.
        """
        given: dict[str, Any] = super().clean() or self.cleaned_data
        given |= {name: nothing() for name, nothing in NOTHING.items() if name in given and given[name] is None}
        if self.instance.pk:
            given |= {name: getattr(self.instance, name) for name in given.keys() - set(self.changed_data)}
        return given

    def clean_prompt(self) -> str:
        """Return the words given, else the usual ones of the kind."""
        given: str = self.cleaned_data["prompt"]
        return given or usual_prompt(self.cleaned_data.get("kind", self.instance.kind))


@admin.register(Question)
class QuestionAdmin(EditableProjectRows):
    """Questions and their policies."""

    when_empty = "A question says what people are asked about your items, and what guesses. Add the first one."
    form = QuestionForm

    list_display = [
        "slug",
        "kind",
        "prompt",
        "settling_policy",
        "overlap",
        "epsilon",
        "ask_probability",
        "is_active",
    ]
    list_filter = ["kind", "settling_policy", "is_active"]
    search_fields = ["slug", "prompt"]
    readonly_fields = ["policy_version", "created_at"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Say of labels which kinds have them, and how many; take lists a line each; let the usual words be asked."""
        said = {"labels": LABELS, "suggesters": SUGGESTERS, "dictionary": DICTIONARY, "lease_s": LEASE}
        said["settling_policy"] = SETTLING
        if db_field.name in said:
            options["help_text"] = said[db_field.name]
        if db_field.name in ("labels", "suggesters"):
            options["form_class"] = Lines
        if db_field.name == "lease_s":
            options["label"] = "Lease in seconds"
        if db_field.name == "prompt":
            options |= {"required": False, "initial": "", "help_text": PROMPT}
        return super().formfield_for_dbfield(db_field, request, **options)

    def get_readonly_fields(self, request: HttpRequest, obj: Question | None = None) -> list[str]:
        """Keep the slug and kind of a question that is there: pages name it, and what was answered is of that kind."""
        return [*self.readonly_fields, "slug", "kind"] if obj else list(self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        """Change a question as the API does, so that what shows otherwise has another policy version."""
        if change:
            changed = {name: form.cleaned_data[name] for name in form.changed_data}
            obj.__dict__.update(update_question(question=Question.objects.get(pk=obj.pk), **changed).__dict__)
        else:
            super().save_model(request, obj, form, change)
        question_saved.send(QuestionAdmin, request=request, question=obj)


@admin.register(Item)
class ItemAdmin(ProjectRows):
    """The host's items; each leads to its story."""

    when_empty = "Items come from your product: client.items.upsert(…), or earmark items import."
    list_display = ["title_and_story", "key", "kind", "created_at", "updated_at", "removed_at"]
    list_filter = ["kind", ("removed_at", admin.EmptyFieldListFilter)]
    search_fields = ["key", "title"]
    ordering = ["-created_at"]
    list_display_links = None

    @admin.display(description="Story", ordering="title")
    def title_and_story(self, item: Item) -> str:
        """Return the title, which leads to the item's story."""
        return format_html('<a href="{}">{}</a>', reverse("story", args=[item.pk]), item.title or item.key)


@admin.register(NamedLabel)
class NamedLabelAdmin(ProjectRows):
    """Labels that people named; they are offered to others once two did, or the staff approved."""

    when_empty = "Tags of people’s own stand here, where a question allows them."
    list_display = ["label", "question", "state", "people", "named_at"]
    list_display_links = None
    list_filter = ["question", "state"]
    search_fields = ["label"]
    list_select_related = ["question"]
    ordering = ["-named_at", "-pk"]
    actions = ["approve", "hide"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add how many people named each."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.with_people()  # type: ignore[attr-defined, no-any-return]

    @admin.display(description="People who named it", ordering="people_count")
    def people(self, named: NamedLabel) -> int:
        """Return how many named it who are not blocked."""
        return named.people_count  # type: ignore[attr-defined, no-any-return]

    @admin.action(description="Offer to everybody")
    def approve(self, request: HttpRequest, chosen: QuerySet[NamedLabel]) -> None:
        """Offer the chosen labels to everybody."""
        for named in chosen:
            approve_label(named=named)
        messages.success(request, "These labels are offered to everybody.")

    @admin.action(description="Hide")
    def hide(self, request: HttpRequest, chosen: QuerySet[NamedLabel]) -> None:
        """Offer the chosen labels to nobody."""
        for named in chosen:
            hide_label(named=named)
        messages.success(request, "These labels are offered to nobody; what was answered with them stays.")


@admin.register(Unit)
class UnitAdmin(ProjectRows):
    """The smallest things that have one answer."""

    list_display = ["__str__", "question", "settled", "answers_count", "priority"]
    list_filter = ["question", ("settled_value", told_by(in_words_of_any))]
    search_fields = ["item__title", "item__key", "other__title", "other__key"]
    list_select_related = ["question", "item", "other"]

    @admin.display(description="Settled value", ordering="settled_value")
    def settled(self, unit: Unit) -> str:
        """Return what is believed, in words."""
        return in_words(unit.settled_value, unit.question.kind) or "–"


@admin.register(GoldAnswer)
class GoldAnswerAdmin(AnswerRows):
    """Answers we are sure of; they are set on an item's story page."""

    when_empty = "Answers you are sure of are set on an item’s story, under Items."
    list_display = ["unit", "answer", "set_by", "set_at"]
    list_filter = [BY_ANSWER]
    search_fields = ["unit__item__title", "unit__item__key", "set_by"]
    list_select_related = ["unit__item", "unit__other", "unit__question"]


@admin.register(PlacementRule)
class PlacementRuleAdmin(EditableProjectRows):
    """Where elements stand without a change of templates; a rule is tried on a pasted page."""

    when_empty = "Add one to show an element in your pages without changing their templates."
    list_display = ["question", "path", "where", "selector", "item_from", "item_key", "reserve_px", "is_active"]
    list_display_links = ["question", "selector"]
    list_filter = ["question", "is_active"]
    search_fields = ["path", "selector"]
    list_select_related = ["question"]
    fields = ["question", "path", "selector", "where", "item_from", "item_key", "reserve_px", "is_active"]
    actions_list = ["try_on_a_page"]
    actions_detail = ["try_this_rule"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer the chosen project's questions."""
        if db_field.name == "question":
            options["queryset"] = Question.objects.filter(project=request.project)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A rule is no record of anything."""
        return self.has_view_permission(request)

    @action(description="Try on a page", icon="preview", url_path="try")  # type: ignore[untyped-decorator]
    def try_on_a_page(self, request: HttpRequest) -> HttpResponse:
        """Show where the rules would put elements on a pasted page; all of it happens in the browser."""
        if not self.has_view_permission(request):
            raise Http404
        rules = self.get_queryset(request).select_related("question").order_by("pk")
        questions = Question.objects.filter(project=request.project)  # type: ignore[attr-defined]
        context = self.admin_site.each_context(request) | {
            "title": "Try placement rules on a page",
            "rules": [_rule_to_try(rule) for rule in rules],
            "questions": questions.order_by("slug"),
        }
        return render(request, "admin/placement.html", context)

    @action(description="Try on a page", icon="preview", url_path="try")  # type: ignore[untyped-decorator]
    def try_this_rule(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Lead to the page that tries rules, at this one."""
        return redirect(f"{reverse('admin:questions_placementrule_try_on_a_page')}#rule-{object_id}")


def _rule_to_try(rule: PlacementRule) -> dict[str, Any]:
    """Return what the browser needs to try a rule."""
    return {
        "id": rule.pk,
        "question": rule.question.slug,
        "path": rule.path,
        "selector": rule.selector,
        "item_from": rule.item_from,
        "item_key": rule.item_key,
        "where": rule.where,
        "reserve_px": rule.reserve_px,
        "is_standing": rule.is_active and rule.question.is_active,
        "address": reverse("admin:questions_placementrule_change", args=[rule.pk]),
    }
