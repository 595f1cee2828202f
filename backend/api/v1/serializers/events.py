"""What people do with a shown list."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers as s

from backend.api.v1.serializers.answers import AnswerField, read_by
from backend.api.v1.serializers.fields import OneOfField, StrictCharField, StrictUUIDField, key_field, whole_field


class EventBase(s.Serializer[Any]):
    """What each event carries."""

    id = StrictUUIDField(help_text="UUIDv7 of the event; of `judge` it is the judgement's too.")
    exposure = StrictUUIDField(required=False, help_text="The list it happened to; not needed where the URL names it.")
    seq = whole_field(required=False, default=0)
    at_ms = whole_field(help_text="Milliseconds since the list was shown.")


class SeenEvent(EventBase):
    """A candidate was half visible for a second."""

    type = s.ChoiceField(choices=["seen"])
    candidate = key_field()
    seen_ms = whole_field(required=False)


class ExpandEvent(EventBase):
    """A candidate was read in place."""

    type = s.ChoiceField(choices=["expand"])
    candidate = key_field()


class JudgeEvent(EventBase):
    """An answer: to a candidate of the list (pairs), a tag, the item as a whole (choices), or a spot of it."""

    type = s.ChoiceField(choices=["judge"])
    candidate = key_field(
        required=False,
        help_text="The other item of a pair, or the spot of the list that is answered; without it a spot is one's own. "
        "The answers of tags and choices name their label.",
    )
    answer = AnswerField()
    note = StrictCharField(required=False, max_length=1000, allow_blank=True)
    judged_at = s.DateTimeField()
    via = OneOfField(choices=["keyboard", "mouse", "touch", "api"], required=False, default="api")


class UndoEvent(EventBase):
    """A judgement was taken back."""

    type = s.ChoiceField(choices=["undo"])
    judgement = StrictUUIDField()


class SkipEvent(EventBase):
    """A candidate, or the whole list, was looked at and no answer was wanted."""

    type = s.ChoiceField(choices=["skip"])
    candidate = key_field(required=False)


class DismissEvent(EventBase):
    """The list was closed."""

    type = s.ChoiceField(choices=["dismiss"])


class HideEvent(EventBase):
    """The question is not wanted any more."""

    type = s.ChoiceField(choices=["hide"])


_EVENTS: dict[str, s.Serializer[Any] | type[s.Serializer[Any]]] = {
    "seen": SeenEvent,
    "expand": ExpandEvent,
    "judge": JudgeEvent,
    "undo": UndoEvent,
    "skip": SkipEvent,
    "dismiss": DismissEvent,
    "hide": HideEvent,
}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="Event", serializers=_EVENTS, resource_type_field_name="type")
)
class EventField(s.Field[dict[str, Any], Any, dict[str, Any], Any]):
    """An event, told apart by its `type`; a malformed one is kept apart and takes nothing from the others."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the validated event, or {"malformed": id} where it is not one."""
        try:
            return read_by(data, "type", _EVENTS)
        except s.ValidationError:
            key = data.get("id") if isinstance(data, dict) else None
            return {"malformed": key if isinstance(key, str) else ""}

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the event as it is."""
        return value


class EventResult(s.Serializer[Any]):
    """What became of one event."""

    id = s.CharField()
    status = s.ChoiceField(choices=["ok", "dup", "bad"])
    code = s.CharField(allow_null=True)
    others_count = s.IntegerField(allow_null=True)
    state = s.CharField(allow_null=True)
    agree_count = s.IntegerField(
        allow_null=True, help_text="Of the votes cast on the unit, how many are for the leading value."
    )
    votes_count = s.IntegerField(allow_null=True, help_text="Votes cast on the unit.")
