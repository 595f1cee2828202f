"""What servers ask: the project's questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import Conflict, Problem
from backend.api.v1.shapes import QUESTION_FIELDS, question_row
from backend.questions.actions.ask import ask_question, update_question
from backend.questions.errors import (
    LabelsImpossible,
    PolicyImpossible,
    WeightsImpossible,
)
from backend.questions.models import Question
from backend.suggestions.catalogue import slip_in


class QuestionsView(ServerDoor):
    """The project's questions."""

    @listing(lists.PlainFilters, operation_id="questions_list", responses=page_schema("Question", wire.QuestionRow))
    def get(self, request: Request) -> Response:
        """List questions."""
        return lists.page_of(request, Question.objects.of(self.project), lists.PlainFilters, question_row)

    @extend_schema(
        request=wire.QuestionBody,
        responses={200: wire.QuestionRow, 201: wire.QuestionRow},
        operation_id="questions_create",
    )
    def post(self, request: Request) -> Response:
        """Ask a new question, or return the one that has this id and these policies."""
        body = self.body(wire.QuestionBody, request)
        slug = body.pop("id")
        known = Question.objects.of(self.project).filter(slug=slug).first()
        if known is None:
            _check_names(self.project.pk, body)
            try:
                return Response(question_row(ask_question(project_id=self.project.pk, slug=slug, **body)), status=201)
            except (PolicyImpossible, LabelsImpossible, WeightsImpossible) as error:
                raise Problem(str(error), code="invalid") from error
        differs = [name for name in QUESTION_FIELDS if name in body and body[name] != getattr(known, name)]
        if differs:
            raise Conflict(_asked_otherwise(known, differs))
        return Response(question_row(known))


class QuestionView(ServerDoor):
    """One question."""

    @extend_schema(responses=wire.QuestionRow, operation_id="questions_get")
    def get(self, request: Request, question: str) -> Response:
        """Return a question."""
        return Response(question_row(self.question(question)))

    @extend_schema(request=wire.QuestionBody, responses=wire.QuestionRow, operation_id="questions_update")
    def patch(self, request: Request, question: str) -> Response:
        """Change a question's words and policies; its kind stays."""
        found = self.question(question)
        serializer = wire.QuestionBody(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        body = dict(serializer.validated_data)
        if body.pop("id", found.slug) != found.slug:
            raise Problem("The id of a question does not change; ask a new one.", code="invalid")
        if body.pop("kind", found.kind) != found.kind:
            raise Problem("The kind of a question does not change; ask a new one.", code="invalid")
        _check_names(self.project.pk, body, found.suggesters)
        try:
            return Response(question_row(update_question(question=found, **body)))
        except (PolicyImpossible, LabelsImpossible, WeightsImpossible) as error:
            raise Problem(str(error), code="invalid") from error


def _asked_otherwise(known: Question, differs: Sequence[str]) -> str:
    """Return in words how a question is asked already, and what to do who wants it otherwise."""
    if "kind" in differs:
        return (
            f"Question {known.slug!r} is asked already, of kind {known.kind}, which does not change; take another id."
        )
    return (
        f"Question {known.slug!r} is asked already in another way ({', '.join(differs)}); it stays as it is. "
        f"To change it, update it (in Python client.questions.update({known.slug!r}, {differs[0]}=…))."
    )


def _check_names(project_id: int, body: Mapping[str, Any], before: Sequence[str] = ()) -> None:
    """Raise a Problem where a suggester that was not asked before looks misspelt: it would show nothing to anybody."""
    named = [name for name in body.get("suggesters") or () if name not in before]
    if slip := slip_in(project_id, named):
        raise Problem(f"suggesters: {slip}", code="invalid")
