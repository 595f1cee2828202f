"""Errors on the wire: `application/problem+json` (RFC 9457) with a stable code and the request id."""

import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from backend.annotators.errors import AnnotatorErased, SubjectReserved, TooManyCalls
from backend.datasets.errors import FileDamaged, VersionNotFrozen
from backend.desk.errors import (
    KnownAsAnotherKind,
    LinkExpired,
    LinkFull,
    LinkIncomplete,
    LinkInvalid,
    LinkRevoked,
    TooManyAtOnce,
    TooManyNewcomers,
    UnknownPerson,
)
from backend.judgements.errors import ListIdTaken, NotShowable, SessionRevoked, UnknownItem, UnknownQuestion
from backend.questions.errors import QuestionError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
NO_FIELD = "non_field_errors"
"""What rest_framework calls the body, or the part of it, where no field of it is meant."""


class Problem(exceptions.APIException):
    """An error with a stable code."""

    code = "bad_request"
    status_code = 400
    detail_text = "The request cannot be answered."

    def __init__(self, detail: str | None = None, *, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail or self.detail_text, code or self.code)
        self.stable_code = code or self.code
        self.retry_after = retry_after


class TooLarge(Problem):
    """The body is larger than we take."""

    code = "too_large"
    status_code = 413

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes; send it in parts.")


class Unauthorized(Problem):
    """No identity, or one that does not hold."""

    code = "unauthorized"
    status_code = 401


class Forbidden(Problem):
    """An identity that may not do this."""

    code = "forbidden"
    status_code = 403


class Unknown(Problem):
    """Nothing here by that id: absent, or another project's."""

    code = "not_found"
    status_code = 404
    detail_text = "There is nothing here by that id."


class Conflict(Problem):
    """The request contradicts what is stored."""

    code = "conflict"
    status_code = 409


_STATUS: dict[type[Exception], tuple[int, str]] = {
    UnknownItem: (404, "unknown_item"),
    UnknownQuestion: (404, "unknown_question"),
    NotShowable: (400, "not_showable"),
    ListIdTaken: (409, "list_id_taken"),
    SessionRevoked: (401, "session_expired"),
    AnnotatorErased: (403, "annotator_erased"),
    SubjectReserved: (400, "subject_reserved"),
    LinkInvalid: (401, "link_invalid"),
    LinkExpired: (403, "link_expired"),
    LinkRevoked: (403, "link_revoked"),
    LinkFull: (403, "link_is_full"),
    LinkIncomplete: (400, "person_missing"),
    KnownAsAnotherKind: (409, "known_as_another_kind"),
    UnknownPerson: (404, "unknown_person"),
    VersionNotFrozen: (409, "version_not_frozen"),
    FileDamaged: (500, "file_damaged"),
    QuestionError: (400, "value_not_allowed"),
}


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any error of a view into a problem; the unforeseen becomes a 500 that says nothing of its inside."""
    request = context["request"]
    request_id = getattr(request, "request_id", "")
    facts = _facts(error)
    if facts["status"] == 500:
        logger.error("request %s failed", request_id, exc_info=error)
    facts |= {"type": "about:blank", "request_id": request_id}
    response = Response(facts, status=facts["status"], content_type=CONTENT_TYPE)
    if facts.get("retry_after"):
        response["Retry-After"] = str(facts["retry_after"])
    return response


def _facts(error: Exception) -> dict[str, Any]:
    if isinstance(error, Problem):
        facts: dict[str, Any] = _made(error.status_code, error.stable_code, str(error.detail))
        return facts | ({"retry_after": error.retry_after} if error.retry_after else {})
    if isinstance(error, exceptions.ValidationError):
        errors = _flat(error.detail)
        told = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in errors[:5])
        return _made(400, "invalid", told) | {"errors": errors}
    if isinstance(error, TooManyCalls | TooManyNewcomers | TooManyAtOnce):
        return _made(429, "too_many_calls", str(error)) | {"retry_after": _seconds_until(error.retry_at)}
    if isinstance(error, Http404 | PermissionDenied):
        return _made(404, "not_found", Unknown.detail_text)
    if isinstance(error, exceptions.APIException):
        code = {400: "malformed", 405: "method_not_allowed", 415: "unsupported_media_type"}
        return _made(error.status_code, code.get(error.status_code, "bad_request"), str(error.detail))
    for kind, (status, code_name) in _STATUS.items():
        if isinstance(error, kind):
            return _made(status, code_name, str(error))
    return _made(500, "internal", "Something failed on our side. Tell us the request id.")


def code_of(error: Exception) -> str:
    """Return the stable code of an error of ours."""
    return str(_facts(error)["code"])


def _made(status: int, code: str, detail: str) -> dict[str, Any]:
    return {"title": code.replace("_", " ").capitalize(), "status": status, "detail": detail, "code": code}


def _seconds_until(moment: datetime) -> int:
    return max(1, int((moment - timezone.now()).total_seconds()) + 1)


def _flat(detail: Any, field: str = "") -> list[dict[str, str]]:
    """Return one entry a fault, with the path of the field it is about."""
    if isinstance(detail, dict):
        named = {key: f"{field}.{key}".strip(".") if key != NO_FIELD else field for key in detail}
        return [f for key, inner in detail.items() for f in _flat(inner, named[key])]
    if isinstance(detail, list):
        if all(not isinstance(inner, dict | list) for inner in detail):
            return [{"field": field or "body", "detail": " ".join(str(inner) for inner in detail)}]
        return [f for number, inner in enumerate(detail) for f in _flat(inner, f"{field}[{number}]")]
    return [{"field": field or "body", "detail": str(detail)}]


def rejection(index: int, key: object, error: Exception, code: str = "invalid") -> dict[str, Any]:
    """Return how a row of a bulk call is told that was refused alone: where it stands, its id, and why."""
    detail = str(error)
    if isinstance(error, ValidationError):
        detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in _flat(error.detail))
    return {"index": index, "id": str(key or "")[:200], "code": code, "detail": detail}
