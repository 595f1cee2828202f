"""Answers to questions, and the anchors of spots."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from earmark.anchors import Region
from earmark.errors import AnchorUnusable
from rest_framework import serializers as s

from backend.api.v1.serializers.fields import (
    LONGEST_CONTEXT,
    LONGEST_SPAN,
    OneOfField,
    StrictCharField,
    StrictIntegerField,
    share_field,
    whole_field,
)
from backend.questions.spots import LARGEST_PICTURE_PX
from backend.questions.units import LONGEST_SPOT_LABEL, PAIR_VALUES, UNSURE


class PairAnswer(s.Serializer[Any]):
    """An answer to a pair question."""

    kind = s.ChoiceField(choices=["pair"])
    value = OneOfField(choices=[*PAIR_VALUES, UNSURE])


class TagsAnswer(s.Serializer[Any]):
    """An answer about one tag of an item."""

    kind = s.ChoiceField(choices=["tags"])
    tag = StrictCharField(max_length=200)
    value = OneOfField(choices=["fits", "does_not_fit", UNSURE])


class ChoiceAnswer(s.Serializer[Any]):
    """An answer to a choice among a question's labels."""

    kind = s.ChoiceField(choices=["choice"])
    value = StrictCharField(max_length=200)


class QuotePart(s.Serializer[Any]):
    """The words that are marked, and what stands before and after them."""

    exact = StrictCharField(max_length=LONGEST_SPAN, trim_whitespace=False)
    prefix = StrictCharField(max_length=LONGEST_CONTEXT, trim_whitespace=False, allow_blank=True)
    suffix = StrictCharField(max_length=LONGEST_CONTEXT, trim_whitespace=False, allow_blank=True)


class PositionPart(s.Serializer[Any]):
    """The first code point of the words, and the one after their last."""

    start = whole_field()
    end = whole_field()


class ElsewherePart(s.Serializer[Any]):
    """What else stood in the text when the mark was kept, as the server found; what is told of it is not believed."""

    count = whole_field(help_text="How often the very words stood elsewhere.")
    likeness = share_field(help_text="How much of words and context stood at the other place most like theirs.")


class SpanAnchor(s.Serializer[Any]):
    """Words in an item's text: their quote, where they stand, and the SHA-256 of the text that the places count in."""

    quote = QuotePart()
    position = PositionPart()
    snapshot = s.RegexField(r"^[0-9a-f]{64}\Z")
    elsewhere = ElsewherePart(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a stretch that is empty, or whose length is not its quote's."""
        start, end = attrs["position"]["start"], attrs["position"]["end"]
        if start >= end:
            raise s.ValidationError({"position": f"start must be less than end; got {start} and {end}."})
        if end - start != len(attrs["quote"]["exact"]):
            raise s.ValidationError(
                {
                    "position": f"{start} to {end} are {end - start} code points and the quote has "
                    f"{len(attrs['quote']['exact'])}; count code points, not UTF-16 units or bytes."
                }
            )
        return attrs


class RegionAnchor(s.Serializer[Any]):
    """A box in an item's picture, in percent of it, and the picture's own size in px."""

    region = StrictCharField(max_length=100, help_text="xywh=percent:x,y,width,height, each from 0 to 100.")
    width = StrictIntegerField(min_value=1, max_value=LARGEST_PICTURE_PX)
    height = StrictIntegerField(min_value=1, max_value=LARGEST_PICTURE_PX)

    def validate_region(self, value: str) -> str:
        """Take what is a box within the picture, written as we write it."""
        try:
            return str(Region.of(value))
        except AnchorUnusable as error:
            raise s.ValidationError(str(error)) from None


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Anchor", serializers=[SpanAnchor, RegionAnchor], resource_type_field_name=None
    )
)
class AnchorField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """Where in an item something lies: a span has a quote, a region a box."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate as the one that it is."""
        if not isinstance(data, dict):
            raise s.ValidationError("This must be an object.")
        serializer = (RegionAnchor if "region" in data else SpanAnchor)(data=data)
        serializer.is_valid(raise_exception=True)
        return _plain(serializer.validated_data)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the anchor as it is."""
        return value


def _plain(validated: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) if isinstance(value, Mapping) else value for key, value in validated.items()}


class SpanAnswer(s.Serializer[Any]):
    """An answer about words of an item's text: a label of the question, `none` or `unsure`, and where it holds."""

    kind = s.ChoiceField(choices=["span"])
    value = StrictCharField(max_length=LONGEST_SPOT_LABEL)
    anchor = SpanAnchor()


class RegionAnswer(s.Serializer[Any]):
    """An answer about a part of an item's picture: a label of the question, `none` or `unsure`, and where it holds."""

    kind = s.ChoiceField(choices=["region"])
    value = StrictCharField(max_length=LONGEST_SPOT_LABEL)
    anchor = RegionAnchor()


_ANSWERS: dict[str, s.Serializer[Any] | type[s.Serializer[Any]]] = {
    "pair": PairAnswer,
    "tags": TagsAnswer,
    "choice": ChoiceAnswer,
    "span": SpanAnswer,
    "region": RegionAnswer,
}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="Answer", serializers=_ANSWERS, resource_type_field_name="kind")
)
class AnswerField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """An answer, told apart by its `kind`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate by the kind that the answer names."""
        return read_by(data, "kind", _ANSWERS)

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the answer as it is."""
        return value


def read_by(data: Any, field: str, kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent, checked by the serializer that one of its fields names; raises ValidationError."""
    if not isinstance(data, dict):
        raise s.ValidationError("This must be an object.")
    kind = data.get(field)
    if not isinstance(kind, str) or kind not in kinds:
        raise s.ValidationError({field: f"This must be one of {', '.join(kinds)}."})
    serializer = kinds[kind](data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
