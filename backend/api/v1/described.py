"""What openapi.yaml says of every operation: what opens it, and the problem that any of them may answer with."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import ListSerializer

from backend.api.v1.problems import CONTENT_TYPE
from backend.api.v1.serializers import ProblemBody

SECRET_KEY = "secretKey"  # noqa: S105 - the name of a scheme


class Described(AutoSchema):
    """Describes an operation of the wire with its problems and, of servers, its key."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Return what opens the operation: of servers the secret key; browsers tell a token in the body."""
        return [{SECRET_KEY: []}] if self.path.startswith("/v1/") else []

    def _get_request_body(self, direction: Literal["request", "response"] = "request") -> dict[str, Any] | None:
        """Say that something must be sent wherever a call takes a body, even if no field of it alone is required."""
        described: Any = super()._get_request_body
        body: dict[str, Any] | None = described(direction)
        return body | {"required": True} if body and self.method == "POST" else body

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Say of lists of objects too how many they take."""
        described: Any = super()._map_serializer_field
        schema = described(field, direction, bypass_extensions)
        if isinstance(field, ListSerializer) and schema:
            bounds = {"minItems": vars(field)["min_length"], "maxItems": vars(field)["max_length"]}
            schema |= {name: bound for name, bound in bounds.items() if bound is not None}
        return schema

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        described: Any = self._get_response_for_code
        problem = described(ProblemBody, "default", media_types=[CONTENT_TYPE], direction=direction)
        return bodies | {"default": problem | {"description": "What was wrong, with a stable `code`."}}
