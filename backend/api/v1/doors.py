"""The two kinds of view: for browsers and for servers. Each opens the project's door around its work."""

from contextlib import ExitStack
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.utils.serializer_helpers import BindingDict
from rest_framework.views import APIView

from backend.annotators.actions.people import spend_call
from backend.annotators.models import Annotator
from backend.api.v1.identity import Session, project_of_secret_key, session_of, utc_now
from backend.api.v1.lists import check_parameters
from backend.api.v1.parsers import BrowserJSONParser, StrictJSONParser, TextJSONParser
from backend.api.v1.problems import Forbidden, Problem, Unauthorized
from backend.assignments.actions.prompts import continue_visit
from backend.desk.actions.links import open_link
from backend.desk.models import DeskLink
from backend.desk.places import place_of
from backend.judgements.errors import UnknownItem, UnknownQuestion
from backend.projects.away import AGAIN_S, AWAY, NOT_NOW
from backend.projects.composed import Composed, Given
from backend.projects.models import Project, WebOrigin
from backend.projects.tenancy import tenancy_found
from backend.questions.models import Item, Question
from backend.questions.named import items_by_key, questions_by_slug

V = TypeVar("V", bound=Serializer[Any])

_annotator = Composed(lambda: Annotator.objects.of(Given("project")).filter(pk=Given("annotator")))


class NotNow(Problem):
    """The database does not answer; nothing was taken."""

    code = "unavailable"
    status_code = 503


class Door(APIView):
    """A view of the wire: reads the clock once, and validates bodies."""

    parser_classes = [StrictJSONParser]
    http_method_names = ["get", "post", "patch", "delete", "head"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Read the clock."""
        self.now: datetime = utc_now()
        super().initial(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Let go of what was sent once the answer is written.

        A view holds itself (Django's `head`), and with its request and its answer it is in rings (rest_framework's
        contexts), so that the collector alone would free a body; and that counts objects, whatever their size.
        """
        answer = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(answer, Response):
            answer.add_post_render_callback(_part)
        return answer

    def body(self, kind: type[V], request: Request) -> dict[str, Any]:
        """Return the validated body; raises ValidationError."""
        serializer = kind(data=request.data)
        vars(serializer)["fields"] = _fields_of(kind)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def handle_exception(self, exc: Exception) -> Response:
        """Turn a database that does not answer into a 503, the rest into their problems."""
        if isinstance(exc, AWAY) or _is_lost():
            exc = NotNow(NOT_NOW, retry_after=AGAIN_S)
        return super().handle_exception(exc)


class ServerDoor(Door):
    """A view for the host's servers: a secret key opens the project's door for the whole call."""

    project: Project

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer within the door; a failure rolls everything back."""
        self.refusal: Exception | None = None
        try:
            with tenancy_found(lambda: project_of_secret_key(request, now=utc_now())) as self.project:
                response = super().dispatch(request, *args, **kwargs)
                if response.status_code >= 400:
                    _roll_back()
                return response
        except Exception as error:
            if hasattr(self, "project"):
                raise
            self.refusal = error
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse who has no key, and a parameter in the address where there is no list to filter."""
        if self.refusal:
            raise self.refusal
        super().initial(request, *args, **kwargs)
        method = str(request.method)
        if method in self.allowed_methods and not getattr(getattr(self, method.lower()), "is_list", False):
            check_parameters(request, set())

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Let nothing between us and the host keep what we tell of people."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)

    def question(self, slug: str) -> Question:
        """Return a question of this project; raises UnknownQuestion."""
        return question_of(self.project.pk, slug)

    def item(self, key: str) -> Item:
        """Return an item of this project; raises UnknownItem."""
        return item_of(self.project.pk, key)


class BrowserDoor(Door):
    """A view for pages of listed web origins: no cookie, no preflight, CORS on every answer."""

    parser_classes = [TextJSONParser, BrowserJSONParser]
    is_for_the_desk = False
    """Whether a session that began with a desk link may call this."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and give back what was held for the time of the call."""
        with ExitStack() as self.held:
            return super().dispatch(request, *args, **kwargs)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Let listed pages read the answer, errors too; never with credentials.

        That the store does not answer may be read by any page where its origin cannot be looked up.
        """
        origin = request.headers.get("Origin", "")
        response["Vary"] = "Origin"
        response["Cache-Control"] = "no-store"
        try:
            readable_by = origin if origin and WebOrigin.objects.filter(origin=origin).exists() else ""
        except (DatabaseError, InterfaceError):
            readable_by = "*" if response.status_code == NotNow.status_code else ""  # it says no more than that
        if readable_by:
            response["Access-Control-Allow-Origin"] = readable_by
            response["Access-Control-Expose-Headers"] = "Retry-After, X-Request-Id"
        return super().finalize_response(request, response, *args, **kwargs)

    def session(self, body: dict[str, Any], request: Request) -> Session:
        """Return what the body's token says; raises Unauthorized, Forbidden."""
        return session_of(body["token"], request)

    def annotator(self, session: Session) -> Annotator:
        """Return the session's annotator; counts the call, to a visit too.

        Raises Unauthorized, Forbidden, TooManyCalls; of the desk, whose sessions end with their link, DeskError.
        """
        self.link(session)
        return self.met(session)

    def met(self, session: Session) -> Annotator:
        """Return the session's annotator as `annotator` does, of the desk once its link is looked at."""
        found = _annotator.first(project=session.project_id, annotator=session.annotator_id)
        if found is None or found.epoch != session.epoch:
            raise Unauthorized("The session has ended; ask for a new one.", code="session_expired")
        spend_call(annotator=found, now=self.now)
        self.visit(found)
        return found

    def visit(self, annotator: Annotator) -> None:
        """Count this moment to the person's visit; of who opted out nothing is kept."""
        if not annotator.has_opted_out:
            continue_visit(annotator=annotator, now=self.now)

    def link(self, session: Session) -> DeskLink | None:
        """Return the link of a desk's session, which ends with it, None of others.

        Holds one of the link's places for the rest of the call. Raises Forbidden, DeskError.
        """
        if session.link_id is None:
            return None
        if not self.is_for_the_desk:
            raise Forbidden("A session of the desk may not do this.", code="not_at_the_desk")
        self.held.enter_context(place_of(link_id=session.link_id, now=self.now))
        return open_link(link_id=session.link_id, project_id=session.project_id, now=self.now)


@cache
def _fields_of(kind: type[Serializer[Any]]) -> BindingDict:
    """Return the fields of a body, made once: a serializer copies all of its own anew, which takes longer than a look.

    Fields keep nothing of what they check, so threads may share them.
    """
    return kind().fields


def question_of(project_id: int, slug: str) -> Question:
    """Return a question that is asked; raises UnknownQuestion."""
    found = questions_by_slug.first(project=project_id, slug=slug)
    if found is None:
        raise UnknownQuestion(slug=slug)
    return found


def item_of(project_id: int, key: str) -> Item:
    """Return an item that is there; raises UnknownItem."""
    found = None if "\0" in key else items_by_key.first(project=project_id, key=key)
    if found is None:
        raise UnknownItem(key=key)
    return found


def _part(answer: Any) -> None:
    """Let a written answer, its request and their view hold each other no more."""
    context = answer.renderer_context
    vars(context["view"]).pop("head", None)
    context["request"].parser_context.clear()
    context.clear()


def _is_lost() -> bool:
    """Return whether the connection to the database broke: what failed after that failed for it."""
    return connection.connection is not None and connection.connection.closed


def _roll_back() -> None:
    from django.db import transaction

    transaction.set_rollback(True)
