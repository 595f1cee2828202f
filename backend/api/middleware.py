"""What surrounds each answer: a request id, and never an HTML page on the wire."""

import logging
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)

WIRE = ("/v1/", "/w/")


class RequestId:
    """Gives each request an id that its answer and its log lines carry, and answers in JSON on the wire."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self._get_response(request)
        is_wire = request.path.startswith(WIRE)
        if is_wire and response.status_code >= 400 and "json" not in response.get("Content-Type", ""):
            response = _plain_problem(request, response)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


def _plain_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    code = codes.get(response.status_code, "bad_request" if response.status_code < 500 else "internal")
    facts = {
        "type": "about:blank",
        "title": response.reason_phrase,
        "status": response.status_code,
        "detail": response.reason_phrase,
        "code": code,
        "request_id": request.request_id,  # type: ignore[attr-defined]
    }
    return JsonResponse(facts, status=response.status_code, content_type="application/problem+json")
