"""What every admin page of a project's rows has in common: rows of the chosen project alone."""

from collections.abc import Callable, Iterator
from typing import Any, TypeGuard

from django.contrib.admin import AllValuesFieldListFilter, RelatedFieldListFilter, SimpleListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import NON_FIELD_ERRORS, BadRequest, PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import JSONField, Model, QuerySet
from django.forms import ModelForm, URLField
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminURLInputWidget

from backend.projects.addresses import checked_address
from backend.projects.errors import AddressRefused
from backend.projects.searched import matching, related_searched

LOOKUPS = {
    "exact", "in", "isnull", "isempty", "gte", "gt", "lt", "lte", "year", "month", "day", "id__exact",
    "id__in", "id__isnull",
}  # fmt: skip
"""How the filters of a list ask."""
LARGEST_KEY = 2**63 - 1
MOST_CHOICES = 100
"""Of how many related rows a filter lets one be chosen."""


def key_in(given: str) -> int | None:
    """Return the key of a row that a form or an address names, None for what is none."""
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        return None
    return key if (key := int(given)) <= LARGEST_KEY else None


def _has_a_name(filtered: Any) -> TypeGuard[type[SimpleListFilter]]:
    """Return whether a filter is a class of its own, with a name of its own in the address."""
    return isinstance(filtered, type) and issubclass(filtered, SimpleListFilter)


def _asks(lookup: str, field: str) -> bool:
    """Return whether a look-up asks this field, which may be a related row's, in a way that a filter asks."""
    return lookup.startswith(f"{field}__") and lookup.removeprefix(f"{field}__") in LOOKUPS


class NewestChoices(RelatedFieldListFilter):
    """A filter by related rows that offers the newest hundred, and the one that is chosen; a page holds no more."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._are_more = False
        super().__init__(*given, **named)
        if self._are_more:
            self.title = f"{self.title}, newest {MOST_CHOICES}"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Return the keys of rows and what they are called, in the order of that."""
        rows = field.remote_field.model._default_manager.complex_filter(field.get_limit_choices_to())
        offered = list(rows.order_by("-pk")[: MOST_CHOICES + 1])
        if len(offered) > MOST_CHOICES:
            self._are_more = True
            chosen = [key for given in self.lookup_val or () if (key := key_in(given))]
            offered = offered[:MOST_CHOICES]
            offered += rows.filter(pk__in=set(chosen) - {row.pk for row in offered})
        return sorted(((row.pk, str(row)) for row in offered), key=lambda choice: choice[1].casefold())


def told_by(tell: Callable[[str], str]) -> type[AllValuesFieldListFilter]:
    """Return a filter by the values there are, each told in words."""

    class Told(AllValuesFieldListFilter):
        def choices(self, changelist: Any) -> Iterator[Any]:
            for choice in super().choices(changelist):
                yield {**choice, "display": tell(str(choice["display"]))}

    return Told


class GuardedRows(ModelAdmin):
    """Rows that are filtered as their page offers, and in no other way."""

    when_empty = ""
    """How rows come here, for who finds none (templates/unfold/helpers/empty_results.html)."""

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Offer of related rows no more than a page holds."""
        return [(each, NewestChoices) if self._is_related(each) else each for each in super().get_list_filter(request)]

    def _is_related(self, filtered: Any) -> bool:
        return isinstance(filtered, str) and bool(get_fields_from_path(self.model, filtered)[-1].remote_field)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what the page offers as a filter, and in no other way: what a page does not show is not guessed."""
        filters = self.get_list_filter(request)
        offered = [each if isinstance(each, str) else each[0] for each in filters if not isinstance(each, type)]
        if self.date_hierarchy:
            offered.append(self.date_hierarchy)
        named = [each.parameter_name for each in filters if _has_a_name(each)]
        return lookup in named or any(lookup == field or _asks(lookup, field) for field in offered)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Refuse filters and choices that cannot be."""
        try:
            answer: HttpResponse = super().changelist_view(request, extra_context)
        except (ValueError, OverflowError, DataError, ValidationError) as error:
            raise BadRequest("A filter or a chosen row is not what it must be.") from error
        return answer

    def history_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Refuse who may not look before looking: whether there is such a row is told to nobody else."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        answer: HttpResponse = super().history_view(request, *args, **options)
        return answer


class ProjectRows(GuardedRows):
    """Rows of the chosen project, to read; a subclass opens what may be changed."""

    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True
    formfield_overrides = {JSONField: {"widget": UnfoldAdminExpandableTextareaWidget}}  # as high as what stands in it

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Keep the chosen project's rows."""
        rows: QuerySet[Any] = super().get_queryset(request)
        project = getattr(request, "project", None)
        return rows.filter(project=project) if project else rows.none()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Keep the rows that hold the words, each once; related rows that do are found first."""
        related = related_searched(self.model, self.get_search_fields(request)) if search_term else None
        if not related:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
            return found
        project = getattr(request, "project", None)
        return matching(queryset, related, search_term, project), False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Rows come from the product, not from forms."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was recorded is not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was recorded is not deleted."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may open the project may read its rows."""
        return bool(getattr(request, "project", None)) and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same, for the menu."""
        return self.has_view_permission(request)


class ProjectForm(ModelForm):  # type: ignore[type-arg]  # django-stubs and Django differ on its parameter
    """A form about a row of `project`, which is not on the form: it looks there whether a name is taken."""

    project: Any = None

    def _post_clean(self) -> None:
        if self.instance.project_id is None and self.project is not None:
            self.instance.project = self.project
        super()._post_clean()  # type: ignore[misc]

    def _get_validation_exclusions(self) -> set[str]:
        """Compare with the project's other rows, though nobody may choose the project."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return left_out - {"project"}

    def _update_errors(self, errors: ValidationError) -> None:
        """Tell a name that is taken at the field that holds it; where a field cannot be read, no more is said of it."""
        told = errors.error_dict if hasattr(errors, "error_dict") else {NON_FIELD_ERRORS: errors.error_list}
        moved: dict[str, list[ValidationError]] = {}
        for field, faults in told.items():
            for fault in faults if field not in self.errors else ():
                moved.setdefault(self._field_of(field, fault), []).append(fault)
        super()._update_errors(ValidationError(moved))  # type: ignore[misc]

    def _field_of(self, field: str, fault: ValidationError) -> str:
        if fault.code == "unique_together":
            named = [name for name in (fault.params or {}).get("unique_check", ()) if name in self.fields]
            return named[-1] if named else field
        return field if field in self.fields else NON_FIELD_ERRORS


class CalledForm(ProjectForm):
    """A form about an address of the host that we call."""

    url = URLField(
        label="Address",
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
        help_text="Where it is called; https and public, outside of development.",
    )

    def clean_url(self) -> str:
        """Refuse an address that is never called.

        One that stays as it is needs no look: whose host is gone is what one wants to switch off.
        """
        url: str = self.cleaned_data["url"]
        if url != self.instance.url:
            try:
                checked_address(url)
            except AddressRefused as error:
                raise ValidationError(error.in_words) from None
        return url


class EditableProjectRows(ProjectRows):
    """Rows of the chosen project that staff write too."""

    form: Any = ProjectForm

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Staff who may open the project may add."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Staff who may open the project may change."""
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out of a new row what is known only once it is there."""
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Tell the form which project it is about."""
        form = super().get_form(request, obj, change=change, **options)
        form.project = getattr(request, "project", None)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Give a new row to the chosen project."""
        if not change:
            obj.project = request.project  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
