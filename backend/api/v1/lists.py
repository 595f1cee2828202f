"""Lists on the wire: explicit filters, unknown parameters refused, keyset cursors."""

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1.problems import Problem
from backend.judgements.errors import UnknownQuestion
from backend.questions.models import Item, Question, Unit

LIMIT = 100
LARGEST_LIMIT = 1000
PAGING = {"limit", "cursor"}

F = TypeVar("F", bound=Callable[..., Any])


def listing(filters_of: type[django_filters.FilterSet], **options: Any) -> Callable[[F], F]:
    """Describe a view's method as a list with paging and these filters, and what each of them takes."""
    parameters = [
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT}),
        OpenApiParameter("cursor", {"type": "string", "minLength": 1}, description="The `next` of the page before."),
    ]
    parameters += [OpenApiParameter(name, _taken_by(each)) for name, each in filters_of.base_filters.items()]
    describe: Callable[[F], F] = extend_schema(parameters=parameters, filters=False, **options)

    def decorate(method: F) -> F:
        described = describe(method)
        vars(described)["is_list"] = True
        return described

    return decorate


def _taken_by(each: django_filters.Filter) -> dict[str, Any]:
    """Return the schema of a filter's values: one of a few words, a time, or text that is not blank."""
    if isinstance(each, django_filters.IsoDateTimeFilter):
        return {"type": "string", "format": "date-time"}
    if each.extra.get("choices"):
        return {"type": "string", "enum": [name for name, _ in each.extra["choices"]]}
    return {"type": "string", "minLength": 1, "maxLength": each.extra["max_length"], "pattern": r"\S"}


def check_parameters(request: Request, known: set[str]) -> None:
    """Raise Problem where the address has a parameter that is none, or one twice, rather than read past it."""
    unknown = set(request.query_params) - known
    if unknown:
        told = f"known are {', '.join(sorted(known))}" if known else "none is known here"
        named = ", ".join(sorted(unknown))[:200]
        raise Problem(f"Unknown parameter {named}; {told}.", code="unknown_parameter")
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise Problem(f"`{min(twice)}` stands twice in the address; one value counts.", code="invalid")


def page_schema(name: str, row: type[s.Serializer[Any]]) -> type[s.Serializer[Any]]:
    """Return the shape of one page of rows."""
    fields = {
        "__doc__": f"One page of {name}.",
        "results": row(many=True),
        "next": s.CharField(allow_null=True),
    }
    return type(f"{name}Page", (s.Serializer,), fields)


def page_of(
    request: Request,
    rows: QuerySet[Any],
    filters: type[django_filters.FilterSet],
    shape: Callable[[Any], dict[str, Any]],
) -> Response:
    """Return one page of filtered rows in the order of their keys.

    Raises Problem for a parameter that is none, a limit out of bounds, and a cursor that we did not give,
    ValidationError for a filter value that is empty or cannot be, UnknownQuestion where nothing is found and the
    question is not asked: a misspelt name is no empty list.
    """
    check_parameters(request, PAGING | set(filters.base_filters))
    _check_given(request, set(filters.base_filters))
    filtered = filters(request.query_params, queryset=rows, request=request)
    if not filtered.is_valid():
        raise s.ValidationError({field: _faults_of(filtered, field) for field in filtered.errors})
    limit = _limit(request.query_params.get("limit"))
    ordered = filtered.qs.order_by("pk")
    after = request.query_params.get("cursor")
    if after is not None:
        ordered = ordered.filter(pk__gt=_key_of(after, rows.model))
    keys = list(ordered.values_list("pk", flat=True)[: limit + 1])  # joins are for the rows of the page alone
    slug = request.query_params.get("question")
    if slug and not keys and not Question.objects.filter(slug=slug).exists():
        raise UnknownQuestion(slug=slug)
    following = _cursor_of(keys[limit - 1]) if len(keys) > limit else None
    found = rows.filter(pk__in=keys[:limit]).order_by("pk") if keys else []
    return Response({"results": [shape(row) for row in found], "next": following})


def texts_of(*items: str) -> Iterator[str]:
    """Yield what is long of items that rows tell the keys of alone, for a page to leave it unread."""
    return (f"{item}__{name}" for item in items for name in ("title", "body", "metadata"))


def _check_given(request: Request, names: set[str]) -> None:
    """Raise ValidationError for a filter without a value: left out, it would let all rows through."""
    empty = sorted(name for name in names & set(request.query_params) if not request.query_params[name].strip())
    if empty:
        raise s.ValidationError(dict.fromkeys(empty, "An empty value finds nothing; leave the parameter out."))


def _faults_of(filtered: django_filters.FilterSet, field: str) -> list[str]:
    """Return what is wrong with a filter's value; of one of a few words, which there are."""
    choices = [name for name, _ in filtered.base_filters[field].extra.get("choices", [])]
    if choices:
        return [f"This is not one of {', '.join(choices)}."]
    return [str(fault) for fault in filtered.errors[field]]


def _limit(given: str | None) -> int:
    if given is None:
        return LIMIT
    if not given.isascii() or not given.isdigit() or len(given) > 4 or not 1 <= int(given) <= LARGEST_LIMIT:
        raise Problem(f"`limit` is a whole number from 1 to {LARGEST_LIMIT}.", code="invalid")
    return int(given)


def _cursor_of(key: Any) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _key_of(cursor: str, model: type[Model]) -> Any:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        key = model._meta.pk.to_python(text)
    except Exception as error:
        if isinstance(error, binascii.Error | UnicodeError | ValueError) or "ValidationError" in type(error).__name__:
            raise Problem("This cursor is not one we gave; begin without one.", code="invalid") from None
        raise
    if isinstance(key, int) and abs(key) >= 2**63:
        raise Problem("This cursor is not one we gave; begin without one.", code="invalid")
    return key


def _text(field: str, **options: Any) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=field, max_length=200, **options)


class _MomentField(IsoDateTimeField):
    """A time in UTC: other zones may lie beyond those that the database knows."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time that is spelt, if any; raises ValidationError."""
        told: datetime | None = super().to_python(value)
        try:
            return told.astimezone(UTC) if told else None
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class _MomentFilter(django_filters.IsoDateTimeFilter):
    """A filter by a time."""

    field_class = _MomentField


class ItemFilters(django_filters.FilterSet):
    """Filters of items."""

    id = _text("key")
    kind = _text("kind")


class SuggestionFilters(django_filters.FilterSet):
    """Filters of pushed suggestions."""

    question = _text("question__slug")
    item = _text("item__key")


class ExposureFilters(django_filters.FilterSet):
    """Filters of shown lists; `annotator` is a pseudonym."""

    question = _text("question__slug")
    item = _text("item__key")
    annotator = _text("annotator__pseudonym")


class JudgementFilters(django_filters.FilterSet):
    """Filters of answers; `annotator` is a pseudonym."""

    question = _text("question__slug")
    item = _text("item__key")
    annotator = _text("annotator__pseudonym")
    origin = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ("spontaneous", "drawn", "assigned", "gold", "imported")]
    )
    value = _text("value")
    is_live = django_filters.TypedChoiceFilter(
        field_name="is_live", choices=[("true", "true"), ("false", "false")], coerce=lambda given: given == "true"
    )
    since = _MomentFilter(field_name="received_at", lookup_expr="gte")


class LabelFilters(django_filters.FilterSet):
    """Filters of consensus labels; `item` finds a unit by either of its items."""

    question = _text("question__slug")
    item = django_filters.CharFilter(method="of_item", max_length=200)
    state = django_filters.ChoiceFilter(choices=[(name, name) for name in ("open", "proposed", "contested", "settled")])
    value = _text("value")

    def of_item(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the units that name an item; which these are is found first, by the item's key and theirs."""
        items = Item.objects.filter(key=value)  # the door shows those of one project alone
        named = items.values_list("pk", flat=True).first()
        return rows.filter(unit__in=Unit.objects.filter(Q(item=named) | Q(other=named))) if named else rows.none()


class DeskLinkFilters(django_filters.FilterSet):
    """Filters of desk links."""

    question = _text("question__slug")


class PlainFilters(django_filters.FilterSet):
    """No filters at all."""
