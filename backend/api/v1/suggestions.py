"""What servers push: guesses of the host's own suggesters."""

from typing import Any

from drf_spectacular.utils import extend_schema
from earmark.errors import AnchorUnusable
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import rejection
from backend.api.v1.shapes import (
    suggestion_row,
)
from backend.questions.actions.labels import label_of
from backend.questions.errors import (
    QuestionError,
)
from backend.questions.models import Item, Question
from backend.questions.spots import candidate_id
from backend.questions.units import SPOTS
from backend.suggestions.actions.push import NewSuggestion, push_suggestions, pushing_suggester
from backend.suggestions.errors import NameIsOurs
from backend.suggestions.known import suggester_row
from backend.suggestions.models import Suggester, Suggestion
from backend.suggestions.spots import resolved_guess


class SuggestionsView(ServerDoor):
    """What the host's own suggesters guess."""

    @listing(
        lists.SuggestionFilters,
        operation_id="suggestions_list",
        responses=page_schema("Suggestion", wire.SuggestionRow),
    )
    def get(self, request: Request) -> Response:
        """List pushed guesses."""
        rows = Suggestion.objects.of(self.project).select_related("question", "item", "candidate", "suggester")
        return lists.page_of(request, rows, lists.SuggestionFilters, suggestion_row)

    @extend_schema(request=wire.BulkSuggestions, responses=wire.SuggestionsResult, operation_id="suggestions_push")
    def post(self, request: Request) -> Response:
        """Push up to 1,000 guesses; a bad one is rejected alone."""
        rows = self.body(wire.BulkSuggestions, request)["suggestions"]
        named = {str(row.get(key)) for row in rows for key in ("item", "candidate")}
        items = {item.key: item for item in Item.objects.of(self.project).present().filter(key__in=named)}
        questions = {question.slug: question for question in Question.objects.of(self.project)}
        good, rejected = [], []
        for index, row in enumerate(rows):
            serializer = wire.SuggestionBody(data=row)
            try:
                serializer.is_valid(raise_exception=True)
                good.append(self._suggestion(serializer.validated_data, items, questions))
            except NameIsOurs as error:
                rejected.append(rejection(index, row.get("item"), error, code="suggester_name_taken"))
            except (ValidationError, KeyError, ValueError, QuestionError, AnchorUnusable) as error:
                rejected.append(rejection(index, row.get("item"), error))
        push_suggestions(project_id=self.project.pk, suggestions=good, now=self.now)
        return Response({"accepted_count": len(good), "rejected": rejected})

    def _suggestion(self, row: dict[str, Any], items: dict[str, Item], questions: dict[str, Question]) -> NewSuggestion:
        if row["question"] not in questions:
            raise ValueError(f"No question {row['question']!r} is asked in this project.")
        question = questions[row["question"]]
        is_pair = question.kind == Question.Kind.PAIR
        missing = [row[key] for key in ("item", "candidate")[: 1 + is_pair] if row[key] not in items]
        if missing:
            raise ValueError(f"No item {missing[0]!r} is registered in this project.")
        if is_pair and row["item"] == row["candidate"]:
            raise ValueError("An item is no candidate for itself.")
        item = items[row["item"]]
        label_or_item: Item | str
        anchor = anchor_given(question, row)
        if anchor:
            anchor, label = resolved_guess(anchor, row["candidate"], question, item)
            label_or_item = candidate_id(anchor, label)
        elif is_pair:
            label_or_item = items[row["candidate"]]
        else:
            label_or_item = label_of(question=question, given=row["candidate"], now=self.now)
        return NewSuggestion(
            question=question,
            item=item,
            candidate=label_or_item,
            anchor=anchor,
            score=row["score"],
            reasons=tuple(row["reasons"]),
            suggester=pushing_suggester(project_id=self.project.pk, **row["suggester"]),
        )


def anchor_given(question: Question, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return the anchor of a row; raises ValidationError where a spot has none, or another kind has one."""
    anchor: dict[str, Any] | None = row.get("anchor")
    if bool(anchor) != (question.kind in SPOTS):
        wanted = "needs an anchor, which says where the label holds" if question.kind in SPOTS else "takes no anchor"
        raise ValidationError({"anchor": f"A question of kind {question.kind} {wanted}."})
    return anchor


def suggester_named(project_id: int, named: dict[str, str]) -> Suggester:
    """Return the row of the suggester that a place of the host's own list is from; it may be one of ours, run there."""
    return suggester_row(project_id, named["name"], named["version"], is_pushed=True)
