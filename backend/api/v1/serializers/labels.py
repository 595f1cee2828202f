"""What is believed."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.answers import AnchorField


class UnitBody(s.Serializer[Any]):
    """A unit: its kind, its items, and where in the item it lies."""

    kind = s.CharField()
    items = s.ListField(child=s.CharField())
    label = s.CharField(allow_null=True)  # type: ignore[assignment]
    anchor = AnchorField(allow_null=True, help_text="Where a spot lies; null for other kinds.")


class Evidence(s.Serializer[Any]):
    """What a label rests on."""

    counts = s.DictField(child=s.IntegerField())
    votes_count = s.IntegerField()
    answers_count = s.IntegerField()


class LabelRow(s.Serializer[Any]):
    """What is believed of a unit."""

    question = s.CharField()
    unit = UnitBody()
    value = s.CharField(allow_null=True)
    state = s.CharField()
    probability = s.FloatField(allow_null=True)
    evidence = Evidence()
    revision = s.IntegerField()
    is_stale = s.BooleanField()
    settled_at = s.DateTimeField(allow_null=True)
    computed_at = s.DateTimeField()
