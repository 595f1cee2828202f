"""Guesses of the host."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.answers import AnchorField
from backend.api.v1.serializers.fields import StrictCharField, key_field, share_field
from backend.api.v1.serializers.items import Rejected


class SuggesterName(s.Serializer[Any]):
    """A suggester by name and version."""

    name = StrictCharField(max_length=80)
    version = StrictCharField(max_length=40)


class SuggestionBody(s.Serializer[Any]):
    """A guess that the host pushes."""

    question = StrictCharField(max_length=60)
    item = key_field()
    candidate = key_field(help_text="The other item of a pair; else a label of the question.")
    anchor = AnchorField(required=False, help_text="Of a span or a region, and of these alone: where the label holds.")
    score = share_field()
    reasons = s.ListField(child=StrictCharField(max_length=300), required=False, default=list, max_length=10)
    suggester = SuggesterName()


class BulkSuggestions(s.Serializer[Any]):
    """Up to 1,000 guesses."""

    suggestions = s.ListField(child=s.DictField(), min_length=1, max_length=1000)


class SuggestionsResult(s.Serializer[Any]):
    """What became of the guesses."""

    accepted_count = s.IntegerField()
    rejected = Rejected(many=True)


class SuggestionRow(SuggestionBody):
    """A guess that was pushed; of a spot, `candidate` is where it lies and its label."""

    anchor = AnchorField(allow_null=True, help_text="Null where the candidate is no spot.")
    pushed_at = s.DateTimeField()
