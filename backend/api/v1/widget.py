"""The wire of the browser, /w/v1."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.actions.people import spend_call
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
from backend.api.v1.problems import Forbidden, Problem
from backend.api.v1.shapes import (
    candidate_of,
    company_row,
    event_of,
    label_candidate,
    malformed,
    placement_rule,
    said_candidate,
    slot_candidate,
    verdict_of,
    widget_question,
)
from backend.assignments.actions.prompts import next_ask_at
from backend.judgements.actions.record import keep_losses, record_events
from backend.judgements.actions.show import item_to_read, show_found, show_suggestions
from backend.judgements.actions.spots import spots_in_doubt
from backend.judgements.errors import JudgementError, UnknownItem
from backend.judgements.events import OK, Verdict
from backend.judgements.models import Exposure, Judgement, LiveJudgement
from backend.projects.tenancy import tenancy
from backend.quality.actions.company import Company, company_of
from backend.questions.actions.labels import hidden_labels
from backend.questions.models import Item, PlacementRule, Question, Unit
from backend.questions.relocated import Anchor, without_told
from backend.questions.spots import candidate_id, numbers_of
from backend.questions.units import DIFFERENT, FITS, NONE, SPOTS, Kind, fold_label


def configuration(project_id: int) -> dict[str, Any]:
    """Return what a page is told of a project: its active questions, where their elements stand, and a version.

    The version is a short name of both, and changes with a question's policies too.
    """
    questions = list(Question.objects.of(project_id).filter(is_active=True).order_by("pk"))
    rules = PlacementRule.objects.standing().of(project_id).select_related("question").order_by("pk")
    told = {
        "questions": [widget_question(question) for question in questions],
        "placement_rules": [placement_rule(rule) for rule in rules],
    }
    facts = json.dumps([told, [question.policy_version for question in questions]])
    return told | {"config_version": hashlib.sha256(facts.encode()).hexdigest()[:12]}


class SessionView(BrowserDoor):
    """Exchange a host's signed identity for a session."""

    @extend_schema(request=wire.SessionRequest, responses=wire.SessionAnswer, operation_id="widget_session")
    def post(self, request: Request) -> Response:
        """Begin a session of 30 minutes for the person whom the host's server signed for, with lists for places."""
        body = self.body(wire.SessionRequest, request)
        project = project_of_publishable_key(body["key"], now=self.now)
        origin = check_origin(project, request)
        with tenancy(project):
            annotator = annotator_of_identity(project, body["identity"], now=self.now)
            spend_call(annotator=annotator, now=self.now)  # before the visit, as every call does: each locks a row
            self.visit(annotator)
            wanted = body.get("places", [])
            places = [shown_at(annotator, place, now=self.now) for place in wanted]  # they may spend the visit's prompt
            return Response(
                configuration(project.pk)
                | {
                    "token": session_token(annotator, origin=origin, now=self.now),
                    "expires_in": SESSION_S,
                    "annotator": annotator.pseudonym,
                    "opted_out": annotator.has_opted_out,
                    "next_ask_at": next_ask_at(annotator=annotator, now=self.now),
                    "places": places,
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
            places = [shown_at(annotator, place, now=self.now) for place in body["places"]]
            return Response({"places": places})


def shown_at(annotator: Annotator, place: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Pick and log the list of one place; what cannot be shown says why."""
    empty = {"place": place["place"], "exposure": None, "ask": False, "candidates": [], "answers": [], "known": []}
    if annotator.has_opted_out:
        return empty | {"error": {"code": "opted_out", "detail": "This person opted out."}}
    if "malformed" in place:
        detail = f"{place['malformed']} Give the element its item and question, or leave it out."
        return empty | {"error": {"code": "invalid", "detail": detail}}
    try:
        question = question_of(annotator.project_id, place["question"])
        item = item_of(annotator.project_id, place["item"])
    except JudgementError as error:
        code = "unknown_item" if isinstance(error, UnknownItem) else "unknown_question"
        return empty | {"error": {"code": code, "detail": str(error)}}
    if not question.is_active:
        return empty | {"error": {"code": "not_asked", "detail": "This question is not asked any more."}}
    exposure = show_suggestions(
        annotator=annotator, question=question, item=item, channel=Exposure.Channel.WIDGET, now=now
    )
    said = said_of(annotator, question, item)
    units = units_told_of(question, item, said)
    differing = boundaries_of(question, item)
    company = company_of(annotator=annotator, units=units)
    return empty | {
        "exposure": str(exposure.pk),
        "ask": exposure.was_asked,
        "candidates": [slot_candidate(slot, boundaries=differing.get(slot.label)) for slot in exposure.in_order()],
        "answers": [earlier_answer(judgement, item, company[judgement.unit_id]) for judgement in said],
        "known": known_of(question, units, company),
        "error": None,
    }


def boundaries_of(question: Question, item: Item) -> dict[str, list[Anchor]]:
    """Return the boundaries that people differ about, by the candidate id of their spot."""
    if question.kind not in SPOTS:
        return {}
    return {guess.label: differing for guess, differing in spots_in_doubt(question=question, item=item)}


def said_of(annotator: Annotator, question: Question, item: Item) -> list[Judgement]:
    """Return this person's present answers about an item, from whichever page they were given.

    Of pairs, what they called different is left out. Which answers these are is asked first, by the one index that
    begins with the person: all in one statement is planned badly while the tables are young and nobody analysed them.
    """
    live = LiveJudgement.objects.of(annotator.project_id).filter(question=question, annotator=annotator)
    keys = list(live.filter(Q(unit__item=item) | Q(unit__other=item)).values_list("judgement", flat=True))
    if not keys:
        return []
    about = Judgement.objects.of(annotator.project_id).filter(pk__in=keys).order_by("judged_at", "id")
    told = about.exclude(value=DIFFERENT) if question.kind == Kind.PAIR else about
    units = Unit.objects.of(annotator.project_id).select_related("item", "other", "question")
    return list(told.select_related("slot").prefetch_related(Prefetch("unit", units)))


def earlier_answer(judgement: Judgement, item: Item, company: Company) -> dict[str, Any]:
    """Return an answer that this person gave before: about another item, a tag, a spot, or the item as a whole."""
    unit = judgement.unit
    other = unit.other if unit.item_id == item.pk else unit.item
    candidate = candidate_of(other) if other else label_candidate(unit.label or judgement.value)
    if unit.anchor:
        candidate = said_candidate(judgement)
    return {
        "judgement": str(judgement.pk),
        "exposure": str(judgement.shown_in_id) if judgement.shown_in_id else None,
        "candidate": candidate,
        "value": judgement.value,
    } | company_row(company, judgement.value)


def units_told_of(question: Question, item: Item, said: list[Judgement]) -> list[Unit]:
    """Return the units that this person answered, and of tags and choices those that are settled for the item."""
    units = {judgement.unit_id: judgement.unit for judgement in said}
    if question.kind != Kind.PAIR:
        settled = question.units.filter(item=item).exclude(settled_value="").select_related("question")
        hidden = hidden_labels(question=question, folded={fold_label(unit.label) for unit in settled})
        units = {unit.pk: unit for unit in settled if fold_label(unit.label) not in hidden} | units
    return list(units.values())


def known_of(question: Question, units: list[Unit], company: dict[int, Company]) -> list[dict[str, Any]]:
    """Return the tags that are settled as fitting, or the label of a choice, each with how many people say so."""
    if question.kind == Kind.PAIR:
        return []
    if question.kind in SPOTS:
        return known_spots(units, company)
    settled = {unit.label: company[unit.pk] for unit in units if company[unit.pk].settled_value}
    if question.kind == Kind.CHOICE:
        return [_known(told.settled_value, told) for told in settled.values()]
    fit = sorted(label for label, told in settled.items() if told.settled_value == FITS)
    return [_known(label, settled[label]) for label in fit]


def known_spots(units: list[Unit], company: dict[int, Company]) -> list[dict[str, Any]]:
    """Return the spots that are settled with a label, from the first to the last, each with how many say so."""
    settled = [(unit.anchor, company[unit.pk]) for unit in units if unit.anchor]
    told = [(anchor, found) for anchor, found in settled if found.settled_value not in ("", NONE)]
    return [
        _known(candidate_id(anchor, found.settled_value), found)
        | {"label": found.settled_value, "anchor": without_told(anchor)}
        for anchor, found in sorted(told, key=lambda each: numbers_of(each[0]))
    ]


def _known(label: str, told: Company) -> dict[str, Any]:
    return {"id": label, "people_count": told.people[told.settled_value]}


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
            results = take_events(
                annotator,
                body["events"],
                is_at_desk=session.link_id is not None,
                now=self.now,
                epoch=session.epoch,
            )
            if body["lost_count"]:
                sent_with = [result["id"] for result in results if result["code"] != "malformed"]
                keep_losses(annotator=annotator, lost_count=body["lost_count"], sent_with=sent_with)
            free_at = next_ask_at(annotator=annotator, now=self.now)
        return Response({"results": results, "next_ask_at": free_at})


def take_events(
    annotator: Annotator, given: list[dict[str, Any]], *, is_at_desk: bool = False, **options: Any
) -> list[dict[str, Any]]:
    """Record the well-formed events of a batch and return a result for each, in their order."""
    exposure = options.pop("exposure", None)
    fit = [event for event in given if "malformed" not in event and (exposure or "exposure" in event)]
    verdicts = record_events(annotator=annotator, events=[event_of(e, exposure) for e in fit], **options)
    results = iter(results_of(annotator, verdicts, is_at_desk=is_at_desk))
    taken = {id(event) for event in fit}
    return [
        next(results) if id(event) in taken else malformed(str(event.get("malformed", event.get("id"))))
        for event in given
    ]


def results_of(annotator: Annotator, verdicts: list[Verdict], *, is_at_desk: bool) -> list[dict[str, Any]]:
    """Return verdicts as the wire tells them: with each new answer, who else says so and what it did.

    A blind desk tells neither: there an answer can be taken back and given anew for as long as its page stands.
    """
    taken = [verdict.id for verdict in verdicts if verdict.status == OK]
    said = Judgement.objects.of(annotator.project_id).filter(pk__in=taken).select_related("unit__question")
    answers = {one.pk: one for one in said if not (is_at_desk and one.unit.question.is_blind)}
    company = company_of(annotator=annotator, units=[judgement.unit for judgement in answers.values()])
    return [
        verdict_of(verdict, company[answers[verdict.id].unit_id], answers[verdict.id].value)
        if verdict.status == OK and verdict.id in answers
        else verdict_of(verdict)
        for verdict in verdicts
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
            if annotator.has_opted_out:
                raise Forbidden("This person opted out.", code="opted_out")
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
            found = [slot_candidate(slot) for slot in exposure.in_order()]
        return Response({"exposure": str(exposure.pk), "candidates": found})


class ReadView(BrowserDoor):
    """Read in place what a list named."""

    @extend_schema(request=wire.ReadRequest, responses=wire.ReadAnswer, operation_id="widget_read")
    def post(self, request: Request) -> Response:
        """Return the whole text of an item that was shown to this person; of any other item nothing."""
        body = self.body(wire.ReadRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator = self.annotator(session)
            if annotator.has_opted_out:
                raise Forbidden("This person opted out.", code="opted_out")
            item = item_to_read(annotator=annotator, exposure_id=body["exposure"], key=body["candidate"])
        return Response({"id": item.key, "body": item.body})
