"""People's own data on the wire of servers: erase a person, and export one."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.problems import Unknown
from backend.datasets.models import DatasetVersion
from backend.desk.actions.export import export_person
from backend.desk.actions.outdated import taught_by
from backend.desk.actions.people import erase_person, person_known
from backend.desk.models import Erasure

LINES = "application/x-ndjson"


class EraseView(ServerDoor):
    """The erasing of people."""

    @extend_schema(request=wire.PersonNamed, responses={202: wire.ErasureRow}, operation_id="annotators_erase")
    def post(self, request: Request) -> Response:
        """Erase a person for good: nothing more of theirs is taken from now on, and the worker does the rest.

        Asked again, the answer is how far the first erasure is.
        """
        body = self.body(wire.PersonNamed, request)
        return Response(erasure_row(erase_person(project_id=self.project.pk, now=self.now, **_named(body))), status=202)


class ErasureView(ServerDoor):
    """One erasure."""

    @extend_schema(responses=wire.ErasureRow, operation_id="erasures_get")
    def get(self, request: Request, erasure: int) -> Response:
        """Return how far an erasure is, and which versions and models hold what the person said."""
        found = Erasure.objects.of(self.project).filter(pk=erasure).first()
        if found is None:
            raise Unknown
        return Response(erasure_row(found))


class ExportView(ServerDoor):
    """The export of a person."""

    @extend_schema(
        request=wire.PersonNamed,
        responses={(200, LINES): OpenApiTypes.BINARY},
        operation_id="annotators_export",
    )
    def post(self, request: Request) -> Any:
        """Return all that is stored of one person, and of nobody else: a JSON object a line, each with its `record`."""
        body = self.body(wire.PersonNamed, request)
        file = export_person(annotator=person_known(project_id=self.project.pk, **_named(body)))
        return FileResponse(file, filename="person.jsonl", as_attachment=True, content_type=LINES)


def _named(body: dict[str, Any]) -> dict[str, Any]:
    return {"subject": body.get("annotator"), "pseudonym": body.get("pseudonym")}


def erasure_row(erasure: Erasure) -> dict[str, Any]:
    """Return how far an erasure is; it names nobody."""
    held = DatasetVersion.objects.of(erasure.project_id).filter(pk__in=erasure.versions)
    versions = list(held.select_related("dataset").order_by("pk"))
    return {
        "id": erasure.pk,
        "state": erasure.state,
        "asked_at": erasure.asked_at,
        "done_at": erasure.done_at,
        "units_count": erasure.units_count,
        "settled_count": erasure.settled_count,
        "versions": [{"dataset": each.dataset.slug, "number": each.number} for each in versions],
        "models": [
            {"question": each.question.slug, "name": each.name, "number": each.number}
            for each in taught_by(versions=versions)
        ],
    }
