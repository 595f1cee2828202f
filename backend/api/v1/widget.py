"""The wire of the browser, /w/v1."""

import hashlib
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.models import Annotator
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import BrowserDoor, item_of, question_of
from backend.api.v1.identity import (
    SESSION_S,
    annotator_of_identity,
    check_origin,
    project_of_publishable_key,
    session_token,
)
from backend.api.v1.problems import Problem
from backend.api.v1.shapes import candidate_of, event_of, malformed, verdict_of, widget_question
from backend.judgements.actions.record import keep_losses, record_events
from backend.judgements.actions.show import show_found, show_suggestions
from backend.judgements.errors import JudgementError
from backend.judgements.models import Exposure, Judgement
from backend.projects.tenancy import tenancy
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, Question


def config_version(project_id: int) -> str:
    """Return a short name of what a page was told at its session, so that it can see a change."""
    facts = Question.objects.of(project_id).order_by("pk").values_list("slug", "policy_version", "is_active")
    return hashlib.sha256(repr(list(facts)).encode()).hexdigest()[:12]


class SessionView(BrowserDoor):
    """Exchange a host's signed identity for a session."""

    @extend_schema(request=wire.SessionRequest, responses=wire.SessionAnswer, operation_id="widget_session")
    def post(self, request: Request) -> Response:
        """Begin a session of 30 minutes for the person whom the host's server signed for."""
        body = self.body(wire.SessionRequest, request)
        project = project_of_publishable_key(body["key"], now=self.now)
        origin = check_origin(project, request)
        with tenancy(project):
            annotator = annotator_of_identity(project, body["identity"], now=self.now)
            questions = Question.objects.of(project).filter(is_active=True).order_by("pk")
            return Response(
                {
                    "token": session_token(annotator, origin=origin, now=self.now),
                    "expires_in": SESSION_S,
                    "annotator": annotator.pseudonym,
                    "questions": [widget_question(question) for question in questions],
                    "placement_rules": [],
                    "opted_out": annotator.opted_out_at is not None,
                    "next_ask_at": None,
                    "config_version": config_version(project.pk),
                }
            )


class SuggestView(BrowserDoor):
    """Suggest for all visible places of a page at once."""

    @extend_schema(request=wire.SuggestRequest, responses=wire.SuggestAnswer, operation_id="widget_suggest")
    def post(self, request: Request) -> Response:
        """Pick, log and return a list for each place; a place that fails takes nothing from the others."""
        body = self.body(wire.SuggestRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            places = [self._place(annotator, place) for place in body["places"]]
            return Response({"places": places, "config_version": config_version(session.project_id)})

    def _place(self, annotator: Annotator, place: dict[str, Any]) -> dict[str, Any]:
        empty = {"place": place["place"], "exposure": None, "ask": False, "candidates": [], "answers": [], "known": []}
        try:
            question = question_of(annotator.project_id, place["question"])
            item = item_of(annotator.project_id, place["item"])
        except JudgementError as error:
            code = "unknown_item" if "item" in str(error) else "unknown_question"
            return empty | {"error": {"code": code, "detail": str(error)}}
        if not question.is_active:
            return empty | {"error": {"code": "not_asked", "detail": "This question is not asked any more."}}
        exposure = show_suggestions(
            annotator=annotator, question=question, item=item, channel=Exposure.Channel.WIDGET, now=self.now
        )
        slots = exposure.slots.select_related("candidate").order_by("rank")
        return empty | {
            "exposure": str(exposure.pk),
            "ask": exposure.was_asked,
            "candidates": [candidate_of(slot.candidate) for slot in slots],
            "answers": earlier_answers(annotator, question, item),
            "error": None,
        }


def earlier_answers(annotator: Annotator, question: Question, item: Item) -> list[dict[str, Any]]:
    """Return this person's present answers about an item, from whichever page they were given."""
    live = (
        Judgement.objects.of(annotator.project_id)
        .on(question)
        .live()
        .filter(annotator=annotator)
        .select_related("unit__item", "unit__other")
    )
    found = []
    for judgement in (live.filter(unit__item=item) | live.filter(unit__other=item)).order_by("judged_at"):
        other = judgement.unit.other if judgement.unit.item_id == item.pk else judgement.unit.item
        if other is None or judgement.value == "different":
            continue
        agreeing = Judgement.objects.of(annotator.project_id).live().filter(unit=judgement.unit, value=judgement.value)
        label = ConsensusLabel.objects.filter(unit=judgement.unit).first()
        found.append(
            {
                "judgement": str(judgement.pk),
                "candidate": candidate_of(other),
                "value": judgement.value,
                "others_count": agreeing.exclude(annotator=annotator).count(),
                "state": label.state if label else None,
                "agree_count": max(label.evidence["counts"].values(), default=0) if label else None,
                "votes_count": label.evidence["votes_count"] if label else None,
            }
        )
    return found


class EventsView(BrowserDoor):
    """Take a batch of events."""

    is_for_the_desk = True

    @extend_schema(request=wire.EventsRequest, responses=wire.EventsAnswer, operation_id="widget_events")
    def post(self, request: Request) -> Response:
        """Record each event once and say what became of it; acknowledged after commit."""
        body = self.body(wire.EventsRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            results = take_events(annotator, body["events"], now=self.now, epoch=session.epoch)
            if body["lost_count"]:
                keep_losses(annotator=annotator, lost_count=body["lost_count"])
            version = config_version(session.project_id)
        return Response({"results": results, "next_ask_at": None, "config_version": version})


def take_events(annotator: Annotator, given: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    """Record the well-formed events of a batch and return a result for each, in their order."""
    exposure = options.pop("exposure", None)
    fit = [event for event in given if "malformed" not in event and (exposure or "exposure" in event)]
    verdicts = iter(record_events(annotator=annotator, events=[event_of(e, exposure) for e in fit], **options))
    taken = {id(event) for event in fit}
    return [
        verdict_of(next(verdicts)) if id(event) in taken else malformed(str(event.get("malformed", event.get("id"))))
        for event in given
    ]


class SearchView(BrowserDoor):
    """Search for another candidate."""

    @extend_schema(request=wire.SearchRequest, responses=wire.SearchAnswer, operation_id="widget_search")
    def post(self, request: Request) -> Response:
        """Return what as-you-type words find; the list is logged like any that is shown."""
        body = self.body(wire.SearchRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            question = question_of(session.project_id, body["question"])
            if not question.is_active:
                raise Problem("This question is not asked any more.", code="not_asked")
            exposure = show_found(
                annotator=annotator,
                question=question,
                item=item_of(session.project_id, body["item"]),
                query=body["query"],
                channel=Exposure.Channel.WIDGET,
                now=self.now,
            )
            slots = exposure.slots.select_related("candidate").order_by("rank")
            found = [candidate_of(slot.candidate) for slot in slots]
        return Response({"exposure": str(exposure.pk), "candidates": found})
