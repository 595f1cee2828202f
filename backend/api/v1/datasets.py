"""What servers freeze and load: datasets, their versions and files."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import Conflict, Unknown
from backend.api.v1.shapes import (
    dataset_row,
    version_row,
)
from backend.datasets.actions.freeze import ask_for_version, path_of_file, register_dataset
from backend.datasets.models import Dataset, DatasetVersion


class DatasetsView(ServerDoor):
    """Datasets."""

    @listing(lists.PlainFilters, operation_id="datasets_list", responses=page_schema("Dataset", wire.DatasetRow))
    def get(self, request: Request) -> Response:
        """List datasets."""
        rows = Dataset.objects.of(self.project).select_related("question")
        return lists.page_of(request, rows, lists.PlainFilters, dataset_row)

    @extend_schema(request=wire.DatasetBody, responses={201: wire.DatasetRow}, operation_id="datasets_create")
    def post(self, request: Request) -> Response:
        """Register a dataset of one question."""
        body = self.body(wire.DatasetBody, request)
        question = self.question(body["question"])
        dataset = register_dataset(project_id=self.project.pk, slug=body["id"], question=question, title=body["title"])
        if dataset.question_id != question.pk:
            raise Conflict(f"Dataset {dataset.slug!r} is of the question {dataset.question.slug!r}; take another id.")
        return Response(dataset_row(dataset), status=201)


def _dataset(door: ServerDoor, slug: str) -> Dataset:
    found = Dataset.objects.of(door.project).select_related("question").filter(slug=slug).first()
    if found is None:
        raise Unknown(f"No dataset {slug[:200]!r} is registered in this project.")
    return found


def _version(door: ServerDoor, slug: str, number: int) -> DatasetVersion:
    versions = DatasetVersion.objects.of(door.project).select_related("dataset", "erased_since")
    found = versions.filter(dataset=_dataset(door, slug), number=number).first()
    if found is None:
        raise Unknown(f"The dataset {slug!r} has no version {number}.")
    return found


class DatasetView(ServerDoor):
    """One dataset."""

    @extend_schema(responses=wire.DatasetRow, operation_id="datasets_get")
    def get(self, request: Request, dataset: str) -> Response:
        """Return a dataset."""
        return Response(dataset_row(_dataset(self, dataset)))


class VersionsView(ServerDoor):
    """The versions of a dataset."""

    @listing(lists.PlainFilters, operation_id="versions_list", responses=page_schema("Version", wire.VersionRow))
    def get(self, request: Request, dataset: str) -> Response:
        """List versions."""
        versions = DatasetVersion.objects.of(self.project).select_related("dataset", "erased_since")
        rows = versions.filter(dataset=_dataset(self, dataset))
        return lists.page_of(request, rows, lists.PlainFilters, version_row)

    @extend_schema(request=None, responses={202: wire.VersionRow}, operation_id="versions_freeze")
    def post(self, request: Request, dataset: str) -> Response:
        """Ask for a version; it is built by the worker and frozen when its state says so."""
        self.body(wire.Empty, request)
        version = ask_for_version(dataset=_dataset(self, dataset), asked_by="API", now=self.now)
        return Response(version_row(version), status=202)


class VersionView(ServerDoor):
    """One version."""

    @extend_schema(responses=wire.VersionRow, operation_id="versions_get")
    def get(self, request: Request, dataset: str, number: int) -> Response:
        """Return a version with its files and checksums."""
        return Response(version_row(_version(self, dataset, number)))


class VersionFileView(ServerDoor):
    """One file of a version."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, operation_id="versions_file")
    def get(self, request: Request, dataset: str, number: int, name: str) -> Any:
        """Return the file's bytes, checked against what was frozen."""
        try:
            path = path_of_file(version=_version(self, dataset, number), name=name)
        except KeyError:
            raise Unknown(f"Version {number} of {dataset!r} has no file {name[:200]!r}.") from None
        return FileResponse(path.open("rb"), filename=name, as_attachment=True, content_type="application/octet-stream")
