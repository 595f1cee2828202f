"""The wire of the desk: /w/v1/desk for its page, /v1/desk-links for servers."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.annotators.actions.people import spend_call
from backend.annotators.models import Annotator
from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import BrowserDoor, ServerDoor
from backend.api.v1.identity import SESSION_S, Session, check_own_origin, session_token
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import Forbidden, Problem, Unknown
from backend.api.v1.shapes import slot_candidate, widget_question
from backend.assignments.actions.queue import leave
from backend.assignments.models import Assignment
from backend.desk.actions.ask import Asked, ask_next
from backend.desk.actions.links import (
    LinkName,
    known_by_link,
    make_link,
    open_link,
    person_of_link,
    public_address_of,
    read_token,
    revoke_link,
    spend_newcomer,
)
from backend.desk.models import DeskLink
from backend.desk.progress import progress_of
from backend.projects.models import WebOrigin
from backend.projects.tenancy import tenancy
from backend.questions.models import Item, Question
from backend.questions.spots import Picture, numbers_of, picture_of, text_of


class DeskDoor(BrowserDoor):
    """A view for the desk's page: ours, on our own web origin, and under an open link at each call."""

    is_for_the_desk = True

    def at_desk(self, session: Session) -> tuple[Annotator, Question]:
        """Return who is at which question's desk and count the call; raises Unauthorized, Forbidden, DeskError."""
        link = self.link(session)
        if link is None:
            raise Forbidden("This is no session of the desk.", code="not_at_the_desk")
        return self.met(session), link.question

    def assignment(self, key: int | None, annotator: Annotator, question: Question) -> Assignment | None:
        """Return this person's own assignment by its id, None for no id; raises Unknown."""
        if key is None:
            return None
        own = Assignment.objects.of(annotator.project_id).filter(annotator=annotator, unit__question=question)
        found = own.filter(pk=key).first()
        if found is None:
            raise Unknown
        return found


class DeskSessionView(DeskDoor):
    """Exchange a link for a session."""

    @extend_schema(request=wire.DeskSessionRequest, responses=wire.DeskSessionAnswer, operation_id="desk_session")
    def post(self, request: Request) -> Response:
        """Begin a session of 30 minutes at the desk that the link leads to."""
        body = self.body(wire.DeskSessionRequest, request)
        origin = check_own_origin(request)
        name = read_token(body["link"])
        with tenancy(name.project_id):
            self._count_call(self._open(name, body), body)
        with tenancy(name.project_id):
            link = self._open(name, body)
            question = _asked(link.question)
            annotator = _willing(person_of_link(link=link, person=body.get("person"), now=self.now))
            return Response(
                {
                    "token": session_token(annotator, origin=origin, now=self.now, link_id=link.pk),
                    "expires_in": SESSION_S,
                    "annotator": annotator.pseudonym,
                    "annotator_kind": link.annotator_kind,
                    "question": widget_question(question),
                    "is_blind": question.is_blind,
                    "consent": link.project.consent_text,
                    "progress": progress_of(annotator=annotator, question=question, now=self.now),
                }
            )

    def _open(self, name: LinkName, body: dict[str, Any]) -> DeskLink:
        return open_link(
            link_id=name.link_id, project_id=name.project_id, now=self.now, question_slug=body.get("question")
        )

    def _count_call(self, link: DeskLink, body: dict[str, Any]) -> None:
        """Count the call to whom it is by, or to the newcomers of the link, so that nobody known is kept out by them.

        In a transaction of its own: who is refused afterwards counts all the same.
        """
        known = known_by_link(link=link, person=body.get("person"), now=self.now)
        if known:
            spend_call(annotator=known, now=self.now)
        else:
            spend_newcomer(link=link, now=self.now)


def _willing(annotator: Annotator) -> Annotator:
    if annotator.has_opted_out:
        raise Forbidden("This person opted out.", code="opted_out")
    return annotator


def _asked(question: Question) -> Question:
    if not question.is_active:
        raise Problem("This question is not asked any more.", code="not_asked")
    return question


class DeskNextView(DeskDoor):
    """Ask the next unit."""

    @extend_schema(request=wire.DeskNextRequest, responses=wire.DeskNextAnswer, operation_id="desk_next")
    def post(self, request: Request) -> Response:
        """Return the unit that most wants this person's answer, kept for them for a while; or null."""
        body = self.body(wire.DeskNextRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator, question = self.at_desk(session)
            _willing(annotator)
            _asked(question)
            left = self.assignment(body.get("leave"), annotator, question)
            after = self.assignment(body.get("after"), annotator, question)
            if left:
                leave(assignment=left, now=self.now)
            but = [assignment.pk for assignment in (left, after) if assignment]
            asked = ask_next(annotator=annotator, question=question, now=self.now, but=but)
            progress = progress_of(annotator=annotator, question=question, now=self.now)
            now = {"question": widget_question(question), "progress": progress}
            return Response((_told(asked, question) if asked else _NOTHING) | now)


_NOTHING: dict[str, Any] = {"assignment": None, "items": [], "place": None, "reasons": []}


def _told(asked: Asked, question: Question) -> dict[str, Any]:
    slots = asked.exposure.in_order()
    boundaries = _boundaries(asked, question)
    return {
        "assignment": {"id": asked.assignment.pk, "lease_until": asked.assignment.lease_until},
        "items": [_item(item) | _shown_of(item, question) for item in asked.items],
        "place": {
            "place": "desk",
            "exposure": str(asked.exposure.pk),
            "ask": True,
            "candidates": [slot_candidate(slot, boundaries=boundaries) for slot in slots],
            "answers": [],
            "known": [],
            "error": None,
        },
        "reasons": [] if question.is_blind else [reason for slot in slots for reason in slot.reasons],
    }


def _boundaries(asked: Asked, question: Question) -> list[dict[str, Any]]:
    """Return the boundaries that people differ about; where the desk is blind in an order that tells nothing."""
    differing = asked.assignment.unit.boundaries or []
    return sorted(differing, key=numbers_of) if question.is_blind else differing


def _shown_of(item: Item, question: Question) -> dict[str, Any]:
    """Return what spots are marked in: the text of a span question's item, the picture of a region question's."""
    if question.kind == Question.Kind.SPAN:
        return {"text": text_of(item.body, item.metadata)}
    picture = picture_of(item.metadata) if question.kind == Question.Kind.REGION else None
    return {"picture": _picture(picture, _home_of(item))} if picture else {}


def _picture(picture: Picture, home: str) -> dict[str, Any]:
    size = {"width": picture.width, "height": picture.height}
    return {"url": urljoin(home, picture.url), "alt": picture.alt} | size


def _home_of(item: Item) -> str:
    """Return the address that the host's own paths begin at: that of the item's page, else its first web origin."""
    if item.url.startswith(("https://", "http://")):
        return item.url
    origins = WebOrigin.objects.filter(project=item.project_id).order_by("pk")
    return origins.values_list("origin", flat=True).first() or ""


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.key,
        "kind": item.kind,
        "title": item.title or item.key,
        "body": item.body,
        "url": item.url,
        "created_at": item.created_at,
    }


class DeskLeaveView(DeskDoor):
    """Give a unit back."""

    @extend_schema(request=wire.DeskLeaveRequest, responses=wire.Empty, operation_id="desk_leave")
    def post(self, request: Request) -> Response:
        """Let others have a unit at once; what was answered stays answered."""
        body = self.body(wire.DeskLeaveRequest, request)
        session = self.session(body, request)
        with tenancy(session.project_id):
            annotator, question = self.at_desk(session)
            left = self.assignment(body["assignment"], annotator, question)
            if left:
                leave(assignment=left, now=self.now)
        return Response({})


class DeskLinksView(ServerDoor):
    """Links to the desk."""

    @listing(lists.DeskLinkFilters, operation_id="desk_links_list", responses=page_schema("DeskLink", wire.DeskLinkRow))
    def get(self, request: Request) -> Response:
        """List links, those that let nobody in any more too."""
        rows = DeskLink.objects.of(self.project).select_related("question")
        return lists.page_of(request, rows, lists.DeskLinkFilters, lambda link: self._row(link, request))

    @extend_schema(request=wire.DeskLinkBody, responses={201: wire.DeskLinkRow}, operation_id="desk_links_create")
    def post(self, request: Request) -> Response:
        """Make a link; the people it is given to answer at the desk without any other sign-in."""
        body = self.body(wire.DeskLinkBody, request)
        link = make_link(
            question=self.question(body["question"]),
            annotator_kind=body["annotator_kind"],
            subject=body["annotator"] or "",
            expires_at=self.now + timedelta(seconds=body["expires_in"]),
            created_by="API",
            now=self.now,
            most_people=body["most_people"],
        )
        return Response(self._row(link, request), status=201)

    def _row(self, link: DeskLink, request: Request) -> dict[str, Any]:
        is_open = link.is_open(now=self.now)
        return {
            "id": link.pk,
            "question": link.question.slug,
            "annotator_kind": link.annotator_kind,
            "annotator": link.subject or None,
            "most_people": None if link.subject else link.most_people,
            "people_count": link.people_count,
            "url": public_address_of(link, asked_at=request.build_absolute_uri()) if is_open else None,
            "created_by": link.created_by,
            "created_at": link.created_at,
            "expires_at": link.expires_at,
            "revoked_at": link.revoked_at,
        }


class DeskLinkView(ServerDoor):
    """One link."""

    @extend_schema(responses={204: None}, operation_id="desk_links_revoke")
    def delete(self, request: Request, link: int) -> Response:
        """Let nobody in by this link any more, and end the sessions that began with it."""
        found = DeskLink.objects.of(self.project).filter(pk=link).first()
        if found is None:
            raise Unknown
        revoke_link(link=found, now=self.now)
        return Response(status=204)
