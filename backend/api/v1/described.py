"""What openapi.yaml says of every operation: what opens it, and the problem that any of them may answer with."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from backend.api.v1.problems import CONTENT_TYPE
from backend.api.v1.serializers import ProblemBody

SECRET_KEY = "secretKey"  # noqa: S105 - the name of a scheme


class Described(AutoSchema):
    """Describes an operation of the wire with its problems and, of servers, its key."""

    def get_auth(self) -> list[dict[str, Any]]:
        """Return what opens the operation: of servers the secret key; browsers tell a token in the body."""
        return [{SECRET_KEY: []}] if self.path.startswith("/v1/") else []

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        described: Any = self._get_response_for_code
        problem = described(ProblemBody, "default", media_types=[CONTENT_TYPE], direction=direction)
        return bodies | {"default": problem | {"description": "What was wrong, with a stable `code`."}}
