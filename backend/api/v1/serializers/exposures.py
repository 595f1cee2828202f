"""Shown lists."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.answers import AnchorField
from backend.api.v1.serializers.events import EventField, EventResult
from backend.api.v1.serializers.fields import (
    KINDS,
    OneOfField,
    StrictCharField,
    StrictFloatField,
    StrictUUIDField,
    key_field,
    share_field,
)
from backend.api.v1.serializers.suggestions import SuggesterName
from backend.api.v1.serializers.widget import WidgetCandidate


class AnnotatorName(s.Serializer[Any]):
    """A person by the host's opaque id; the kind counts on first sight only."""

    id = key_field()
    kind = OneOfField(choices=["customer", "expert", "colleague", "crowd"], required=False, default="customer")


class HostSlotBody(s.Serializer[Any]):
    """A candidate that the host itself showed."""

    candidate = key_field(help_text="The other item of a pair; else a label of the question.")
    anchor = AnchorField(required=False, help_text="Of a span or a region, and of these alone: where the label holds.")
    score = share_field(required=False, allow_null=True, default=None)
    propensity = StrictFloatField(min_value=1e-9, max_value=1, required=False, allow_null=True, default=None)
    suggester = SuggesterName(required=False, allow_null=True, default=None)


class ExposureBody(s.Serializer[Any]):
    """A list to show: without `shown` Earmark picks, with it the host tells what it showed."""

    id = StrictUUIDField(required=False)
    annotator = AnnotatorName()
    question = StrictCharField(max_length=60)
    item = key_field()
    shown: s.ListSerializer[Any] = s.ListSerializer(child=HostSlotBody(), required=False, max_length=50)


class SlotRow(s.Serializer[Any]):
    """One place of a shown list."""

    rank = s.IntegerField()
    candidate = WidgetCandidate()
    score = s.FloatField(allow_null=True)
    propensity = s.FloatField(allow_null=True)
    reasons = s.ListField(child=s.CharField())
    suggester = SuggesterName(allow_null=True)
    outcome = s.CharField()
    seen_at_ms = s.IntegerField(allow_null=True)


class ExposureRow(s.Serializer[Any]):
    """A shown list with its places."""

    id = s.CharField()
    question = s.CharField()
    kind = s.ChoiceField(choices=KINDS)
    item = s.CharField()
    annotator = s.CharField(help_text="Pseudonym.")
    channel = s.CharField()
    policy = s.CharField()
    policy_version = s.IntegerField()
    epsilon = s.FloatField(allow_null=True)
    asked = s.BooleanField()
    ask_probability = s.FloatField(allow_null=True)
    candidates_hash = s.CharField()
    shown_at = s.DateTimeField()
    slots = SlotRow(many=True)


class ExposureEvents(s.Serializer[Any]):
    """What happened to one list."""

    events = s.ListField(child=EventField(), min_length=1, max_length=200)


class ResultsOnly(s.Serializer[Any]):
    """What became of each event."""

    results = EventResult(many=True)
