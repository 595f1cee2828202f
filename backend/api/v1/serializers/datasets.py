"""Datasets, their versions and files."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.fields import StrictCharField, StrictSlugField


class DatasetBody(s.Serializer[Any]):
    """A dataset: what is believed about one question."""

    id = StrictSlugField(max_length=60)
    question = StrictCharField(max_length=60)
    title = StrictCharField(max_length=200, required=False, allow_blank=True, default="")


class DatasetRow(DatasetBody):
    """A registered dataset."""

    versions_count = s.IntegerField()
    created_at = s.DateTimeField()


class FileRow(s.Serializer[Any]):
    """A file of a version."""

    name = s.CharField()
    sha256 = s.CharField()
    bytes_count = s.IntegerField()


class VersionRow(s.Serializer[Any]):
    """A version of a dataset."""

    dataset = s.CharField()
    number = s.IntegerField()
    state = s.ChoiceField(choices=["building", "frozen", "failed"])
    frozen_at = s.DateTimeField(allow_null=True)
    labels_count = s.IntegerField()
    judgements_count = s.IntegerField()
    checksum = s.CharField()
    files = FileRow(many=True)
    holds_erased = s.BooleanField(help_text="It holds answers of somebody erased since; a newer version does not.")
