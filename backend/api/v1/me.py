"""People's own data on the wire of the browser, /w/v1/me: see it, have a copy, be shown nothing, be forgotten."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.actions.people import opt_in, opt_out
from backend.annotators.models import Annotator, HiddenQuestion
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import BrowserDoor
from backend.api.v1.shapes import candidate_of, label_candidate, said_candidate
from backend.desk.actions.erase import begin_erasure
from backend.desk.actions.export import export_for_themselves
from backend.judgements.models import Judgement
from backend.projects.tenancy import tenancy
from backend.quality.actions.company import company_of


class OptOutView(BrowserDoor):
    """Be shown nothing more, or things again."""

    @extend_schema(request=wire.OptOutRequest, responses=wire.OptOutAnswer, operation_id="widget_optout")
    def post(self, request: Request) -> Response:
        """Keep the person's wish; what their pages still have to tell is taken all the same."""
        body = self.body(wire.OptOutRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            annotator = opt_out(annotator=annotator, now=self.now) if body["out"] else opt_in(annotator=annotator)
        return Response({"opted_out": annotator.has_opted_out})


class EraseView(BrowserDoor):
    """Be forgotten."""

    @extend_schema(request=wire.EraseRequest, responses=wire.EraseAnswer, operation_id="widget_erase")
    def post(self, request: Request) -> Response:
        """Erase the person for good: their sessions end with this answer, and the worker does the rest."""
        body = self.body(wire.EraseRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            begin_erasure(annotator=self.annotator(session), now=self.now)
        return Response({"erased": True})


class ExportView(BrowserDoor):
    """Have a copy."""

    @extend_schema(request=wire.OwnExportRequest, responses=wire.OwnExportAnswer, operation_id="widget_export")
    def post(self, request: Request) -> Any:
        """Return what is stored of the person, and of nobody else, without what their answers are weighed by."""
        body = self.body(wire.OwnExportRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            file = export_for_themselves(annotator=self.annotator(session))
        return FileResponse(file, content_type="application/json")


class OwnJudgementsView(BrowserDoor):
    """What the person said, to look at and to take back."""

    @extend_schema(
        request=wire.OwnJudgementsRequest, responses=wire.OwnJudgementsAnswer, operation_id="widget_own_judgements"
    )
    def post(self, request: Request) -> Response:
        """Return the person's present answers, newest first; each is undone by an ordinary event."""
        body = self.body(wire.OwnJudgementsRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            hidden = HiddenQuestion.objects.of(session.project_id).filter(annotator=annotator)
            return Response(
                {
                    "judgements": own_judgements(annotator, limit=body["limit"]),
                    "hidden_questions": list(hidden.order_by("hidden_at").values_list("question_slug", flat=True)),
                }
            )


def own_judgements(annotator: Annotator, *, limit: int) -> list[dict[str, Any]]:
    """Return a person's present answers, newest first, with what they may be told of each unit."""
    live = Judgement.objects.of(annotator.project_id).live().filter(annotator=annotator)
    rows = live.select_related("question", "item", "unit__question", "unit__item", "unit__other", "slot")
    newest = list(rows.order_by("-judged_at", "-id")[:limit])
    company = company_of(annotator=annotator, units=[row.unit for row in newest])
    return [_own(row) | {"state": company[row.unit_id].belief.state} for row in newest]


def _own(judgement: Judgement) -> dict[str, Any]:
    item, exposure = judgement.item, judgement.shown_in_id
    return {
        "judgement": str(judgement.pk),
        "question": judgement.question.slug,
        "exposure": str(exposure) if exposure else None,
        "item": {"id": item.key, "title": item.title or item.key, "url": item.url},
        "candidate": _candidate(judgement),
        "value": judgement.value,
        "judged_at": judgement.judged_at,
    }


def _candidate(judgement: Judgement) -> dict[str, Any] | None:
    unit = judgement.unit
    other = unit.other if unit.item_id == judgement.item_id else unit.item
    if other:
        return candidate_of(other)
    if unit.anchor:
        return said_candidate(judgement)
    return label_candidate(unit.label) if unit.label else None
