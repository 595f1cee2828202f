"""What servers tell and read: answers that no list of ours led to."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from earmark.errors import AnchorUnusable
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.actions.people import meet_annotator
from backend.annotators.errors import AnnotatorError
from backend.annotators.models import Annotator
from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import code_of, rejection
from backend.api.v1.shapes import (
    judgement_row,
)
from backend.judgements.actions.meet import Looks
from backend.judgements.actions.spots import kept_anchor, lock_spots, spot_told
from backend.judgements.actions.tell import record_judgement
from backend.judgements.errors import JudgedAtNoTime, JudgementError, TooManySpots
from backend.judgements.models import Judgement, LiveJudgement
from backend.projects.ids import uuid7
from backend.questions.actions.labels import label_of
from backend.questions.actions.units import unit_of_item, unit_of_pair, unit_of_tag
from backend.questions.errors import (
    QuestionError,
    ValueNotAllowed,
)
from backend.questions.models import Item, Question, Unit
from backend.questions.units import SPOTS, allows


class JudgementsView(ServerDoor):
    """Answers."""

    @listing(
        lists.JudgementFilters, operation_id="judgements_list", responses=page_schema("Judgement", wire.JudgementRow)
    )
    def get(self, request: Request) -> Response:
        """List answers, live ones and all others."""
        live = LiveJudgement.objects.filter(project=self.project, judgement=OuterRef("pk"))
        rows: QuerySet[Judgement] = (
            Judgement.objects.of(self.project)
            .annotate(is_live=Exists(live))
            .select_related("question", "item", "annotator", "unit__item", "unit__other", "slot")
            .defer(*lists.texts_of("item", "unit__item", "unit__other"))
        )
        return lists.page_of(request, rows, lists.JudgementFilters, judgement_row)

    @extend_schema(request=wire.BulkJudgements, responses=wire.JudgementsResult, operation_id="judgements_record")
    def post(self, request: Request) -> Response:
        """Record up to 1,000 answers that no list of ours led to; a bad one is refused alone."""
        rows = self.body(wire.BulkJudgements, request)["judgements"]
        self._lock_spots(rows)
        looks = Looks()
        return Response({"results": [self._take(index, row, looks) for index, row in enumerate(rows)]})

    def _lock_spots(self, rows: list[dict[str, Any]]) -> None:
        """Lock the spots of all items that these answers may mark, in one order, before any annotator."""
        asked = dict(Question.objects.of(self.project).filter(kind__in=SPOTS).values_list("slug", "pk"))
        named = [(str(row.get("question")), str(row.get("item"))) for row in rows]
        keys = {key for slug, key in named if slug in asked}
        items = dict(Item.objects.of(self.project).filter(key__in=keys).values_list("key", "pk")) if keys else {}
        lock_spots((asked[slug], items[key]) for slug, key in named if slug in asked and key in items)

    def _take(self, index: int, row: dict[str, Any], looks: Looks) -> dict[str, Any]:
        facts = {"index": index, "id": None, "status": "bad", "code": None, "detail": None}
        serializer = wire.JudgementBody(data=row)
        try:
            serializer.is_valid(raise_exception=True)
            verdict = self._record(serializer.validated_data, looks)
        except (ValidationError, JudgementError, QuestionError, AnchorUnusable, AnnotatorError) as error:
            told = rejection(index, row.get("id"), error)
            return facts | {"code": _code_of_mark(error), "detail": told["detail"], "id": told["id"] or None}
        return facts | {"id": str(verdict.id), "status": verdict.status, "code": verdict.code}

    def _record(self, body: dict[str, Any], looks: Looks) -> Any:
        question, item = self.question(body["question"]), self.item(body["item"])
        self._check(question, body["answer"])
        annotator = meet_annotator(
            project_id=self.project.pk,
            subject=body["annotator"]["id"],
            kind=body["annotator"]["kind"],
            now=self.now,
        )
        anchor = self._anchor(question, item, body, looks)
        return record_judgement(
            judgement_id=body.get("id") or uuid7(now=self.now),
            annotator=annotator,
            unit=self._unit(annotator, question, item, body, anchor, looks),
            anchor=anchor,
            item=item,
            value=body["answer"]["value"],
            origin=body["origin"],
            judged_at=body.get("judged_at") or self.now,
            now=self.now,
            looks=looks,
        )

    def _check(self, question: Question, answer: dict[str, Any]) -> None:
        """Refuse what the question cannot take before anything is made for it."""
        if answer["kind"] != question.kind:
            raise ValidationError({"answer": f"Question {question.slug!r} is of kind {question.kind}."})
        if not allows(question.kind, answer["value"], question.labels):
            raise ValueNotAllowed(value=answer["value"], question=question.slug)

    def _anchor(self, question: Question, item: Item, body: dict[str, Any], looks: Looks) -> dict[str, Any] | None:
        given = body["answer"].get("anchor")
        return kept_anchor(question=question, item=item, anchor=given, looks=looks) if given else None

    def _unit(
        self,
        annotator: Annotator,
        question: Question,
        item: Item,
        body: dict[str, Any],
        anchor: dict[str, Any] | None,
        looks: Looks,
    ) -> Unit:
        answer = body["answer"]
        if anchor is not None:
            told = {"judgement_id": body.get("id"), "label": answer["value"], "anchor": anchor, "looks": looks}
            return spot_told(question=question, item=item, annotator=annotator, **told)
        match question.kind:
            case Question.Kind.PAIR:
                if "candidate" not in body:
                    raise ValidationError({"candidate": "An answer to a pair question names the other item."})
                return unit_of_pair(question=question, first=item, second=self.item(body["candidate"]))
            case Question.Kind.TAGS:
                label = label_of(question=question, given=answer["tag"], now=self.now, named_by=annotator)
                return unit_of_tag(question=question, item=item, label=label)
            case _:
                return unit_of_item(question=question, item=item)


def _code_of_mark(error: Exception) -> str:
    if isinstance(error, TooManySpots):
        return "too_many_spots"
    if isinstance(error, JudgedAtNoTime):
        return error.code
    return code_of(error) if isinstance(error, AnnotatorError) else "invalid"
