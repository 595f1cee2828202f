"""What servers show: lists that we pick or that the host picked, and what happened to them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from earmark.errors import AnchorUnusable
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.models import Annotator
from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import Forbidden, Unknown
from backend.api.v1.shapes import (
    exposure_row,
)
from backend.api.v1.suggestions import anchor_given, suggester_named
from backend.api.v1.widget import take_events
from backend.judgements.actions.log import HostSlot, list_logged, log_shown
from backend.judgements.actions.named import named_by_host
from backend.judgements.actions.show import show_suggestions
from backend.judgements.errors import ListIdTaken
from backend.judgements.models import Exposure
from backend.projects.ids import uuid7
from backend.questions.actions.labels import label_of
from backend.questions.models import Item, Question
from backend.suggestions.guesses import Guess
from backend.suggestions.spots import resolved_guess


class ExposuresView(ServerDoor):
    """Shown lists."""

    @listing(lists.ExposureFilters, operation_id="exposures_list", responses=page_schema("Exposure", wire.ExposureRow))
    def get(self, request: Request) -> Response:
        """List what was shown."""
        rows = Exposure.objects.of(self.project).select_related("question", "item", "annotator")
        rows = rows.prefetch_related(Exposure.slots_along()).defer("pool", *lists.texts_of("item"))
        return lists.page_of(request, rows, lists.ExposureFilters, exposure_row)

    @extend_schema(request=wire.ExposureBody, responses={201: wire.ExposureRow}, operation_id="exposures_record")
    def post(self, request: Request) -> Response:
        """Pick a list and log it as shown, or log the list that the host showed."""
        body = self.body(wire.ExposureBody, request)
        question, item, annotator = named_by_host(
            project_id=self.project.pk,
            question=body["question"],
            item=body["item"],
            subject=body["annotator"]["id"],
            kind=body["annotator"]["kind"],
            now=self.now,
        )
        if annotator.has_opted_out:
            raise Forbidden("This person wants none of it; show them nothing and log nothing.", code="opted_out")
        if "shown" in body:
            exposure = log_shown(
                exposure_id=body.get("id") or uuid7(now=self.now),
                annotator=annotator,
                question=question,
                item=item,
                shown=[self._slot(question, item, row) for row in body["shown"]],
                now=self.now,
            )
        else:
            exposure = self._picked(body, annotator, question, item)
        return Response(exposure_row(exposure), status=201)

    def _picked(self, body: dict[str, Any], annotator: Annotator, question: Question, item: Item) -> Exposure:
        """Return the list of an earlier try under the same id, or pick one."""
        known = list_logged(body["id"], annotator, question, item) if "id" in body else None
        if known is not None:
            return known
        try:
            return show_suggestions(
                annotator=annotator,
                question=question,
                item=item,
                channel=Exposure.Channel.SDK,
                now=self.now,
                exposure_id=body.get("id"),
            )
        except ListIdTaken:
            known = list_logged(body["id"], annotator, question, item)  # sent twice at the same time
            if known is None:
                raise
            return known

    def _slot(self, question: Question, item: Item, row: dict[str, Any]) -> HostSlot:
        suggester = suggester_named(self.project.pk, row["suggester"]) if row["suggester"] else None
        given = anchor_given(question, row)
        if given:
            anchor, label = _resolved(given, row["candidate"], question, item)
            guess = Guess.of_spot(anchor, label, row["score"], suggester=suggester)
        elif question.kind == Question.Kind.PAIR:
            guess = Guess.of_item(self.item(row["candidate"]), row["score"], suggester=suggester)
        else:
            label = label_of(question=question, given=row["candidate"], now=self.now)
            guess = Guess.of_label(label, row["score"], suggester=suggester)
        return HostSlot(guess, row["propensity"])


def _resolved(anchor: dict[str, Any], *about: Any) -> tuple[dict[str, Any], str]:
    try:
        return resolved_guess(anchor, *about)
    except AnchorUnusable as error:
        raise ValidationError({"anchor": str(error)}) from None


def _exposure(door: ServerDoor, key: Any) -> Exposure:
    rows = Exposure.objects.of(door.project).select_related("question", "item", "annotator")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Unknown
    return found


class ExposureView(ServerDoor):
    """One shown list."""

    @extend_schema(responses=wire.ExposureRow, operation_id="exposures_get")
    def get(self, request: Request, exposure: Any) -> Response:
        """Return a shown list with what became of each place."""
        return Response(exposure_row(_exposure(self, exposure)))


class ExposureEventsView(ServerDoor):
    """What happened to one shown list."""

    @extend_schema(request=wire.ExposureEvents, responses=wire.ResultsOnly, operation_id="exposures_events")
    def post(self, request: Request, exposure: Any) -> Response:
        """Record events under the rules that hold for the browser's."""
        body = self.body(wire.ExposureEvents, request)
        found = _exposure(self, exposure)
        return Response({"results": take_events(found.annotator, body["events"], now=self.now, exposure=found.pk)})
