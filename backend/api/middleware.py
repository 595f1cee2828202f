"""What surrounds each answer: a request id, cookies for the admin alone, and never an HTML page on the wire."""

import uuid
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.middleware.common import CommonMiddleware
from earmark import __version__

from backend.projects.away import AGAIN_S, AWAY, NOT_NOW, not_now

WIRE = ("/v1/", "/w/")
OF_SERVERS = "/v1/"
ADMIN = "/admin/"
HEALTH = "/healthz"
NO_ADDRESS = (
    "There is nothing at this address: it is none of those in openapi.yaml, or an id in it is spelt as no id is. "
    "Ids of questions and datasets hold letters, digits, hyphens and underscores; those of lists are UUIDs."
)
NOT_OUR_NAME = "This server does not answer under the host name it was asked by: EARMARK_ALLOWED_HOSTS lists its names."
OF_THE_PAGE = {"Content-Type", "Content-Length", "Content-Encoding", "Content-Language"}
"""Headers that say what a page is, and nothing of the problem that takes its place."""


class RequestId:
    """Gives each request an id that its answer and its log lines carry, and answers in JSON on the wire."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self._get_response(request)
        is_wire = f"{request.path}/".startswith(WIRE)
        if is_wire and response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _plain_problem(request, response)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if request.path.startswith(OF_SERVERS) and response.status_code < 400:
            response["X-Earmark-Version"] = __version__  # `earmark doctor` looks; who has no key is not told
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say so where the store did not answer a view that could not say it itself: at its commit, or of a page."""
        return not_now(request, error) if isinstance(error, AWAY) else None


class NamedHosts(CommonMiddleware):
    """Django's own, which refuses names that are not ours; health is told to all, as a probe knows an address alone."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Look at the name that a request came by."""
        return None if request.path_info == HEALTH else super().process_request(request)


class CookiesOfTheAdmin:
    """Lets cookies reach the admin alone: nobody else reads one, and so nobody else sets, renews or deletes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; outside of the admin as if it had come without cookies."""
        if not request.path_info.startswith(ADMIN):
            request.META.pop("HTTP_COOKIE", None)
        return self._get_response(request)


def _plain_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 503: "unavailable"}
    code = codes.get(response.status_code, "bad_request" if response.status_code < 500 else "internal")
    facts = {
        "type": "about:blank",
        "title": response.reason_phrase,
        "status": response.status_code,
        "detail": response.reason_phrase,
        "code": code,
        "request_id": request.request_id,  # type: ignore[attr-defined]
    }
    if response.status_code == 400 and not _is_our_name(request):
        facts |= {"detail": NOT_OUR_NAME}
    if response.status_code == 404:
        facts |= {"detail": NO_ADDRESS}
    if response.status_code == 503:
        facts |= {"detail": NOT_NOW, "retry_after": AGAIN_S}
    problem = JsonResponse(facts, status=response.status_code, content_type="application/problem+json")
    for name, value in response.items():
        if name not in OF_THE_PAGE:
            problem[name] = value
    return problem


def _is_our_name(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True
