"""Answers that no list of ours led to."""

from typing import Any

from rest_framework import serializers as s

from backend.api.v1.serializers.answers import AnchorField, AnswerField
from backend.api.v1.serializers.exposures import AnnotatorName
from backend.api.v1.serializers.fields import MomentField, OneOfField, StrictCharField, StrictUUIDField, key_field


class JudgementBody(s.Serializer[Any]):
    """An answer that no list of ours led to."""

    id = StrictUUIDField(required=False)
    annotator = AnnotatorName()
    question = StrictCharField(max_length=60)
    item = key_field()
    candidate = key_field(required=False)
    answer = AnswerField()
    origin = OneOfField(choices=["spontaneous", "assigned", "imported"], required=False, default="imported")
    judged_at = MomentField(
        required=False,
        help_text="When it was said, with its time zone. Before 1980 it is refused as too_early, ahead of us as "
        "from_the_future.",
    )


class BulkJudgements(s.Serializer[Any]):
    """Up to 1,000 answers."""

    judgements = s.ListField(child=s.DictField(), min_length=1, max_length=1000)


class JudgementResult(s.Serializer[Any]):
    """What became of one answer."""

    index = s.IntegerField()
    id = s.CharField(allow_null=True)
    status = s.ChoiceField(choices=["ok", "dup", "bad"])
    code = s.CharField(allow_null=True)
    detail = s.CharField(allow_null=True)


class JudgementsResult(s.Serializer[Any]):
    """What became of the answers."""

    results = JudgementResult(many=True)


class JudgementRow(s.Serializer[Any]):
    """A recorded answer."""

    id = s.CharField()
    question = s.CharField()
    item = s.CharField()
    candidate = s.CharField(
        allow_null=True, help_text="The other item of a pair, the tag, or the spot; of a choice none."
    )
    anchor = AnchorField(allow_null=True, help_text="Where a spot lies, as this person said; null for other kinds.")
    annotator = s.CharField(help_text="Pseudonym.")
    value = s.CharField()
    origin = s.CharField()
    exposure = s.CharField(allow_null=True)
    rank = s.IntegerField(allow_null=True)
    propensity = s.FloatField(allow_null=True)
    is_live = s.BooleanField()
    judged_at = s.DateTimeField()
    received_at = s.DateTimeField()
