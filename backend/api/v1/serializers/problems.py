"""How errors are told."""

from typing import Any

from rest_framework import serializers as s


class ProblemFault(s.Serializer[Any]):
    """One field that is wrong, and why."""

    field = s.CharField()
    detail = s.CharField()


class ProblemBody(s.Serializer[Any]):
    """An error (RFC 9457)."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    code = s.CharField()
    request_id = s.CharField()
    retry_after = s.IntegerField(required=False)
    errors = ProblemFault(many=True, required=False)  # type: ignore[assignment]
